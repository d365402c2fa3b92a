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

// TestClosedBySelection holds that two libs are the same for a function that takes of them what they have in common.
func TestClosedBySelection(t *testing.T) {
	ev := run(map[string]string{
		"main.nix": `{ lib, config, ... }:
let
  one = lib.extend (_: _: { own = "a"; });
  two = lib.extend (_: _: { own = "b"; strings = { toUpper = s: config.my.x + s; }; });
  list = import ./list.nix;
in {
  options.my.x = lib.mkOption { type = lib.types.str; };
  config.one.a = list one "d";
  config.two.a = list two "d";
}`,
		"list.nix": `lib: folder:
let isNix = lib.hasSuffix ".nix"; in
map (name: if isNix name then lib.path.append folder (name + lib.own) else lib.strings.toUpper name) [ "x.nix" "y.nix" "readme" ]`,
	})
	got := map[string]string{}
	for _, d := range ev.Definitions {
		got[pathText(d.Path)] = fmt.Sprint(len(d.origins))
	}
	if got["one.a"] != "0" || got["two.a"] != "1" {
		t.Errorf("what a function makes with one lib counts for another: %v", got)
	}
	ev = run(map[string]string{
		"main.nix": `{ lib, ... }:
let
  one = lib.extend (_: _: { own = "a"; });
  two = lib.extend (_: _: { own = "b"; });
  list = import ./list.nix;
in { config.one.a = list one; config.two.a = list two; }`,
		"list.nix": `lib: let isNix = lib.hasSuffix ".nix"; in map (name: if isNix name && lib.hasPrefix "x" name then lib.removeSuffix ".nix" name else name) [ "x.nix" "y.nix" ]`,
	})
	hits := 0
	for _, u := range ev.closedUses {
		hits += u.hits
	}
	if hits == 0 {
		t.Error("no call is answered by one with another lib")
	}
}
