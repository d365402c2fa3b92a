package graph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestUnions holds unions of sets of all sizes against those of maps.
func TestUnions(t *testing.T) {
	const size = 700
	r := rand.New(rand.NewPCG(3, 4))
	u := newUnions(size)
	made := []*bitSet{nil, {}}
	members := []map[int32]bool{{}, {}}
	shared := 0
	for range 3000 {
		var sets []*bitSet
		want := map[int32]bool{}
		for range r.IntN(4) {
			i := r.IntN(len(made))
			sets = append(sets, made[i])
			for m := range members[i] {
				want[m] = true
			}
		}
		var loose []int32
		for range r.IntN(3) {
			loose = append(loose, int32(r.IntN(size)))
			want[loose[len(loose)-1]] = true
		}
		s := u.of(sets, loose)
		if slices.Contains(sets, s) {
			shared++
		}
		low, high := int32(r.IntN(size)), int32(r.IntN(size))
		n := 0
		for i := range int32(size) {
			if s.has(i) != want[i] {
				t.Fatalf("%d is in the set: %t, want %t", i, s.has(i), want[i])
			}
			if want[i] && low <= i && i < high {
				n++
			}
		}
		if s.n != len(want) || s.count(low, high) != n || s.count(0, size) != len(want) {
			t.Fatalf("counted %d, %d of them from %d to %d; want %d and %d", s.n, s.count(low, high), low, high, len(want), n)
		}
		made, members = append(made, s), append(members, want)
		if len(made) > 40 { // not all of them grow until they hold everything
			i := 2 + r.IntN(38)
			made, members = slices.Delete(made, i, i+1), slices.Delete(members, i, i+1)
		}
		if len(want) > size/2 {
			made, members = made[:2], members[:2]
		}
	}
	if shared == 0 {
		t.Error("no union is one of its sets")
	}
}
