package facts

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nixsink/internal/git/gittest"
)

var update = flag.Bool("update", false, "write docs/facts.md anew")

// TestDocument holds docs/facts.md against the tables.
func TestDocument(t *testing.T) {
	const page = "../../docs/facts.md"
	src, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for name, want := range map[string]string{"head": "| column | type | |\n|---|---|---|\n" + documentHead(), "tables": Document()} {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		before, rest, ok := strings.Cut(text, begin)
		_, after, ends := strings.Cut(rest, end)
		if !ok || !ends {
			t.Fatalf("%s has no %s", page, begin)
		}
		text = before + begin + want + end + after
	}
	if text == string(src) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the tables are: go test ./internal/facts -run TestDocument -update", page)
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEveryColumnIsTold says that each column has a description, and one name in both formats.
func TestEveryColumnIsTold(t *testing.T) {
	for _, table := range allTables() {
		for i := range table.row.NumField() {
			f := table.row.Field(i)
			if f.Anonymous {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
			if name == "" || f.Tag.Get("json") != name || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s: its tags are %q", table.name, f.Name, f.Tag)
			}
		}
	}
}

// TestFleet runs the SQL of docs/fleet.md over two states of one repository and another one.
func TestFleet(t *testing.T) {
	if _, err := os.Stat("testdata/npm/node_modules/@duckdb"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("npm install --prefix internal/facts/testdata/npm")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(err)
	}
	repo := gittest.Init(t, small)
	gittest.Git(t, repo, "tag", "v1")
	gittest.Commit(t, repo, "two", map[string]string{"default.nix": strings.ReplaceAll(small["default.nix"], "8080", "8081") + "# more\n",
		"ports.nix": `{ networking.firewall.allowedTCPPorts = [ 443 80 ]; services.xserver.displayManager.gdm.enable = true; imports = [ inputs.sops-nix.nixosModules.sops ]; }`,
		"flake.nix": strings.Replace(small["flake.nix"], "./default.nix", "./default.nix ./ports.nix", 1)})
	gittest.Git(t, repo, "GIT_COMMITTER_DATE=2026-03-01T12:00:00Z", "commit", "-q", "--amend", "--no-edit") // a later one
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	o := options(t, "", Source{repo, "ours", "v1"}, Source{repo, "ours", ""}, Source{dir, "homelab", ""})
	if sum := run(t, o); sum.Whole != 3 {
		t.Fatalf("%+v", sum)
	}
	page, err := os.ReadFile("../../docs/fleet.md")
	if err != nil {
		t.Fatal(err)
	}
	var statements []string
	for _, block := range regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for _, s := range strings.SplitAfter(block[1], ";\n") {
			if strings.TrimSpace(s) != "" {
				statements = append(statements, strings.ReplaceAll(s, "'facts/'", "'"+filepath.ToSlash(o.Out)+"/'"))
			}
		}
	}
	if len(statements) != 13 { // two that make names, ten questions, and what it took
		t.Fatalf("the page has %d statements", len(statements))
	}
	spec, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "run.js")
	cmd.Dir = "testdata/npm"
	cmd.Stdin = bytes.NewReader(spec)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	var got []struct {
		Columns []string
		Rows    [][]any
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	text := func(question int) string {
		var b strings.Builder
		for _, row := range got[question+1].Rows {
			s, _ := json.Marshal(row)
			b.Write(append(s, '\n'))
		}
		return b.String()
	}
	for question, want := range map[int]string{
		2:  `["ours","services.xserver.displayManager.gdm.enable","ports.nix",1]` + "\n",
		3:  `["ours","nixosConfigurations.a",80]` + "\n" + `["ours","nixosConfigurations.a",443]` + "\n",
		10: `["ours","my.port","8080","8081","changed"]` + "\n",
	} {
		if !strings.Contains(text(question), want) {
			t.Errorf("question %d gives\n%swant in it\n%s", question, text(question), want)
		}
	}
	for question, want := range map[int]string{1: `"my.`, 5: ``, 6: `["sops-nix",`, 8: `["ours","nixpkgs","nixos-unstable",`, 9: `"homelab"`} {
		if question == 9 {
			want = `["error"`
		}
		if !strings.Contains(text(question), want) {
			t.Errorf("question %d gives\n%swant %s in it", question, text(question), want)
		}
	}
}
