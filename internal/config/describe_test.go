package config

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write manual.tsv from docs/configuration.md")

// What an editor tells of a key is what the manual says of it.
func TestManualText(t *testing.T) {
	var b strings.Builder
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z.*-]+)` \\| (.*?) \\| (.*) \\|$").FindAllStringSubmatch(manual(t), -1) {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", m[1], m[2], m[3])
	}
	if *update {
		if err := os.WriteFile("manual.tsv", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if manualText != b.String() {
		t.Error("manual.tsv is not what docs/configuration.md says: go test ./internal/config -run TestManualText -update")
	}
}

func TestDescribe(t *testing.T) {
	var paths []string
	for _, k := range Describe() {
		paths = append(paths, k.Path)
		if !k.Table && (k.Type == "" || k.Meaning == "") {
			t.Errorf("of %s nothing is told", k.Path)
		}
		// What the type does not tell must be what the manual lists.
		if known[k.Path] != nil && k.Path != "check.ignore.check" {
			for _, v := range k.Values {
				if !strings.Contains(k.Meaning, "`"+v+"`") {
					t.Errorf("the manual's line on %s lacks %s", k.Path, v)
				}
			}
		}
	}
	if !slices.Equal(paths, Keys()) {
		t.Errorf("%q are not the keys", paths)
	}
	for path := range known {
		if !slices.Contains(paths, path) {
			t.Errorf("%s is no key", path)
		}
	}
	for path := range names {
		if k, ok := KeyOf(strings.Split(path, ".")); !ok || !k.Table || len(k.Names) == 0 {
			t.Errorf("%s is no table of names", path)
		}
	}
	if k, ok := KeyOf([]string{"check", "severity", "unused-value"}); !ok || !slices.Equal(k.Values, []string{"off", "info", "warning", "error"}) {
		t.Errorf("%+v", k)
	}
}

func TestAt(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // ^ is the place
		{"^", "key | "},
		{"ro^ots = []", "key | roots"},
		{"roots^ = []", "key | roots"},
		{"# ro^ots", "nowhere | "},
		{"roots = [\"my\"] ^", "nowhere | "},
		{"roots = [\"m^y\", \"x\"]", "value roots| \"my"},
		{"roots = [\n  \"my\",\n  ^\n]", "value roots| "},
		{"roots = [^]", "value roots| "},
		{"roots = [\n  \"my\",\ncri^tical = 3", "key | critical"},
		{"[che^ck]", "header | check"},
		{"[check.^", "header check| "},
		{"[[lay^", "headers | lay"},
		{"[check]\nmax-^", "key check| max-"},
		{"[check.severity]\nunused-value = ^", "value check.severity.unused-value| "},
		{"[check.severity]\nunused-value = \"^\n", "value check.severity.unused-value| \""},
		{"[check]\nseverity = { unused-value = \"o^ff\" }", "value check.severity.unused-value| \"off"},
		{"[check]\nseverity = { a = \"off\", b^ }", "key check.severity| b"},
		{"[check]\nseverity.\"a-b\" = w^", "value check.severity.a-b| w"},
		{"check.all = tr^ue", "value check.all| true"},
		{"[gate]\n\n^\n[check]", "key gate| "},
		{"title = \"\"\"\n[check]\n\"\"\"\nx^", "key | x"},
		{"title = 'a # b' # ^", "nowhere | "},
		{"= = =\n]]\nx^", "key | x"},
	} {
		got := At(strings.Replace(c.text, "^", "", 1), strings.Index(c.text, "^"))
		kind := []string{"nowhere", "header", "key", "value"}[got.Kind]
		if got.List {
			kind += "s"
		}
		word := got.Word
		if got.Quoted {
			word = `"` + word
		}
		if s := kind + " " + strings.Join(got.Path, ".") + "| " + word; s != c.want {
			t.Errorf("%q: %q, want %q", c.text, s, c.want)
		}
	}
	// Whatever stands there, it comes to an end.
	text := "a.b=[{x=1,},\"\"\"'#]\n[[ ]]=={,\n'''\n\\\"[\n"
	for i := range text {
		for j := range len(text) - i {
			for k := i; k <= i+j; k++ {
				At(text[i:i+j], k-i)
			}
		}
	}
}
