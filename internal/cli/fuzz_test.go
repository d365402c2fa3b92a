package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// FuzzTree: a small repository of several files and hosts, whatever they hold, is analysed, checked and drawn: no fault of our own, and a
// status of ours.
func FuzzTree(f *testing.F) {
	cases, err := filepath.Glob("../../testdata/flow/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range cases {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if i%8 == 0 && len(text) < 4000 { // as many again would be the same, and slow every start
			f.Add(text)
		}
	}
	f.Add(txtar.Format(&txtar.Archive{Files: []txtar.File{
		{Name: "flake.nix", Data: []byte("{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ]; }; }; }\n")},
		{Name: "a.nix", Data: []byte("{ lib, config, ... }: { options.my.a = lib.mkOption { default = 1; }; config.x = config.my.a; }\n")},
		{Name: "b.nix", Data: []byte("{ config, ... }: { imports = [ ./a.nix ]; y = config.my.a; }\n")},
	}}))
	f.Fuzz(func(t *testing.T, src []byte) {
		dir := t.TempDir()
		n := 0
		for _, file := range txtar.Parse(src).Files {
			name := filepath.FromSlash(file.Name)
			if !filepath.IsLocal(name) || strings.ContainsRune(name, 0) || n > 20 || len(file.Data) > 1<<16 {
				continue
			}
			name = filepath.Join(dir, name)
			if os.MkdirAll(filepath.Dir(name), 0o755) == nil && os.WriteFile(name, file.Data, 0o644) == nil {
				n++
			}
		}
		for _, args := range [][]string{{"check", "--all", "--format", "sarif", dir}, {"graph", "--format", "json", dir}, {"annotate", dir}} {
			var out, talk bytes.Buffer
			begin := time.Now()
			status := newApp(strings.NewReader(""), &out, &talk).run(context.Background(), args)
			if status < 0 || status > 2 || strings.Contains(talk.String(), "a fault of nixsink") {
				t.Fatalf("%s: status %d\n%s", args[0], status, talk.String())
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Fatalf("%s: %v for %d bytes", args[0], took, len(src))
			}
		}
	})
}
