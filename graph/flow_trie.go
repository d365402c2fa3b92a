package graph

import "nixsink/graph/eval"

// pathTrie finds the paths of a set that can speak of the same thing as another path, whichever of the two is the longer one.
type pathTrie struct {
	kids  map[string]*pathTrie
	order int // among the kids of its parent, in the order in which they came
	name  string
	here  []*eval.Path
	some  []*pathTrie // kids in order
	wild  []*pathTrie // those of them whose name is not wholly known
}

func (t *pathTrie) add(segs []string, p *eval.Path) {
	for _, s := range segs {
		k := t.kids[s]
		if k == nil {
			if t.kids == nil {
				t.kids = map[string]*pathTrie{}
			}
			k = &pathTrie{order: len(t.some), name: s}
			t.kids[s] = k
			t.some = append(t.some, k)
			if hasHole(s) {
				t.wild = append(t.wild, k)
			}
		}
		t = k
	}
	t.here = append(t.here, p)
}

// related visits what is at, above or below segs, in the order in which it was added at every level.
func (t *pathTrie) related(segs []string, visit func(p *eval.Path, exact, above bool)) {
	for _, p := range t.here {
		visit(p, len(segs) == 0, true)
	}
	if len(segs) == 0 {
		for _, k := range t.some {
			k.under(visit)
		}
		return
	}
	if hasHole(segs[0]) {
		for _, k := range t.some {
			if sameName(k.name, segs[0]) {
				k.related(segs[1:], visit)
			}
		}
		return
	}
	exact := t.kids[segs[0]]
	for _, k := range t.wild {
		if exact != nil && exact.order < k.order {
			exact.related(segs[1:], visit)
			exact = nil
		}
		if eval.Glob(k.name, segs[0]) {
			k.related(segs[1:], visit)
		}
	}
	if exact != nil {
		exact.related(segs[1:], visit)
	}
}

func (t *pathTrie) under(visit func(p *eval.Path, exact, above bool)) {
	for _, p := range t.here {
		visit(p, false, false)
	}
	for _, k := range t.some {
		k.under(visit)
	}
}
