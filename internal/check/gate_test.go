package check_test

import (
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

func ptr[T any](v T) *T { return &v }

func share(v float64) *check.Share {
	s, err := check.NewShare(v)
	if err != nil {
		panic(err)
	}
	return &s
}

func number(n int) *check.Count {
	c, err := check.NewCount(n)
	if err != nil {
		panic(err)
	}
	return &c
}

// tree is a graph with one module and a source-id coverage, made by hand.
func tree(covered, total, unresolved int) *graph.Graph {
	return &graph.Graph{
		Source:   graph.Source{Files: 1},
		Modules:  []*graph.Module{{Path: "a.nix", Lines: 120}, {Path: "b.nix", Lines: 80}},
		Coverage: graph.Coverage{SourceID: graph.Ratio{Covered: covered, Total: total, Unresolved: unresolved}},
		Values:   []*graph.Value{{Path: "my.x", FanOut: graph.FanOut{Modules: 7, Reach: 9}}},
	}
}

func found(severity check.Severity, n int) check.Report {
	var r check.Report
	for range n {
		r.Findings = append(r.Findings, check.Finding{Check: "c", Severity: severity, At: graph.Place{File: "a.nix", Line: 3}})
	}
	return r
}

func TestGate(t *testing.T) {
	broken := tree(9, 10, 0)
	broken.Problems = []graph.Problem{{Kind: "syntax", At: graph.Place{File: "a.nix"}}}
	static := tree(9, 10, 0)
	static.Problems = []graph.Problem{{Kind: "static", At: graph.Place{File: "a.nix"}}}
	few := &check.Delta{Patch: graph.Ratio{Covered: 2, Total: 3}}
	for _, c := range []struct {
		name   string
		g      *graph.Graph
		r      check.Report
		t      check.Thresholds
		o      check.GateOptions
		status int
		failed string // gates that failed, with value and threshold
	}{
		{name: "nothing asked for, nothing found", g: tree(0, 10, 0)},
		{name: "an error fails", g: tree(0, 10, 0), r: found(check.Error, 2), status: 1, failed: "findings: 2 findings (none of severity error)"},
		{name: "one is singular", g: tree(0, 10, 0), r: found(check.Error, 1), status: 1, failed: "findings: 1 finding (none of severity error)"},
		{name: "a warning does not", g: tree(0, 10, 0), r: found(check.Warning, 2)},
		{name: "unless asked", g: tree(0, 10, 0), r: found(check.Warning, 2), t: check.Thresholds{FailOn: ptr(check.Warning)}, status: 1,
			failed: "findings: 2 findings (none of severity warning or above)"},
		{name: "fail-on off", g: tree(0, 10, 0), r: found(check.Error, 2), t: check.Thresholds{FailOn: ptr(check.Off)}},
		{name: "met", g: tree(7, 10, 0), t: check.Thresholds{SourceID: share(0.7)}},
		{name: "missed", g: tree(6, 10, 0), t: check.Thresholds{SourceID: share(0.7)}, status: 1, failed: "source-id-coverage: 60 % (6 of 10) (≥ 70 %)"},
		{name: "the lower bound counts", g: tree(7, 10, 1), t: check.Thresholds{SourceID: share(0.7)}, status: 1,
			failed: "source-id-coverage: 63.6 % (7 of 11, 1 of them unresolved) (≥ 70 %)"},
		{name: "never rounded up", g: tree(6999, 10000, 0), t: check.Thresholds{SourceID: share(0.7)}, status: 1, failed: "source-id-coverage: 69.9 % (6999 of 10000) (≥ 70 %)"},
		{name: "an empty denominator is no pass", g: tree(0, 0, 0), t: check.Thresholds{SourceID: share(0.0)}, status: 2, failed: "source-id-coverage: n/a (≥ 0 %)"},
		{name: "a layer that is not there", g: tree(9, 10, 0), t: check.Thresholds{Layers: map[string]check.Share{"00-core": *share(0.5)}}, status: 2, failed: "layer-coverage 00-core: n/a (≥ 50 %)"},
		{name: "an empty tree", g: &graph.Graph{}, status: 2},
		{name: "a file that does not parse", g: broken, status: 2},
		{name: "a file that does not parse, with a failed gate", g: broken, r: found(check.Error, 1), status: 2, failed: "findings: 1 finding (none of severity error)"},
		{name: "a static error leaves the tree whole", g: static},
		{name: "incomplete, but nothing can fail", g: broken, t: check.Thresholds{FailOn: ptr(check.Off)}},
		{name: "sizes", g: tree(9, 10, 0), t: check.Thresholds{MaxLines: number(199), MaxModules: number(1), MaxModuleLines: number(100), MaxFanOut: number(6), MaxReach: number(8)}, status: 1,
			failed: "max-lines: 200 (≤ 199); max-modules: 2 (≤ 1); max-module-lines: 120 (≤ 100); max-fan-out: 7 (≤ 6); max-reach: 9 (≤ 8)"},
		{name: "sizes met", g: tree(9, 10, 0), t: check.Thresholds{MaxLines: number(200), MaxModules: number(2), MaxModuleLines: number(120), MaxFanOut: number(7), MaxReach: number(9)}},
		{name: "few changed reads are counted", g: tree(9, 10, 0), t: check.Thresholds{Patch: share(0.9)}, o: check.GateOptions{Delta: few}},
		{name: "all of them when all are asked for", g: tree(9, 10, 0), t: check.Thresholds{Patch: share(1.0)}, o: check.GateOptions{Delta: few}, status: 1,
			failed: "patch-coverage: 2 of 3 changed reads (at most 0 missing)"},
		{name: "none of few is too little", g: tree(9, 10, 0), t: check.Thresholds{Patch: share(0.1)}, o: check.GateOptions{Delta: &check.Delta{Patch: graph.Ratio{Total: 1}}}, status: 1,
			failed: "patch-coverage: 0 of 1 changed reads (at most 0 missing)"},
		{name: "many are a share", g: tree(9, 10, 0), t: check.Thresholds{Patch: share(0.9)}, o: check.GateOptions{Delta: &check.Delta{Patch: graph.Ratio{Covered: 8, Total: 10}}}, status: 1,
			failed: "patch-coverage: 80 % (8 of 10) (≥ 90 %)"},
		{name: "nothing changed", g: tree(9, 10, 0), t: check.Thresholds{Patch: share(0.9)}, o: check.GateOptions{Delta: &check.Delta{}}},
		{name: "with a revision only what is new fails", g: tree(9, 10, 0), r: found(check.Error, 2), o: check.GateOptions{Delta: &check.Delta{}}},
		{name: "stale baseline", g: tree(9, 10, 0), o: check.GateOptions{Baseline: &check.Baseline{Known: []check.Known{{Check: "c", File: "x.nix"}}}}, status: 1, failed: "baseline: 1 stale (no stale entry)"},
		{name: "known findings do not fail", g: tree(9, 10, 0), r: found(check.Error, 2), o: check.GateOptions{Baseline: &check.Baseline{Known: []check.Known{{Check: "c", File: "a.nix", Count: 2}}}}},
		{name: "one more of the same does", g: tree(9, 10, 0), r: found(check.Error, 3), o: check.GateOptions{Baseline: &check.Baseline{Known: []check.Known{{Check: "c", File: "a.nix", Count: 2}}}}, status: 1,
			failed: "findings: 1 finding (none of severity error)"},
		{name: "ratchet", g: tree(8, 10, 0), o: check.GateOptions{Ratchet: true, Baseline: &check.Baseline{Coverage: map[string]check.Share{"source-id-coverage": *share(0.9)}}}, status: 1, failed: "ratchet source-id-coverage: 80 % (≥ 90 %)"},
		{name: "ratchet held", g: tree(1, 3, 0), o: check.GateOptions{Ratchet: true, Baseline: &check.Baseline{Coverage: map[string]check.Share{"source-id-coverage": *share(0.3333)}}}},
		{name: "ratchet with nothing left", g: tree(0, 0, 0), o: check.GateOptions{Ratchet: true, Baseline: &check.Baseline{Coverage: map[string]check.Share{"source-id-coverage": *share(0.3)}}}, status: 2, failed: "ratchet source-id-coverage: n/a (≥ 30 %)"},
		{name: "ratchet with nothing to hold", g: tree(8, 10, 0), o: check.GateOptions{Ratchet: true, Baseline: &check.Baseline{}}, status: 2, failed: "ratchet: n/a (no coverage below the baseline's)"},
		{name: "no ratchet asked for", g: tree(8, 10, 0), o: check.GateOptions{Baseline: &check.Baseline{Coverage: map[string]check.Share{"source-id-coverage": *share(0.9)}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := check.Gate(c.g, c.r, c.t, c.o)
			var failed []string
			for _, g := range v.Failed() {
				failed = append(failed, g.Name+": "+g.Value+" ("+g.Threshold+")")
				if g.How == "" {
					t.Errorf("%s does not say how to meet it", g.Name)
				}
			}
			if got := strings.Join(failed, "; "); got != c.failed || v.Status != c.status {
				t.Errorf("status %d, %q; want %d, %q", v.Status, got, c.status, c.failed)
			}
			if (v.Status == 2) != (v.Incomplete != "" && len(v.Gates) > 0) {
				t.Errorf("status %d, incomplete %q", v.Status, v.Incomplete)
			}
		})
	}
}

func TestBaseline(t *testing.T) {
	r := found(check.Error, 2)
	r.Findings[0].At.Line = 99 // lines are no part of an identity
	r.Findings = append(r.Findings,
		check.Finding{Check: "b", Value: `odd "value"\` + "\n", Anchor: "x.y", At: graph.Place{File: "z.nix"}},
		check.Finding{Check: "b", Waived: true, At: graph.Place{File: "z.nix"}})
	b := check.NewBaseline(tree(2, 3, 0), r)
	want := "# Findings that were known when this was written: they fail no gate. `nixsink baseline -w` writes it anew.\n" +
		"version = 1\n\n[coverage]\nsource-id-coverage = 0.6666\n\n" +
		"[[known]]\ncheck = \"b\"\nfile = \"z.nix\"\nvalue = \"odd \\\"value\\\"\\\\\\u000A\"\nanchor = \"x.y\"\n\n" +
		"[[known]]\ncheck = \"c\"\nfile = \"a.nix\"\ncount = 2\n"
	if got := string(b.Bytes()); got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	again, err := check.ParseBaseline(b.Bytes())
	if err != nil || string(again.Bytes()) != want {
		t.Fatalf("read back: %v\n%s", err, again.Bytes())
	}
	if stale := again.Apply(&r); len(stale) != 0 {
		t.Errorf("stale: %v", stale)
	}
	for _, f := range r.Findings {
		if f.Baselined == f.Waived {
			t.Errorf("%+v", f)
		}
	}
	for _, bad := range []string{"version = 2", "version = 1\nnonsense = 3", "["} {
		if _, err := check.ParseBaseline([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a baseline", bad)
		}
	}
}

func TestCompare(t *testing.T) {
	before, _ := analyze(t, `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = { a = 1001; b = 1001; };
  # source-id: CFG.ports.a
  config.services.a.port = config.my.ports.a;
  config.services.b.port = config.my.ports.b;
}
`)
	after, _ := analyze(t, `
-- default.nix --
{ lib, config, ... }:
# Two lines more,
# so that everything has moved.
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = { a = 1001; b = 1001; c = 1002; d = 1002; };
  # source-id: CFG.ports.a
  config.services.a.port = config.my.ports.a;
  config.services.b.port = config.my.ports.b;
  # source-id: CFG.ports.c
  config.services.c.port = config.my.ports.c;
  config.services.d.port = config.my.ports.d;
}
`)
	d := check.Compare("HEAD~1", before, run(t, before, check.Config{}), after, run(t, after, check.Config{}), nil)
	if got := where(check.Report{Findings: d.New}, "port-collision"); !slices.Equal(got, []string{"default.nix:6"}) {
		t.Errorf("new collisions: %v", got)
	}
	if len(d.Fixed) != 0 {
		t.Errorf("fixed: %v", d.Fixed)
	}
	if d.Patch != (graph.Ratio{Covered: 1, Total: 2}) {
		t.Errorf("patch: %+v", d.Patch)
	}
	if len(d.Missing) != 1 || d.Missing[0].Line != 12 {
		t.Errorf("missing: %+v", d.Missing)
	}
	back := check.Compare("x", after, run(t, after, check.Config{}), before, run(t, before, check.Config{}), nil)
	if got := where(check.Report{Findings: back.Fixed}, "port-collision"); len(got) != 1 {
		t.Errorf("fixed: %v", got)
	}
}

func TestWaivers(t *testing.T) {
	project := `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = {
    a = 1001;
    # nixsink: ignore port-collision because they never run together
    b = 1001;
    c = 1001;
  };
  config.services.a.port = config.my.ports.a;
  config.services.b.port = config.my.ports.b;
  config.services.c.port = config.my.ports.c;
}
`
	g, _ := analyze(t, project)
	r := run(t, g, check.Config{})
	if got := where(r, "port-collision"); !slices.Equal(got, []string{"default.nix:8"}) {
		t.Errorf("collisions: %v\n%s", got, listing(r))
	}
	if i := slices.IndexFunc(r.Findings, func(f check.Finding) bool { return f.Waived }); i < 0 || r.Findings[i].WaivedBecause != "they never run together" {
		t.Errorf("the waived finding is not there:\n%s", listing(r))
	}
	cfg, _ := config(t, `
[[check.ignore]]
check = "port-collision"
value = "my.ports.c"
reason = "nor does this one"

[[check.ignore]]
check = "unused-value"
file = "elsewhere/**"
reason = "generated"

[[check.ignore]]
check = "missing-doc"
`)
	r = run(t, g, cfg)
	if got := where(r, "port-collision"); got != nil {
		t.Errorf("collisions: %v", got)
	}
	if got := where(r, "unused-waiver"); !slices.Equal(got, []string{".nixsink.toml:10"}) {
		t.Errorf("unused: %v", got)
	}
	if got := where(r, "waiver-without-reason"); !slices.Equal(got, []string{".nixsink.toml:13"}) {
		t.Errorf("without reason: %v", got)
	}
	// A check that is off says nothing of its waivers.
	r = run(t, g, check.Config{Severity: map[string]check.Severity{"port-collision": check.Off}})
	if got := where(r, "unused-waiver"); got != nil {
		t.Errorf("unused though the check is off: %v", got)
	}
}
