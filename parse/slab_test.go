package parse

import (
	"fmt"
	"runtime"
	"testing"
	"weak"
)

// A tree that is kept keeps no other, however many are parsed around it.
func TestAlone(t *testing.T) {
	text := func(i int) string {
		return fmt.Sprintf("{ config, lib, ... }: let cfg = config.my.x%d; in { a.b = [ cfg.c ({ d = \"${cfg.e}\"; }) ]; inherit (cfg) f; g = if cfg.h then 1 else ./i; }", i)
	}
	var kept []*File
	var gone []weak.Pointer[Lambda]
	for i := range 300 {
		f := Alone("kept.nix", text(i))
		if i%10 == 0 {
			kept = append(kept, f)
		} else {
			gone = append(gone, weak.Make(f.Expr.(*Lambda)))
		}
		if f = Parse("passing.nix", text(i)); len(f.Errors) > 0 {
			t.Fatal(f.Errors)
		}
	}
	runtime.GC()
	runtime.GC()
	left := 0
	for _, w := range gone {
		if w.Value() != nil {
			left++
		}
	}
	if left > 0 {
		t.Errorf("%d of %d trees are kept by %d others", left, len(gone), len(kept))
	}
	runtime.KeepAlive(kept)
}
