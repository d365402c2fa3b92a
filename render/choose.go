package render

import (
	"slices"

	"nixsink/graph"
)

// choose cuts the picture down to what the options ask for: first by patterns, then by reads, then around the focus.
func (p *picture) choose(o Options) error {
	for _, want := range slices.Concat(o.Focus, o.Highlight) {
		if !slices.ContainsFunc(p.nodes, func(n *node) bool { return n.called(want) }) {
			return usagef("nothing in the view %s is called %q", p.view.Name, want)
		}
	}
	for _, n := range p.nodes {
		n.focus = slices.ContainsFunc(o.Focus, n.called)
		n.high = slices.ContainsFunc(o.Highlight, n.called)
	}
	if err := p.byPattern(o); err != nil {
		return err
	}
	p.byReads(o)
	if err := p.reaching(o); err != nil {
		return err
	}
	if len(o.Focus) > 0 {
		p.around(o)
	}
	if len(p.nodes) == 0 {
		p.empty = "what the flags ask for (--focus, --only, --without, --min-reads, --reaches) leaves nothing over"
	}
	return nil
}

// called reports whether people mean this node by a name: its path, an id, a value's path with config. before it.
func (n *node) called(name string) bool {
	for _, own := range n.names {
		if own == name || "config."+own == name || own == name+".nix" || own == name+"/default.nix" {
			return true
		}
	}
	return n.label == name
}

func (n *node) matches(globs []glob) bool {
	for _, g := range globs {
		if slices.ContainsFunc(n.names, g.match) {
			return true
		}
	}
	return false
}

func compileGlobs(patterns []string) ([]glob, error) {
	var out []glob
	for _, s := range patterns {
		g, err := compileGlob(s)
		if err != nil {
			return nil, usagef("the pattern %q: %v", s, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// byPattern applies Include and Exclude. A pattern speaks of the kinds of node that it matches at all: one for
// modules does not throw every value out.
func (p *picture) byPattern(o Options) error {
	include, err := compileGlobs(o.Include)
	if err != nil {
		return err
	}
	exclude, err := compileGlobs(o.Exclude)
	if err != nil {
		return err
	}
	if len(include)+len(exclude) == 0 {
		return nil
	}
	speaksOf := map[kind]bool{}
	for _, n := range p.nodes {
		if n.matches(include) {
			speaksOf[n.kind] = true
		}
	}
	if len(include) > 0 && len(speaksOf) == 0 {
		p.nodes, p.edges = nil, nil
		return nil
	}
	p.keep(func(n *node) bool {
		return (!speaksOf[n.kind] || n.matches(include)) && !n.matches(exclude)
	}, nil)
	return nil
}

// byReads applies MinReads and Top: to the values, most reads first.
func (p *picture) byReads(o Options) {
	if o.MinReads == 0 && o.Top == 0 {
		return
	}
	var vs []*graph.Value
	for _, n := range p.nodes {
		if n.value != nil && n.reads >= o.MinReads {
			vs = append(vs, n.value)
		}
	}
	slices.SortStableFunc(vs, byReads)
	if o.Top > 0 && len(vs) > o.Top {
		vs = vs[:o.Top]
	}
	wanted := map[*graph.Value]bool{}
	for _, v := range vs {
		wanted[v] = true
	}
	p.keep(func(n *node) bool { return n.value == nil || n.focus || wanted[n.value] }, func(v *graph.Value) bool { return wanted[v] })
}

// reaching keeps only the ways that end in the options asked for.
func (p *picture) reaching(o Options) error {
	if len(o.Reaches) == 0 {
		return nil
	}
	globs, err := compileGlobs(o.Reaches)
	if err != nil {
		return err
	}
	var ends []*node
	for _, n := range p.nodes {
		if n.kind == optionNode && n.matches(globs) {
			ends = append(ends, n)
		}
	}
	if p.view.Name != "sinks" && p.view.Name != "overview" && p.view.Name != "values" {
		return usagef("--reaches needs a view with options: sinks or values, not %s", p.view.Name)
	}
	p.walk(ends, 0, true, false)
	return nil
}

// around keeps what is at most Depth steps from the focus, up, down or both.
func (p *picture) around(o Options) {
	var starts []*node
	for _, n := range p.nodes {
		if n.focus {
			starts = append(starts, n)
		}
	}
	both := o.Up == o.Down
	p.walk(starts, o.Depth, both || o.Up, both || o.Down)
}

// walk keeps the edges on the ways from some nodes. It goes value by value: a module that reads ports and domains and
// defines options with both must not make a port flow into what only the domain reaches.
func (p *picture) walk(starts []*node, depth int, up, down bool) {
	values := map[*graph.Value]bool{}
	for _, e := range p.edges {
		for v := range e.by {
			values[v] = true
		}
	}
	type kept struct {
		by    map[*graph.Value]bool
		extra bool
	}
	keep := map[*edge]*kept{}
	mark := func(e *edge, v *graph.Value) {
		k := keep[e]
		if k == nil {
			k = &kept{by: map[*graph.Value]bool{}}
			keep[e] = k
		}
		if v == nil {
			k.extra = true
		} else {
			k.by[v] = true
		}
	}
	in, out := map[*node][]*edge{}, map[*node][]*edge{}
	for _, e := range p.edges {
		in[e.to] = append(in[e.to], e)
		out[e.from] = append(out[e.from], e)
	}
	carries := func(e *edge, v *graph.Value) bool {
		if v == nil {
			return e.extra.n > 0
		}
		_, ok := e.by[v]
		return ok
	}
	go1 := func(v *graph.Value, next map[*node][]*edge, end func(*edge) *node) {
		at := map[*node]bool{}
		front := starts
		for step := 1; len(front) > 0 && (depth == 0 || step <= depth); step++ {
			var then []*node
			for _, n := range front {
				if at[n] {
					continue
				}
				at[n] = true
				// From a value's own node only that value sets out.
				if n.value != nil && v != nil && n.value != v && slices.Contains(starts, n) {
					continue
				}
				for _, e := range next[n] {
					if carries(e, v) {
						mark(e, v)
						then = append(then, end(e))
					}
				}
			}
			front = then
		}
	}
	for v := range values {
		if up {
			go1(v, in, func(e *edge) *node { return e.from })
		}
		if down {
			go1(v, out, func(e *edge) *node { return e.to })
		}
	}
	if up {
		go1(nil, in, func(e *edge) *node { return e.from })
	}
	if down {
		go1(nil, out, func(e *edge) *node { return e.to })
	}
	var edges []*edge
	used := map[*node]bool{}
	for _, n := range starts {
		used[n] = true
	}
	for _, e := range p.edges {
		k := keep[e]
		if k == nil {
			continue
		}
		for v := range e.by {
			if !k.by[v] {
				delete(e.by, v)
			}
		}
		if !k.extra {
			e.extra = amount{}
		}
		used[e.from], used[e.to] = true, true
		edges = append(edges, e)
	}
	p.edges = edges
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return !used[n] })
}

// keep drops nodes, what their edges carried, and nodes that nothing leads to or from any more. carried says which
// values' shares of the other edges stay; nil keeps those whose node stays.
func (p *picture) keep(stays func(*node) bool, carried func(*graph.Value) bool) {
	gone := map[*graph.Value]bool{}
	left := map[*node]bool{}
	for _, n := range p.nodes {
		if stays(n) {
			left[n] = true
		} else if n.value != nil {
			gone[n.value] = true
		}
	}
	had := map[*node]bool{}
	has := map[*node]bool{}
	var edges []*edge
	for _, e := range p.edges {
		had[e.from], had[e.to] = true, true
		if !left[e.from] || !left[e.to] {
			continue
		}
		for v := range e.by {
			if gone[v] || carried != nil && !carried(v) {
				delete(e.by, v)
			}
		}
		if e.amount().n == 0 {
			continue
		}
		has[e.from], has[e.to] = true, true
		edges = append(edges, e)
	}
	p.edges = edges
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return !left[n] || had[n] && !has[n] && !n.focus })
}
