package graph

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"nixsink/graph/eval"
	"nixsink/internal/secrets"
	"nixsink/parse"
)

// A LiteralSecret is a place where a secret seems to stand in the text. Its text is told nowhere.
type LiteralSecret struct {
	Option   string // "" if it is in no option
	Name     string // what the text is bound to, where no definition of an option is known to hold it; "" if there is one, or if the form tells
	Segments []string
	Kind     string // "a password", "a password hash", "a private key", "a token"
	Worth    secrets.Worth
	At       Place
	In       *ConfSet // the configurations in which it is set
}

// concealment hides the secrets in the text of a tree: what definitions hold is replaced by what kind of secret it is, so that no stage that follows knows more.
type concealment struct {
	g     *Graph
	texts map[string]map[string]string // by file, a secret's text: what it is replaced by
	masks map[string]string            // by text
	kinds map[string]int
	at    map[Place]int // in g.LiteralSecrets
}

// conceal finds the secrets in the text and hides them. kept says which files a tool keeps encrypted, whatever this checkout has.
func conceal(g *Graph, ev *eval.Evaluator, kept func(file string) bool) {
	c := &concealment{g: g, texts: map[string]map[string]string{}, masks: map[string]string{}, kinds: map[string]int{}, at: map[Place]int{}}
	for _, d := range ev.Definitions {
		switch d.Value.(type) {
		case string, []any, map[string]any:
			if d.Path.Parent != nil && !d.Names {
				d.Value = c.value(d.Value, d, d.Path.Name)
			}
		}
	}
	for _, name := range sortedKeys(g.Files) {
		c.file(g.Files[name])
	}
	c.bound(kept)
	g.concealed = &concealed{texts: c.texts, done: map[string][]string{}}
	slices.SortStableFunc(g.LiteralSecrets, func(a, b *LiteralSecret) int {
		return cmp.Or(ComparePlaces(a.At, b.At), strings.Compare(a.Option, b.Option))
	})
}

// value hides what is secret in a value, or in a part of it. names are those of the parts, behind the name of the option itself.
func (c *concealment) value(v any, d *eval.Definition, names ...string) any {
	switch v := v.(type) {
	case string:
		kind := secrets.KindOf(names[len(names)-1])
		if kind == "" && len(v) < leastForm {
			return v
		}
		return c.text(v, kind, d, names)
	case []any:
		for i, x := range v {
			if y := c.value(x, d, names...); !same(x, y) {
				v = slices.Clone(v)
				v[i] = y
			}
		}
		return v
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			x := v[k]
			if y := c.value(x, d, append(names[:len(names):len(names)], k)...); !same(x, y) {
				v = maps.Clone(v)
				v[k] = y
			}
		}
		return v
	}
	return v
}

// everybodys says that a text is a password that everybody tries first, in an option that takes one: elsewhere the same word says how something is asked for.
func everybodys(text string, path []string) bool {
	return (text == "password" || text == "secret") && len(path) > 2 && (path[0] == "users" || slices.Contains(path, "environment"))
}

// leastForm is how long the shortest key or token is that is known by its form.
const leastForm = 15

// text hides a text, if it is secret.
func (c *concealment) text(v, kind string, d *eval.Definition, names []string) string {
	worth := secrets.Weigh(kind, v)
	var segs []string
	if worth != secrets.Nothing || kind == "a password" {
		segs = append(starred(d.Path.Segments()), names[1:]...)
	}
	path := secrets.Local(segs)
	if worth == secrets.Nothing && kind == "a password" && everybodys(v, path) {
		worth = secrets.Known
	}
	if worth == secrets.Nothing || !d.Known || secrets.Elsewhere(path) {
		if secrets.Form(v) != nil {
			return c.mask("a key or token", v)
		}
		return v
	}
	if worth == secrets.HashOnly {
		kind = "a password hash"
	}
	if worth == secrets.Secret && slices.ContainsFunc(path, func(s string) bool {
		return strings.EqualFold(s, v) || slices.ContainsFunc(strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '_' }), func(word string) bool { return strings.EqualFold(word, v) })
	}) {
		worth = secrets.Known // that of a service is the service's name: nothing asks for it
	}
	places, stands := c.standsAt(PlaceIn(d.File, d.Span), v, names[len(names)-1])
	if stands && !secrets.TakesContents(path) && (worth != secrets.HashOnly || secrets.WholeHash(v)) {
		for _, at := range places {
			c.tell(&LiteralSecret{Option: pathText(segs), Segments: segs, Kind: kind, Worth: worth, At: at, In: c.g.setOf(d.In)})
		}
	}
	if worth == secrets.Known {
		return v
	}
	mask := c.mask(kind, v)
	c.hide(places[0].File, v, mask)
	return mask
}

// same says whether nothing was hidden in a value: what was is a new one.
func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b := b.([]any)
		return len(a) == 0 || &a[0] == &b[0]
	case map[string]any:
		return fmt.Sprintf("%p", a) == fmt.Sprintf("%p", b)
	}
	return a == b
}

// tell lists a secret, once for each place.
func (c *concealment) tell(l *LiteralSecret) {
	if i, again := c.at[l.At]; again {
		old := c.g.LiteralSecrets[i]
		old.In = c.g.Union(old.In, l.In)
		return
	}
	c.at[l.At] = len(c.g.LiteralSecrets)
	c.g.LiteralSecrets = append(c.g.LiteralSecrets, l)
}

// mask is what stands for a text: secrets that differ are told apart by number.
func (c *concealment) mask(kind, text string) string {
	m, ok := c.masks[text]
	if !ok {
		c.kinds[kind]++
		m = "‹" + kind + "›"
		if n := c.kinds[kind]; n > 1 {
			m = fmt.Sprintf("‹%s, %d›", kind, n)
		}
		c.masks[text] = m
	}
	return m
}

func (c *concealment) hide(file, text, mask string) {
	if c.texts[file] == nil {
		c.texts[file] = map[string]string{}
	}
	c.texts[file][text] = mask
}

// standsAt finds where a text is written that a definition holds as what is called name: there, at each binding of the name that has it (in a list of
// sets there may be several), or in a string of the same file. Otherwise it is the definition's place, and false: what is read from elsewhere is told there.
func (c *concealment) standsAt(at Place, text, name string) ([]Place, bool) {
	f := c.g.Files[at.File]
	if f == nil || int(at.Span.End) > len(f.Src) {
		return []Place{at}, f != nil
	}
	if strings.Contains(f.Src[at.Span.Start:at.Span.End], text) {
		if found := bindingsOf(f, at.Span, name, text); len(found) > 0 {
			return found, true
		}
		return []Place{at}, true
	}
	if i := strings.Index(f.Src, `"`+text+`"`); i >= 0 {
		return []Place{PlaceIn(f, parse.Span{Start: int32(i), End: int32(i + len(text) + 2)})}, true
	}
	return []Place{at}, false
}

// bindingsOf are the bindings within a span that set a name to a text.
func bindingsOf(f *parse.File, within parse.Span, name, text string) (out []Place) {
	parse.Walk(f.Expr, func(n parse.Node) bool {
		span := n.Range()
		if span.End <= within.Start || span.Start >= within.End {
			return false
		}
		if a, ok := n.(*parse.Attr); ok && span.Start >= within.Start && span.End <= within.End && len(a.Path) > 0 && a.Path[len(a.Path)-1].Name == name {
			if s, ok := a.Value.(*parse.String); ok && strings.TrimSpace(plainText(s)) == strings.TrimSpace(text) {
				out = append(out, PlaceIn(f, span))
			}
		}
		return true
	})
	return out
}

// plainText is the text of a string without interpolations; "" of one with some.
func plainText(s *parse.String) string {
	text := ""
	for _, p := range s.Parts {
		if p.Expr != nil {
			return ""
		}
		text += p.Text
	}
	return text
}

// file finds the strings of a file that are secrets by their form.
func (c *concealment) file(f *parse.File) {
	if secrets.Form(f.Src) == nil {
		return
	}
	var in *ConfSet
	for _, m := range c.g.Modules {
		if m.Path == f.Name {
			in = m.In
		}
	}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		s, ok := n.(*parse.String)
		if !ok {
			return true
		}
		span := s.Range()
		text := f.Text(span)
		for at := 0; at < len(text); {
			m := secrets.Form(text[at:])
			if m == nil {
				break
			}
			from, to := at+m[0], at+m[1]
			if strings.HasPrefix(text[from:], "-----BEGIN") {
				to = len(text) // all of a private key
			}
			here := PlaceIn(f, parse.Span{Start: span.Start + int32(from), End: span.Start + int32(to)})
			if !slices.ContainsFunc(c.g.LiteralSecrets, func(o *LiteralSecret) bool { return o.At.File == here.File && o.At.Line == here.Line }) {
				c.tell(&LiteralSecret{Kind: "a key or token", Worth: secrets.Secret, At: here, In: in})
			}
			c.hide(f.Name, text[from:to], c.mask("a key or token", text[from:to]))
			at = to
		}
		return true
	})
}

// bound finds keys and tokens that stand in no definition that is known: in a module that nothing imports, in settings that a framework takes. Only what looks as
// if it were drawn by chance counts, as there is no option that tells what it is for.
func (c *concealment) bound(kept func(file string) bool) {
	type line struct {
		file string
		line int
	}
	told := map[line]bool{}
	for _, l := range c.g.LiteralSecrets {
		told[line{l.At.File, l.At.Line}] = true
	}
	for _, name := range sortedKeys(c.g.Files) {
		f := c.g.Files[name]
		if kept(name) {
			continue
		}
		var walk func(n parse.Node, names []string)
		walk = func(n parse.Node, names []string) {
			parse.Walk(n, func(x parse.Node) bool {
				a, ok := x.(*parse.Attr)
				if !ok || len(a.Path) == 0 {
					return true
				}
				below := names // one list for all: what is behind its end is written over by the next binding
				for i := range a.Path {
					below = append(below, a.Path[i].Name)
				}
				s, text := a.Value.(*parse.String)
				if !text {
					if a.Value != nil {
						walk(a.Value, below)
					}
					return false
				}
				last := below[len(below)-1]
				kind := secrets.KindOf(last)
				if kind == "" || len(s.Parts) != 1 || s.Parts[0].Expr != nil || slices.Contains(below, "example") || secrets.Elsewhere(below) || secrets.TakesContents(below) {
					return false
				}
				v := s.Parts[0].Text
				at := PlaceIn(f, a.Range())
				if secrets.Weigh(kind, v) != secrets.Secret || !secrets.Drawn(v) || told[line{at.File, at.Line}] {
					return false
				}
				c.tell(&LiteralSecret{Name: last, Kind: kind, Worth: secrets.Secret, At: at})
				c.hide(name, v, c.mask(kind, v))
				return false
			})
		}
		walk(f.Expr, nil)
	}
}

// concealed are the texts of a tree's files that are not to be shown.
type concealed struct {
	texts map[string]map[string]string // by file, a secret's text: what is shown in its place
	mu    sync.Mutex
	done  map[string][]string // by file that was shown: all of them, the longest first
}

// Conceal is a text of a file as it may be shown: without the secrets that stand in the file. Those count too that are not found to end in an option: a
// string that something is set to which is called like a secret, and every string of a file that a filter of git encrypts.
func (g *Graph) Conceal(file, text string) string {
	c := g.concealed
	if c == nil {
		return text // nothing was evaluated
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all, again := c.done[file]
	if !again {
		if f := g.Files[file]; f != nil {
			c.written(f, g.secretFiles[file] != NoSecret)
		}
		all = slices.SortedFunc(maps.Keys(c.texts[file]), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
		c.done[file] = all
	}
	for _, secret := range all {
		mask := c.texts[file][secret]
		text = strings.ReplaceAll(text, `"`+secret+`"`, `"`+mask+`"`)
		if len(secret) >= leastBare {
			text = strings.ReplaceAll(text, secret, mask)
		}
		// A secret of several lines is shown line by line.
		if strings.Contains(secret, "\n") {
			for line := range strings.Lines(secret) {
				if line = strings.TrimSpace(line); len(line) >= leastBare {
					text = strings.ReplaceAll(text, line, mask)
				}
			}
		}
	}
	return text
}

// written finds the strings of a file that are set to something which is called like a secret, or all of them.
func (c *concealed) written(f *parse.File, whole bool) {
	hide := func(s *parse.String, kind string) {
		for _, p := range s.Parts {
			text := p.Text
			if p.Expr != nil || strings.TrimSpace(text) == "" || c.texts[f.Name][text] != "" {
				continue
			}
			if w := secrets.Weigh(kind, text); whole || w >= secrets.HashOnly {
				if c.texts[f.Name] == nil {
					c.texts[f.Name] = map[string]string{}
				}
				c.texts[f.Name][text] = "‹" + kind + "›"
			}
		}
	}
	parse.Walk(f.Expr, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Attr:
			if s, ok := n.Value.(*parse.String); ok && len(n.Path) > 0 {
				if kind := secrets.KindOf(n.Path[len(n.Path)-1].Name); kind != "" {
					hide(s, kind)
				}
			}
		case *parse.String:
			if whole {
				hide(n, "a secret")
			}
		}
		return true
	})
}

// leastBare is how long a secret must be to be hidden where no quotes are around it: shorter ones are words.
const leastBare = 6
