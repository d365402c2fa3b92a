package eval

import (
	"fmt"
	"slices"
	"testing"
)

// TestClosedCalls holds that a call with a known text is followed once for what its scope holds, and apart for another scope.
func TestClosedCalls(t *testing.T) {
	ev := run(map[string]string{"main.nix": `{ config, lib, ... }:
let
  named = prefix: let long = s: lib.concatStringsSep "-" [ (lib.removeSuffix " " (lib.removePrefix " " s)) (prefix + "x" + prefix) "z" ]; in map (n: long " a ") [ 1 2 3 ];
  read = s: lib.concatStringsSep "-" [ (lib.removePrefix " " s) config.my.x "y" "z" ];
in {
  options.my.x = lib.mkOption { type = lib.types.str; };
  config.one.a = named "p";
  config.two.a = named "q";
  config.three = { a = read " b"; b = read " b"; };
}`})
	got := map[string]string{}
	for _, d := range ev.Definitions {
		got[pathText(d.Path)] = fmt.Sprint(d.Value, len(d.origins))
	}
	want := map[string]string{"one.a": "[a-pxp-z a-pxp-z a-pxp-z] 0", "two.a": "[a-qxq-z a-qxq-z a-qxq-z] 0"}
	for path, v := range want {
		if got[path] != v {
			t.Errorf("%s is %s, want %s", path, got[path], v)
		}
	}
	if got["three.a"] != got["three.b"] {
		t.Errorf("one call made twice gives %s and %s", got["three.a"], got["three.b"])
	}
	kept := 0
	for key, calls := range ev.closed {
		kept += len(calls)
		if slices.ContainsFunc(calls, func(c closedCall) bool { return c.shared && key.arg == " b" }) {
			t.Error("what reads config is kept for other configurations")
		}
	}
	if kept < 3 {
		t.Errorf("%d calls are kept, want one for each scope and text", kept)
	}
}
