package render

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"nixsink/graph"
)

// shapes are graphs like those of repositories that pictures were bad of: many modules in layers, more in folders without an order, homes, names that differ in their
// middle or at their very end, one value that all read, values that are made of values.
func shapes() map[string]*graph.Graph {
	out := map[string]*graph.Graph{}
	layers := []string{"00-core", "10-gateway", "20-infrastructure", "40-media", "60-apps", "80-monitoring", "90-policy"}
	b := newBuilder(layers...)
	b.module("00-core/ports.nix", 90)
	for i := range 84 {
		b.value(fmt.Sprintf("my.%s.service%02d", []string{"ports", "configs.identity", "paths.state"}[i%3], i), "00-core/ports.nix", 8000+i)
	}
	for i := range 150 {
		file := fmt.Sprintf("%s/service-app-%02d.nix", layers[i%len(layers)], i)
		b.module(file, 40+i)
		b.imports(fmt.Sprintf("%s/ports.nix", layers[0]), file)
		for k := range 1 + i%4 {
			v := b.Values[(i*7+k*k)%len(b.Values)]
			b.read(file, v.Path, "port", fmt.Sprintf("services.app%02d.settings.server.port%d", i%40, k), fmt.Sprintf("if systemd.services.app%02d.wantedBy", i%40))
		}
	}
	out["150 modules in layers"] = b.done()

	b = newBuilder("homes", "hosts", "modules", "parts")
	b.Ordered = false
	b.module("modules/options/system/module.nix", 90)
	for i := range 120 {
		b.value(fmt.Sprintf("modules.%s.profile%03d.aRatherLongNameOfAnOption", []string{"system.services", "style.colorScheme.colors", "usrEnv.programs"}[i%3], i), "modules/options/system/module.nix", "x")
	}
	for i := range 240 {
		file := fmt.Sprintf("%s/notashelf/programs/%s/%s/part%03d/default.nix", b.Layers[i%4], []string{"graphical", "terminal", "services"}[i%3], []string{"apps", "tools"}[i%2], i)
		b.module(file, 30)
		b.imports("modules/options/system/module.nix", file)
		v := b.Values[(i*i)%len(b.Values)]
		b.read(file, v.Path, "x", fmt.Sprintf("home-manager.users.*.programs.program%03d.settings.window.padding.horizontal", i%70), fmt.Sprintf("home-manager.users.alice.xdg.configFile.\"program%03d/config\".text", i%90))
	}
	out["modules in folders"] = b.done()

	b = newBuilder("modules")
	b.module("modules/options.nix", 10)
	long := strings.Repeat("sameBeginning.", 5)
	for i := range 16 {
		b.value(fmt.Sprintf("my.%spart%02d.%stheSameEndOfAllOfThem", long, i, long), "modules/options.nix", "x")
		b.value(fmt.Sprintf("my.%s%sthisOneEndsIn%02d", long, long, i), "modules/options.nix", "x")
		file := fmt.Sprintf("modules/%s/%02d/%s/module.nix", strings.ReplaceAll(long, ".", "/"), i, strings.ReplaceAll(long, ".", "/"))
		b.module(file, 10)
		b.imports("modules/options.nix", file)
		for _, v := range b.Values[2*i:] {
			b.read(file, v.Path, "x", fmt.Sprintf("services.app.%s%02d.%stheSameEnd", long, i, long), fmt.Sprintf("services.app.%s%sendsIn%02d", long, long, i))
		}
	}
	out["names that are alike"] = b.done()

	b = newBuilder("modules")
	b.module("modules/options.nix", 10)
	hub := b.value("my.user", "modules/options.nix", "jo")
	for i := range 160 {
		file := fmt.Sprintf("modules/m%03d.nix", i)
		b.module(file, 10)
		b.read(file, hub.Path, "x", fmt.Sprintf("users.users.jo.option%03d", i), fmt.Sprintf("services.s%03d.user", i))
	}
	out["one value that all read"] = b.done()

	b = newBuilder("modules")
	b.module("modules/options.nix", 10)
	for i := range 14 {
		v := b.value(fmt.Sprintf("my.step%02d.value", i), "modules/options.nix", "x")
		b.read("modules/options.nix", v.Path, "x", fmt.Sprintf("services.s%02d.user", i))
		if i > 0 {
			before := b.Values[i-1]
			b.flows = append(b.flows, &graph.Flow{From: before, To: v.Path, ToValue: v, Kind: graph.Default, At: b.at("modules/options.nix")})
		}
	}
	out["values of values"] = b.done()

	// Folders of one name in many folders, and a folder beside its own default.nix.
	b = newBuilder("home", "hosts", "modules")
	b.Ordered = false
	b.module("vars/default.nix", 10)
	user := b.value("configVars.username", "vars/default.nix", "jo")
	for _, who := range []string{"ta", "media", "root"} {
		for i, part := range []string{"common/core/default.nix", "common/core/git.nix", "common/core/nixvim/plugins/lsp.nix", "common/core/nixvim/plugins/cmp.nix", "common/optional/desktops/services/dunst.nix", "common/optional/browsers/firefox.nix"} {
			for _, side := range []string{"home", "hosts"} {
				file := side + "/" + who + "/" + part
				b.module(file, 10)
				for k := range 14 {
					b.read(file, user.Path, "x", fmt.Sprintf("home-manager.users.%s.programs.program%d.settings.option%d", who, i, k))
				}
			}
		}
	}
	out["folders of one name"] = b.done()

	// A few values that everything reads in a namespace with many more, beside as many that one module reads; homes of one user, deep down.
	b = newBuilder("helpers", "homes", "hosts", "nixos")
	b.Ordered = false
	b.module("helpers/default.nix", 90)
	for i := range 30 {
		b.value(fmt.Sprintf("LT.helper%02d", i), "helpers/default.nix", "x")
	}
	for i := range 120 {
		b.value(fmt.Sprintf("lantian.application%03d.storage.path", i), "helpers/default.nix", "x")
	}
	for i := range 600 {
		file := []string{
			fmt.Sprintf("nixos/optional-apps/application%03d.nix", i),
			fmt.Sprintf("homes/lantian/programs/graphical/application%03d/default.nix", i),
			fmt.Sprintf("homes/lantian/services/wayland/service%03d.nix", i),
			fmt.Sprintf("hosts/host-with-a-long-name-%02d/hardware-%03d.nix", i%26, i),
		}[i%4]
		b.module(file, 40)
		b.imports("helpers/default.nix", file)
		for k := range 3 {
			b.read(file, b.Values[(i+k)%4].Path, "x", fmt.Sprintf("systemd.services.application%03d.serviceConfig", i), fmt.Sprintf("home-manager.users.%s.programs.firefox.profiles", []string{"lantian", "root"}[i%2]))
		}
		b.read(file, b.Values[i%len(b.Values)].Path, "x", fmt.Sprintf("services.application%03d.settings.port", i%150))
	}
	out["600 modules of 26 hosts"] = b.done()

	// Hundreds of namespaces that are alike.
	b = newBuilder("modules", "plugins")
	b.module("plugins/lsp/language-servers/default.nix", 90)
	for i := range 300 {
		for _, option := range []string{"enable", "package", "config", "settings.nothing"} {
			v := b.value(fmt.Sprintf("plugins.lsp.servers.language_server_%03d.%s", i, option), "plugins/lsp/language-servers/default.nix", "x")
			b.read("plugins/lsp/language-servers/default.nix", v.Path, "x", "extraPackages", "warnings")
		}
	}
	out["namespaces that are alike"] = b.done()
	return out
}

// TestFoldingTells: what a page folds is what tells least. Values that all modules read have boxes of their own in every view, no box of the overview holds most of
// the modules where its folder has parts, and none is told by chance among hundreds like it.
func TestFoldingTells(t *testing.T) {
	all := shapes()
	boxes := func(name, view string) map[string]*node {
		g, o := all[name], Options{View: view}
		p, err := draw(g, o, true)
		if err == nil {
			p, err = onePage(t.Context(), p, g, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]*node{}
		for _, n := range p.nodes {
			out[n.names[0]] = n
		}
		return out
	}
	for _, view := range []string{"overview", "modules", "sinks", "values"} {
		got := boxes("600 modules of 26 hosts", view)
		for i := range 4 {
			if v := fmt.Sprintf("LT.helper%02d", i); got[v] == nil {
				t.Errorf("%s: %s is folded away", view, v)
			}
		}
	}
	for name, n := range boxes("600 modules of 26 hosts", "overview") {
		if n.kind == moduleNode && n.holds > 200 {
			t.Errorf("the overview has %d modules in the box %s", n.holds, name)
		}
		if n.kind == optionNode && strings.Contains(name, "root") {
			t.Errorf("the overview tells the homes of users apart: %s", name)
		}
	}
	for _, view := range []string{"modules", "sinks", "values"} {
		servers := 0
		for name := range boxes("namespaces that are alike", view) {
			if strings.Contains(name, "language_server_") {
				servers++
			}
		}
		if servers > 0 {
			t.Errorf("%s: %d of 300 servers that are alike stand for themselves", view, servers)
		}
	}
}

// TestShapes draws every view of these: labels are told apart and lie within their boxes, nothing leaves the picture, no ribbon begins or ends beside a box, and what is
// drawn of a whole tree is a page.
func TestShapes(t *testing.T) {
	for name, g := range shapes() {
		t.Run(name, func(t *testing.T) {
			most := g.Values[0]
			for _, v := range g.Values {
				if byReads(v, most) < 0 {
					most = v
				}
			}
			all := []Options{{View: "sinks", Focus: []string{most.Path}}}
			for _, v := range Views {
				all = append(all, Options{View: v.Name})
			}
			for _, o := range all {
				called := fmt.Sprintf("%s, %s %v", name, o.View, o.Focus)
				if why, err := Nothing(g, o); err != nil {
					t.Fatal(err)
				} else if why != "" {
					continue
				}
				w, h := within(t, called, write(t, "svg", g, o))
				if o.Focus == nil && (w > pageWide+60 || h > pageHigh+60) {
					t.Errorf("%s: the picture is %.0f × %.0f pixels", called, w, h)
				}
				switch o.View {
				case "hosts", "registry", "ports", "heat", "imports":
					continue // of their own layouts
				}
				p, err := draw(g, o, true)
				if err == nil {
					p, err = onePage(context.Background(), p, g, o)
				}
				if err != nil {
					t.Fatal(err)
				}
				attached(t, called, layoutFlow(p))
			}
		})
	}
}

// attached fails if a label of a column is told twice or wider than its box, or a ribbon does not begin and end at the side of a box.
func attached(t *testing.T, name string, f *flowLayout) {
	t.Helper()
	for _, column := range f.columns {
		texts := map[string]bool{}
		for _, c := range column {
			for _, b := range c.boxes {
				if b.lane {
					continue
				}
				key := string(b.kind) + b.text()
				if c.head {
					key = c.name + " " + key
				}
				if texts[key] {
					t.Errorf("%s: two boxes are called %q", name, key)
				}
				texts[key] = true
				if b.textWidth()+b.badgeWidth()+boxPad > b.w {
					t.Errorf("%s: %q is wider than its box", name, b.text())
				}
			}
		}
	}
	const slack = 0.51
	for _, r := range f.ribbons {
		if r.y0-r.width/2 < r.a.y-slack || r.y0+r.width/2 > r.a.y+r.a.h+slack {
			t.Errorf("%s: a ribbon begins beside %s", name, r.a.key)
		}
		if r.y1-r.width/2 < r.b.y-slack || r.y1+r.width/2 > r.b.y+r.b.h+slack {
			t.Errorf("%s: a ribbon ends beside %s", name, r.b.key)
		}
		if r.a.lane && len(r.a.in) == 0 || r.b.lane && len(r.b.out) == 0 {
			t.Errorf("%s: a ribbon of %s ends in the air", name, r.from.key)
		}
	}
}
