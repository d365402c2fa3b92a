package render

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/internal/change"
)

// changedTree is a repository before and after a change that every view shows something of.
const changedTree = `
-- before/flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./10-core/base.nix ./20-apps/web.nix { my.role = "web"; } ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./10-core/base.nix ./20-apps/db.nix { my.role = "db"; } ]; };
  };
}
-- before/10-core/base.nix --
{ lib, config, ... }: {
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 8080; };
  options.my.ports.db = lib.mkOption { type = lib.types.port; default = 5432; };
  options.my.role = lib.mkOption { type = lib.types.str; };
  options.my.steady = lib.mkOption { type = lib.types.str; default = "x"; };
  config.networking.firewall.allowedTCPPorts = [ config.my.ports.web ]; # source-id: my.ports.web
  config.environment.etc.steady.text = config.my.steady;
  config.age.secrets.mail = { file = ./mail.age; };
  config.services.mail.passwordFile = config.age.secrets.mail.path;
}
-- before/20-apps/web.nix --
{ config, ... }: { services.app.port = config.my.ports.web; services.app.enable = true; }
-- before/20-apps/db.nix --
{ config, ... }: { services.postgresql.settings.port = config.my.ports.db; services.postgresql.enable = true; }
-- after/flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./10-core/base.nix ./20-apps/web.nix { my.role = "front"; } ]; };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem { modules = [ ./10-core/base.nix ./20-apps/cache.nix { my.role = "db"; } ]; };
  };
}
-- after/10-core/base.nix --
{ lib, config, ... }: {
  options.my.ports.web = lib.mkOption { type = lib.types.port; default = 8081; };
  options.my.ports.cache = lib.mkOption { type = lib.types.port; default = 6379; };
  options.my.role = lib.mkOption { type = lib.types.str; };
  options.my.steady = lib.mkOption { type = lib.types.str; default = "x"; };
  config.networking.firewall.allowedTCPPorts = [ config.my.ports.web config.my.ports.cache ]; # source-id: my.ports.web
  config.environment.etc.steady.text = config.my.steady;
  config.age.secrets.chat = { file = ./chat.age; };
  config.services.chat.passwordFile = config.age.secrets.chat.path;
}
-- after/20-apps/web.nix --
{ config, ... }: { services.app.port = config.my.ports.web; services.app.cache = config.my.ports.cache; services.app.enable = true; }
-- after/20-apps/cache.nix --
{ config, ... }: { services.redis.port = config.my.ports.cache; services.redis.enable = true; }
`

// TestDifferenceInEveryView draws two states in one picture: what is new, gone and different is marked, by a sign too; two equal states give none.
func TestDifferenceInEveryView(t *testing.T) {
	c := changeOf(t, txtar.Parse([]byte(changedTree)))
	same := *c
	same.Then, same.Values, same.Definitions, same.Files = same.Now, nil, nil, nil
	for _, v := range Views {
		t.Run(v.Name, func(t *testing.T) {
			o := Options{View: v.Name, Base: c, Link: "https://example.org/{file}#L{line}"}
			svg := write(t, "svg", c.Now.Graph, o)
			checkSVG(t, svg)
			within(t, v.Name, svg)
			p, err := draw(c.Now.Graph, o, true)
			if err != nil {
				t.Fatal(err)
			}
			marks := map[mark]bool{}
			for _, n := range p.nodes {
				marks[n.mark] = true
				if n.mark == "-" && n.file != "" {
					t.Errorf("%s is gone, and links to %s", n.label, n.file)
				}
				if v.Name != "overview" && v.Name != "layers" && strings.Contains(n.label, "steady") {
					t.Errorf("nothing touches %s", n.label)
				}
			}
			for _, e := range p.edges {
				marks[e.mark] = true
			}
			for m, wanted := range map[mark]bool{"+": v.Name != "heat" && v.Name != "layers", "-": v.Name != "layers" && v.Name != "overview"} {
				if wanted && !marks[m] {
					t.Errorf("nothing is marked %s: %v", m, marks)
				}
			}
			for m := range marks {
				if m != "" && v.Name != "layers" && !strings.Contains(svg, ">"+m.sign()) {
					t.Errorf("nothing has the sign %s", m.sign())
				}
			}
			if v.Layouts[len(v.Layouts)-1] == "dot" {
				for _, format := range []string{"dot", "mermaid"} {
					if out := write(t, format, c.Now.Graph, o); !strings.Contains(out, changeStyles["~"].stroke) && !strings.Contains(out, changeStyles["+"].stroke) {
						t.Errorf("%s does not say what differs", format)
					}
				}
			}
			why, err := Nothing(same.Now.Graph, Options{View: v.Name, Base: &same})
			if err != nil || !strings.Contains(why, "differs between") {
				t.Errorf("two equal states: %q, %v", why, err)
			}
		})
	}
}

// hostileChange is from nothing to a repository whose names are not harmless, and back.
func hostileChanges(t *testing.T) []*change.Change {
	t.Helper()
	bad, good := change.Side{Name: hostileNames[5], Graph: hostile()}, change.Side{Name: hostileNames[1], Graph: house()}
	return []*change.Change{change.Make(good, bad, change.Files{}), change.Make(bad, good, change.Files{})}
}

func TestHostileDifference(t *testing.T) {
	for _, c := range hostileChanges(t) {
		for _, v := range Views {
			o := hostileOptions(v.Name)
			o.Base = c
			svg := write(t, "svg", c.Now.Graph, o)
			checkSVG(t, svg)
			if strings.ContainsAny(svg, "\u202e\x1b") {
				t.Errorf("%s: a hostile name got through", v.Name)
			}
		}
		o := hostileOptions("")
		var b bytes.Buffer
		if err := ChangeHTML(context.Background(), &b, c, o); err != nil {
			t.Fatal(err)
		}
		checkChangePage(t, b.String())
	}
}

// checkChangePage reads a page of a change: it is whole, nothing in it runs or is loaded, and every link is one that we made.
func checkChangePage(t *testing.T, page string) {
	t.Helper()
	if strings.ContainsAny(page, "\u202e\x1b\x00\ufeff") {
		t.Error("a hostile name got through")
	}
	page = strings.Replace(page, "<!doctype html>", "", 1)
	page = regexp.MustCompile(`<(meta|img|br)\b([^>]*)>`).ReplaceAllString(page, "<$1$2/>")
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	tables := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "table":
			tables++
		case "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "h1", "h2", "p", "code", "small", "strong", "ul", "li", "a", "br",
			"details", "summary", "figure", "figcaption", "div", "img", "thead", "tbody", "tr", "th", "td":
		default:
			t.Errorf("element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch {
			case strings.HasPrefix(a.Name.Local, "on"), a.Name.Local == "style":
				t.Errorf("%s=%q", a.Name.Local, a.Value)
			case a.Name.Local == "href" && !strings.HasPrefix(a.Value, "https://example.org/") && !strings.HasPrefix(a.Value, "#part"):
				t.Errorf("a link to %q", a.Value)
			case a.Name.Local == "src" && !strings.HasPrefix(a.Value, "data:image/svg+xml;base64,"):
				t.Errorf("it loads %q", a.Value)
			}
		}
	}
	if tables == 0 {
		t.Error("no table of before and after")
	}
}

// TestChangePage: each difference has its row, with what was and what is side by side.
func TestChangePage(t *testing.T) {
	c := changeOf(t, txtar.Parse([]byte(changedTree)))
	var b bytes.Buffer
	if err := ChangeHTML(context.Background(), &b, c, Options{Link: "https://example.org/{file}#L{line}"}); err != nil {
		t.Fatal(err)
	}
	checkChangePage(t, b.String())
	for _, want := range []string{
		`<td><code>8080</code></td><td><code>8081</code>`,
		`<th>before</th><th>after</th>`,
		`<tr class="gone"><td class="sign" title="gone">−</td><td><code>my.ports.db</code>`,
		`<tr class="new"><td class="sign" title="new">+</td><td><code>my.ports.cache</code>`,
		`<figcaption>Before</figcaption>`,
		`href="https://example.org/10-core/base.nix#L`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not there", want)
		}
	}
	if err := ChangeHTML(context.Background(), &b, c, Options{Link: "javascript:x"}); err == nil {
		t.Error("a page with a script for a link")
	}
}
