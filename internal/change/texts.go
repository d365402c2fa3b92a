package change

import (
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// text is the code at a place of one side, as pair keys need it: what a binding is bound to, whatever way its name is written.
func (c *comparison) text(g *graph.Graph, at graph.Place) string {
	memo := c.nowTexts
	if g == c.then {
		memo = c.thenTexts
	}
	if t, ok := memo[at]; ok {
		return t
	}
	t := ""
	if f := g.Files[at.File]; f == nil {
		t = code(g.Text(at))
	} else if from, name, ok := inherited(f, at.Span); ok && !slices.Contains(c.reads(g, at.File), at.Span) {
		if t = name; from != nil {
			t = code(selected(c.canonical(g, f, from.Range()), from, name))
		}
	} else {
		t = code(c.canonical(g, f, g.RightSide(at).Span))
	}
	t = c.renamedIn(t)
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

// reads are the places in a file where values are read that have another name on the other side, sorted.
func (c *comparison) reads(g *graph.Graph, file string) []parse.Span {
	if len(c.renamed) == 0 {
		return nil
	}
	memo := &c.nowReads
	if g == c.then {
		memo = &c.thenReads
	}
	if *memo == nil {
		*memo = map[string][]parse.Span{}
		for _, r := range g.References {
			if c.readAs(g, r) != "" {
				(*memo)[r.At.File] = append((*memo)[r.At.File], r.At.Span)
			}
		}
		for name, spans := range *memo {
			slices.SortFunc(spans, func(a, b parse.Span) int { return int(a.Start - b.Start) })
			(*memo)[name] = slices.Compact(spans)
		}
	}
	return (*memo)[file]
}

// readAs is the path that a renamed value has now; "" for others.
func (c *comparison) readAs(g *graph.Graph, r *graph.Reference) string {
	if g == c.then {
		if to := c.renamed[r.Value.Path]; to != r.Value.Path {
			return to
		}
		return ""
	}
	if c.before[r.Value.Path] != "" {
		return r.Value.Path
	}
	return ""
}

// canonical is a piece of code in which reads of renamed values look alike on both sides: the read itself, config.my.a or an alias's cfg.a, is a string that
// no source has, and inherit (cfg) a is written as the binding that it is.
func (c *comparison) canonical(g *graph.Graph, f *parse.File, span parse.Span) string {
	reads := c.reads(g, f.Name)
	first, _ := slices.BinarySearchFunc(reads, span.Start, func(s parse.Span, at int32) int { return int(s.Start - at) })
	reads = reads[first:]
	if len(reads) == 0 || reads[0].Start >= span.End {
		return f.Text(span)
	}
	var b strings.Builder
	done := span.Start
	for _, r := range reads {
		if r.End > span.End {
			break
		}
		if r.Start < done {
			continue
		}
		if in := inheritAround(f, r); in != nil && span.Contains(in.Span) {
			b.WriteString(f.Text(parse.Span{Start: done, End: in.Start}))
			b.WriteString(c.unfolded(f, in, reads))
			done = in.End
			continue
		}
		b.WriteString(f.Text(parse.Span{Start: done, End: r.Start}))
		b.WriteString(renamedRead)
		done = r.End
	}
	b.WriteString(f.Text(parse.Span{Start: done, End: span.End}))
	return b.String()
}

// renamedRead stands for a read of a renamed value. Which one it is, the readers and flows tell.
var renamedRead = strconv.Quote("\x01")

// unfolded is an inherit with those of its names bound one by one that renamed values are read by.
func (c *comparison) unfolded(f *parse.File, in *parse.Inherit, reads []parse.Span) string {
	var rest, ones strings.Builder
	for _, n := range in.Names {
		if slices.Contains(reads, n.Span) {
			ones.WriteString(f.Text(n.Span) + " = " + renamedRead + "; ")
		} else {
			rest.WriteString(" " + f.Text(n.Span))
		}
	}
	text := ones.String()
	if rest.Len() > 0 {
		from := ""
		if in.From != nil {
			from = " (" + f.Text(in.From.Range()) + ")"
		}
		text = "inherit" + from + rest.String() + "; " + text
	}
	return text
}

// inheritAround is the inherit of which a span is a name, nil if it is none.
func inheritAround(f *parse.File, span parse.Span) *parse.Inherit {
	var found *parse.Inherit
	parse.Around(f.Expr, span, func(n parse.Node) {
		if in, ok := n.(*parse.Inherit); ok && slices.ContainsFunc(in.Names, func(a parse.AttrName) bool { return a.Span == span }) {
			found = in
		}
	})
	return found
}

// inherited is what a name in an inherit is taken from, and the name: cfg and port of inherit (cfg) port. from is nil where it is the scope.
func inherited(f *parse.File, span parse.Span) (from parse.Expr, name string, ok bool) {
	in := inheritAround(f, span)
	if in == nil {
		return nil, "", false
	}
	return in.From, f.Text(span), true
}

// selected is the selection that an inherit stands for.
func selected(text string, from parse.Expr, name string) string {
	switch from.(type) {
	case *parse.Ident, *parse.Select, *parse.Paren:
	default:
		text = "(" + text + ")"
	}
	return text + "." + name
}

// valueLine is what a definition's place says on one line: the right side of a binding, what an inherit selects.
func valueLine(g *graph.Graph, at graph.Place) string {
	text := g.Text(g.RightSide(at))
	if f := g.Files[at.File]; f != nil {
		if from, name, ok := inherited(f, at.Span); ok && from != nil {
			text = selected(f.Text(from.Range()), from, name)
		}
	}
	return shown(g.Conceal(at.File, text))
}
