package render

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
)

// The overview is one page at any size: few boxes, every label its own, nothing beyond the edge.
func TestOverviewIsOnePage(t *testing.T) {
	graphs := treesToLookAt(t)
	graphs["house"], graphs["hostile"], graphs["hosts"], graphs["large"] = house(), hostile(), analysed(t, hostsTree), large()
	for name, g := range graphs {
		p, err := draw(g, Options{}, true)
		if err != nil {
			t.Fatal(err)
		}
		if p.empty != "" {
			continue
		}
		if p.view.Name != "overview" {
			t.Errorf("%s: the default view is %s", name, p.view.Name)
		}
		broken := 0
		for _, n := range p.nodes {
			if n.bad {
				broken++
			}
		}
		if len(p.nodes) > overviewNodes+broken {
			t.Errorf("%s: the overview has %d boxes", name, len(p.nodes))
		}
		f := layoutFlow(p)
		for _, column := range f.columns {
			texts := map[string]bool{}
			for _, c := range column {
				for _, b := range c.boxes {
					if b.lane {
						continue
					}
					key := b.text()
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
		if w, h := within(t, name, write(t, "svg", g, Options{})); w > 1000 || h > 700 {
			t.Errorf("%s: the overview is %.0f × %.0f pixels", name, w, h)
		}
	}
}

// hostsTree is a repository with hosts that differ.
const hostsTree = `
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.web-with-a-name-that-is-far-too-long-for-a-column = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./web.nix { my.port = 8081; my.role = "web"; } ]; };
    nixosConfigurations.web-with-a-name-that-is-far-too-long-for-a-page = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./web.nix { my.port = 8082; my.role = "a role of which there is a lot to tell, more than a page has room for"; } ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./db.nix { my.role = "db"; } ]; };
  };
}
-- base.nix --
{ lib, config, ... }: {
  options.my.port = lib.mkOption { type = lib.types.port; default = 5432; };
  options.my.role = lib.mkOption { type = lib.types.str; };
  config.networking.firewall.allowedTCPPorts = [ config.my.port 22 ];
  config.services.openssh.enable = true;
}
-- web.nix --
{ config, ... }: {
  age.secrets.a-secret-with-a-name-that-is-far-too-long-for-a-box-1.file = ./secrets/a-file-with-a-name-that-is-far-too-long-1.age;
  age.secrets.a-secret-with-a-name-that-is-far-too-long-for-a-box-2 = { file = ./secrets/a-file-with-a-name-that-is-far-too-long-2.age; owner = "app"; };
  services.app.passwordFile = config.age.secrets.a-secret-with-a-name-that-is-far-too-long-for-a-box-1.path;
  services.app.token = builtins.readFile config.age.secrets.a-secret-with-a-name-that-is-far-too-long-for-a-box-2.path;
  systemd.services.app.serviceConfig = { User = "app"; EnvironmentFile = config.age.secrets.a-secret-with-a-name-that-is-far-too-long-for-a-box-2.path; };
  services.nginx.enable = true;
  services.nginx.virtualHosts."a-host-with-a-very-long-name.example.org".locations."/".proxyPass = "http://localhost:3000";
  services.nginx.virtualHosts."a-host-with-a-very-long-name.example.com".locations."/".proxyPass = "http://localhost:3001";
  services.app.port = config.my.port;
}
-- db.nix --
{ config, ... }: { services.postgresql.settings.port = config.my.port; services.postgresql.enable = true; }
`

// TestViewsAreOnePage: hosts, exposure and registry fit a page whatever there is, and no two boxes of a column are called alike.
func TestViewsAreOnePage(t *testing.T) {
	graphs := examples(t)
	graphs["house"] = house()
	graphs["hostile"] = hostile()
	graphs["hosts"] = analysed(t, hostsTree)
	for name, g := range graphs {
		for _, view := range []string{"hosts", "exposure", "secrets", "registry"} {
			o := Options{View: view, Findings: houseFindings}
			if why, err := Nothing(g, o); err != nil {
				t.Fatal(err)
			} else if why != "" {
				if name == "hosts" {
					t.Errorf("%s of %s: %s", view, name, why)
				}
				continue
			}
			w, h := within(t, name+" "+view, write(t, "svg", g, o))
			if w > 1001 || h > 701 {
				t.Errorf("%s: the view %s is %.0f × %.0f pixels", name, view, w, h)
			}
			p, err := draw(g, o, true)
			if err != nil {
				t.Fatal(err)
			}
			texts := map[string]bool{}
			for _, n := range p.nodes {
				key := fmt.Sprint(n.column, " ", cmp.Or(n.shown, n.shortened()))
				if texts[key] {
					t.Errorf("%s %s: two boxes are called %q", name, view, key)
				}
				texts[key] = true
			}
		}
	}
}

func TestHostsView(t *testing.T) {
	s, err := hostsOf(analysed(t, hostsTree), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range s.lines {
		fmt.Fprintf(&b, "%s [%s] %s\n", l.label, strings.Join(l.marks, ","), l.note)
	}
	want := `app, nginx [,•,•] 2 services, 2 hosts
postgresql [•,,] 1 host
my.port [·,1,2] 5432 (default), 1: 8081, 2: 8082
my.role [·,1,2] db, 1: web, 2: a role of which there is a lot to tell, more than a page h…
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	if s.names[1] == s.names[2] {
		t.Errorf("two hosts are called %q", s.names[1])
	}
}

func TestRegistryView(t *testing.T) {
	all, err := registryOf(examples(t)["homelab"], Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range all {
		got[e.value.Path] = fmt.Sprintf("%s %s by %s, %d others", e.kind, e.text, e.owner, len(e.readers))
	}
	for path, want := range map[string]string{
		"my.ports.grafana":           "port 3300 by grafana, 1 others",
		"my.ports.https":             "port 443 by caddy, 3 others",
		"my.ports.gotify":            "port 8070 by , 0 others",
		"my.configs.network.gateway": "address 10.42.7.1 by systemd.network, 0 others",
		"my.configs.identity.user":   "name mira by users, 7 others",
		"my.media.gid":               "uid 1700 by users.groups, 0 others",
	} {
		if got[path] != want {
			t.Errorf("%s: %s, want %s", path, got[path], want)
		}
	}
}

// analysed is the graph of the files of an archive.
func analysed(t *testing.T, archive string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(t.Context(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// within checks that every text and box of a picture lies within it, and gives its size.
func within(t *testing.T, name, svg string) (w, h float64) {
	t.Helper()
	left := 0.0 // of the groups that are open
	d := xml.NewDecoder(strings.NewReader(svg))
	number := func(e xml.StartElement, attr string) float64 {
		i := slices.IndexFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == attr })
		if i < 0 {
			return 0
		}
		v, _ := strconv.ParseFloat(e.Attr[i].Value, 64)
		return v
	}
	var shift []float64
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == "g" {
			left -= shift[len(shift)-1]
			shift = shift[:len(shift)-1]
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg":
			w, h = number(e, "width"), number(e, "height")
		case "g":
			by := 0.0
			for _, a := range e.Attr {
				if a.Name.Local == "transform" {
					fmt.Sscanf(a.Value, "translate(%g ", &by)
				}
			}
			left += by
			shift = append(shift, by)
		case "rect":
			if x, y := left+number(e, "x"), number(e, "y"); x < 0 || x+number(e, "width") > w || y+number(e, "height") > h {
				t.Errorf("%s: a box at %v, %v leaves the picture", name, x, y)
			}
		case "text":
			class, slant := "", 1.0
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "class":
					class = a.Value
				case "transform":
					slant = 0.58 // of 55 degrees
				}
			}
			var text string
			if err := d.DecodeElement(&text, &e); err != nil {
				t.Fatal(err)
			}
			size := 11.0
			switch {
			case strings.HasPrefix(class, "h1"):
				size = 16 * 1.16
			case strings.HasPrefix(class, "n"):
				size = 10
			case strings.HasPrefix(class, "lead") || strings.HasPrefix(class, "badt"):
				size = 11 * 1.16
			}
			x, wide := left+number(e, "x"), textWidth(text, size)*slant
			switch {
			case strings.Contains(class, " end"):
				x -= wide
			case strings.Contains(class, " mid"):
				x -= wide / 2
			}
			if x < 0 || x+wide > w+1 {
				t.Errorf("%s: the text %q from %.0f to %.0f leaves the picture, which is %.0f wide", name, text, x, x+wide, w)
			}
			if y := number(e, "y"); slant < 1 && y-textWidth(text, size)*0.82 < 0 {
				t.Errorf("%s: the text %q leaves the picture at the top", name, text)
			}
		}
	}
	return w, h
}

// A focus shows what trace tells: the options that a value reaches through others count, too.
func TestFocusShowsAllThatTraceKnows(t *testing.T) {
	for name, g := range examples(t) {
		for _, v := range g.Values {
			if v.FanOut.Reads == 0 {
				continue
			}
			p, err := draw(g, Options{View: "sinks", Focus: []string{v.Path}, Down: true, MaxNodes: -1}, true)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, f := range g.Flows.Of(v) {
				if f.ToValue == nil {
					want[f.To] = true
				}
			}
			if got := p.counts()[optionNode]; got != len(want) {
				t.Errorf("%s: the picture of %s shows %d options, trace knows %d", name, v.Path, got, len(want))
			}
		}
	}
}

func TestApart(t *testing.T) {
	for _, tt := range []struct{ texts, want string }{
		{"a.b.c.one a.b.c.two", "…one …two"},
		{"x/media/ x/media/default.nix", "…media/ …media/default.nix"},
		{"a.aaaaaaaaaaaaaaaaaaaaaaaaaaaa.x a.aaaaaaaaaaaaaaaaaaaaaaaaaaaa.y a.b", "…x …y …b"},
		{"one two", "one two"},
	} {
		got := strings.Join(toldApart(strings.Fields(tt.texts), 20), " ")
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.texts, got, tt.want)
		}
	}
}

// TestUnnamedHosts: hosts whose names no text tells are called by the folders of their modules, and said to be.
func TestUnnamedHosts(t *testing.T) {
	g := analysed(t, hostsTree)
	for i, h := range g.Hosts() {
		h.Name, h.Modules = fmt.Sprintf("nixos at flake.nix:3 %d", i), []string{"base.nix", fmt.Sprintf("hosts/h%d/default.nix", i), "hosts/common.nix"}
	}
	s, err := hostsOf(g, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"h0/", "h1/", "h2/"}; !slices.Equal(s.names, want) {
		t.Errorf("hosts are called %q, not %q", s.names, want)
	}
	if svg := write(t, "svg", g, Options{View: "hosts"}); !strings.Contains(svg, "whose name is not known") {
		t.Error("nothing says what h0/ is")
	}
	var b strings.Builder
	if err := HostsText(&b, g, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "hosts/h1/") {
		t.Errorf("the folder is not told:\n%s", b.String())
	}
}

// TestHostsInFoldersOfOneName: hosts without names are called by their folders, as far up as tells them apart.
func TestHostsInFoldersOfOneName(t *testing.T) {
	var s hostSheet
	for _, f := range []string{"a/tests/x.nix", "b/tests/y.nix", "c/lab/z.nix"} {
		s.hosts = append(s.hosts, &graph.Configuration{Name: "nixos at " + f + ":1", Class: "nixos", Modules: []string{f, "base.nix"}})
	}
	s.nameHosts()
	seen := map[string]bool{}
	for _, n := range s.names {
		if seen[n] {
			t.Errorf("two hosts are called %q", n)
		}
		seen[n] = true
	}
	if s.names[2] != "lab/" && s.names[2] != "c/" {
		t.Errorf("%q", s.names)
	}
}
