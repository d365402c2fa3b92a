package graph

import "strings"

// ends is what a value flows into, so that a path can be looked up.
type ends struct {
	options []string // outside the roots, in order of the flows
	root    endNode
}

// endNode is a name in the paths of options.
type endNode struct {
	kids map[string]*endNode
	wild []string // those of kids that stand for more than one name
	here bool     // an option ends here
}

// endsOf is what a value flows into, once it was asked for.
func (j *judgement) endsOf(v *Value) *ends {
	e := j.ends[v]
	if e != nil {
		return e
	}
	e = &ends{}
	j.ends[v] = e
	last := ""
	for _, f := range j.g.Flows.Of(v) { // sorted by option
		if f.To == last {
			continue
		}
		last = f.To
		if f.ToValue == nil {
			e.options = append(e.options, f.To)
		}
		e.add(f.To)
		if short := InHome(f.To); short != f.To {
			e.add(short)
		}
	}
	return e
}

func (e *ends) add(path string) {
	n := &e.root
	for _, s := range SplitPath(path) {
		s = unquoted(s)
		k := n.kids[s]
		if k == nil {
			if n.kids == nil {
				n.kids = map[string]*endNode{}
			}
			k = &endNode{}
			n.kids[s] = k
			if strings.Contains(s, "*") {
				n.wild = append(n.wild, s)
			}
		}
		n = k
	}
	n.here = true
}

// onPath reports whether some end is a path, lies below it or leads to it (see onSamePath).
func (e *ends) onPath(path string) bool {
	return len(e.root.kids) > 0 && e.root.onPath(SplitPath(path))
}

func (n *endNode) onPath(segments []string) bool {
	if n.here || len(segments) == 0 {
		return true
	}
	name := unquoted(segments[0])
	if strings.Contains(name, "*") {
		for s, k := range n.kids {
			if sameSegment(name, s) && k.onPath(segments[1:]) {
				return true
			}
		}
		return false
	}
	if k := n.kids[name]; k != nil && k.onPath(segments[1:]) {
		return true
	}
	for _, s := range n.wild {
		if sameSegment(name, s) && s != name && n.kids[s].onPath(segments[1:]) {
			return true
		}
	}
	return false
}
