package graph

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
	"sync"
)

// A ConfSet is a set of configurations, which are numbered from 0. It is interned by the ConfSets that made it: equal sets
// are one pointer, and nil is all configurations. It never changes.
type ConfSet struct {
	words []uint64 // bit i%64 of word i/64 is configuration i; no zero words at the end
}

// ConfSets makes the sets of one analysis. It may be used by several goroutines.
type ConfSets struct {
	n    int
	none *ConfSet
	mu   sync.Mutex
	sets map[string]*ConfSet // by their words
}

// NewConfSets makes sets of n configurations.
func NewConfSets(n int) *ConfSets {
	none := &ConfSet{}
	return &ConfSets{n: n, none: none, sets: map[string]*ConfSet{"": none}}
}

// None is the empty set.
func (cs *ConfSets) None() *ConfSet { return cs.none }

// Of is the set of some configurations.
func (cs *ConfSets) Of(members ...int) *ConfSet {
	words := make([]uint64, (cs.n+63)/64)
	for _, m := range members {
		words[m/64] |= 1 << (m % 64)
	}
	return cs.intern(words)
}

// Union is the configurations that are in a or b.
func (cs *ConfSets) Union(a, b *ConfSet) *ConfSet {
	if a == b || a == nil || b == cs.none {
		return a
	}
	if b == nil || a == cs.none {
		return b
	}
	if len(a.words) < len(b.words) {
		a, b = b, a
	}
	words := slices.Clone(a.words)
	for i, w := range b.words {
		words[i] |= w
	}
	return cs.intern(words)
}

// Intersection is the configurations that are in a and b.
func (cs *ConfSets) Intersection(a, b *ConfSet) *ConfSet {
	if a == b || b == nil {
		return a
	}
	if a == nil {
		return b
	}
	words := slices.Clone(a.words[:min(len(a.words), len(b.words))])
	for i := range words {
		words[i] &= b.words[i]
	}
	return cs.intern(words)
}

// Difference is the configurations that are in a and not in b.
func (cs *ConfSets) Difference(a, b *ConfSet) *ConfSet {
	if b == nil || a == cs.none {
		return cs.none
	}
	words := make([]uint64, (cs.n+63)/64)
	for i := range cs.n {
		if a.Has(i) && !b.Has(i) {
			words[i/64] |= 1 << (i % 64)
		}
	}
	return cs.intern(words)
}

// intern gives the one set of these words, which become its own.
func (cs *ConfSets) intern(words []uint64) *ConfSet {
	count := 0
	for _, w := range words {
		count += bits.OnesCount64(w)
	}
	if count == cs.n && cs.n > 0 {
		return nil
	}
	for len(words) > 0 && words[len(words)-1] == 0 {
		words = words[:len(words)-1]
	}
	key := make([]byte, 0, 8*len(words))
	for _, w := range words {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	s := cs.sets[string(key)]
	if s == nil {
		s = &ConfSet{words}
		cs.sets[string(key)] = s
	}
	return s
}

// Empty says whether no configuration is in s.
func (s *ConfSet) Empty() bool { return s != nil && len(s.words) == 0 }

// Has says whether a configuration is in s.
func (s *ConfSet) Has(i int) bool {
	return s == nil || i/64 < len(s.words) && s.words[i/64]>>(i%64)&1 != 0
}

// Meets says whether some configuration is in both.
func (s *ConfSet) Meets(o *ConfSet) bool {
	if s == nil || o == nil {
		return !s.Empty() && !o.Empty()
	}
	for i, w := range s.words[:min(len(s.words), len(o.words))] {
		if w&o.words[i] != 0 {
			return true
		}
	}
	return false
}

// Within says whether every configuration of s is in o.
func (s *ConfSet) Within(o *ConfSet) bool {
	if s == nil || o == nil {
		return o == nil
	}
	for i, w := range s.words {
		if i < len(o.words) {
			w &^= o.words[i]
		}
		if w != 0 {
			return false
		}
	}
	return true
}

// Members are the configurations of a set in their order.
func (cs *ConfSets) Members(s *ConfSet) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range cs.n {
			if s.Has(i) && !yield(i) {
				return
			}
		}
	}
}

// All are the members of a set that is not nil, in their order.
func (s *ConfSet) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s.words {
			for ; w != 0; w &= w - 1 {
				if !yield(64*i + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// Atoms is the coarsest partition of the configurations of which every one of the sets is a union: configurations that no set
// tells apart are in one atom. They are sorted by their first member.
func (cs *ConfSets) Atoms(sets []*ConfSet) []*ConfSet {
	class := make([]int, cs.n) // the atom of each configuration, so far
	classes := min(1, cs.n)
	for _, s := range sets {
		if s == nil {
			continue
		}
		type part struct {
			class int
			in    bool
		}
		numbers := map[part]int{}
		for i, c := range class {
			k := part{c, s.Has(i)}
			n, ok := numbers[k]
			if !ok {
				n = len(numbers)
				numbers[k] = n
			}
			class[i] = n
		}
		classes = len(numbers)
	}
	members := make([][]int, classes)
	for i, c := range class {
		members[c] = append(members[c], i)
	}
	atoms := make([]*ConfSet, classes)
	for c, m := range members {
		atoms[c] = cs.Of(m...)
	}
	return atoms
}
