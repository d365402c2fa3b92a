package eval

import (
	"context"
	"testing"

	"nixsink/parse"
)

// TestSearchesEnd holds that the bound of how many values are searched for one module says where it cuts.
func TestSearchesEnd(t *testing.T) {
	f := parse.Parse("main.nix", `{ a = [ [ 1 ] ]; }`)
	ev := New(tree{"main.nix": f}, nil)
	ev.ctx = context.Background()
	ev.refuel(fuelPerModule)
	v := ev.fileValue(f)
	ev.searched = maxSearched
	ev.deep(v)
	if len(ev.Limits) != 1 || ev.Limits[0].Reason != tooLarge {
		t.Errorf("limits: %v", ev.Limits)
	}
	ev.refuel(fuelPerModule)
	if ev.searched != 0 {
		t.Error("the next module has nothing left")
	}
}
