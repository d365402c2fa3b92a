package eval

import (
	"fmt"
	"testing"
)

// TestGrow holds that sets which grow out of one another have their own attributes and no others, whichever of them grows again.
func TestGrow(t *testing.T) {
	named := func(from, to int, mark int64) (as []attr) {
		for i := from; i < to; i++ {
			as = append(as, attribute(fmt.Sprint("a", i), nil, ready(integer(mark)), site{}))
		}
		return as
	}
	grow := func(s *setShape, more []attr) *setShape {
		out := &setShape{}
		out.attrs, out.index = s.grow(more)
		return out
	}
	check := func(what string, s *setShape, n int, marks map[string]int64) {
		t.Helper()
		if len(s.attrs) != n {
			t.Errorf("%s: %d attributes, want %d", what, len(s.attrs), n)
		}
		for i := range 60 {
			name := fmt.Sprint("a", i)
			a, ok := s.get(name)
			want, has := marks[name]
			if has = has || i < n; ok != has {
				t.Errorf("%s: %s is there: %t, want %t", what, name, ok, has)
			} else if got := int64(0); ok {
				if got = a.val.val.shape.(*intShape).n; got != want {
					t.Errorf("%s: %s is %d, want %d", what, name, got, want)
				}
			}
		}
	}
	first := &setShape{attrs: named(0, 20, 0)}
	second := grow(first, named(20, 22, 0))
	third := grow(second, named(22, 30, 0))
	other := grow(second, named(22, 24, 7)) // second has grown before
	first.add(named(20, 21, 5)[0])
	last := grow(other, named(24, 25, 7))
	third.add(named(30, 31, 9)[0])
	check("first", first, 21, map[string]int64{"a20": 5})
	check("second", second, 22, nil)
	check("third", third, 31, map[string]int64{"a30": 9})
	check("other", other, 24, map[string]int64{"a22": 7, "a23": 7})
	check("last", last, 25, map[string]int64{"a22": 7, "a23": 7, "a24": 7})
}
