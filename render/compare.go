package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
)

// A mark says how a node or edge of a picture of two states differs: + new, - gone, ~ different, "" the same.
type mark string

// with joins what is told of several that become one.
func (m mark) with(other mark) mark {
	if m == other {
		return m
	}
	return "~"
}

// sign is the mark before a label, for who sees no colours.
func (m mark) sign() string {
	if m == "" {
		return ""
	}
	return changeSign(string(m)) + " "
}

// shownDiffering is up to how many nodes of a kind that differ are kept from being folded, in the overview and elsewhere. More than that are folded alike.
const (
	shownDiffering = 24
	pageDiffering  = 8
)

// compare adds to a picture what the same view shows of an earlier state, and marks what is new, gone and different. What files and values were called
// before is known by the change.
func (p *picture) compare(then *picture, c *change.Change) {
	values := map[string]*graph.Value{}
	for _, v := range c.Now.Graph.Values {
		values[v.Path] = v
	}
	renamed := map[string]string{}
	for _, v := range c.Values {
		if v.Was != "" {
			renamed[v.Was] = v.Path
		}
	}
	moved := map[string]string{}
	for _, f := range c.Files {
		if f.Was != "" {
			moved["module:"+f.Was] = "module:" + f.Name
		}
	}
	now := map[string]*node{}
	for _, n := range p.nodes {
		n.mark = "+"
		now[n.key] = n
	}
	same := map[*node]*node{}
	for _, old := range then.nodes {
		key := old.key
		switch {
		case moved[key] != "":
			key = moved[key]
		case old.kind == valueNode && old.value != nil && renamed[old.value.Path] != "":
			key = "value:" + renamed[old.value.Path]
		}
		if n := now[key]; n != nil {
			same[old], n.mark = n, ""
			if old.figure != n.figure {
				n.mark, n.figure = "~", old.figure+" → "+n.figure
			}
			continue
		}
		// A link would lead to what is there now.
		old.mark, old.file, old.line = "-", "", 0
		old.tip = append([]string{"no longer there"}, old.tip...)
		same[old] = old
		now[key] = old
		p.nodes = append(p.nodes, old)
	}
	edges := map[edgeKey]*edge{}
	key := func(e *edge) edgeKey { return edgeKey{e.from, e.to, e.violation, e.disabled, e.control} }
	for _, e := range p.edges {
		e.mark = "+"
		edges[key(e)] = e
	}
	for _, old := range then.edges {
		by := map[*graph.Value]amount{}
		for v, a := range old.by {
			path := v.Path
			if r := renamed[path]; r != "" {
				path = r
			}
			if is := values[path]; is != nil {
				v = is
			}
			by[v] = by[v].plus(a)
		}
		old.by = by
		old.from, old.to = same[old.from], same[old.to]
		e := edges[key(old)]
		if e == nil {
			old.mark = "-"
			edges[key(old)] = old
			p.edges = append(p.edges, old)
			continue
		}
		e.mark = ""
		if e.extra != old.extra && p.view.Name != "values" || !maps.EqualFunc(e.by, by, func(a, b amount) bool { return a.n == b.n }) {
			e.mark = "~"
		}
	}
	if p.view.Name == "heat" {
		for _, n := range p.nodes {
			n.label = strings.TrimSpace(n.label + "  " + n.figure)
		}
	} else {
		p.markChanged(c)
	}
	slices.SortFunc(p.nodes, func(a, b *node) int { return strings.Compare(a.key, b.key) })
	slices.SortFunc(p.edges, compareEdges)
	if p.view.Name == "values" {
		p.columns()
	}
	p.compared = c
}

// markChanged marks what is in both states and differs by itself: values that are set otherwise, options that are defined otherwise, modules of other code.
func (p *picture) markChanged(c *change.Change) {
	differ := map[string]string{} // key → what is told
	for _, v := range c.Values {
		if v.Was != "" {
			differ["value:"+v.Path] = "called " + v.Was + " before"
		}
		for _, f := range v.Facts {
			if f.What != "description" {
				then, is := apartFrom(f.Then, f.Now, 60)
				differ["value:"+v.Path] = fmt.Sprintf("%s: %s → %s", f.What, orNothing(then), orNothing(is))
				break
			}
		}
	}
	for _, d := range c.Definitions {
		then, is := apartFrom(d.Then, d.Now, 60)
		differ["option:"+d.Option] = fmt.Sprintf("%s → %s", orNothing(then), orNothing(is))
	}
	for _, f := range c.Files {
		if f.How == change.Changed && f.Code && !f.Layout {
			differ["module:"+f.Name] = "other code"
		}
	}
	for _, n := range p.nodes {
		if what := differ[n.key]; n.mark == "" && what != "" {
			n.mark = "~"
			n.tip = append(n.tip, what)
		}
	}
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return s
}

// aroundChange keeps what differs and what it is joined to, where a view shows details; a page of the whole keeps all. What differs is not folded, unless there is
// too much of it.
func (p *picture) aroundChange() {
	// That a module has other code is said, but does not make all that it reads and defines part of the change.
	differs := func(n *node) bool {
		return n.mark != "" && (n.kind != moduleNode || n.mark != "~" || p.view.Name == "heat")
	}
	if !slices.ContainsFunc(p.nodes, differs) && !slices.ContainsFunc(p.edges, func(e *edge) bool { return e.mark != "" }) {
		p.nodes, p.edges = nil, nil
		p.empty = fmt.Sprintf("nothing that the view %s shows differs between %s and %s", p.view.Name, p.compared.Then.Name, p.compared.Now.Name)
		return
	}
	whole := p.view.Name == "overview" || p.view.Name == "layers"
	if !whole {
		was := len(p.nodes)
		linked := map[*node]bool{}
		p.edges = slices.DeleteFunc(p.edges, func(e *edge) bool {
			keep := e.mark != "" || differs(e.from) || differs(e.to)
			if keep {
				linked[e.from], linked[e.to] = true, true
			}
			return !keep
		})
		p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return !differs(n) && !linked[n] })
		if rest := was - len(p.nodes); rest > 0 {
			p.notes = append(p.notes, plural(rest, "node that nothing of this touches is", "nodes that nothing of this touches are")+" not shown.")
		}
	}
	room := shownDiffering
	if p.view.Name == "overview" {
		room = pageDiffering
	}
	differing := map[kind]int{}
	for _, n := range p.nodes {
		if differs(n) {
			differing[n.kind]++
		}
	}
	for _, n := range p.nodes {
		n.kept = differs(n) && differing[n.kind] <= room
	}
}

// differences counts what a picture of two states marks: "2 new, 1 gone, 3 different".
func (p *picture) differences() string {
	n := map[mark]int{}
	for _, x := range p.nodes {
		n[x.mark]++
	}
	ways := 0
	for _, e := range p.edges {
		if e.mark != "" {
			ways++
		}
	}
	var words []string
	for _, m := range []struct {
		mark mark
		word string
	}{{"+", "new"}, {"-", "gone"}, {"~", "different"}} {
		if n[m.mark] > 0 {
			words = append(words, count(n[m.mark])+" "+m.word)
		}
	}
	words = append(words, plural(ways, "way that differs", "ways that differ"))
	return strings.Join(words, ", ")
}

// compareCSS is the look of what differs: colour, dash and sign.
func compareCSS() string {
	var light, dark strings.Builder
	for _, m := range []string{"+", "-", "~"} {
		s, class := changeStyles[m], changeClass(m)
		dash := map[string]string{"+": "", "-": ";stroke-dasharray:6 4", "~": ";stroke-dasharray:10 3 2 3"}[m]
		fmt.Fprintf(&light, ".r.d%[1]s{stroke:%[2]s;stroke-opacity:.8%[3]s}rect.d%[1]s{stroke:%[2]s;stroke-width:2%[3]s}text.d%[1]s{fill:%[2]s;font-weight:bold}\n", class, s.stroke, dash)
		fmt.Fprintf(&dark, ".r.d%[1]s{stroke:%[2]s}rect.d%[1]s{stroke:%[2]s}text.d%[1]s{fill:%[2]s}", class, s.dark)
	}
	return light.String() + "@media (prefers-color-scheme:dark){" + dark.String() + "}\n"
}

// markEntries explain the marks that occur in a picture.
func (p *picture) markEntries() (es []legendEntry) {
	for _, m := range []struct {
		mark mark
		word string
	}{{"+", "new"}, {"-", "gone"}, {"~", "different"}} {
		if !slices.ContainsFunc(p.nodes, func(n *node) bool { return n.mark == m.mark }) && !slices.ContainsFunc(p.edges, func(e *edge) bool { return e.mark == m.mark }) {
			continue
		}
		es = append(es, legendEntry{func(c *canvas, x, y float64) {
			fmt.Fprintf(c, `<path class="r %s" stroke-width="3" d="M%s %sh26"/>`+"\n", m.mark.class(), px(x), px(y-4))
		}, m.mark.sign() + m.word})
	}
	return es
}

// class is the mark's class in SVG; "" for what is the same.
func (m mark) class() string {
	if m == "" {
		return ""
	}
	return "d" + changeClass(string(m))
}
