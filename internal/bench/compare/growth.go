package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Trees that grow: whatever a repository has more of, the time that a report takes may grow with it, not with its square.

// A growing is one kind of tree in two sizes.
type growing struct {
	name, title string
	sizes       [2]int
	write       func(dir string, n int) error
}

var growings = []growing{
	{"registry", "a registry of %d members", [2]int{20_000, 200_000}, writeRegistry},
	{"hosts", "%d hosts", [2]int{100, 1000}, func(dir string, n int) error { return writeHosts(dir, n, 1) }},
	{"own", "%d hosts × 50 modules of their own", [2]int{25, 100}, func(dir string, n int) error { return writeHosts(dir, n, 50) }},
}

// annotated are the numbers of hosts, with 50 modules of their own each, that annotate is held against check for.
var annotated = []int{25, 50, 100}

// growth measures reports on trees of two sizes, and questions to one tree beside its analysis.
func (c *comparison) growth(ctx context.Context, nixsink string) error {
	var ps []program
	tree := func(g *growing, n int) (name, dir string, err error) {
		name = fmt.Sprint(g.name, n)
		dir = filepath.Join(c.dir, name)
		if _, err := os.Stat(dir); err == nil {
			return name, dir, nil
		}
		return name, dir, g.write(dir, n)
	}
	for i := range growings {
		for _, n := range growings[i].sizes {
			name, dir, err := tree(&growings[i], n)
			if err != nil {
				return err
			}
			ps = append(ps, program{name: name, title: "`nixsink report` on " + fmt.Sprintf(growings[i].title, n), argv: []string{nixsink, "report", "-C", dir}})
		}
	}
	own := &growings[len(growings)-1]
	for _, n := range annotated {
		_, dir, err := tree(own, n)
		if err != nil {
			return err
		}
		for _, command := range []string{"check", "annotate"} {
			ps = append(ps, program{name: fmt.Sprint(command, n), title: fmt.Sprintf("`nixsink %s` on "+own.title, command, n), argv: []string{nixsink, command, "-C", dir}, status: true})
		}
	}
	thousand, many := filepath.Join(c.dir, fmt.Sprint(own.name, annotated[0])), filepath.Join(c.dir, fmt.Sprint(own.name, annotated[2]))
	ps = append(ps,
		program{name: "whole", title: "parse, resolve, follow flows of the last", argv: []string{c.self, stageFlag, "analyze:", many}},
		program{name: "trace", title: "`nixsink trace my.v3` there", argv: []string{nixsink, "trace", "my.v3", "-C", many}},
		program{name: "impact", title: "`nixsink impact` of one module there", argv: []string{nixsink, "impact", "hosts/h3/m4.nix", "-C", many}},
		program{name: "complete", title: "completion of a value in the first", argv: []string{nixsink, "-C", thousand, "__complete", "trace", "my"}},
		program{name: "explorer", title: "the explorer there", argv: []string{nixsink, "graph", "--format", "html=" + filepath.Join(c.dir, "explorer.html"), "-C", many}},
	)
	rs := c.measure(ctx, ps)
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.name
	}
	fmt.Println()
	tableOf(names, rs, nil, 0)
	fmt.Println()
	goalHead()
	for _, g := range growings {
		few, many := rs[fmt.Sprint(g.name, g.sizes[0])], rs[fmt.Sprint(g.name, g.sizes[1])]
		factor := float64(g.sizes[1]) / float64(g.sizes[0])
		goal(fmt.Sprintf(g.title+": ≤ %.1f × the time of %d", g.sizes[1], factor*1.1, g.sizes[0]), []*result{many, few}, times(many, few), " ×", factor*1.1)
	}
	for _, n := range annotated {
		write, check := rs[fmt.Sprint("annotate", n)], rs[fmt.Sprint("check", n)]
		goal(fmt.Sprintf("annotate ≤ 2 × check, %d hosts × 50 modules", n), []*result{write, check}, times(write, check), " ×", 2)
	}
	for _, question := range []string{"trace", "impact"} {
		goal(question+" ≤ 1.2 × the analysis", []*result{rs[question], rs["whole"]}, times(rs[question], rs["whole"]), " ×", 1.2)
	}
	goal("completion ≤ 100 ms at 1,000 files", []*result{rs["complete"]}, func() float64 { return float64(rs["complete"].wall) / float64(time.Millisecond) }, " ms", 100)
	explorer := rs["explorer"]
	if info, err := os.Stat(filepath.Join(c.dir, "explorer.html")); err == nil {
		goal("explorer of 5,000 files ≤ 5 MB", []*result{explorer}, func() float64 { return float64(info.Size()) / 1e6 }, " MB", 5)
	}
	return nil
}

// writeHosts makes a flake with n hosts that share one module, with own modules of their own each.
func writeHosts(dir string, n, own int) error {
	const values = 50
	files := map[string]string{}
	var b strings.Builder
	b.WriteString("{ config, lib, ... }:\n{\n")
	for i := range values {
		fmt.Fprintf(&b, "  options.my.v%d = lib.mkOption { type = lib.types.int; default = %d; };\n  config.services.c%d.port = config.my.v%d;\n", i, i, i, i)
	}
	files["common.nix"] = b.String() + "}\n"
	b.Reset()
	b.WriteString("{\n  outputs = { self, nixpkgs }: {\n    nixosConfigurations = {\n")
	for h := range n {
		fmt.Fprintf(&b, "      h%d = nixpkgs.lib.nixosSystem { modules = [ ./hosts/h%d ]; };\n", h, h)
		var imports strings.Builder
		for k := range own {
			fmt.Fprintf(&imports, " ./m%d.nix", k)
			files[fmt.Sprintf("hosts/h%d/m%d.nix", h, k)] = fmt.Sprintf("{ config, lib, ... }:\nlet cfg = config.my; in\n{\n  services.s%d.port = cfg.v%d;\n  services.s%d.host = \"h%d-\" + toString config.my.v%d;\n  my.v%d = lib.mkDefault %d;\n}\n",
				k, k%values, k, h, (k+1)%values, (h+k)%values, h+k)
		}
		files[fmt.Sprintf("hosts/h%d/default.nix", h)] = fmt.Sprintf("{ imports = [ ../../common.nix%s ]; networking.hostName = \"h%d\"; }\n", imports.String(), h)
	}
	files["flake.nix"] = b.String() + "    };\n  };\n}\n"
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeRegistry makes a tree with one attrsOf of n members.
func writeRegistry(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "default.nix"))
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	fmt.Fprint(b, "{ lib, config, ... }:\n{\n  options.my.hosts = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };\n  config.my.hosts = {\n")
	for i := range n {
		fmt.Fprintf(b, "    h%d = \"10.%d.%d.%d\";\n", i, i>>16, i>>8&255, i&255)
	}
	fmt.Fprint(b, "  };\n  config.networking.extraHosts = config.my.hosts.h7;\n}\n")
	return b.Flush()
}
