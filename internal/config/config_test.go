package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"unknown key", "roots = [\"my\"]\nexlude = [\"old\"]\n", `f.toml:2:1: unknown key "exlude": did you mean "exclude"?`},
		{"unknown key in a table", "[gate]\nsource-id-coverge = 0.7\n", `f.toml:2:1: unknown key "gate.source-id-coverge": did you mean "gate.source-id-coverage"?`},
		{"key in the wrong table", "[benchmarks]\nmax-fan-out = 9\n", `f.toml:2:1: unknown key "benchmarks.max-fan-out": did you mean "gate.max-fan-out"?`},
		{"two unknown keys", "wibble = 1\n[[layer]]\nname = \"a\"\nglobs = [\"a/**\"]\nwobble = 2\n", "f.toml:1:1: unknown key \"wibble\"\nf.toml:5:1: unknown key \"layer.wobble\""},
		{"wrong type", "critical = \"five\"\n", "f.toml:1:12: "},
		{"not TOML", "roots = [\n", "f.toml:"},
		{"bad severity", "[check.severity]\nmissing-sink = \"loud\"\n", `unknown severity "loud"`},
		{"bad port range", "[check.port-ranges]\ncore = \"22\"\n", `"22" is no port range`},
		{"bad glob", "exclude = [\"a[\"]\n", `f.toml: exclude: "a[" is no valid glob`},
		{"absolute glob", "exclude = [\"/etc\"]\n", `must be relative`},
		{"glob that leaves", "exclude = [\"../other/**\"]\n", `must be relative`},
		{"root with config", "roots = [\"config.my\"]\n", `without "config."`},
		{"empty layer", "[[layer]]\nname = \"core\"\n", `layer "core": it has no globs`},
		{"same layer twice", "[[layer]]\nname = \"a\"\nglobs = [\"a\"]\n[[layer]]\nname = \"a\"\nglobs = [\"b\"]\n", `there are two of that name`},
		{"ratio", "[gate]\nsource-id-coverage = 70.0\n", "f.toml:2:22: \"70.0\" is no share"},
		{"loader of nothing", "[[loader]]\nmodules = [\"a\"]\n", `loader 1: it needs the globs of its hosts`},
		{"loader of an unknown class", "[[loader]]\nhosts = [\"a\"]\nclass = \"bsd\"\n", `loader 1: class is "bsd"; there are nixos, darwin, home`},
		{"rule without target", "[[id-rule]]\nprefix = \"CFG.\"\n", "id-rule 1: it needs a prefix"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.toml", []byte(tt.src))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	c, err := Parse(Name, []byte(`
roots = ["my", "site"]
argument-roots = ["vars"]
critical = 7
[aliases]
"CFG.identity.domain" = "my.configs.identity.domain"
[[layer]]
name = "core"
globs = ["core/**"]
[[layer]]
name = "services"
globs = ["services/**", "apps/**"]
[[id-rule]]
prefix = "CFG."
to = ["my.configs.", "my."]
[benchmarks]
lines = 9000
[gate]
source-id-coverage = 0.7
`))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Options(t.TempDir())
	want := graph.Options{
		Roots: []string{"my", "site"}, ArgRoots: []string{"vars"}, CriticalMin: 7,
		Aliases: map[string]string{"CFG.identity.domain": "my.configs.identity.domain"},
		Layers:  []graph.Layer{{Name: "core", Globs: []string{"core/**"}}, {Name: "services", Globs: []string{"services/**", "apps/**"}}},
		IDRules: []graph.IDRule{{Prefix: "CFG.", To: []string{"my.configs.", "my."}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if c.Benchmarks.Lines.Int() != 9000 || c.Gate.SourceID == nil || c.Gate.SourceID.Float() != 0.7 {
		t.Errorf("benchmarks %+v, gate %+v", c.Benchmarks, c.Gate)
	}
}

func TestFind(t *testing.T) {
	top := t.TempDir()
	mkdir := func(parts ...string) string {
		t.Helper()
		dir := filepath.Join(append([]string{top}, parts...)...)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	outer := filepath.Join(top, Name)
	if err := os.WriteFile(outer, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	deep, repo := mkdir("a", "b"), mkdir("repo")
	mkdir("repo", ".git")
	inRepo := mkdir("repo", "modules")
	// A folder of that name is no configuration.
	mkdir("a", Name)
	tests := []struct{ dir, want string }{
		{top, outer}, {deep, outer},
		{repo, ""}, {inRepo, ""}, // a git root ends the search
	}
	for _, tt := range tests {
		if got, err := Find(tt.dir); err != nil || got != tt.want {
			t.Errorf("Find(%s) = %q, %v, want %q", tt.dir, got, err, tt.want)
		}
	}
}

func TestRebaseGlob(t *testing.T) {
	tests := []struct {
		glob, sub string
		want      []string
	}{
		{"modules/core/**", "modules", []string{"core/**"}},
		{"modules/core/**", "modules/core", []string{"**"}},
		{"modules/core/**", "modules/core/net", []string{"**"}},
		{"modules", "modules/core", []string{"**"}},
		{"modules/*/old.nix", "modules/core", []string{"old.nix"}},
		{"hosts/**", "modules", nil},
		{"**/test.nix", "modules", []string{"**/test.nix"}},
		{"**/core/*.nix", "modules/core", []string{"**/core/*.nix", "*.nix"}},
		{"./modules/a.nix", "modules", []string{"a.nix"}},
	}
	for _, tt := range tests {
		got := rebaseGlob(tt.glob, tt.sub)
		// What ** brings twice does no harm; compare as sets.
		slices.Sort(got)
		got = slices.Compact(got)
		want := slices.Sorted(slices.Values(tt.want))
		if !slices.Equal(got, want) {
			t.Errorf("rebaseGlob(%q, %q) = %q, want %q", tt.glob, tt.sub, got, want)
		}
	}
}

// manual is docs/configuration.md.
func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every key is in the manual, and the manual speaks of no key that does not exist.
func TestManualNamesEveryKey(t *testing.T) {
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z.*-]+)` \\|").FindAllStringSubmatch(manual(t), -1) {
		documented = append(documented, m[1])
	}
	slices.Sort(documented)
	// A table is described where it is introduced; what is tabulated are the keys that take a value.
	var keys []string
	for _, k := range Keys() {
		if !slices.ContainsFunc(Keys(), func(o string) bool { return strings.HasPrefix(o, k+".") }) {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		if !slices.Contains(documented, k) {
			t.Errorf("docs/configuration.md lacks %s", k)
		}
	}
	for _, d := range documented {
		if !slices.Contains(keys, d) {
			t.Errorf("docs/configuration.md speaks of %s, which is no key", d)
		}
	}
}

// Every example of the manual is a valid configuration.
func TestManualExamples(t *testing.T) {
	examples := regexp.MustCompile("(?ms)^```toml\n(.*?)^```").FindAllStringSubmatch(manual(t), -1)
	if len(examples) < 5 {
		t.Fatalf("found %d examples", len(examples))
	}
	for _, m := range examples {
		c, err := Parse("example", []byte(m[1]))
		if err == nil {
			_, err = check.Run(t.Context(), &graph.Graph{}, c.Check) // the names of checks, the rules' expressions
		}
		if err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
	}
}
