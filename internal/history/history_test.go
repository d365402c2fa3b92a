package history

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/git/gittest"
)

const (
	ports = "{ lib, ... }:\n{\n  # source-id: CFG.ports.ssh\n  options.my.ports.ssh = lib.mkOption { default = 22; };\n}\n"
	plain = "{ config, ... }:\n{\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n"
	told  = "{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: services.openssh.ports\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n"
)

// commits makes a repository with one commit for each set of files; "" takes a file away.
func commits(t *testing.T, steps ...map[string]string) string {
	t.Helper()
	gittest.Need(t)
	dir := t.TempDir()
	gittest.Git(t, dir, "init", "-q")
	for i, files := range steps {
		gittest.Write(t, dir, files)
		gittest.Git(t, dir, "add", "-A")
		gittest.Git(t, dir, fmt.Sprintf("GIT_COMMITTER_DATE=2026-02-%02dT12:00:00Z", i+1), "commit", "-q", "-m", fmt.Sprintf("Step %d\n\nand why", i+1))
	}
	return dir
}

// line is what one commit came to.
func line(p Point) string {
	return fmt.Sprintf("%s %s %d/%d reads=%d files=%d incomplete=%t", p.Date, p.Subject, p.Coverage.Covered, p.Coverage.Total, p.FanOut["my.ports.ssh"], p.Files, p.Incomplete)
}

func TestWalk(t *testing.T) {
	dir := commits(t,
		map[string]string{"README.md": "Nothing yet.\n"},
		map[string]string{"configuration.nix": "{ imports = [ ./ports.nix ./ssh.nix ]; }\n", "ports.nix": ports, "ssh.nix": plain},
		map[string]string{"README.md": "Ports.\n"},
		map[string]string{"ssh.nix": told},
		map[string]string{"more.nix": "{ a = ; }\n"},
		map[string]string{"more.nix": ""},
	)
	want := []string{
		"2026-02-01 Step 1 0/0 reads=0 files=0 incomplete=false",
		"2026-02-02 Step 2 0/1 reads=1 files=3 incomplete=false",
		"2026-02-03 Step 3 0/1 reads=1 files=3 incomplete=false",
		"2026-02-04 Step 4 1/1 reads=1 files=3 incomplete=false",
		"2026-02-05 Step 5 1/1 reads=1 files=4 incomplete=true",
		"2026-02-06 Step 6 1/1 reads=1 files=3 incomplete=false",
	}
	walk := func(o Options) []Point {
		t.Helper()
		points, err := Walk(t.Context(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		return points
	}
	check := func(name string, points []Point, want []string) {
		t.Helper()
		var got []string
		for _, p := range points {
			got = append(got, line(p))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	check("all", walk(Options{}), want)
	check("the last two", walk(Options{Limit: 2}), want[4:])
	check("up to a revision", walk(Options{Revision: "HEAD~2"}), want[:4])

	cache := t.TempDir()
	entries := func() []string {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(cache, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	check("with a cache", walk(Options{Cache: cache}), want)
	// A commit that changes a page only has its parent's entry, and one that takes a change back has the old one's.
	if n := len(entries()); n != 4 {
		t.Errorf("%d entries in the cache, want 4", n)
	}
	check("from the cache", walk(Options{Cache: cache}), want)
	// What the cache holds is believed: so it was asked.
	for _, name := range entries() {
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, bytes.ReplaceAll(text, []byte(`"my.ports.ssh":1`), []byte(`"my.ports.ssh":7`)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := walk(Options{Cache: cache})[1].FanOut["my.ports.ssh"]; got != 7 {
		t.Errorf("the cache says 7 reads, got %d", got)
	}
	check("another key", walk(Options{Cache: cache, Key: "newer"}), want)
	check("other options", walk(Options{Cache: cache, Graph: graph.Options{Exclude: []string{"more.nix"}}})[:4], want[:4])
	for _, name := range entries() {
		if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check("a damaged cache", walk(Options{Cache: cache}), want)
}

func TestWalkErrors(t *testing.T) {
	if _, err := Walk(t.Context(), t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "in no git repository") {
		t.Errorf("no repository: %v", err)
	}
	dir := commits(t, map[string]string{"a.nix": "{ }\n"})
	if _, err := Walk(t.Context(), dir, Options{Revision: "nowhere"}); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("no such revision: %v", err)
	}
}

// TestWrite: each format says the same, and the picture is well-formed.
func TestWrite(t *testing.T) {
	points := []Point{
		{Commit: strings.Repeat("a", 40), Date: "2026-02-01", Subject: "First", FanOut: map[string]int{}},
		{Commit: strings.Repeat("b", 40), Date: "2026-02-02", Subject: "Second <&>", Coverage: graph.Ratio{Covered: 1, Total: 4}, FanOut: map[string]int{"my.a": 3, "my.some.longer.path.of.a.value": 5}, Findings: Findings{Info: 7, Warning: 2}},
		{Commit: strings.Repeat("c", 40), Date: "2026-02-03", Subject: "Third", Coverage: graph.Ratio{Covered: 2, Total: 4}, Incomplete: true, FanOut: map[string]int{"my.a": 9}},
	}
	var table, data, svg bytes.Buffer
	for format, w := range map[string]*bytes.Buffer{"table": &table, "json": &data, "svg": &svg} {
		if err := Write(w, format, points, 2); err != nil {
			t.Fatal(err)
		}
	}
	const want = `commit      date        source-id  findings  errors  my.a  subject
aaaaaaaaaa  2026-02-01        n/a         0       0     0  First
bbbbbbbbbb  2026-02-02     25.0 %         9       0     3  Second <&>
cccccccccc  2026-02-03   50.0 % ?         0       0     9  Third
`
	if table.String() != want {
		t.Errorf("got\n%s\nwant\n%s", table.String(), want)
	}
	var out struct {
		Schema  string
		Top     []string
		Commits []struct {
			SourceID struct{ Ratio *float64 }
			FanOut   map[string]int
		}
	}
	if err := json.Unmarshal(data.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if out.Schema != "nixsink-history/1" || len(out.Top) != 1 || len(out.Commits) != 3 || out.Commits[0].SourceID.Ratio != nil || *out.Commits[1].SourceID.Ratio != .25 || out.Commits[1].FanOut["my.a"] != 3 {
		t.Errorf("JSON is %s", data.String())
	}
	for d := xml.NewDecoder(bytes.NewReader(svg.Bytes())); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg.String())
		}
	}
	for _, part := range []string{"prefers-color-scheme:dark", ">source-id 50 %<", ">my.a 9<", ">2026-02-03<"} {
		if !strings.Contains(svg.String(), part) {
			t.Errorf("the picture lacks %q", part)
		}
	}
	for _, empty := range [][]Point{nil, points[:1]} {
		for _, format := range Formats {
			if err := Write(io.Discard, format, empty, 5); err != nil {
				t.Errorf("%s of %d commits: %v", format, len(empty), err)
			}
		}
	}
}

func TestShort(t *testing.T) {
	for name, want := range map[string]string{
		"my.ports.ssh":                       "my.ports.ssh",
		"my.configs.identity.domain":         "…identity.domain",
		"my.configs.paths.mediaLibrary":      "…paths.mediaLibrary",
		"averyverylongnamewithoutanydots":    "…ylongnamewithoutanydots",
		"my.averyverylongnamewithoutanydots": "…ylongnamewithoutanydots",
	} {
		if got := short(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
