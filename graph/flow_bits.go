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

// united is the union of some sets and of loose numbers, which it sorts. It may be one of the sets.
func united(sets []*bitSet, loose []int32, size int) *bitSet {
	sets = slices.DeleteFunc(sets, func(s *bitSet) bool { return s == nil || s.words == nil && len(s.list) == 0 })
	if len(sets) == 1 && !slices.ContainsFunc(loose, func(i int32) bool { return !sets[0].has(i) }) {
		return sets[0]
	}
	n, some := len(loose), false
	for _, s := range sets {
		n += len(s.list)
		some = some || s.words != nil
	}
	if !some && !dense(n, size) {
		all := slices.Clone(loose)
		for _, s := range sets {
			all = append(all, s.list...)
		}
		slices.Sort(all)
		return &bitSet{list: slices.Clip(slices.Compact(all))}
	}
	words := make([]uint64, (size+63)/64)
	for _, s := range sets {
		for i, w := range s.words {
			words[i] |= w
		}
		for _, i := range s.list {
			words[i/64] |= 1 << (i % 64)
		}
	}
	for _, i := range loose {
		words[i/64] |= 1 << (i % 64)
	}
	return &bitSet{words: words}
}
