package eval

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"nixsink/internal/fault"
	"nixsink/internal/flowtest"
	"nixsink/parse"
)

// tree is a Host of files in folders.
type tree map[string]*parse.File

func (t tree) File(name string) *parse.File { return t[name] }

func (t tree) Dir(name string) ([]Entry, bool) {
	kinds := map[string]string{}
	for n := range t {
		rest := n
		if name != "." && name != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(n, name+"/"); !ok {
				continue
			}
		}
		if first, _, deeper := strings.Cut(rest, "/"); deeper {
			kinds[first] = "directory"
		} else {
			kinds[first] = "regular"
		}
	}
	var out []Entry
	for n, k := range kinds {
		out = append(out, Entry{n, k})
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out, len(out) > 0
}

func (t tree) Data(name string) (string, bool) {
	if f := t[name]; f != nil {
		return f.Src, true
	}
	return "", false
}

// following evaluates files from their flake or main.nix on, in the order that they are given.
func following(files []*parse.File, unshared bool) *Evaluator {
	host := tree{}
	entry := "main.nix"
	for _, f := range files {
		host[f.Name] = f
		if f.Name == "flake.nix" {
			entry = f.Name
		}
	}
	ev := New(host, nil)
	ev.Unshared = unshared
	ev.Run(context.Background(), []string{entry}, files)
	ev.Link(func(p *Path) bool { s := p.Segments(); return len(s) > 1 && s[0] == "my" })
	return ev
}

// told lists what is defined, with what it comes from, and where it holds.
func told(ev *Evaluator) []string {
	all := map[string][]string{}
	tell := func(in Set, format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		all[line] = append(all[line], "")
		for _, c := range ev.Configurations() {
			if in.Has(c.Number()) {
				all[line] = append(all[line], c.Name)
			}
		}
	}
	for _, d := range ev.Definitions {
		if !d.Derived() {
			continue
		}
		from := ""
		for o := range ev.Origins(d) {
			from += fmt.Sprintf(" %s/%d/%d", pathText(o.Path), o.Asks, o.Kind)
		}
		tell(d.In, "%s %s %v %v %s%s", d.File.Name, pathText(d.Path), d.Names, d.Default, d.Hidden, from)
	}
	for _, d := range ev.Declarations {
		tell(d.In, "%s declares %s %s", d.File.Name, pathText(d.Path), d.Type)
	}
	for _, r := range ev.Reads {
		if r.Consumed {
			tell(r.In, "%s:%d reads %s", r.File.Name, r.Span.Start, pathText(r.Path))
		}
	}
	var out []string
	for line, in := range all {
		slices.Sort(in)
		out = append(out, line+" ["+strings.TrimSpace(strings.Join(slices.Compact(in), " "))+"]")
	}
	slices.Sort(out)
	return out
}

// sourcesOf are the files of a flow case. One of a single configuration is made one of two hosts that differ in nothing, and a third
// that sets an option of its own.
func sourcesOf(c flowtest.Case, hosts ...string) []*parse.File {
	var out []*parse.File
	flake := false
	for _, f := range c.Files {
		flake = flake || f.Name == "flake.nix"
		if path.Ext(f.Name) == ".nix" {
			out = append(out, parse.Parse(f.Name, string(f.Data)))
		}
	}
	if !flake {
		modules := ""
		for _, m := range c.Modules() {
			modules += " ./" + m
		}
		special := "{ }"
		if slices.ContainsFunc(out, func(f *parse.File) bool { return f.Name == "specialArgs.nix" }) {
			special = "import ./specialArgs.nix { inherit (nixpkgs) lib; }"
		}
		made := ""
		for _, h := range hosts {
			extra := ""
			if h == "c" {
				extra = " { networking.own = 1; }"
			}
			made += fmt.Sprintf("%s = nixpkgs.lib.nixosSystem { specialArgs = %s; modules = [%s%s ]; };", h, special, modules, extra)
		}
		out = append(out, parse.Parse("flake.nix", "{ outputs = { self, nixpkgs }: { nixosConfigurations = { "+made+" }; }; }"))
	}
	slices.SortFunc(out, func(a, b *parse.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func difference(a, b []string) string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, "lost "+x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, "new  "+x)
		}
	}
	return strings.Join(out, "\n\t")
}

// TestProperties holds over all flow cases, as two hosts and a third: summaries that are shared change nothing, and neither does the order of hosts
// or files.
func TestProperties(t *testing.T) {
	cases, err := flowtest.Load("../../testdata/flow")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want := told(following(sourcesOf(c, "a", "b", "c"), false))
		for name, ev := range map[string]func() *Evaluator{
			"unshared": func() *Evaluator { return following(sourcesOf(c, "a", "b", "c"), true) },
			"hosts":    func() *Evaluator { return following(sourcesOf(c, "c", "b", "a"), false) },
			"files": func() *Evaluator {
				files := sourcesOf(c, "a", "b", "c")
				slices.Reverse(files)
				return following(files, false)
			},
		} {
			if got := told(ev()); !slices.Equal(got, want) {
				t.Errorf("%s/%s:\n\t%s", c.Name, name, difference(want, got))
			}
		}
	}
}

// TestPanic holds that a fault of our own while one module is followed costs that module, wherever in it the fault is: what the others
// define is what it would be beside an empty module, and the fault names the file.
func TestPanic(t *testing.T) {
	const broken = "panicOnPurpose"
	libTable[broken] = &spec{name: broken, arity: 1, call: func(*Evaluator, []*thunk, site) Val { panic("on purpose") }}
	libTable[broken].value = &builtin{spec: libTable[broken]}
	defer delete(libTable, broken)
	others := map[string]string{
		"flake.nix": `{ outputs = { self, nixpkgs }: { nixosConfigurations = {
			one = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ./c.nix ]; };
			two = nixpkgs.lib.nixosSystem { modules = [ ./c.nix ./b.nix ]; }; }; }; }`,
		"a.nix": `{ config, lib, ... }: { options.my.a = lib.mkOption { type = lib.types.int; default = 1; }; config.services.a.x = config.my.a; config.home-manager.users.ada.z.a = config.my.a; }`,
		"c.nix": `{ config, lib, ... }: { options.my.c = lib.mkOption { type = lib.types.int; default = 1; }; config.services.c.x = config.my.c; }`,
	}
	// A flow of what the module itself says may be missing, one of the others may not.
	ofOthers := func(ev *Evaluator) []string {
		return slices.DeleteFunc(told(ev), func(line string) bool { return strings.HasPrefix(line, "b.nix") })
	}
	with := func(text string) *Evaluator {
		var files []*parse.File
		for _, n := range []string{"a.nix", "b.nix", "c.nix", "flake.nix"} {
			if n == "b.nix" {
				files = append(files, parse.Parse(n, text))
			} else {
				files = append(files, parse.Parse(n, others[n]))
			}
		}
		return following(files, false)
	}
	want := ofOthers(with(`{ ... }: { }`))
	if len(want) < 5 {
		t.Fatal(want)
	}
	for name, text := range map[string]string{
		"the module":   `{ lib, ... }: lib.panicOnPurpose 1`,
		"imports":      `{ lib, ... }: { imports = lib.panicOnPurpose 1; }`,
		"an import":    `{ lib, ... }: { imports = [ (lib.panicOnPurpose 1) ]; }`,
		"options":      `{ lib, ... }: { options.my.b = lib.panicOnPurpose 1; }`,
		"a type":       `{ lib, ... }: { options.my.b = lib.mkOption { type = lib.panicOnPurpose 1; }; }`,
		"a default":    `{ lib, ... }: { options.my.b = lib.mkOption { default = lib.panicOnPurpose 1; }; }`,
		"a submodule":  `{ lib, ... }: { options.my.b = lib.mkOption { type = lib.types.submodule (lib.panicOnPurpose 1); }; }`,
		"config":       `{ lib, ... }: { config = lib.panicOnPurpose 1; }`,
		"a value":      `{ lib, config, ... }: { services.b.x = [ config.my.c (lib.panicOnPurpose 1) ]; }`,
		"a condition":  `{ lib, config, ... }: { services.b = lib.mkIf (lib.panicOnPurpose 1) { x = config.my.c; }; }`,
		"a home":       `{ lib, config, ... }: { home-manager.users.bob = { services.b.x = lib.panicOnPurpose 1; }; }`,
		"a home's own": `{ lib, config, ... }: { home-manager.users.bob = lib.panicOnPurpose 1; }`,
		"inside":       `{ lib, config, ... }: { services.b.x = (lib.evalModules { modules = [ { o = lib.panicOnPurpose 1; } ]; }).config.o; }`,
		"unused":       `{ lib, config, ... }: let f = x: lib.panicOnPurpose x; in { services.b.x = 1; }`,
	} {
		ev := with(text)
		if got := ofOthers(ev); !slices.Equal(got, want) {
			t.Errorf("%s:\n\t%s", name, difference(want, got))
		}
		if len(ev.Faults) == 0 {
			t.Errorf("%s: no fault is told", name)
		}
		for _, f := range ev.Faults {
			if f.Place != "b.nix" && name != "unused" {
				t.Errorf("%s: a fault in %q", name, f.Place)
			}
		}
	}
	// And before the work on a module begins.
	fault.Hook = func(stage, place string) {
		if place == "b.nix" {
			panic("on purpose")
		}
	}
	defer func() { fault.Hook = nil }()
	if got := ofOthers(with(`{ config, ... }: { services.b.x = config.my.c; }`)); !slices.Equal(got, want) {
		t.Errorf("before:\n\t%s", difference(want, got))
	}
}

// bottomlessTree is a Host whose folders have no end.
type bottomlessTree struct{ tree }

func (b bottomlessTree) Dir(name string) ([]Entry, bool) {
	if strings.HasPrefix(name, "deep") {
		return []Entry{{"d", "directory"}, {"m.nix", "regular"}}, true
	}
	return b.tree.Dir(name)
}

// TestBoundsSpeak goes beyond each bound on levels: the place is told.
func TestBoundsSpeak(t *testing.T) {
	nested := func(n int, open, inner, shut string) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(shut, n)
	}
	for name, text := range map[string]string{
		"definitions":          "{ config, ... }: { services.x = " + nested(200, "{ a = ", "config.my.x", "; }") + "; }",
		"options":              "{ lib, ... }: { options.my = " + nested(200, "{ a = ", "lib.mkOption { }", "; }") + "; }",
		"submodules":           "{ lib, ... }: { options.my.x = " + nested(60, "lib.mkOption { type = lib.types.submodule { options.a = ", "lib.mkOption { }", "; }; }") + "; }",
		"recursiveUpdate":      "{ config, lib, ... }: { services.x = toString (lib.recursiveUpdate " + nested(1200, "{ a = ", "config.my.x", "; }") + nested(1200, "{ a = ", "config.my.y", "; }") + "); }",
		"mapAttrsRecursive":    "{ config, lib, ... }: { services.x = toString (lib.mapAttrsRecursive (_: v: v) " + nested(1200, "{ a = ", "config.my.x", "; }") + "); }",
		"flatten":              "{ config, lib, ... }: { services.x = toString (lib.flatten " + nested(1200, "[ ", "config.my.x", " ]") + "); }",
		"listFilesRecursive":   "{ lib, ... }: { imports = lib.filesystem.listFilesRecursive ./deep; }",
		"a recursive type":     "{ lib, ... }: let t = lib.types.submodule { options.a = lib.mkOption { type = t; }; }; in { options.my.x = lib.mkOption { type = t; }; }",
		"a recursive function": "{ config, lib, ... }: let f = n: { a = f (n + 1); b = config.my.x; }; in { services.x = f 0; }",
	} {
		f := parse.Parse("main.nix", text)
		if len(f.Errors) > 0 {
			t.Fatalf("%s: %v", name, f.Errors[0])
		}
		ev := New(bottomlessTree{tree{"main.nix": f, "deep/m.nix": parse.Parse("deep/m.nix", "{ }")}}, nil)
		ev.Run(context.Background(), []string{"main.nix"}, []*parse.File{f})
		if len(ev.Limits) == 0 {
			t.Errorf("%s: nothing is told", name)
		}
		for _, l := range ev.Limits {
			if l.File == nil || l.Reason == "" {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
}
