package output_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/check/output"
)

var update = flag.Bool("update", false, "rewrite golden files")

// project has a finding of each severity, a waived one, one with a fix, and names that every format has to escape.
const project = `
-- configuration.nix --
{ imports = [ ./00-core/ports.nix (./. + "/20-services/odd,name.nix") ]; }
-- 00-core/ports.nix --
{ lib, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };
  config.my.ports = {
    a = 1001;
    b = 1001;
    # nixsink: ignore port-collision because c & a <never> run together
    c = 1001;
  };
}
-- 20-services/odd,name.nix --
{ config, ... }:
{
	# source-id: CFG.ports.b
	services.a.port = config.my.ports.a;
  services.b.port = config.my.ports.b;
  services.c.port = config.my.ports.c;
  services.c.motd = "Grüße von home.example"; # 100% <b>` + "`code`" + `</b> @everyone
  services.c.host = config.my.domain;
  "services"."x|y".url = "http://home.example\u001b[31m/";
}
`

func input(t *testing.T) output.Input {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(project)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	g, err := graph.Analyze(context.Background(), dir, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g.Source.NARHash = "sha256-test"
	r, err := check.Run(t.Context(), g, check.Config{})
	if err != nil {
		t.Fatal(err)
	}
	least, err := check.NewShare(0.9)
	if err != nil {
		t.Fatal(err)
	}
	in := output.Input{Graph: g, Report: r, Version: "1.2.3", Prefix: "nixos/"}
	in.Gate = check.Gate(g, r, check.Thresholds{SourceID: &least}, check.GateOptions{})
	return in
}

// variants are the inputs that every format is written for: a whole tree, what changed, a tree without a verdict.
func variants(t *testing.T) map[string]output.Input {
	in := input(t)
	changed := in
	changed.Link = "https://git.example/blob/main/{file}#L{line}"
	changed.Delta = &check.Delta{Rev: "main", Moved: map[string]string{"old/ssh.nix": "ssh.nix"}, New: in.Report.Findings[:2], Patch: graph.Ratio{Covered: 2, Total: 3},
		Before: graph.Coverage{SourceID: graph.Ratio{Covered: 3, Total: 4}}}
	broken := output.Input{Graph: &graph.Graph{}, Gate: check.GateResult{Incomplete: "1 file could not be read whole (a.nix)", Status: 2}}
	return map[string]output.Input{"tree": in, "changed": changed, "broken": broken}
}

func write(t *testing.T, name string, in output.Input) []byte {
	t.Helper()
	f, ok := output.Lookup(name)
	if !ok {
		t.Fatalf("no format is called %s", name)
	}
	var b bytes.Buffer
	if err := f.Write(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every format, byte for byte.
func TestGolden(t *testing.T) {
	for variant, in := range variants(t) {
		for _, f := range output.Formats {
			got := write(t, f.Name, in)
			if again := write(t, f.Name, in); !bytes.Equal(got, again) {
				t.Errorf("%s differs from run to run", f.Name)
			}
			name := filepath.Join("testdata", variant+"."+f.Name)
			if *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s has changed; now:\n%s", name, got)
			}
		}
	}
}

func TestColour(t *testing.T) {
	in := input(t)
	in.Color = true
	got := string(write(t, "text", in))
	if !strings.Contains(got, "\x1b[1;31merror\x1b[0m") {
		t.Error("no colours")
	}
	in.Color = false
	if plain := string(write(t, "text", in)); regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(got, "") != plain {
		t.Error("colours change more than the colour")
	}
}

// schema compiles a JSON schema.
func schema(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, what string, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// sarifPackage is the npm package that brings the standard's own schema.
const sarifPackage = "@microsoft/jest-sarif@1.0.0-beta.0"

// npmFile is a file of an npm package: from node_modules at the top of this module if it is there, else fetched once into the user's cache.
func npmFile(t *testing.T, pkg, file string) []byte {
	t.Helper()
	name := pkg[:strings.LastIndexByte(pkg, '@')]
	if text, err := os.ReadFile(filepath.Join("../../../node_modules", name, file)); err == nil {
		return text
	}
	unavailable := t.Skipf
	if os.Getenv("CI") != "" {
		unavailable = t.Fatalf
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		unavailable("%v", err)
	}
	dir := filepath.Join(cache, "nixsink-test", strings.ReplaceAll(pkg, "/", "+"))
	at := filepath.Join(dir, "node_modules", name, file)
	if text, err := os.ReadFile(at); err == nil {
		return text
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		unavailable("%v", err)
	}
	if out, err := exec.Command("npm", "install", "--prefix", dir, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--omit=peer", pkg).CombinedOutput(); err != nil {
		unavailable("npm install %s: %v\n%s", pkg, err, out)
	}
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSARIF(t *testing.T) {
	s := schema(t, npmFile(t, sarifPackage, "lib/schemas/sarif-2.1.0-rtm.5.json"))
	for variant, in := range variants(t) {
		validate(t, s, variant, write(t, "sarif", in))
	}
	// The schema must be able to say no.
	doc, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{"results": 3}]}`))
	if s.Validate(doc) == nil {
		t.Error("the schema accepts anything")
	}
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID       string
				Suppressions []struct{ Kind, Justification string }
				Fixes        []any
				Fingerprints map[string]string `json:"partialFingerprints"`
			}
		}
	}
	all := variants(t)["tree"]
	all.Least = check.Info
	if err := json.Unmarshal(write(t, "sarif", all), &log); err != nil {
		t.Fatal(err)
	}
	suppressed, fixes, prints := 0, 0, map[string]bool{}
	for _, r := range log.Runs[0].Results {
		for _, s := range r.Suppressions {
			suppressed++
			if s.Justification != "c & a <never> run together" {
				t.Errorf("justification %q", s.Justification)
			}
		}
		fixes += len(r.Fixes)
		if p := r.Fingerprints["nixsink/v1"]; prints[p] {
			t.Errorf("two findings have the fingerprint %s", p)
		} else {
			prints[p] = true
		}
	}
	if suppressed != 1 || fixes == 0 {
		t.Errorf("%d suppressed, %d fixes", suppressed, fixes)
	}
}

// What shields.io reads from an endpoint, by its documentation.
const shields = `{"type": "object", "required": ["schemaVersion", "label", "message"], "additionalProperties": false, "properties": {
	"schemaVersion": {"const": 1}, "label": {"type": "string"}, "message": {"type": "string", "minLength": 1}, "color": {"type": "string"},
	"labelColor": {"type": "string"}, "isError": {"type": "boolean"}, "namedLogo": {"type": "string"}, "logoSvg": {"type": "string"},
	"logoColor": {"type": "string"}, "logoSize": {"type": "string"}, "style": {"type": "string"}, "cacheSeconds": {"type": "integer"}}}`

// What octocov demands of custom metrics, written after its own schema.
const octocov = `{"type": "object", "required": ["key", "metrics"], "properties": {"key": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1},
	"metrics": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["key", "value"], "properties": {
	"key": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1}, "value": {"type": "number"}, "unit": {"type": "string", "minLength": 1}}}}}}`

// What GitLab reads of a Code Quality report, by its documentation.
const gitlab = `{"type": "array", "items": {"type": "object", "required": ["description", "check_name", "fingerprint", "severity", "location"], "properties": {
	"description": {"type": "string", "minLength": 1}, "check_name": {"type": "string", "minLength": 1}, "fingerprint": {"type": "string", "minLength": 32},
	"severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
	"location": {"type": "object", "required": ["path", "lines"], "properties": {"path": {"type": "string", "pattern": "^[^/.]"},
	"lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}}}}}}`

func TestSchemas(t *testing.T) {
	for format, text := range map[string]string{"badge-json": shields, "octocov": octocov, "gitlab": gitlab} {
		s := schema(t, []byte(text))
		for variant, in := range variants(t) {
			validate(t, s, format+" of "+variant, write(t, format, in))
		}
	}
}

// command is a workflow command as GitHub's runner takes it apart.
var command = regexp.MustCompile(`^::(error|warning|notice) (.*?)::(.*)$`)

func TestGitHub(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(string(write(t, "github", input(t)))), "\n") {
		if strings.HasPrefix(line, "nixsink: ") {
			continue // a line of the log
		}
		m := command.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("%q is no workflow command", line)
			continue
		}
		for _, property := range strings.Split(m[2], ",") {
			if key, value, ok := strings.Cut(property, "="); !ok || strings.ContainsAny(value, ":") {
				t.Errorf("%q: property %q", line, key)
			}
		}
	}
	if got := string(write(t, "github", input(t))); !strings.Contains(got, "file=nixos/20-services/odd%2Cname.nix") {
		t.Errorf("the comma of a file's name is not escaped:\n%s", got)
	}
}

// XML is well-formed, and the numbers of JUnit's attributes are those of its elements.
func TestXML(t *testing.T) {
	for variant, in := range variants(t) {
		for _, format := range []string{"junit", "checkstyle", "badge"} {
			d := xml.NewDecoder(bytes.NewReader(write(t, format, in)))
			for {
				if _, err := d.Token(); err != nil {
					if err.Error() != "EOF" {
						t.Errorf("%s of %s: %v", format, variant, err)
					}
					break
				}
			}
		}
		var junit struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Suites   []struct {
				Tests int `xml:"tests,attr"`
				Cases []struct {
					Failure *struct{} `xml:"failure"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(write(t, "junit", in), &junit); err != nil {
			t.Fatal(err)
		}
		tests, failures := 0, 0
		for _, s := range junit.Suites {
			tests += len(s.Cases)
			for _, c := range s.Cases {
				if c.Failure != nil {
					failures++
				}
			}
		}
		if tests != junit.Tests || failures != junit.Failures {
			t.Errorf("%s: %d tests and %d failures, said to be %d and %d", variant, tests, failures, junit.Tests, junit.Failures)
		}
	}
}

// The Markdown of a hostile repository renders to links, tables and text, and to nothing else.
func TestMarkdown(t *testing.T) {
	for variant, in := range variants(t) {
		text := write(t, "markdown", in)
		if !bytes.HasPrefix(text, []byte("<!-- nixsink check -->\n")) {
			t.Errorf("%s: a bot would not find its comment again", variant)
		}
		var html bytes.Buffer
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(text, &html); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(html.String(), "<b>") || strings.Contains(html.String(), "<code>code") {
			t.Errorf("%s: text of the repository formats:\n%s", variant, html.String())
		}
		if open, closed := strings.Count(string(text), "<details>"), strings.Count(string(text), "</details>"); open != closed {
			t.Errorf("%s: %d details, %d closed", variant, open, closed)
		}
	}
}

// No control character of the repository reaches a terminal.
func TestClean(t *testing.T) {
	for _, r := range string(write(t, "text", input(t))) {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			t.Errorf("%U in the text", r)
		}
	}
}
