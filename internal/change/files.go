package change

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// files lists what differs as a file.
func (c *comparison) files(others []string) {
	from := map[string]string{}
	for old, name := range c.moved {
		from[name] = old
	}
	for name := range c.now.Files {
		old := c.then.Files[name]
		f := File{Name: name, How: Changed, Code: true}
		if was, ok := from[name]; ok && old == nil {
			old, f.Was = c.then.Files[was], was
		}
		now := source(c.now, name)
		switch {
		case old == nil:
			f.How = Added
		case f.Was == "" && source(c.then, name) == now:
			continue
		case f.Was != "" && source(c.then, f.Was) == now:
			f.How = Renamed
		default:
			f.Layout = sameCode(old.Src, now)
		}
		c.Files = append(c.Files, f)
	}
	for name := range c.then.Files {
		if c.now.Files[c.file(name)] == nil {
			c.Files = append(c.Files, File{Name: name, How: Removed, Code: true})
		}
	}
	for _, name := range others {
		c.Files = append(c.Files, File{Name: name, How: Changed})
	}
	slices.SortFunc(c.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
}

// source is what a file holds, whatever the checkout's line ends.
func source(g *graph.Graph, name string) string {
	src := g.Files[name].Src
	if g.CheckoutCRLF[name] {
		src = graph.WithoutCR(src)
	}
	return src
}

// sameCode says whether two sources are the same but for blanks and comments.
func sameCode(a, b string) bool { return code(a) == code(b) }

// code is a source's tokens, as one text.
func code(src string) string {
	var b strings.Builder
	for _, t := range parse.Tokens(src) {
		if !t.Kind.Trivia() {
			b.WriteString(src[t.Start:t.End])
			b.WriteByte(0)
		}
	}
	return b.String()
}

// shown is a source as one line for people, without comments; breaks and indentation within strings are those of the source, folded too.
func shown(src string) string {
	var b strings.Builder
	blank := false
	for _, t := range parse.Tokens(src) {
		if t.Kind.Trivia() {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteString(src[t.Start:t.End])
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is the code at a place of one side, as pair keys need it.
func (c *comparison) text(g *graph.Graph, at graph.Place) string {
	memo := c.nowTexts
	if g == c.then {
		memo = c.thenTexts
	}
	if t, ok := memo[at]; ok {
		return t
	}
	t := c.renamedIn(code(g.Text(at)))
	memo[at] = t
	return t
}

// renamedIn is code in which the last names of renamed values are the new ones, on either side: what reads
// them differs in nothing else.
func (c *comparison) renamedIn(code string) string {
	if len(c.lastNames) == 0 {
		return code
	}
	tokens := strings.Split(code, "\x00")
	for i, t := range tokens {
		if now, ok := c.lastNames[t]; ok {
			tokens[i] = now
		}
	}
	return strings.Join(tokens, "\x00")
}

// valueLine is what a definition's place says on one line: the right side of a binding.
func valueLine(g *graph.Graph, at graph.Place) string {
	return shown(g.Conceal(at.File, g.Text(g.RightSide(at))))
}
