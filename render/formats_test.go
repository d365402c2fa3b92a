package render

import (
	"encoding/json"
	"encoding/xml"
	"os/exec"
	"strings"
	"testing"

	"nixsink/graph"
)

// houseFindings are some of what the checks say of house.
var houseFindings = []Finding{
	{Check: "unused-value", Severity: "warning", File: "00-core/configs.nix", Line: 36, Value: "my.configs.storage.backup", Message: "nothing reads it"},
	{Check: "port-collision", Severity: "error", File: "00-core/ports.nix", Line: 87, Value: "my.ports.uptime", Message: "10080 is given out twice",
		Related: []Related{{File: "00-core/ports.nix", Line: 15}}},
	{Check: "layer-violation", Severity: "error", File: "00-core/storage.nix", Line: 3, Value: "my.media.hardware", Message: "it reads a higher layer"},
	{Check: "undeclared-value", Severity: "error", File: "10-infrastructure/uptime.nix", Line: 9, Value: "my.ports.ghost", Message: "nothing declares it"},
	{Check: "missing-import", Severity: "error", File: "configuration.nix", Line: 123, Value: "10-infrastructure/wiregard.nix", Message: "there is no such file"},
	{Check: "disabled-import", Severity: "info", File: "configuration.nix", Line: 117, Value: "90-policy/assertions.nix", Message: "it is commented out"},
	{Check: "unreachable-module", Severity: "info", File: "20-services/apps/old-wiki.nix", Line: 1, Value: "20-services/apps/old-wiki.nix", Message: "no import reaches it"},
}

func TestGolden(t *testing.T) {
	for file, c := range map[string]struct {
		format string
		o      Options
	}{
		"report.txt":   {"text", Options{Title: "house", Findings: houseFindings, Long: true}},
		"summary.txt":  {"text", Options{Title: "house", Findings: houseFindings}},
		"report.md":    {"markdown", Options{Title: "house", Findings: houseFindings}},
		"modules.dot":  {"dot", Options{View: "modules", Focus: []string{"CFG.ports.ssh"}}},
		"modules.mmd":  {"mermaid", Options{View: "modules", Focus: []string{"CFG.ports.ssh"}, Link: "https://example.org/{file}#L{line}"}},
		"modules.gexf": {"gexf", Options{View: "modules", Focus: []string{"CFG.ports.ssh"}}},
		"modules.cyjs": {"cytoscape", Options{View: "modules", Focus: []string{"CFG.ports.ssh"}}},
		"sinks.svg":    {"svg", Options{View: "sinks", Focus: []string{"CFG.ports.ssh"}, Title: "house", Link: "https://example.org/{file}#L{line}"}},
		"ports.svg":    {"svg", Options{View: "ports", Title: "house"}},
		"heat.svg":     {"svg", Options{View: "heat", Title: "house"}},
		"layers.svg":   {"svg", Options{View: "layers", Title: "house"}},
		"imports.svg":  {"svg", Options{View: "imports", Title: "house"}},
	} {
		t.Run(file, func(t *testing.T) { golden(t, file, write(t, c.format, house(), c.o)) })
	}
}

func TestTextIncomplete(t *testing.T) {
	g := house()
	g.Source.Incomplete = true
	for _, format := range []string{"text", "markdown"} {
		if got := write(t, format, g, Options{}); !strings.Contains(strings.ToLower(got), "incomplete") {
			t.Errorf("%s does not say that the run is incomplete", format)
		}
	}
}

func TestMetrics(t *testing.T) {
	verdicts := func(g *graph.Graph, b Benchmarks) string {
		var out []string
		for _, m := range Metrics(g, b) {
			out = append(out, m.Value+" "+string(m.Verdict))
		}
		return strings.Join(out, ", ")
	}
	one := func(lines int, c graph.Ratio) *graph.Graph {
		return &graph.Graph{Modules: []*graph.Module{{Path: "a.nix", Lines: lines}, {Path: "a.nix", Instance: "x", Lines: lines}},
			Source: graph.Source{Lines: lines}, Coverage: graph.Coverage{SourceID: c, DocModules: graph.Ratio{Covered: 1, Total: 1}}}
	}
	for want, got := range map[string]string{
		"n/a n/a, n/a n/a, n/a n/a, n/a n/a, n/a n/a":         verdicts(&graph.Graph{}, Benchmarks{}),
		"299 ok, 1 ok, 299 ok, 100 % ok, 100 % ok":            verdicts(one(299, graph.Ratio{Covered: 3, Total: 3}), Benchmarks{}),
		"300 ok, 1 ok, 300 missed, 100 % ok, 70 % missed":     verdicts(one(300, graph.Ratio{Covered: 7, Total: 10}), Benchmarks{}),
		"300 ok, 1 ok, 300 ok, 100 % ok, 70 % ok":             verdicts(one(300, graph.Ratio{Covered: 7, Total: 10}), Benchmarks{LongestModule: 301, SourceID: 0.5}),
		"1 ok, 1 ok, 1 ok, 100 % ok, 100 % missed":            verdicts(one(1, graph.Ratio{Covered: 1, Total: 1, Unresolved: 1}), Benchmarks{}),
		"1 ok, 1 ok, 1 ok, 100 % ok, 99.9 % ok":               verdicts(one(1, graph.Ratio{Covered: 99999, Total: 100000}), Benchmarks{}),
		"5,000 missed, 1 ok, 5,000 missed, 100 % ok, n/a n/a": verdicts(one(5000, graph.Ratio{}), Benchmarks{}),
	} {
		if want != got {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestCollisions(t *testing.T) {
	got := Collisions(house(), nil)
	if len(got) != 1 || got[0].Port != 10080 || len(got[0].Values) != 2 {
		t.Errorf("%+v", got)
	}
	// A check that ran and found no collision knows better than the numbers.
	if got := Collisions(house(), []Finding{}); len(got) != 0 {
		t.Errorf("without findings: %+v", got)
	}
}

// TestDOTDraws gives every view to Graphviz itself.
func TestDOTDraws(t *testing.T) {
	dot := needs(t, "dot")
	for _, view := range []string{"modules", "sinks", "values", "imports", "layers"} {
		cmd := exec.Command(dot, "-Tsvg")
		cmd.Stdin = strings.NewReader(write(t, "dot", house(), Options{View: view, Link: "https://example.org/{file}#L{line}"}))
		var complaints strings.Builder
		cmd.Stderr = &complaints
		if out, err := cmd.Output(); err != nil || complaints.Len() > 0 || !strings.Contains(string(out), "</svg>") {
			t.Errorf("%s: %v %s", view, err, complaints.String())
		}
	}
}

func TestNetworks(t *testing.T) {
	for _, g := range []*graph.Graph{house(), hostile()} {
		for _, view := range []string{"modules", "sinks", "imports"} {
			var gexf struct {
				Nodes []struct {
					ID string `xml:"id,attr"`
				} `xml:"graph>nodes>node"`
				Edges []struct {
					Source string `xml:"source,attr"`
					Target string `xml:"target,attr"`
				} `xml:"graph>edges>edge"`
			}
			if err := xml.Unmarshal([]byte(write(t, "gexf", g, Options{View: view})), &gexf); err != nil {
				t.Fatal(err)
			}
			var cyto struct {
				Elements []struct {
					Group string
					Data  struct{ ID, Source, Target, Parent string }
				}
			}
			if err := json.Unmarshal([]byte(write(t, "cytoscape", g, Options{View: view})), &cyto); err != nil {
				t.Fatal(err)
			}
			ids := map[string]bool{}
			for _, n := range gexf.Nodes {
				ids[n.ID] = true
			}
			for _, e := range gexf.Edges {
				if !ids[e.Source] || !ids[e.Target] {
					t.Errorf("%s: an edge from %q to %q, of which one is no node", view, e.Source, e.Target)
				}
			}
			clear(ids)
			edges := 0
			for _, e := range cyto.Elements {
				switch e.Group {
				case "nodes":
					if e.Data.Parent != "" && !ids[e.Data.Parent] {
						t.Errorf("%s: %q comes before its parent", view, e.Data.ID)
					}
					ids[e.Data.ID] = true
				case "edges":
					edges++
					if !ids[e.Data.Source] || !ids[e.Data.Target] {
						t.Errorf("%s: the edge %q joins no nodes", view, e.Data.ID)
					}
				}
			}
			if edges != len(gexf.Edges) || edges == 0 {
				t.Errorf("%s: %d edges for Cytoscape, %d for Gephi", view, edges, len(gexf.Edges))
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for in, want := range map[string]string{"svg": "svg", ".md": "markdown", "MD": "markdown", "txt": "text", ".mmd": "mermaid", "png": ""} {
		if f, _ := Lookup(in); f.Name != want {
			t.Errorf("%s gives %q, want %q", in, f.Name, want)
		}
	}
}
