package render

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scip-code/scip/bindings/go/scip"
	"google.golang.org/protobuf/proto"

	"nixsink/graph"
)

// TestSCIP reads an index back by the format's own bindings: each occurrence with the text that stands there.
func TestSCIP(t *testing.T) {
	files := map[string]string{
		"ports.nix": `{ lib, ... }:
{
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 80; description = "Where ä listens."; };
  options.my.ports."a b" = lib.mkOption { default = 22; };
  options.my.sites = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
  config.my.sites.one = "x";
}
`,
		"default.nix": `{ config, lib, ... }:
let
  cfg = config.my;
  inherit (config.my.ports) web;
in
{
  imports = [ ./ports.nix ];
  config.my.ports.web = 8080;
  config.services.a."ä" = [ cfg.ports.web web ];
  config.services.b.port = with config.my; ghost;
  config.services.c.d = lib.mkIf (config.my ? ghost) config.my.ports."a b";
  config.services.c.e = config.my.ghost;
  config.services.f = config.my.sites.one;
}
`}
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(t.Context(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := write(t, "scip", g, Options{Title: "a house"})
	var index scip.Index
	if err := proto.Unmarshal([]byte(text), &index); err != nil {
		t.Fatal(err)
	}
	if index.Metadata.GetToolInfo().GetName() != "nixsink" || strings.Contains(text, dir) {
		t.Errorf("%v", index.Metadata)
	}
	var b strings.Builder
	told := map[string]bool{}
	for _, s := range index.ExternalSymbols {
		told[s.Symbol] = true
		fmt.Fprintf(&b, "external %s\n", s.Symbol)
	}
	for _, d := range index.Documents {
		for _, s := range d.Symbols {
			told[s.Symbol] = true
			fmt.Fprintf(&b, "%s: %s\n", d.RelativePath, s.Symbol)
			if s.DisplayName == "my.ports.web" && !strings.Contains(s.Documentation[0], "Where ä listens.") {
				t.Errorf("%q", s.Documentation)
			}
		}
	}
	for _, d := range index.Documents {
		lines := strings.Split(files[d.RelativePath], "\n")
		for _, o := range d.Occurrences {
			if !told[o.Symbol] {
				t.Errorf("nothing is told of %s", o.Symbol)
			}
			sym, err := scip.ParseSymbol(o.Symbol)
			if err != nil || sym.Package.Name != "a house" {
				t.Errorf("%s: %v %v", o.Symbol, sym, err)
			}
			role := ""
			for _, r := range []scip.SymbolRole{scip.SymbolRole_Definition, scip.SymbolRole_WriteAccess, scip.SymbolRole_ReadAccess} {
				if r.Matches(o) {
					role += r.String()
				}
			}
			at := lines[o.Range[0]][o.Range[1]:o.Range[2]]
			fmt.Fprintf(&b, "%s:%d: %s %s %s", d.RelativePath, o.Range[0]+1, at, role, strings.TrimPrefix(o.Symbol, "nixsink . a  house . "))
			if e := o.EnclosingRange; e != nil {
				fmt.Fprintf(&b, " in %.24q", lines[e[0]][e[1]:])
			}
			b.WriteString("\n")
		}
	}
	golden(t, "scip.txt", b.String())
	if again := write(t, "scip", g, Options{Title: "a house"}); again != text {
		t.Error("the same graph gives other bytes")
	}
}
