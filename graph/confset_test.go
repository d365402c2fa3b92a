package graph

import (
	"fmt"
	"slices"
	"testing"
)

func TestConfSets(t *testing.T) {
	cs := NewConfSets(130)
	a, b := cs.Of(0, 1, 129), cs.Of(1, 2)
	if cs.Of(129, 1, 0) != a {
		t.Error("equal sets are two")
	}
	every := make([]int, 130)
	for i := range every {
		every[i] = i
	}
	if cs.Of(every...) != nil || cs.Union(cs.Of(every[:100]...), cs.Of(every[90:]...)) != nil {
		t.Error("the set of all is not nil")
	}
	for _, test := range []struct {
		name      string
		got, want *ConfSet
	}{
		{"union", cs.Union(a, b), cs.Of(0, 1, 2, 129)},
		{"intersection", cs.Intersection(a, b), cs.Of(1)},
		{"apart", cs.Intersection(cs.Of(0), cs.Of(129)), cs.None()},
		{"of all", cs.Intersection(nil, a), a},
		{"of all", cs.Intersection(a, nil), a},
		{"with all", cs.Union(a, nil), nil},
		{"with none", cs.Union(cs.None(), a), a},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	if got := fmt.Sprint(slices.Collect(cs.Members(a))); got != "[0 1 129]" {
		t.Errorf("members %s", got)
	}
	if !a.Meets(b) || cs.Of(0).Meets(cs.Of(129)) || cs.None().Meets(nil) || !a.Meets(nil) || !cs.None().Empty() || a.Empty() {
		t.Error("meets or empty is wrong")
	}
}

func TestAtoms(t *testing.T) {
	cs := NewConfSets(6)
	atoms := cs.Atoms([]*ConfSet{nil, cs.Of(0, 1, 2), cs.Of(2, 3), cs.Of(0, 1, 2)})
	var got []string
	for _, a := range atoms {
		got = append(got, fmt.Sprint(slices.Collect(cs.Members(a))))
	}
	if want := []string{"[0 1]", "[2]", "[3]", "[4 5]"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := cs.Atoms(nil); len(got) != 1 || got[0] != nil {
		t.Errorf("without sets: %v", got)
	}
}
