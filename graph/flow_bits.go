package graph

import (
	"math/bits"
	"slices"
)

// A bitSet is a set of numbers below a bound that all sets of one closure share: few of them as a sorted list, many as bits.
// It is never changed once others may have it.
type bitSet struct {
	list  []int32
	words []uint64 // nil: list holds the set
	n     int      // how many
}

// dense says whether bits take less room than a list of n of size numbers.
func dense(n, size int) bool { return n > 16 && n*32 > size }

func (s *bitSet) has(i int32) bool {
	if s == nil {
		return false
	}
	if s.words != nil {
		return s.words[i/64]>>(i%64)&1 != 0
	}
	_, ok := slices.BinarySearch(s.list, i)
	return ok
}

// count is how many members of s are from low up to but not including high.
func (s *bitSet) count(low, high int32) int {
	if s == nil || low >= high {
		return 0
	}
	if s.words == nil {
		i, _ := slices.BinarySearch(s.list, low)
		j, _ := slices.BinarySearch(s.list, high)
		return j - i
	}
	n, first, last := 0, low/64, (high-1)/64
	for i := first; i <= last; i++ {
		w := s.words[i]
		if i == first {
			w &= ^uint64(0) << (low % 64)
		}
		if i == last {
			w &= ^uint64(0) >> (63 - (high-1)%64)
		}
		n += bits.OnesCount64(w)
	}
	return n
}

// unions makes unions of sets whose numbers are below size.
type unions struct {
	size  int
	mark  []int32 // by number: the union that it was met in
	round int32
	extra []int32
}

func newUnions(size int) *unions { return &unions{size: size, mark: make([]int32, size)} }

// of is the union of some sets and of loose numbers. What one set has already costs no new one: along a chain most sets are that of the
// next, so that set itself is the union.
func (u *unions) of(sets []*bitSet, loose []int32) *bitSet {
	most := &bitSet{}
	for _, s := range sets {
		if s != nil && s.n > most.n {
			most = s
		}
	}
	u.round++
	for _, i := range most.list {
		u.mark[i] = u.round
	}
	extra, wider := u.extra[:0], false
	add := func(list []int32) {
		for _, i := range list {
			if u.mark[i] != u.round && !(most.words != nil && most.has(i)) {
				u.mark[i] = u.round
				extra = append(extra, i)
			}
		}
	}
	add(loose)
	for _, s := range sets {
		if s == nil || s == most {
			continue
		}
		add(s.list)
		wider = wider || s.words != nil && (most.words == nil || !covers(most.words, s.words))
	}
	u.extra = extra
	switch {
	case !wider && len(extra) == 0:
		return most
	case !wider && most.words == nil && !dense(most.n+len(extra), u.size):
		slices.Sort(extra)
		return &bitSet{list: merged(most.list, extra), n: most.n + len(extra)}
	}
	words := make([]uint64, (u.size+63)/64)
	for _, s := range sets {
		if s == nil {
			continue
		}
		for i, w := range s.words {
			words[i] |= w
		}
	}
	for _, list := range [][]int32{most.list, extra} {
		for _, i := range list {
			words[i/64] |= 1 << (i % 64)
		}
	}
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return &bitSet{words: words, n: n}
}

// covers says whether all bits of b are in a.
func covers(a, b []uint64) bool {
	for i, w := range b {
		if w&^a[i] != 0 {
			return false
		}
	}
	return true
}

// merged is what two sorted lists without a number in common hold, sorted.
func merged(a, b []int32) []int32 {
	out := make([]int32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
