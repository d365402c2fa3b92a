package graph

import (
	"slices"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// noJunction is where nothing goes on.
const noJunction = -1

// target is what a flow ends in.
type target struct {
	val    *Value
	option *eval.Path
	file   *parse.File // options are told apart by the file that defines them
}

// arrival is all that decides where a way goes on from where an edge ends: for a value, the path by which it was defined (one
// member of a registry, or all); for an option, whether it was defined by its names or by what it holds; for both, which
// questions about it that decides.
type arrival struct {
	vertex
	path    *eval.Path
	names   bool
	bearing eval.Bearing
}

// readerEdges are some of the edges that start at an option outside the roots.
type readerEdges struct {
	option *eval.Path
	asking aspects
}

// aspects are a set of aspects of an option, by bit.
type aspects uint8

func (as aspects) has(a eval.Aspect) bool { return as>>a&1 != 0 }

// link connects the edges that values get to. Where edges go on from is a junction; the edges that go on together from any
// junction are a bundle, so that a thousand options which one reader reads as a whole share what it makes of them.
func (fl *flows) link(vals []*Value) {
	fl.starts, fl.numbers, fl.ofReader = map[*Value]int32{}, map[arrival]int32{}, map[readerEdges]int32{}
	fl.origins, fl.targetOf = map[*Value]*origins{}, map[target]int32{}
	fl.vals = vals
	for _, v := range vals {
		if len(fl.out[v]) > 0 {
			fl.starts[v] = fl.bundle(fl.out[v])
		}
	}
	for i := 0; i < len(fl.bundles); i++ {
		for _, e := range fl.bundles[i] {
			if !e.linked {
				e.linked = true
				fl.edgeCount++
				e.onward = noJunction // where the work has to end early, the edges that are left lead no further
				if !fl.ends() {
					e.onward = fl.junction(e)
				}
				e.target = fl.end(e)
				fl.strengths[strength(e.kind)] = true
				fl.restricted = fl.restricted || e.in != nil || e.across
			}
		}
	}
	fl.origins = nil
	fl.crossing = map[int32][]*edge{}
	for b, edges := range fl.bundles {
		for _, e := range edges {
			if e.across && e.onward != noJunction {
				fl.crossing[int32(b)] = append(fl.crossing[int32(b)], e)
			}
		}
	}
}

func (fl *flows) bundle(edges []*edge) int32 {
	fl.bundles = append(fl.bundles, edges)
	return int32(len(fl.bundles) - 1)
}

// end is the number of what an edge ends in.
func (fl *flows) end(e *edge) int32 {
	t := target{val: e.to.val, option: e.to.option}
	if t.val == nil {
		t.file = e.def.File
	}
	n, ok := fl.targetOf[t]
	if !ok {
		n = int32(len(fl.targets))
		fl.targetOf[t] = n
		fl.targets = append(fl.targets, t)
	}
	return n
}

// junction is where an edge leads to.
func (fl *flows) junction(e *edge) int32 {
	key := arrival{vertex: e.to, bearing: fl.ev.Bearing(e.def, e.origin)}
	if e.to.val != nil {
		if len(fl.out[e.to.val]) == 0 {
			return noJunction
		}
		key.path = e.def.Path
	} else {
		key.names = e.def.Names
	}
	if n, ok := fl.numbers[key]; ok {
		return n
	}
	var bundles []int32
	if key.val != nil {
		bundles = fl.fromValue(key.val, key.path, key.bearing)
	} else {
		bundles = fl.fromOption(key)
	}
	n := int32(noJunction)
	if len(bundles) > 0 {
		n = int32(len(fl.junctions))
		fl.junctions = append(fl.junctions, bundles)
	}
	fl.numbers[key] = n
	return n
}

// fewEdges is how many edges of a value are gone through rather than looked up.
const fewEdges = 16

// fromValue is what goes on from a value that was defined at a path: what one member of a registry is set to goes on from that
// member only.
func (fl *flows) fromValue(v *Value, path *eval.Path, bearing eval.Bearing) []int32 {
	all := fl.out[v]
	var some []*edge
	if len(all) <= fewEdges {
		for _, e := range all {
			if overlap(path, e.origin.Path) {
				some = append(some, e)
			}
		}
	} else {
		some = fl.originsOf(v).related(path)
	}
	some = slices.DeleteFunc(some, func(e *edge) bool {
		a := e.origin.Asks
		return (a == eval.Nullness || a == eval.Size) && !bearing.Decides(a, path, e.origin.Path)
	})
	switch len(some) {
	case 0:
		return nil
	case len(all):
		return []int32{fl.starts[v]}
	}
	return []int32{fl.bundle(some)}
}

// origins finds the edges of a value by the path that they come from.
type origins struct {
	edges []*edge
	trie  pathTrie
	at    map[*eval.Path][]int32 // indices of edges
}

func (fl *flows) originsOf(v *Value) *origins {
	o := fl.origins[v]
	if o == nil {
		o = &origins{edges: fl.out[v], at: map[*eval.Path][]int32{}}
		for i, e := range o.edges {
			p := e.origin.Path
			if o.at[p] == nil {
				o.trie.add(p.Segments(), p)
			}
			o.at[p] = append(o.at[p], int32(i))
		}
		fl.origins[v] = o
	}
	return o
}

// related are the edges that come from what can be the same as a path, in their order.
func (o *origins) related(path *eval.Path) []*edge {
	var at []int32
	o.trie.related(path.Segments(), func(p *eval.Path, _, _ bool) { at = append(at, o.at[p]...) })
	slices.Sort(at)
	some := make([]*edge, len(at))
	for i, n := range at {
		some[i] = o.edges[n]
	}
	return some
}

// fromOption is what goes on from an option outside the roots that was defined.
func (fl *flows) fromOption(at arrival) (bundles []int32) {
	if fl.reads == nil {
		fl.index()
	}
	fl.trie.related(fl.ofRoot(at.option), func(q *eval.Path, exact, above bool) {
		if at.names && !above {
			return // a name that is added below says nothing of what was there
		}
		asking := aspects(1<<eval.Whole | 1<<eval.Contents | 1<<eval.Digest)
		if at.names && exact {
			asking |= 1 << eval.Names
		}
		for _, a := range []eval.Aspect{eval.Presence, eval.Nullness, eval.Size, eval.Defined} {
			if at.bearing.Decides(a, at.option, q) {
				asking |= 1 << a
			}
		}
		if n := fl.reading(q, asking); n >= 0 {
			bundles = append(bundles, n)
		}
	})
	return bundles
}

// reading are the edges that start at an option outside the roots; -1 if there are none.
func (fl *flows) reading(p *eval.Path, asking aspects) int32 {
	key := readerEdges{p, asking}
	if n, ok := fl.ofReader[key]; ok {
		return n
	}
	r := fl.reads[p]
	for _, d := range r.from {
		fl.edges(d.def, d.origin, fl.landings(d.def))
	}
	r.from = nil
	var some []*edge
	for _, e := range r.edges {
		if asking.has(e.origin.Asks) {
			some = append(some, e)
		}
	}
	n := int32(-1)
	if len(some) > 0 {
		n = fl.bundle(some)
	}
	fl.ofReader[key] = n
	return n
}

// overlap says whether two paths can speak of the same thing, as far as both go.
func overlap(a, b *eval.Path) bool {
	if a == b {
		return true
	}
	for a.Len() > b.Len() {
		a = a.Parent
	}
	for b.Len() > a.Len() {
		b = b.Parent
	}
	for a != b {
		if !sameName(a.Name, b.Name) {
			return false
		}
		a, b = a.Parent, b.Parent
	}
	return true
}
