package parse_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"nixsink/parse"
)

// benchSources are the .nix files below NIXSINK_CORPUS, or modules of the usual kind made up here.
func benchSources(b *testing.B) (sources []string, size int64) {
	if dir := os.Getenv("NIXSINK_CORPUS"); dir != "" {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".nix") {
				sources = append(sources, read(b, name))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	} else {
		for i := range 200 {
			sources = append(sources, module(i))
		}
	}
	for _, s := range sources {
		size += int64(len(s))
	}
	b.ReportAllocs()
	b.SetBytes(size)
	return sources, size
}

// module is a NixOS module like those that people write.
func module(i int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "# Service %d\n{ config, lib, pkgs, ... }:\n\nwith lib;\n\nlet\n  cfg = config.services.service%d;\n  port = config.my.ports.service%d; # source-id: CFG.ports.service%d\nin\n{\n", i, i, i, i)
	fmt.Fprintf(&s, "  options.services.service%d = {\n", i)
	for j := range 3 + i%20 {
		fmt.Fprintf(&s, "    option%d = mkOption {\n      type = types.nullOr (types.listOf types.str);\n      default = [ \"a\" \"b${toString cfg.option%d}\" ];\n      description = ''\n        What option %d does,\n          in some detail, see ${pkgs.path}.\n      '';\n    };\n", j, j, j)
	}
	fmt.Fprintf(&s, "  };\n\n  config = mkIf cfg.enable (mkMerge [\n    {\n      networking.firewall.allowedTCPPorts = optionals (cfg.openFirewall && port != null) [ port (port + 1) ];\n")
	for j := range 2 + i%7 {
		fmt.Fprintf(&s, "      systemd.services.\"unit-%d\" = {\n        wantedBy = [ \"multi-user.target\" ];\n        serviceConfig = {\n          ExecStart = \"${pkgs.hello}/bin/hello --port ${toString port}\";\n          DynamicUser = true;\n        } // optionalAttrs (cfg.user or null == null) { inherit (cfg) user group; };\n        script = ''\n          set -eu\n          for i in $(seq %d); do\n            echo ''${i} ${./scripts + \"/run.sh\"}\n          done\n        '';\n      };\n", j, j)
	}
	s.WriteString("    }\n    (mkIf (cfg ? extra) cfg.extra)\n  ]);\n}\n")
	return s.String()
}

func BenchmarkLexer(b *testing.B) {
	sources, _ := benchSources(b)
	for b.Loop() {
		for _, s := range sources {
			parse.Tokens(s)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	sources, _ := benchSources(b)
	for b.Loop() {
		for _, s := range sources {
			parse.Parse("bench.nix", s)
		}
	}
}

// BenchmarkParseParallel parses as the program does: files handed to as many workers as there are processors.
func BenchmarkParseParallel(b *testing.B) {
	sources, _ := benchSources(b)
	for b.Loop() {
		var next atomic.Int64
		var wg sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(sources)); i = next.Add(1) - 1 {
					parse.Parse("bench.nix", sources[i])
				}
			})
		}
		wg.Wait()
	}
}

func BenchmarkWalk(b *testing.B) {
	sources, _ := benchSources(b)
	var files []*parse.File
	for _, s := range sources {
		files = append(files, parse.Parse("bench.nix", s))
	}
	for b.Loop() {
		for _, f := range files {
			parse.Walk(f.Expr, func(parse.Node) bool { return true })
		}
	}
}
