package eval

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// told lists all that an evaluation found out, by text.
func (ev *Evaluator) told() []string {
	var out []string
	text := func(p *Path) string { return p.Root.Arg + ":" + pathText(p) }
	for _, d := range ev.Declarations {
		out = append(out, fmt.Sprintf("declared %s %s:%d [%s] %s %v %v", text(d.Path), d.File.Name, d.Span.Start, ev.names(d.In), d.Kind, d.Registry, d.Nested))
	}
	for _, d := range ev.Definitions {
		var from []string
		for o := range ev.Origins(d) {
			at := ""
			if o.Read != nil {
				at = fmt.Sprintf("%s:%d %s", o.Read.File.Name, o.Read.Span.Start, text(o.Read.Path))
			}
			b := ev.Bearing(d, o)
			from = append(from, fmt.Sprintf("%s %d %d (%s) %v %d", text(o.Path), o.Kind, o.Asks, at, b, len(ev.Way(o))))
		}
		slices.Sort(from)
		copies := ""
		if d.Copies != nil {
			copies = text(d.Copies)
		}
		out = append(out, fmt.Sprintf("defined %s %s:%d [%s] %v %v %v %s %s", text(d.Path), d.File.Name, d.Span.Start, ev.names(d.In), d.Value, d.Doubt, d.Default, copies, strings.Join(from, ", ")))
	}
	for _, r := range ev.Reads {
		out = append(out, fmt.Sprintf("read %s %s:%d [%s] %v %v %v %v", text(r.Path), r.File.Name, r.Span.Start, ev.names(r.In), r.Consumed, r.Selected, r.Names, r.Members))
	}
	for _, i := range ev.Imports {
		out = append(out, fmt.Sprintf("import %s of %s [%s] %s", i.To, i.Site.file.Name, ev.names(i.In), i.Unknown))
	}
	slices.Sort(out)
	return out
}

// TestMoved holds that what a module means for one home is put below another one, and is what following it there finds.
func TestMoved(t *testing.T) {
	sources := map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations = {
			a = nixpkgs.lib.nixosSystem { modules = [ ./system.nix { home-manager.users.ada = ./home.nix; home-manager.users.bob.imports = [ ./home.nix ./bob.nix ]; } ]; };
			b = nixpkgs.lib.nixosSystem { modules = [ ./system.nix { home-manager.users.cyd.imports = [ ./home.nix ./bob.nix ]; } ]; }; };
			docs = (nixpkgs.lib.evalModules { modules = [ ./home.nix ]; }).config.z.port; }; }`,
		"system.nix": `{ lib, ... }: { options.my.port = lib.mkOption { default = 1; }; }`,
		"home.nix":   `{ config, lib, ... }: { imports = [ ./options.nix ./reads.nix ./os.nix ./names.nix ./group.nix ]; }`,
		"options.nix": `{ config, lib, ... }: { options.own = { on = lib.mkEnableOption "it"; port = lib.mkOption { default = config.z.other; };
			set = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule ({ name, config, ... }: { options.at = lib.mkOption { default = name; }; options.twice = lib.mkOption { default = config.at + config.at; }; })); }; }; }`,
		"reads.nix": `{ config, lib, options, ... }: let cfg = config.own; in { z.port = lib.mkIf cfg.on cfg.port; z.all = lib.mapAttrsToList (n: v: n + v.at) cfg.set;
			z.copy = cfg.set; z.null = if cfg.port == null then 1 else 2; z.dflt = options.own.port.default; z.${cfg.port} = 3; }`,
		"os.nix":    `{ osConfig, lib, ... }: { z.os = osConfig.my.port; }`,
		"names.nix": `{ osConfig, lib, ... }: { z.named = osConfig.home-manager.users.ada.own.port or 1; }`,
		"group.nix": `{ config, lib, ... }: { z.names = builtins.attrNames config.own; }`,
		"bob.nix":   `{ lib, ... }: { options.own.more = lib.mkOption { default = 4; }; }`,
	}
	shared, unshared := evaluated(sources, false), evaluated(sources, true)
	got, want := shared.told(), unshared.told()
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Error("only where summaries are moved:\n", s)
		}
	}
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Error("only where they are not:\n", s)
		}
	}
	moved := map[string]int{}
	for _, s := range shared.followed {
		if s.moved && !s.dead {
			moved[s.File.Name]++
		}
	}
	if moved["reads.nix"] == 0 || moved["options.nix"] == 0 || moved["os.nix"] == 0 || moved["names.nix"] != 0 {
		t.Errorf("moved: %v; what names another home is followed for each", moved)
	}
}
