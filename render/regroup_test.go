package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestRegroup: where nearly all modules lie in one top folder that is no ordered layer, bands are the folders below it.
func TestRegroup(t *testing.T) {
	build := func(layers ...string) *builder {
		b := newBuilder(layers...)
		v := b.value("my.domain", "modules/options.nix", "example.org")
		for i := range 4 {
			for _, dir := range []string{"modules/home", "modules/nixos/services", "modules/nixos/system"} {
				file := fmt.Sprintf("%s/m%d.nix", dir, i)
				b.module(file, 10)
				b.read(file, v.Path, "x")
			}
		}
		b.module("hosts/one.nix", 10)
		b.read("hosts/one.nix", v.Path, "x")
		return b
	}
	bands := func(b *builder, o Options) string {
		p, err := draw(b.done(), o, true)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, n := range p.nodes {
			if n.kind == moduleNode {
				names = append(names, n.group)
			}
		}
		slices.Sort(names)
		return strings.Join(slices.Compact(names), " ")
	}
	loose := build("hosts", "modules")
	loose.Ordered = false
	if got := bands(loose, Options{}); got != "hosts modules/home modules/nixos" {
		t.Errorf("got %s", got)
	}
	// What has an order keeps it, and the view of layers speaks of layers.
	if got := bands(build("hosts", "modules"), Options{}); got != "hosts modules" {
		t.Errorf("ordered: got %s", got)
	}
}

// TestGather: an option that is defined whole stands with those within it, and is folded with them.
func TestGather(t *testing.T) {
	b := newBuilder()
	v := b.value("my.user", "a.nix", "moritz")
	b.module("a.nix", 10)
	for _, option := range []string{"users.users", "users.users.*.shell", "users.users.*.home"} {
		b.read("a.nix", v.Path, "x", option)
	}
	p, err := draw(b.done(), Options{View: "sinks", Collapse: []string{"service"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	var options []string
	for _, n := range p.nodes {
		if n.kind == optionNode {
			options = append(options, fmt.Sprint(n.label, " ", n.holds))
		}
	}
	if got := strings.Join(options, ", "); got != "users.users 3" {
		t.Errorf("got %s", got)
	}
}

func TestMermaidSaysWhatIsFolded(t *testing.T) {
	got := write(t, "mermaid", house(), Options{View: "sinks"})
	if !strings.Contains(got, `note["Folded from`) || strings.Contains(strings.TrimPrefix(got, mermaidInit(6)), "%%") {
		t.Errorf("the note is missing or a comment:\n%.300s", got)
	}
	got = write(t, "mermaid", house(), Options{View: "sinks", Top: 3, Collapse: []string{"nothing-is-called-so"}})
	if !strings.Contains(got, "folds nothing") {
		t.Error("a pattern that folds nothing is passed over")
	}
}
