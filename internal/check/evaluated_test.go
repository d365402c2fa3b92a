package check_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"nixsink/internal/check"
)

// What the checks say of modules that Nix rejects, or of which it drops something, is what real evaluation shows of the examples.
func TestEvaluated(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing, and CI demands it")
		}
		t.Skip("nix-instantiate is missing")
	}
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, check, project, want string }{
		{"imports that ask config", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = lib.optional config.my.on ./a.nix; options.my.on = lib.mkEnableOption "x"; } # <- here
-- a.nix --
{ out.a = 1; }`, "infinite recursion"},
		{"imports that ask an alias", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: let cfg = config.my; in { imports = if cfg.on then [ ./a.nix ] else [ ]; options.my.on = lib.mkEnableOption "x"; } # <- here
-- a.nix --
{ out.a = 1; }`, "infinite recursion"},
		{"config handed over lazily", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = [ (import ./a.nix { inherit config; }) ]; options.my.on = lib.mkEnableOption "x"; }
-- a.nix --
{ config }: { out.a = config.my.on; }`, `{"a":false}`},
		{"an argument that the function does not look at", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = [ (import ./a.nix config.my.on) ]; options.my.on = lib.mkEnableOption "x"; }
-- a.nix --
on: { out.a = on; }`, `{"a":false}`},
		{"a path that config tells", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = [ (import (./. + "/${config.my.name}.nix") { }) ]; options.my.name = lib.mkOption { default = "a"; }; } # <- here
-- a.nix --
{ }: { out.a = 1; }`, "infinite recursion"},
		{"a condition that with brings", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = with config.my; lib.optional on ./a.nix; options.my.on = lib.mkEnableOption "x"; } # <- here
-- a.nix --
{ out.a = 1; }`, "infinite recursion"},
		{"a function that with may bring", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: with lib; with config.my; { imports = optional true ./a.nix; options.my.on = lib.mkEnableOption "x"; } # <- here
-- a.nix --
{ out.a = 1; }`, "infinite recursion"},
		{"a function that the inner with brings", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: with config.my; with lib; { imports = optional true ./a.nix; options.my.on = mkEnableOption "x"; }
-- a.nix --
{ out.a = 1; }`, `{"a":1}`},
		{"a module with more in it if config says so", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { options.my.on = lib.mkEnableOption "x"; } // lib.optionalAttrs config.my.on { config.out.a = 1; } # <- here`, "infinite recursion"},
		{"a module that is one of two", "dependent-imports", `
-- default.nix --
{ imports = [ ./a.nix { out.b = 1; } ]; }
-- a.nix --
{ lib, config, ... }: if config.out.b == 1 then { out.a = 1; } else { } # <- here`, "infinite recursion"},
		{"definitions that are there if config says so", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { options.my.on = lib.mkEnableOption "x"; config = lib.mkMerge [ { out.b = 1; } (lib.optionalAttrs config.my.on { out.a = 1; }) ]; } # <- here`, "infinite recursion"},
		{"definitions whose names config does not tell", "dependent-imports", `
-- default.nix --
{ lib, config, options, ... }: { options.my.on = lib.mkOption { default = true; }; config = lib.mkMerge [ { out.b = 1; } (lib.mkIf config.my.on { out.a = 1; }) (lib.optionalAttrs (options ? my) { out = lib.optionalAttrs config.my.on { c = 1; }; }) ]; }`, `{"a":1,"b":1,"c":1}`},
		{"definitions beside options", "mixed-module", `
-- default.nix --
{ lib, ... }: { options.my.on = lib.mkEnableOption "x"; out.a = 1; } # <- here`, "unsupported attribute"},
		{"plain definitions", "mixed-module", `
-- default.nix --
{ imports = [ ]; out.a = 1; }`, `{"a":1}`},
		{"the right side of //", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = lib.mkIf true { a = 1; } // { b = 2; }; } # <- here`, `{"a":1}`},
		{"the left side of //", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = { b = 2; } // lib.mkForce { a = 1; }; } # <- here`, `{"a":1}`},
		{"two conditions", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = lib.mkIf true { a = 1; } // lib.mkIf true { b = 2; }; } # <- here`, `{"b":2}`},
		{"three conditions beside what is plain", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = lib.mkIf true { a = 1; } // lib.mkIf true { b = 2; } // { c = 3; } // lib.mkIf true { d = 4; }; } # <- here`, `{"d":4}`},
		{"the last condition is not the last", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = { a = 1; } // lib.mkIf true { b = 2; } // { c = 3; }; } # <- here`, `{"b":2}`},
		{"what is switched off as it stands", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = { } // lib.mkIf false { a = 1; } // lib.mkIf true { b = 2; }; }`, `{"b":2}`},
		{"the same with a stronger priority", "overridden-definition", `
-- default.nix --
{ imports = [ ./a.nix ]; out.on = true; } # <- here
-- a.nix --
{ lib, ... }: { out.on = lib.mkForce true; }`, `{"on":true}`},
		{"a stronger one in what is imported", "overridden-definition", `
-- default.nix --
{ imports = [ ./a.nix ]; out.on = true; } # <- here
-- a.nix --
{ lib, ... }: { out.on = lib.mkForce false; }`, `{"on":false}`},
		{"a default beside a plain one", "overridden-definition", `
-- default.nix --
{ lib, ... }: { imports = [ ./a.nix ]; out.on = lib.mkDefault true; } # <- here
-- a.nix --
{ out.on = false; }`, `{"on":false}`},
		{"two of one priority", "conflicting-definitions", `
-- default.nix --
{ lib, ... }: { imports = [ ./a.nix ]; options.out.on = lib.mkOption { type = lib.types.bool; }; config.out.on = true; } # <- here
-- a.nix --
{ out.on = false; }`, "conflicting"},
		{"two texts of one priority", "conflicting-definitions", `
-- default.nix --
{ lib, ... }: { imports = [ ./a.nix ]; options.out.name = lib.mkOption { type = lib.types.str; }; config.out.name = "x"; } # <- here
-- a.nix --
{ out.name = "y"; }`, "conflicting"},
		{"a module that is there only if config says so", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = [ (lib.optionalAttrs config.my.on { out.a = 1; }) ]; options.my.on = lib.mkEnableOption "x"; } # <- here`, "infinite recursion"},
		{"a module whose definitions are conditional", "dependent-imports", `
-- default.nix --
{ lib, config, ... }: { imports = [ (lib.mkIf config.my.on { out.a = 1; }) { out.b = 2; } ]; options.my.on = lib.mkOption { default = true; }; }`, `{"a":1,"b":2}`},
		{"definitions beside options among imports", "mixed-module", `
-- default.nix --
{ lib, ... }: { imports = [ ({ lib, ... }: { options.my.on = lib.mkEnableOption "x"; out.a = 1; }) ]; } # <- here`, "unsupported attribute"},
		{"definitions beside options in a submodule", "mixed-module", `
-- default.nix --
{ lib, config, ... }: { options.my.s = lib.mkOption { default = { }; type = lib.types.submodule { options.a = lib.mkOption { default = 1; }; a = 2; }; }; config.out = config.my.s; } # <- here`, "unsupported attribute"},
		{"what is called imports elsewhere", "mixed-module", `
-- default.nix --
{ out.files.imports = [ { config = 1; name = "x"; } ]; }`, `{"files":{"imports":[{"config":1,"name":"x"}]}}`},
		{"a field of a submodule", "conflicting-definitions", `
-- default.nix --
{ lib, config, ... }: { imports = [ ./a.nix ]; options.my.s = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.p = lib.mkOption { type = lib.types.int; }; }); }; config.my.s.x.p = 1; config.out = config.my.s; } # <- here
-- a.nix --
{ my.s.x.p = 2; }`, "conflicting"},
		{"lines of two modules", "conflicting-definitions", `
-- default.nix --
{ lib, ... }: { imports = [ ./a.nix ]; options.out.name = lib.mkOption { type = lib.types.lines; }; config.out.name = "x"; }
-- a.nix --
{ out.name = "y"; }`, `{"name":"y\nx"}`},
		{"one text twice", "conflicting-definitions", `
-- default.nix --
{ lib, ... }: { imports = [ ./a.nix ]; options.out.name = lib.mkOption { type = lib.types.str; }; config.out.name = "x"; }
-- a.nix --
{ out.name = "x"; }`, `{"name":"x"}`},
		{"a default that is the default", "idle-default", `
-- default.nix --
{ lib, ... }: { options.out.on = lib.mkOption { type = lib.types.bool; default = false; }; config.out.on = lib.mkDefault false; } # <- here`, `{"on":false}`},
		{"the same without it", "idle-default", `
-- default.nix --
{ lib, ... }: { options.out.on = lib.mkOption { type = lib.types.bool; default = false; }; }`, `{"on":false}`},
		{"a default of its own", "idle-default", `
-- default.nix --
{ lib, ... }: { options.out.on = lib.mkOption { type = lib.types.bool; default = false; }; config.out.on = lib.mkDefault true; }`, `{"on":true}`},
		{"a name for mkIf", "lost-definition", `
-- default.nix --
{ lib, ... }: let some = lib.mkIf true { a = 1; }; in { config.out = some // { b = 2; }; } # <- here`, `{"a":1}`},
		{"another name of the kind", "lost-definition", `
-- default.nix --
{ lib, ... }: let some = lib.mkIf true { a = 1; }; f = some: some // { b = 2; }; in { config.out = lib.mkMerge [ some (f { c = 3; }) ]; }`, `{"a":1,"b":2,"c":3}`},
		{"a name in a recursive set", "lost-definition", `
-- default.nix --
{ lib, ... }: let it = rec { some = lib.mkForce { a = 1; }; all = { b = 2; } // some; }; in { config.out = it.all; } # <- here`, `{"a":1}`},
		{"merged inside", "lost-definition", `
-- default.nix --
{ lib, ... }: { config.out = lib.mkIf true ({ a = 1; } // { b = 2; }); }`, `{"a":1,"b":2}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, want := analyze(t, strings.TrimPrefix(c.project, "\n")+"\n")
			if got := where(run(t, g, check.Config{}), c.check); len(got) != len(want) {
				t.Errorf("reported %v, marked %v", got, want)
			}
			dir := t.TempDir()
			for _, f := range txtar.Parse([]byte(c.project)).Files {
				src, _ := unmark(f.Name, string(f.Data))
				if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(src), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			expr := `let lib = import ` + harness + `/lib.nix; in (lib.evalModules { modules = [ ` + dir + `/default.nix ]; }).config.out or { }`
			out, _ := exec.CommandContext(ctx, "nix-instantiate", "--eval", "--strict", "--json", "--expr", expr).CombinedOutput()
			if !strings.Contains(string(out), c.want) {
				t.Errorf("evaluates to %s, want %s", out, c.want)
			}
		})
	}
}
