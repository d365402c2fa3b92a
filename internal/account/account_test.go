package account

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var my = []Root{{Path: []string{"my"}}}

// list writes reads as line:column path form, and the name that it reads through.
func list(reads []Read) string {
	var b strings.Builder
	for _, r := range reads {
		fmt.Fprintf(&b, "%d:%d %s %s", r.Line, r.Column, r, r.Form)
		if r.Via != "" {
			fmt.Fprintf(&b, " via %s", r.Via)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestReads(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"select", `{ config, ... }: { x = config.my.a.b; }`, "1:24 my.a.b select"},
		{"or", `{ x = config.my.a or 1; y = f config.my; }`, "1:7 my.a select\n1:31 my select"},
		{"quoted and computed", `{ x = config.my."a.b".c; y = config.my.${n}.z; z = config.my."p${n}"; }`,
			"1:7 my.a.b.c select\n1:30 my.*.z select\n1:52 my.* select"},
		{"definition", `{ config.my.a = 1; my.b = 2; config = { my.c = config.my.d == 1; }; }`, "1:48 my.d select"},
		{"comments", "# config.my.a\n/* config.my.b */ { x = config.my.c; }", "2:25 my.c select"},
		{"strings", `{ x = "config.my.a ${config.my.b} \${config.my.c} $${config.my.d}"; }`, "1:22 my.b select"},
		{"nested strings", `{ x = "${toString "${config.my.a}" + "config.my.b"}"; }`, "1:22 my.a select"},
		{"indented", "{ x = ''\n  config.my.a ''${config.my.b} '''${config.my.c}\n  ${config.my.d}''; y = config.my.e; }",
			"2:37 my.c select\n3:5 my.d select\n3:25 my.e select"},
		{"braces in interpolation", `{ x = "${f { a = { b = "}"; }; }} ${config.my.a}"; }`, "1:37 my.a select"},
		{"inherit", `{ x = { inherit (config.my) a b; inherit (config.my.s) c; }; }`, "1:29 my.a inherit\n1:31 my.b inherit\n1:56 my.s.c inherit"},
		{"inherit the root", `{ x = { inherit (config) my services; }; }`, "1:26 my inherit"},
		{"let", `{ config, ... }: let cfg = config.my.s; in { x = cfg.a; y = f cfg; }`, "1:50 my.s.a alias via cfg\n1:63 my.s alias via cfg"},
		{"let of let", `let y = sub.b; cfg = config.my; sub = cfg.s; in [ sub.a ]`, "1:51 my.s.a alias via sub"},
		{"let inherit", `let inherit (config.my) s; inherit (s) t; in t.u`, "1:46 my.s.t.u alias via t"},
		{"let inherit root", `let inherit (config) my; in my.a`, "1:29 my.a alias via my"},
		{"config by another name", `let top = config; in top.my.a`, "1:22 my.a alias via top"},
		{"name that is bound twice", `let cfg = config.my.a; f = cfg: cfg.x; in cfg.y`, "1:11 my.a select"},
		{"set attribute is no let", `{ cfg = config.my.a; x = cfg.y; }`, "1:9 my.a select"},
		{"attribute of the same name", `let cfg = config.my; in { cfg = 1; x.cfg = 2; y = z.cfg; }`, ""},
		{"with", `with config.my; a`, "1:6 my with"},
		{"guard", `config ? my.a && config.my ? b.c && config.services ? my`, "1:1 my.a guard\n1:18 my.b.c guard"},
		{"osConfig", `osConfig.my.a`, "1:1 my.a select"},
		{"another configuration", `[ node.config.my.a self.nixosConfigurations.x.config.my.b ]`, "1:3 my.a outer\n1:20 my.b outer"},
		{"config.lib", `config.lib.my.a + lib.config.my.b`, ""},
		{"another namespace", `config.services.my.a + config.mine.a`, ""},
		{"paths", `[ ./config.my.a ../x/${config.my.b}/y.nix <config.my.c> (a/config.my.d) ]`, "1:24 my.b select"},
		{"unfinished", `{ x = "${config.my.a`, "1:10 my.a select"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := list(Reads("x.nix", tt.src, my)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestArgumentRoot(t *testing.T) {
	roots := []Root{{Path: []string{"vars"}, Argument: true}}
	for _, tt := range []struct{ src, want string }{
		{`{ vars, lib, ... }: { x = vars.a; y = f vars; }`, "1:27 vars.a select\n1:41 vars select"},
		{`args@{ lib, ... }: { x = args.vars.a; vars.b = 1; }`, ""},
		{`let vars = import ./vars.nix; in vars.a`, ""},
	} {
		if got := list(Reads("x.nix", tt.src, roots)); got != tt.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", tt.src, got, tt.want)
		}
	}
}

// TestStates holds reads to what an analysis tells.
func TestStates(t *testing.T) {
	tree := fstest.MapFS{
		"main.nix": {Data: []byte(`{ config, ... }:
let
  cfg = config.my.s;
  port = config.my.port;
in {
  a = config.my.a;
  b = config.my.b;
  c = cfg.c + config.my.${n};
  d = port + 1;
  e = with config.my.w;
    e;
  f = f (config.my.f
    .g);
}
`)},
		"home.nix": {Data: []byte("{ osConfig, ... }: { x = config.my.h; y = osConfig.my.o; }\n")},
		"lost.nix": {Data: []byte("{ config, ... }: { x = config.my.a; }\n")},
	}
	g, err := ReadGraph(strings.NewReader(`{
  "roots": [{"path": "my"}],
  "modules": [{"path": "main.nix", "reachable": true}, {"path": "home.nix", "reachable": false}],
  "references": [
    {"value": "my.a", "file": "main.nix", "line": 6, "column": 7},
    {"value": "my.x.y", "file": "main.nix", "line": 7, "column": 7},
    {"value": "my.port", "file": "main.nix", "line": 4, "column": 10},
    {"value": "my.w.e", "file": "main.nix", "line": 11, "column": 5, "kind": "with"},
    {"value": "my.f.g", "file": "main.nix", "line": 13, "column": 6},
    {"value": "home-manager.users.*.my.h", "file": "home.nix", "line": 1, "column": 26}
  ],
  "unresolved": [{"path": "my.*", "reason": "computed", "file": "main.nix", "line": 8, "column": 15}]
}`))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Tree(tree, g, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s:%d %s %s/%s", e.File, e.Line, e, e.State, e.Module))
	}
	want := []string{
		"home.nix:1 my.h reference/unreached", "home.nix:1 my.o /unreached", "lost.nix:1 my.a /no module",
		"main.nix:6 my.a reference/reached", "main.nix:7 my.b /reached", "main.nix:8 my.s.c unresolved/reached", "main.nix:8 my.* unresolved/reached",
		"main.nix:9 my.port reference/reached", "main.nix:10 my.w reference/reached", "main.nix:12 my.f.g reference/reached",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestLexKeepsPlaces holds every token to the text at its place, over all Nix files of testdata.
func TestLexKeepsPlaces(t *testing.T) {
	files := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "testdata"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".nix" || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		src := string(data)
		lines := strings.SplitAfter(src, "\n")
		end := 0
		for _, tok := range lex(src) {
			if tok.off < end || !strings.HasPrefix(src[tok.off:], tok.text) || !strings.HasPrefix(lines[tok.Line-1][tok.Column-1:], strings.SplitAfter(tok.text, "\n")[0]) {
				t.Fatalf("%s:%d:%d: token %q is not there", name, tok.Line, tok.Column, tok.text)
			}
			end = tok.off + len(tok.text)
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("%d files, %v", files, err)
	}
}

func FuzzReads(f *testing.F) {
	for _, s := range []string{`{ x = "${config.my.a}"; }`, "''${a} ''' ''\\n''", "let inherit (config.my) a; in a", "a/${b}/c", "/*", "\"$", "''\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { Reads("x.nix", src, my) })
}
