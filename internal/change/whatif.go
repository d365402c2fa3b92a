package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// WhatIf is what would come of setting a value to something else.
type WhatIf struct {
	Value     *graph.Value
	Then, Now string        // the code that it is set by
	At        []graph.Place // where that stands: all its definitions, or its default
	Effects   []Effect      // sorted by option
	Hosts     []string      // in which it ends up in an option; nil for all
}

// Effect is an option that gets another value, or a value that does.
type Effect struct {
	Flow *graph.Flow
	// Then and Now are the text that changes, the old value and the new one put in for the read: the string around it, or the read by itself.
	// "" where it is not known from the text, as where a function comes between.
	Then, Now string
	Hosts     []string
}

// Setting writes code for a value: what is Nix code for a literal, a list or a set stays; anything else is meant as a string.
func Setting(text string) string {
	f := parse.Parse("value", text)
	if len(f.Errors) == 0 {
		e := f.Expr
		if u, ok := e.(*parse.Unary); ok && u.Op == parse.OpNeg {
			e = u.X
		}
		switch x := e.(type) {
		case *parse.Int, *parse.Float, *parse.String, *parse.List, *parse.Set:
			return text
		case *parse.Ident:
			if x.Name == "true" || x.Name == "false" || x.Name == "null" {
				return text
			}
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}

// Set finds where a value is set, and gives the texts of the files in which it is set to other code. Errors say where that is not a text that can be
// replaced.
func Set(g *graph.Graph, v *graph.Value, code string) (texts map[string]string, at []graph.Place, err error) {
	own := map[string]bool{v.Path: true}
	for _, i := range v.Instances {
		own[i.Path] = true
	}
	for _, d := range g.Definitions {
		if own[d.Option] && !slices.ContainsFunc(at, func(p graph.Place) bool { return p.File == d.At.File && p.Span == d.At.Span }) {
			at = append(at, d.At)
		}
	}
	if len(at) == 0 && v.DefaultAt.File != "" {
		at = append(at, v.DefaultAt)
	}
	if len(at) == 0 {
		return nil, nil, fmt.Errorf("nothing here sets %s", v.Path)
	}
	texts = map[string]string{}
	for i := len(at) - 1; i >= 0; i-- { // the last of a file first: places before it stay what they are
		f := g.Files[at[i].File]
		if f == nil {
			return nil, nil, fmt.Errorf("%s is set in %s, which cannot be read", v.Path, at[i].File)
		}
		span, ok := settingSpan(f, at[i].Span)
		if !ok {
			return nil, nil, fmt.Errorf("%s:%d sets %s with others (inherit, a set of several): what to replace is not known", at[i].File, at[i].Line, v.Path)
		}
		src, done := texts[f.Name]
		if !done {
			src = f.Src
		}
		texts[f.Name] = src[:span.Start] + code + src[span.End:]
		at[i].Span = span
	}
	return texts, at, nil
}

// settingSpan is the code that says what a definition's place is set to: behind the `=` of a binding, within mkForce and its like.
func settingSpan(f *parse.File, at parse.Span) (parse.Span, bool) {
	var found parse.Expr
	parse.Around(f.Expr, at, func(n parse.Node) {
		switch x := n.(type) {
		case *parse.Attr:
			if x.Span == at || x.Value.Range() == at {
				found = x.Value
			}
		case parse.Expr:
			if x.Range() == at {
				found = x
			}
		}
	})
	for {
		switch x := found.(type) {
		case nil:
			return parse.Span{}, false
		case *parse.Paren:
			found = x.X
			continue
		case *parse.Apply:
			if n := calls(x.Fn); n == "mkForce" || n == "mkDefault" || n == "mkOverride" || n == "mkIf" || n == "mkOptionDefault" || n == "mkVMOverride" {
				found = x.Arg
				continue
			}
		}
		return found.Range(), true
	}
}

// calls is the name of the function that is called, of one argument or several.
func calls(e parse.Expr) string {
	switch x := e.(type) {
	case *parse.Ident:
		return x.Name
	case *parse.Select:
		return x.Path[len(x.Path)-1].Name
	case *parse.Apply:
		return calls(x.Fn)
	}
	return ""
}

// If tells what setting a value to other code would change.
func If(g *graph.Graph, v *graph.Value, code string, at []graph.Place) *WhatIf {
	w := &WhatIf{Value: v, Now: code, At: at, Hosts: []string{}}
	for _, p := range at {
		text := shown(g.Conceal(p.File, g.Text(p)))
		if w.Then != "" && w.Then != text {
			text = "" // it is not one
			w.Then = ""
			break
		}
		w.Then = text
	}
	// What values hold in which it is, before and after: my.mail = "root@${my.domain}".
	texts := map[*graph.Value][2]string{v: {w.Then, code}}
	flows := g.Flows.Of(v)
	slices.SortStableFunc(flows, func(a, b *graph.Flow) int { return cmp.Compare(len(a.Through), len(b.Through)) })
	for _, f := range flows {
		e := Effect{Flow: f, Hosts: hostNames(g, f.In)}
		if f.Kind == graph.Data || f.Kind == graph.Default || f.Kind == graph.Key {
			e.Then, e.Now = put(g, texts, f)
		}
		if f.ToValue != nil {
			if _, ok := texts[f.ToValue]; !ok && e.Then != "" {
				texts[f.ToValue] = [2]string{e.Then, e.Now}
			}
		} else {
			w.Hosts = together(w.Hosts, e.Hosts)
		}
		w.Effects = append(w.Effects, e)
	}
	slices.SortStableFunc(w.Effects, func(a, b Effect) int { return strings.Compare(a.Flow.To, b.Flow.To) })
	return w
}

// put puts what a value holds in for its last read on the way of a flow.
func put(g *graph.Graph, texts map[*graph.Value][2]string, f *graph.Flow) (then, now string) {
	// The value nearest the end whose text is known: the flow's own, or one that it goes through.
	from := f.From
	for _, name := range f.Through {
		for v := range texts {
			if v.Path == name {
				from = v
			}
		}
	}
	if n := len(f.Through); n > 0 && from.Path != f.Through[n-1] {
		return "", "" // an option comes between, and what it makes of it
	}
	is := texts[from]
	if is[0] == "" {
		return "", ""
	}
	way := f.Way()
	var read graph.Place
	for _, s := range way {
		if what, ok := strings.CutPrefix(s.What, "reads "); ok && (what == from.Path || strings.HasSuffix(what, "."+from.Path) || strings.HasPrefix(from.Path, what+".")) {
			read = s.At
		}
	}
	file := g.Files[read.File]
	if file == nil {
		return "", ""
	}
	// The string around the read; or else the one of the definition in which the name stands that is given to the read and
	// nothing else.
	var around *parse.String
	parse.Around(file.Expr, read.Span, func(n parse.Node) {
		if s, ok := n.(*parse.String); ok {
			around = s
		}
	})
	takes := func(p parse.Part) bool { return p.Expr != nil && p.Span.Contains(read.Span) }
	if around == nil {
		name := nameOf(file, read.Span)
		takes = func(p parse.Part) bool {
			id, ok := p.Expr.(*parse.Ident)
			return ok && id.Name == name
		}
		if file = g.Files[f.At.File]; file != nil && name != "" {
			parse.Walk(file.Expr, func(n parse.Node) bool {
				if s, ok := n.(*parse.String); ok && around == nil && f.At.Span.Contains(s.Span) && slices.ContainsFunc(s.Parts, takes) {
					around = s
				}
				return around == nil && (n.Range().Contains(f.At.Span) || f.At.Span.Contains(n.Range()))
			})
		}
	}
	if around == nil {
		return is[0], is[1]
	}
	a, ok1 := putInto(file, around, takes, is[0])
	b, ok2 := putInto(file, around, takes, is[1])
	if !ok1 || !ok2 {
		return "", ""
	}
	return a, b
}

// nameOf is the name that a binding gives to a read by itself: domain = config.my.domain, inherit (config.my) domain. "" if none does.
func nameOf(f *parse.File, read parse.Span) string {
	name := ""
	parse.Around(f.Expr, read, func(n parse.Node) {
		switch x := n.(type) {
		case *parse.Attr:
			if name = ""; x.Value.Range() == read && len(x.Path) == 1 {
				name = x.Path[0].Name
			}
		case *parse.Inherit:
			for _, i := range x.Names {
				if i.Span == read {
					name = i.Name
				}
			}
		}
	})
	return name
}

// putInto writes a string with a literal in place of some interpolations: all of it if it has one line, else the lines that have them.
func putInto(f *parse.File, s *parse.String, takes func(parse.Part) bool, literal string) (string, bool) {
	inner, ok := plainString(literal)
	if !ok {
		return "", false
	}
	var b strings.Builder
	last := s.Start
	first, end := -1, 0
	for _, p := range s.Parts {
		if takes(p) {
			b.WriteString(f.Src[last:p.Start])
			if first < 0 {
				first = b.Len()
			}
			b.WriteString(inner)
			last, end = p.End, b.Len()
		}
	}
	b.WriteString(f.Src[last:s.End])
	text := b.String()
	if s.Indented && strings.Contains(text, "\n") && first >= 0 {
		text = text[strings.LastIndexByte(text[:first], '\n')+1:]
		if i := strings.IndexByte(text[min(len(text), end-(b.Len()-len(text))):], '\n'); i >= 0 {
			text = text[:end-(b.Len()-len(text))+i]
		}
	}
	return strings.Join(strings.Fields(text), " "), true
}

// plainString is what a literal is within a string: the inside of a string of one line, the digits of a number.
func plainString(code string) (string, bool) {
	f := parse.Parse("value", code)
	switch x := f.Expr.(type) {
	case *parse.String:
		if !x.Indented && len(f.Errors) == 0 {
			return code[1 : len(code)-1], true
		}
	case *parse.Int:
		return x.Text, true
	}
	return "", false
}
