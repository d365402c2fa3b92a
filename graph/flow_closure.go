package graph

import (
	"cmp"
	"slices"
)

// tally is how many flows start at a value, and how many distinct options they end in.
type tally struct{ flows, reach int }

// layout gives what flows end in a place in the sets of the closure: first the values, then the options, those that are defined in
// one file before those that several define; after them a number for each of the latter, told apart by nothing but its name.
type layout struct {
	place                         []int32 // by target
	option                        []int32 // by target: its number by name, -1 if several files do not define it
	values, single, several, size int32   // where each part ends
}

func (fl *flows) layout() *layout {
	n := len(fl.targets)
	l := &layout{place: make([]int32, n), option: make([]int32, n)}
	texts := make([]string, n)
	files := map[string]int{}
	for i, t := range fl.targets {
		l.option[i] = -1
		if t.val == nil {
			texts[i] = fl.text(vertex{option: t.option})
			files[texts[i]]++
		}
	}
	rank := func(i int32) int {
		switch {
		case fl.targets[i].val != nil:
			return 0
		case files[texts[i]] == 1:
			return 1
		}
		return 2
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(rank(a), rank(b)) })
	named := map[string]int32{}
	for place, i := range order {
		l.place[i] = int32(place)
		switch rank(i) {
		case 0:
			l.values++
			l.single++
		case 1:
			l.single++
		default:
			k, ok := named[texts[i]]
			if !ok {
				k = int32(n + len(named))
				named[texts[i]] = k
			}
			l.option[i] = k
		}
	}
	l.several, l.size = int32(n), int32(n+len(named))
	return l
}

// add puts the numbers of a target to others.
func (l *layout) add(to []int32, target int32) []int32 {
	to = append(to, l.place[target])
	if o := l.option[target]; o >= 0 {
		to = append(to, o)
	}
	return to
}

// count says how many flows a value has whose targets are a set, and into how many options.
func (l *layout) count(s *bitSet, self int32) (t tally) {
	t.flows = s.count(0, l.several)
	if self >= 0 && s.has(l.place[self]) {
		t.flows-- // what leads back to where it starts is no flow
	}
	t.reach = s.count(l.values, l.single) + s.count(l.several, l.size)
	return t
}

// A condensation is the graph of bundles and junctions as far as edges of some strength go, each group that leads back to itself
// as one component. What only some configurations can tell apart is there once for each atom of them.
type condensation struct {
	fl    *flows
	least int // strength
	atoms []*ConfSet
	first []int32 // by bundle, then by junction: the number of its first node; the next one has its last
	comp  []int32 // by node; a component's successors have lower numbers
	comps int
	ends  func() bool // says whether sets has to end early; nil if it need not
}

// condense finds the components. plain, if not nil, are the nodes from which no restricted edge can be reached.
func (fl *flows) condense(least int, atoms []*ConfSet, plain []bool) *condensation {
	c := &condensation{fl: fl, least: least, atoms: atoms}
	n := len(fl.bundles) + len(fl.junctions)
	c.first = make([]int32, n+1)
	for i := range n {
		nodes := int32(1)
		if plain != nil && !plain[i] {
			nodes = int32(len(atoms))
		}
		c.first[i+1] = c.first[i] + nodes
	}
	c.components()
	return c
}

// node is the number of a bundle or junction in an atom.
func (c *condensation) node(i int32, atom int) int32 {
	if c.first[i+1]-c.first[i] == 1 {
		return c.first[i]
	}
	return c.first[i] + int32(atom)
}

// holds says whether an edge is there: strong enough, and in an atom, if there are atoms.
func (c *condensation) holds(e *edge, atom int) bool {
	in := e.in
	if e.across {
		in = e.of
	}
	return strength(e.kind) >= c.least && (in == nil || c.atoms == nil || in.Meets(c.atoms[atom]))
}

// next is the k-th node that leads on from a bundle or junction i in an atom, or -1 where there is no such edge; false after the last.
func (c *condensation) next(i int32, atom, k int) (int32, bool) {
	fl := c.fl
	bundles := int32(len(fl.bundles))
	if i >= bundles {
		if k == len(fl.junctions[i-bundles]) {
			return 0, false
		}
		return c.node(fl.junctions[i-bundles][k], atom), true
	}
	edges := fl.bundles[i]
	if k < len(edges) {
		if e := edges[k]; e.onward != noJunction && !e.across && c.holds(e, atom) {
			return c.node(bundles+e.onward, atom), true
		}
		return -1, true
	}
	// What leads from one configuration to others goes on in all of their atoms.
	k -= len(edges)
	crossing := fl.crossing[i]
	if len(crossing) == 0 || k >= len(crossing)*len(c.atoms) {
		return 0, false
	}
	e, to := crossing[k/len(c.atoms)], k%len(c.atoms)
	if c.holds(e, atom) && (e.in == nil || e.in.Meets(c.atoms[to])) {
		return c.node(bundles+e.onward, to), true
	}
	return -1, true
}

// components numbers the strongly connected components (R. Tarjan, "Depth-first search and linear graph algorithms", 1972), without
// recursion: ways are long.
func (c *condensation) components() {
	n := c.first[len(c.first)-1]
	owner := make([]int32, n) // the bundle or junction of a node
	for i := range int32(len(c.first) - 1) {
		for v := c.first[i]; v < c.first[i+1]; v++ {
			owner[v] = i
		}
	}
	c.comp = make([]int32, n)
	low, index := make([]int32, n), make([]int32, n)
	type frame struct {
		node int32
		k    int
	}
	var frames []frame
	var open []int32
	count := int32(0)
	for i := range c.comp {
		c.comp[i] = -1
	}
	enter := func(v int32) {
		count++
		low[v], index[v] = count, count
		open = append(open, v)
		frames = append(frames, frame{node: v})
	}
	for start := range n {
		if index[start] != 0 {
			continue
		}
		enter(start)
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			v := f.node
			to, more := c.next(owner[v], int(v-c.first[owner[v]]), f.k)
			f.k++
			switch {
			case !more:
				frames = frames[:len(frames)-1]
				if len(frames) > 0 {
					u := frames[len(frames)-1].node
					low[u] = min(low[u], low[v])
				}
				if low[v] == index[v] {
					for {
						w := open[len(open)-1]
						open = open[:len(open)-1]
						c.comp[w] = int32(c.comps)
						if w == v {
							break
						}
					}
					c.comps++
				}
			case to < 0:
			case index[to] == 0:
				enter(to)
			case c.comp[to] < 0:
				low[v] = min(low[v], index[to])
			}
		}
	}
}

// targets tells visit for every value, in any order, the set of what it flows into by edges of the condensation's strength.
func (c *condensation) targets(l *layout, visit func(v *Value, s *bitSet)) {
	start := map[int32]*Value{}
	parts := map[*Value][]*bitSet{} // of the atoms, where they are apart
	for v, b := range c.fl.starts {
		start[b] = v
	}
	all := newUnions(int(l.size))
	c.sets(l, func(nodes []int32, s *bitSet) {
		for _, i := range nodes {
			v := start[i]
			if v == nil {
				continue
			}
			atoms := int(c.first[i+1] - c.first[i])
			if atoms == 1 {
				visit(v, s)
				continue
			}
			if parts[v] = append(parts[v], s); len(parts[v]) == atoms {
				visit(v, all.of(parts[v], nil))
				delete(parts, v)
			}
		}
	})
}

// sets tells visit for every component the bundles and junctions in it, numbered as in first, and what can be reached from there.
// Only the sets that are still to be joined are kept.
// Where it has to end early, components are missing.
func (c *condensation) sets(l *layout, visit func(in []int32, s *bitSet)) {
	fl := c.fl
	nodes := make([][]int32, c.comps) // of a component
	owner := make([]int32, len(c.comp))
	for i := range int32(len(c.first) - 1) {
		for v := c.first[i]; v < c.first[i+1]; v++ {
			nodes[c.comp[v]] = append(nodes[c.comp[v]], v)
			owner[v] = i
		}
	}
	each := func(comp int32, yield func(next int32)) {
		for _, v := range nodes[comp] {
			i := owner[v]
			for k := 0; ; k++ {
				to, more := c.next(i, int(v-c.first[i]), k)
				if !more {
					break
				}
				if to >= 0 && c.comp[to] != comp {
					yield(c.comp[to])
				}
			}
		}
	}
	// A component's set is let go when the last that leads there has joined it.
	uses := make([]int32, c.comps)
	seen := make([]int32, c.comps)
	for comp := range int32(c.comps) {
		each(comp, func(next int32) {
			if seen[next] != comp+1 {
				seen[next] = comp + 1
				uses[next]++
			}
		})
	}
	clear(seen)
	var in []int32
	sets := make([]*bitSet, c.comps)
	var loose []int32
	var below []*bitSet
	all := newUnions(int(l.size))
	for comp := range int32(c.comps) {
		if c.ends != nil && c.ends() {
			return
		}
		loose, below = loose[:0], below[:0]
		each(comp, func(next int32) {
			if seen[next] == comp+1 {
				return
			}
			seen[next] = comp + 1
			below = append(below, sets[next])
			if uses[next]--; uses[next] == 0 {
				sets[next] = nil
			}
		})
		for _, v := range nodes[comp] {
			i := owner[v]
			if int(i) >= len(fl.bundles) {
				continue
			}
			for _, e := range fl.bundles[i] {
				if c.holds(e, int(v-c.first[i])) && !fl.inward(e.target) {
					loose = l.add(loose, e.target)
				}
			}
		}
		s := all.of(below, loose)
		if uses[comp] > 0 {
			sets[comp] = s
		}
		in = in[:0]
		for _, n := range nodes[comp] {
			in = append(in, owner[n])
		}
		visit(in, s)
	}
}

// plain finds the bundles and junctions from which only edges can be reached that hold in all configurations; nil if that is all.
func (fl *flows) plain() []bool {
	if !fl.restricted {
		return nil
	}
	n := len(fl.bundles)
	plain := make([]bool, n+len(fl.junctions))
	into := make([][]int32, len(plain))
	var queue []int32
	for i := range plain {
		plain[i] = true
	}
	spoil := func(i int32) {
		if plain[i] {
			plain[i] = false
			queue = append(queue, i)
		}
	}
	for j, bundles := range fl.junctions {
		for _, b := range bundles {
			into[b] = append(into[b], int32(n+j))
		}
	}
	for b, edges := range fl.bundles {
		for _, e := range edges {
			if e.onward != noJunction {
				into[n+int(e.onward)] = append(into[n+int(e.onward)], int32(b))
			}
			if e.in != nil || e.across {
				spoil(int32(b))
			}
		}
	}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, from := range into[i] {
			spoil(from)
		}
	}
	return plain
}

// atoms are the parts of the configurations that edges tell apart.
func (fl *flows) atoms() []*ConfSet {
	if !fl.restricted {
		return nil
	}
	seen := map[*ConfSet]bool{}
	var sets []*ConfSet
	for _, edges := range fl.bundles {
		for _, e := range edges {
			for _, s := range []*ConfSet{e.in, e.of} {
				if s != nil && !seen[s] {
					seen[s] = true
					sets = append(sets, s)
				}
			}
		}
	}
	return fl.confs.Atoms(sets)
}

// strengthsThere are the strengths that there are edges of, strongest first.
func (fl *flows) strengthsThere() (out []int) {
	for s := 3; s > 0; s-- {
		if fl.strengths[s] {
			out = append(out, s)
		}
	}
	return out
}

// close counts the flows of every value, and marks the edges that a stronger way outdoes.
func (fl *flows) close() map[*Value]tally {
	l, atoms, plain := fl.layout(), fl.atoms(), fl.plain()
	counts := make(map[*Value]tally, len(fl.starts))
	there := fl.strengthsThere()
	for i, least := range there {
		c := fl.condense(least, atoms, plain)
		c.ends = fl.ends
		c.targets(l, func(v *Value, s *bitSet) {
			if i == len(there)-1 {
				self := int32(-1)
				if n, ok := fl.targetOf[target{val: v}]; ok {
					self = n
				}
				counts[v] = l.count(s, self)
				return
			}
			for _, e := range fl.out[v] {
				if strength(e.kind) < least && s.has(l.place[e.target]) {
					e.outdone = true
				}
			}
		})
	}
	if fl.cut != nil {
		fl.countDirect(l, counts)
	}
	return counts
}

// countDirect counts the single steps of the values whose flows could not be counted any more.
func (fl *flows) countDirect(l *layout, counts map[*Value]tally) {
	all := newUnions(int(l.size))
	var loose []int32
	for v := range fl.starts {
		if _, ok := counts[v]; ok {
			continue
		}
		loose = loose[:0]
		for _, e := range fl.out[v] {
			if e.to.val != v && !fl.inward(e.target) {
				loose = l.add(loose, e.target)
			}
		}
		counts[v] = l.count(all.of(nil, loose), -1)
	}
}
