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
