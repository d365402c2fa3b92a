package cli

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	unsafe "github.com/yuin/goldmark/renderer/html"

	"nixsink/internal/escape"
	"nixsink/internal/fault"
	"nixsink/internal/git/gittest"
)

// evil are what a repository could call things, or write into them, to make a reader do something.
var evil = []string{
	"\x1b]0;title\x07\x1b[31mred", "::error file=x::pwned", "##[add-mask]x", "<img src=x onerror=alert(1)>", "a|b|c", "line\n::stop-commands::break",
	"\u202egnp.exe", "`code` [x](javascript:alert(1))", "]]>--><script>alert(1)<", "@everyone", "a\rb", "%{init}%", "zero\u200bwidth", "$(touch pwned)",
}

// hostileTree is a repository whose files, values, comments and texts are all of that.
func hostileTree() map[string]string {
	nix := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`).Replace(s) + `"`
	}
	files := map[string]string{"PAGE.md": small["PAGE.md"]}
	var imports []string
	for _, e := range evil {
		name := strings.ReplaceAll(e, "/", "∕") + ".nix"
		if strings.HasPrefix(name, "-") {
			continue
		}
		one := strings.NewReplacer("\n", " ", "\r", " ").Replace(e)
		files[name] = "# " + one + "\n{ lib, config, ... }:\n{\n" +
			"  options.my." + nix(e) + " = lib.mkOption { type = lib.types.port; default = 8080; description = " + nix(e) + "; };\n" +
			"  # source-id: " + one + "\n  # sink: " + one + "\n  # nixsink: ignore " + one + " because " + one + "\n" +
			"  config.services." + nix(e) + ".x = config.my." + nix(e) + ";\n" +
			"  config.services.y." + nix(e) + " = lib.mkIf (config.my." + nix(e+"2") + " == 8080) " + nix(e) + ";\n}\n"
		imports = append(imports, "(./. + "+nix("/"+name)+")")
	}
	files["default.nix"] = "{ lib, config, ... }:\n{\n  imports = [ " + strings.Join(imports, " ") + " ./\x01missing.nix ];\n" +
		"  options.my.a = lib.mkOption { type = lib.types.port; default = 8080; };\n  config.services.a.b = config.my.a;\n}\n"
	files["broken\x1b[2J.nix"] = "{ a = ; }\n"
	return files
}

// TestEveryCommandShowsTextAsData runs every command over a hostile repository: whoever reads what it prints is told names, not commands.
func TestEveryCommandShowsTextAsData(t *testing.T) {
	gittest.Need(t)
	if runtime.GOOS == "windows" {
		t.Skip("no such names")
	}
	t.Setenv("GITHUB_ACTIONS", "true") // its log is a reader, of diffs too
	dir := grown(t, hostileTree())
	fault.Hook = nil
	everyCommand(t, func(t *testing.T, args []string) {
		tree := dir
		if args0(args) == "annotate" || args0(args) == "rename-id" || args0(args) == "rename" || args0(args) == "init" || args0(args) == "check" && len(args) > 1 && args[1] == "--fix" {
			tree = grown(t, hostileTree()) // it writes
		}
		_, stdout, stderr := within(t, tree, args, "my.a")
		if strings.Contains(stderr, "a fault of nixsink") {
			t.Fatalf("a fault: %s", stderr)
		}
		lines(t, "standard error", stderr)
		format := "text"
		for i, a := range args {
			if a == "--format" {
				format = args[i+1]
			}
			if a == "--json" {
				format = "json"
			}
		}
		if args0(args) == "mdbook" && len(args) == 1 {
			format = "json"
		}
		if args0(args) == "baseline" || args0(args) == "init" {
			format = "toml"
		}
		reader, ok := readers[format]
		if !ok {
			t.Fatalf("nobody reads %s here: add it to readers", format)
		}
		reader(t, stdout)
	})
}

// readers hold what is written in a format against what its reader makes of it. A format that is not here fails the test.
var readers = map[string]func(t *testing.T, text string){
	"text": func(t *testing.T, text string) { lines(t, "standard output", text) }, "table": text, "tree": text, "dot": text, "mermaid": text,
	"svg": wellFormed, "junit": wellFormed, "checkstyle": wellFormed, "badge": wellFormed, "gexf": wellFormed, "graphml": wellFormed,
	"json": valid, "sarif": valid, "gitlab": valid, "octocov": valid, "badge-json": valid, "cytoscape": valid,
	"markdown": markdown, "html": page, "github": workflow, "toml": toml, "csv": controls, "tsv": controls,
}

func text(t *testing.T, s string) { lines(t, "standard output", s) }

// lines fails if a line drives a terminal, or is a command to GitHub's runner.
func lines(t *testing.T, what, s string) {
	t.Helper()
	for l := range strings.Lines(s) {
		l = strings.TrimRight(l, "\r\n")
		if got := escape.Lines(l); got != l {
			t.Errorf("%s: %q", what, l)
			return
		}
	}
}

func controls(t *testing.T, s string) {
	t.Helper()
	if i := strings.IndexAny(s, "\x00\x01\x07\x1b"); i >= 0 {
		t.Errorf("%q", s[max(0, i-40):min(len(s), i+40)])
	}
}

func toml(t *testing.T, s string) { controls(t, s) }

func wellFormed(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("not well-formed: %v", err)
			return
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || strings.HasPrefix(a.Value, "javascript:") {
					t.Errorf("%s %s=%q", e.Name.Local, a.Name.Local, a.Value)
				}
			}
			if e.Name.Local == "script" || e.Name.Local == "img" {
				t.Errorf("element %s", e.Name.Local)
			}
		}
	}
}

func valid(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	if s != "" && !json.Valid([]byte(s)) {
		t.Errorf("no JSON: %.200s", s)
	}
}

func markdown(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	var html bytes.Buffer
	m := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(unsafe.WithUnsafe()))
	if err := m.Convert([]byte(s), &html); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", `href="javascript`, " @everyone<"} {
		if strings.Contains(html.String(), bad) {
			t.Errorf("%q got through", bad)
		}
	}
}

func page(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	if strings.Contains(s, "<script>alert") || strings.Contains(s, "<img src=x") {
		t.Error("a name became an element")
	}
}

// workflow fails if a line is a command that is not one of ours, with text of theirs where a command has its parts.
func workflow(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	for l := range strings.Lines(s) {
		l = strings.TrimRight(l, "\n")
		if strings.Contains(l, "##[") {
			t.Errorf("%q", l)
		}
		if rest, ok := strings.CutPrefix(strings.TrimSpace(l), "::"); ok {
			kind, rest, _ := strings.Cut(rest, " ")
			if kind != "error" && kind != "warning" && kind != "notice" || strings.Count(strings.SplitN(rest, "::", 2)[0], ":") > 0 {
				t.Errorf("%q", l)
			}
		}
	}
}
