package check

import (
	"math/rand/v2"
	"slices"
	"testing"

	"nixsink/graph"
)

// TestMeeting holds that no definition is missed that holds where another one does, and that they come in their order.
func TestMeeting(t *testing.T) {
	const hosts = 40
	sets := graph.NewConfSets(hosts)
	r := rand.New(rand.NewPCG(1, 2))
	o := &definedOption{}
	for i := range 60 {
		d := &graph.Definition{Option: "a", Value: int64(i)}
		switch {
		case i%20 == 0: // everywhere
		case i%10 == 0:
			d.In = sets.Of(slices.Sorted(slices.Values(r.Perm(hosts)[:30]))...)
		default:
			d.In = sets.Of(slices.Sorted(slices.Values(r.Perm(hosts)[:1+r.IntN(3)]))...)
		}
		o.all = append(o.all, plainDefinition{Definition: d})
	}
	o.index()
	ps := &plainDefinitions{all: o.all, of: map[string]*definedOption{"a": o}}
	fewer := false
	for _, d := range o.all {
		var got, want []any
		n := 0
		for e := range ps.meeting(d) {
			n++
			if d.In.Meets(e.In) {
				got = append(got, e.Value)
			}
		}
		for _, e := range o.all {
			if d.In.Meets(e.In) {
				want = append(want, e.Value)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v meets %v, want %v", d.Value, got, want)
		}
		fewer = fewer || n < len(o.all)/2
	}
	if !fewer {
		t.Error("every definition is held against all others")
	}
}
