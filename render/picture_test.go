package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
)

// lines writes a picture's edges as people would: from → to, with the width and the marks.
func lines(t *testing.T, o Options) string {
	t.Helper()
	p, err := draw(house(), o, true)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range p.edges {
		a := e.amount()
		fmt.Fprintf(&b, "%s -> %s %d", e.from.full(), e.to.full(), a.n)
		for _, m := range []struct {
			on   bool
			mark string
		}{{a.uncovered > 0, fmt.Sprintf(" uncovered=%d", a.uncovered)}, {e.violation, " violation"}, {e.disabled, " disabled"}, {e.control, " control"}} {
			if m.on {
				b.WriteString(m.mark)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestChoose(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"a value and who reads it": {Options{View: "modules", Focus: []string{"CFG.media.hardware"}}, `
my.media.hardware -> 00-core/storage.nix 1 uncovered=1 violation
my.media.hardware -> 20-services/media/jellyfin.nix 1
`},
		"a value and its options, and nobody else's": {Options{View: "sinks", Focus: []string{"my.ports.https"}}, `
00-core/firewall.nix -> networking.firewall.allowedTCPPorts 1
10-infrastructure/traefik.nix -> services.traefik.staticConfigOptions.entryPoints.websecure.address 1
my.ports.https -> 00-core/firewall.nix 1
my.ports.https -> 10-infrastructure/traefik.nix 1
`},
		"one step": {Options{View: "sinks", Focus: []string{"my.ports.https"}, Depth: 1}, `
my.ports.https -> 00-core/firewall.nix 1
my.ports.https -> 10-infrastructure/traefik.nix 1
`},
		"a module, upwards": {Options{View: "sinks", Focus: []string{"00-core/host"}, Up: true}, `
my.configs.identity.host -> 00-core/host.nix 1
`},
		"a module, both ways": {Options{View: "sinks", Focus: []string{"00-core/host.nix"}}, `
00-core/host.nix -> networking.hostName 1
my.configs.identity.host -> 00-core/host.nix 1
`},
		"what reaches an option": {Options{View: "sinks", Reaches: []string{"services.openssh.settings"}}, `
00-core/ssh.nix -> services.openssh.settings.AllowUsers 1
00-core/ssh.nix -> services.openssh.settings.Match 2
my.configs.identity.user -> 00-core/ssh.nix 1
my.configs.network.lanCidrs -> 00-core/ssh.nix 1
my.configs.network.tailnetCidrs -> 00-core/ssh.nix 1 uncovered=1
`},
		"patterns speak of their own kind": {Options{Include: []string{"00-core/s*.nix"}, Exclude: []string{"CFG.network.*"}}, `
my.configs.identity.user -> 00-core/ssh.nix 1
my.configs.identity.user -> 00-core/system.nix 1 uncovered=1
my.media.hardware -> 00-core/storage.nix 1 uncovered=1 violation
my.ports.ssh -> 00-core/ssh.nix 1
`},
		"the most read": {Options{Top: 1, Collapse: []string{"layer"}}, `
my.configs.identity.domain -> 10-infrastructure 4 uncovered=2
my.configs.identity.domain -> 20-services 22 uncovered=9
`},
		"folded by a regular expression": {Options{View: "modules", Focus: []string{"CFG.storage.media"}, Exclude: []string{"20-services/media/[jls]*"}, Collapse: []string{`media/(r)\w+arr`}}, `
my.configs.storage.media -> r 3
my.configs.storage.media -> 20-services/media/prowlarr.nix 1
`},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(t, c.o)
			if got != c.want[1:] {
				t.Errorf("got\n%swant\n%s", got, c.want[1:])
			}
		})
	}
}

func TestFoldsWhatIsTooLarge(t *testing.T) {
	for _, limit := range []int{0, 100, 40, 30} {
		p, err := draw(house(), Options{View: "sinks", MaxNodes: limit}, true)
		if err != nil {
			t.Fatal(err)
		}
		want := limit
		if want == 0 {
			want = maxNodes
		}
		if len(p.nodes) > want {
			t.Errorf("%d nodes of %d", len(p.nodes), want)
		}
		if told := p.told(); len(told) == 0 || !strings.Contains(told[0], "--max-nodes") {
			t.Errorf("the picture does not say what was folded and how to unfold it: %q", told)
		}
		broken := 0
		for _, n := range p.nodes {
			if n.bad && n.holds == 0 {
				broken++
			}
		}
		if broken == 0 {
			t.Error("the undeclared value was folded away")
		}
		reads := 0
		for _, e := range p.edges {
			if e.to.kind == moduleNode {
				reads += e.amount().n
			}
		}
		if reads != len(house().References) {
			t.Errorf("%d reads after folding, %d before", reads, len(house().References))
		}
	}
	if p, _ := draw(house(), Options{View: "sinks", MaxNodes: -1}, true); len(p.nodes) < 200 || len(p.told()) > 0 {
		t.Errorf("folded although told not to: %d nodes", len(p.nodes))
	}
}

func TestUsage(t *testing.T) {
	for _, o := range []Options{{View: "nope"}, {Layout: "nope"}, {View: "heat", Layout: "dot"}, {Collapse: []string{"("}}, {Focus: []string{"CFG.nope"}}, {View: "modules", Reaches: []string{"services"}}, {Include: []string{"[a"}}, {Depth: -1}} {
		f, _ := Lookup("svg")
		var usage *UsageError
		if err := f.Write(context.Background(), io.Discard, house(), o); !errors.As(err, &usage) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestDeterministic(t *testing.T) {
	for _, f := range Formats {
		for _, v := range Views {
			o := Options{View: v.Name, Title: "x", Findings: []Finding{{Check: "a"}, {Check: "b"}}}
			var first []byte
			for i := range 4 {
				var b bytes.Buffer
				if err := f.Write(context.Background(), &b, house(), o); err != nil {
					if f.Picture && (v.Name == "ports" || v.Name == "heat") {
						break
					}
					t.Fatalf("%s %s: %v", f.Name, v.Name, err)
				}
				if i > 0 && !bytes.Equal(first, b.Bytes()) {
					t.Errorf("%s %s differs from run to run", f.Name, v.Name)
				}
				first = b.Bytes()
			}
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, f := range Formats {
		for _, v := range Views {
			if f.Picture && f.Name != "svg" && (v.Name == "ports" || v.Name == "heat") {
				continue
			}
			got := write(t, f.Name, &graph.Graph{Empty: "no option is declared under my"}, Options{View: v.Name})
			if f.Name != "gexf" && f.Name != "cytoscape" && f.Name != "scip" && !strings.Contains(got, "declared under my") {
				t.Errorf("%s %s does not say why it is empty:\n%.300s", f.Name, v.Name, got)
			}
		}
	}
}

// TestLayersWithoutValues: where no central value is read, layers are joined by imports, and the picture says so.
func TestLayersWithoutValues(t *testing.T) {
	g := *house()
	g.References, g.Values, g.Flows = nil, nil, nil
	g.Empty = "no option is declared under my"
	for _, layout := range []string{"flow", "dot"} {
		p, err := draw(&g, Options{View: "layers", Layout: layout}, true)
		if err != nil {
			t.Fatal(err)
		}
		imports := 0
		for _, e := range p.edges {
			imports += e.amount().n
		}
		if imports == 0 || p.empty != "" || len(p.notes) != 1 || !strings.Contains(p.notes[0], "imports") {
			t.Errorf("%s: %d imports, %q, %q", layout, imports, p.empty, p.notes)
		}
	}
}

func TestNothing(t *testing.T) {
	for _, v := range Views {
		// The house has no hosts, and no definitions that open anything.
		bare := slices.Contains([]string{"hosts", "exposure", "secrets"}, v.Name)
		if why, err := Nothing(house(), Options{View: v.Name}); (why != "") != bare || err != nil {
			t.Errorf("%s: %q, %v", v.Name, why, err)
		}
		if why, err := Nothing(&graph.Graph{}, Options{View: v.Name}); why == "" || err != nil {
			t.Errorf("%s of an empty graph: %q, %v", v.Name, why, err)
		}
		if why, err := Nothing(house(), Options{View: v.Name, Include: []string{"nowhere"}}); why == "" || err != nil {
			t.Errorf("%s of what does not exist: %q, %v", v.Name, why, err)
		}
	}
}

func TestFlowLayout(t *testing.T) {
	p, err := draw(house(), Options{View: "sinks"}, true)
	if err != nil {
		t.Fatal(err)
	}
	f := layoutFlow(p)
	for _, column := range f.columns {
		bottom, order := -1.0, -2
		for _, c := range column {
			if c.y < bottom {
				t.Errorf("%s overlaps the one above", c.name)
			}
			if c.order < order {
				t.Errorf("layer %s is out of order", c.name)
			}
			bottom, order = c.y+c.h, c.order
			for _, b := range c.boxes {
				if b.y < c.y || b.y+b.h > c.y+c.h+0.01 {
					t.Errorf("%s sticks out of its group", b.label)
				}
				if w := b.textWidth() + 2*boxPad + b.badgeWidth(); w > b.w+0.01 {
					t.Errorf("the text of %s is clipped: %f of %f", b.label, w, b.w)
				}
			}
		}
	}
	for _, r := range f.ribbons {
		for _, end := range []struct {
			b *box
			y float64
		}{{r.a, r.y0}, {r.b, r.y1}} {
			if end.y-r.width/2 < end.b.y-0.01 || end.y+r.width/2 > end.b.y+end.b.h+0.01 {
				t.Errorf("the ribbon %s → %s leaves its box", r.from.label, r.to.label)
			}
		}
	}
	f.stack()
	if got := f.crossings(); got > 60000 {
		t.Errorf("crossings %f", got)
	}
}
