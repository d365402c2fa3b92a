package render

// columns puts every value one column before those that it flows into, and the options last. Values that flow into each other in a
// ring share a column, for none of them is before the others.
func (p *picture) columns() {
	next := map[*node][]*node{}
	for _, e := range p.edges {
		if e.from.kind == valueNode && e.to.kind == valueNode {
			next[e.from] = append(next[e.from], e.to)
		}
	}
	r := rings{next: next, number: map[*node]int{}, low: map[*node]int{}, ring: map[*node]int{}}
	for _, n := range p.nodes {
		if n.kind == valueNode && r.number[n] == 0 {
			r.visit(n)
		}
	}
	// A ring is finished after all that it leads to.
	steps := make([]int, len(r.rings))
	last := 0
	for i, members := range r.rings {
		for _, n := range members {
			for _, to := range next[n] {
				if r.ring[to] != i {
					steps[i] = max(steps[i], steps[r.ring[to]]+1)
				}
			}
		}
		last = max(last, steps[i])
	}
	for _, n := range p.nodes {
		n.column = last + 1
		if n.kind == valueNode {
			n.column = last - steps[r.ring[n]]
		}
	}
}

// rings finds the sets of values that flow into each other (strongly connected components, by Tarjan).
type rings struct {
	next        map[*node][]*node
	number, low map[*node]int // from 1, in the order of their discovery; the lowest that can be reached
	ring        map[*node]int // the ring that a finished node belongs to
	rings       [][]*node
	open        []*node
}

func (r *rings) visit(n *node) {
	r.number[n] = len(r.number) + 1
	r.low[n] = r.number[n]
	r.open = append(r.open, n)
	for _, to := range r.next[n] {
		if r.number[to] == 0 {
			r.visit(to)
			r.low[n] = min(r.low[n], r.low[to])
		} else if _, finished := r.ring[to]; !finished {
			r.low[n] = min(r.low[n], r.number[to])
		}
	}
	if r.low[n] != r.number[n] {
		return
	}
	var members []*node
	for done := false; !done; {
		m := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		r.ring[m] = len(r.rings)
		members = append(members, m)
		done = m == n
	}
	r.rings = append(r.rings, members)
}
