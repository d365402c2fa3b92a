package flowtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const cases = "../../testdata/flow"

// TestEvaluation holds every case's want lines against real evaluation.
func TestEvaluation(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing, and CI demands it")
		}
		t.Skip("nix-instantiate is missing")
	}
	harness, err := filepath.Abs("../../testdata/evalmodules")
	if err != nil {
		t.Fatal(err)
	}
	// Read here as well, so that go test knows what its cached answer depends on.
	for _, name := range []string{"harness.nix", "hosts.nix", "lib.nix", "modules.nix", "pkgs.nix"} {
		if _, err := os.ReadFile(filepath.Join(harness, name)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Load(cases)
	if err != nil {
		t.Fatal(err)
	}
	todo, err := LoadTodo(filepath.Join(cases, "todo"))
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, todo...)
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			truth, err := Evaluate(t.Context(), harness, c)
			if err != nil {
				t.Fatal(err)
			}
			if truth.Failed > 0 {
				t.Logf("%d changes do not evaluate", truth.Failed)
			}
			for _, d := range truth.Check(c) {
				t.Error(d)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	c, err := Parse([]byte(strings.Join([]string{
		"Shows the matcher.", "-- main.nix --", "{ }", "-- want --",
		`my.domain -> services.nginx.virtualHosts."app.*".root data`, "my.sites.*.port -> services.a.port data",
		"my.on -> services.a.port control", "my.unused -> none", "finding undeclared-value my.x", ""}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	good := []Flow{
		{From: "my.domain", To: `services.nginx.virtualHosts."app.a.example".root`, Kind: "data"},
		{From: "my.domain", To: `services.nginx.virtualHosts."app.a.example".root`, Kind: "control"}, // data beats it
		{From: "my.sites.blog.port", To: "services.*.port", Kind: "data"},
		{From: "my.on", To: "services.a.port", Kind: "control"},
		{From: "my.other", To: "services.a.port", Kind: "data"}, // not named
	}
	found := []Finding{{"undeclared-value", "my.x"}, {"unused-value", "my.unused"}}
	for _, tt := range []struct {
		name     string
		got      []Flow
		findings []Finding
		want     string
	}{
		{"all", good, found, ""},
		{"missing", good[:2], found, "missing: my.sites.*.port -> services.a.port data\nmissing: my.on -> services.a.port control"},
		{"extra", append([]Flow{{From: "my.on", To: "services.b.x", Kind: "data"}}, good...), found, "extra: my.on -> services.b.x data"},
		{"none", append([]Flow{{From: "my.unused", To: "services.b.x", Kind: "key"}}, good...), found, "extra: my.unused -> services.b.x key"},
		{"kind", append([]Flow{{From: "my.on", To: "services.a.port", Kind: "data"}}, good...), found,
			"kind: my.on -> services.a.port control, got data\nkind: got my.on -> services.a.port data, want control"},
		{"below", append([]Flow{{From: "my.on", To: "services.a.port.x", Kind: "control"}}, good...), found, "extra: my.on -> services.a.port.x control"},
		{"no finding", good, nil, "missing: finding undeclared-value my.x"},
		{"extra finding", good, append([]Finding{{"undeclared-value", "my.y"}}, found...), "extra: finding undeclared-value my.y"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(c.Compare(tt.got, tt.findings), "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	if s := c.Score(good); s != (Score{3, 3, 3, 3}) {
		t.Errorf("score %+v", s)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"x\n-- main.nix --\n{ }\n",
		"x\n-- a.nix --\n{ }\n-- want --\n",
		"x\n-- main.nix --\n{ }\n-- want --\nmy.a services.b data\n",
		"x\n-- main.nix --\n{ }\n-- want --\nmy.a -> services.b dat\n",
	} {
		if c, err := Parse([]byte(text)); err == nil {
			t.Errorf("no error for %q: %v", text, c)
		}
	}
}

// TestSegments pins what a * stands for.
func TestSegments(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"a.b", "a.b", true}, {"a.*", "a.b", true}, {"a.b", "*.b", true}, {"a.*", "a.b.c", false},
		{`a."app.*"`, `a."app.x.y"`, true}, {`a."app.*"`, `a."web.x"`, false}, {`a."*.lan"`, `a."x.lan"`, true}, {"a.b", "a.c", false},
		{`a."x\"y"`, `a."x\"y"`, true},
	} {
		if got := same(split(tt.a), split(tt.b)); got != tt.want {
			t.Errorf("same(%s, %s) = %v", tt.a, tt.b, got)
		}
	}
}

// TestCheckRefuses makes sure that a false or an incomplete want is seen.
func TestCheckRefuses(t *testing.T) {
	truth := Truth{
		Effects: []Effect{{Value: split("my.a"), Option: split("services.x.v")}, {Value: split("my.a"), Option: split("my.b"), Inner: true}},
		Values:  [][]string{split("my.a"), split("my.c")},
	}
	for _, tt := range []struct{ want, diffs string }{
		{"my.a -> services.x.v data\nmy.a -> my.b default\nmy.c -> none", ""},
		{"my.a -> services.x.v data", "evaluation also shows: my.a -> my.b"},
		{"my.a -> none", "evaluation also shows: my.a -> my.b\nevaluation also shows: my.a -> services.x.v"},
		{"my.c -> services.x.v data", "evaluation does not show: my.c -> services.x.v data"},
		{"my.d -> none", "no such value: my.d"},
		{"my.a -> services.x.v data\nmy.a -> my.b data", "a flow between values is of kind default or control: my.a -> my.b data"},
	} {
		c, err := Parse([]byte("x\n-- main.nix --\n{ }\n-- want --\n" + tt.want + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(truth.Check(c), "\n"); got != tt.diffs {
			t.Errorf("%s\ngot\n%s\nwant\n%s", tt.want, got, tt.diffs)
		}
	}
}
