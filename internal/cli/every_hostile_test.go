package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scip-code/scip/bindings/go/scip"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	unsafe "github.com/yuin/goldmark/renderer/html"
	"google.golang.org/protobuf/proto"

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
	var shown strings.Builder
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
		if args0(args) == "lsp" {
			format = "language server protocol"
		}
		if args0(args) == "mcp" {
			format = "ndjson"
		}
		if (args0(args) == "baseline" || args0(args) == "init") && len(args) > 1 {
			format = "toml" // else a diff
		}
		reader, ok := readers[format]
		if !ok {
			t.Fatalf("nobody reads %s here: add it to readers", format)
		}
		reader(t, stdout)
		shown.WriteString(stderr)
		if format == "text" || format == "table" || format == "tree" {
			shown.WriteString(stdout)
		}
	})
	t.Run("in a terminal", func(t *testing.T) { terminal(t, shown.String()) })
}

// terminal shows a text in a real one (tmux), and fails if that does anything but show it: changes its title, rings, takes a line back.
func terminal(t *testing.T, text string) {
	t.Helper()
	needProgram(t, "tmux")
	file := filepath.Join(t.TempDir(), "shown")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "tmux")
	tmux := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	defer exec.Command("tmux", "-S", socket, "kill-server").Run()
	lines := strings.Count(text, "\n") + 10
	tmux("new-session", "-d", "-x", "4000", "-y", "50", "sleep 60", ";", "set-option", "-g", "history-limit", strconv.Itoa(2*lines), ";",
		"set-option", "-g", "monitor-bell", "on", ";",
		"new-window", "-n", "shown", "cat "+file+"; printf 'all of it is shown'; sleep 60", ";", "select-pane", "-T", "untouched")
	var screen string
	for range 100 {
		if screen = tmux("capture-pane", "-p", "-S", "-"); strings.Contains(screen, "all of it is shown") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !strings.Contains(screen, "all of it is shown") {
		t.Fatalf("the end does not appear: %d bytes, ends in %q", len(screen), screen[max(0, len(screen)-500):])
	}
	if got := strings.TrimSpace(tmux("display-message", "-p", "#{pane_title} #{window_bell_flag} #{alternate_on} #{cursor_flag} #{scroll_region_upper} #{mouse_any_flag}")); got != "untouched 0 0 1 0 0" {
		t.Errorf("title, bell, other screen, cursor, scrolled region, mouse: %s", got)
	}
	// Every line is where it was written, and reads as it was written: nothing moved the cursor or took anything back.
	want := strings.Split(strings.TrimRight(text, "\n"), "\n")
	got := strings.Split(screen, "\n")
	for i, line := range want {
		if i >= len(got) {
			t.Fatalf("%d of %d lines are shown", len(got), len(want))
		}
		if line = colours.ReplaceAllString(line, ""); len(line) < 3000 && plainText(got[i]) != plainText(line) {
			t.Fatalf("line %d is %q on the screen, and was %q", i+1, got[i], line)
		}
	}
}

// colours are the sequences that a report may have of its own.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plainText is a line's ASCII without blanks: what terminals do not show in ways of their own.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return -1
	}, s)
}

// needProgram skips a test where a program is missing, but on the machine that has to have it.
func needProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// readers hold what is written in a format against what its reader makes of it. A format that is not here fails the test.
var readers = map[string]func(t *testing.T, text string){
	"text": func(t *testing.T, text string) { lines(t, "standard output", text) }, "table": text, "tree": text, "dot": text, "mermaid": text, "gnu": text,
	"svg": wellFormed, "junit": wellFormed, "checkstyle": wellFormed, "badge": wellFormed, "gexf": wellFormed, "graphml": wellFormed,
	"json": valid, "sarif": valid, "gitlab": valid, "octocov": valid, "badge-json": valid, "cytoscape": valid,
	"markdown": markdown, "html": page, "github": workflow, "toml": toml, "csv": controls, "tsv": controls,
	"scip": index, "language server protocol": protocol, "ndjson": func(t *testing.T, s string) {
		for line := range strings.Lines(s) {
			valid(t, line)
		}
	},
}

// index fails if a file of an index is not of the tree, or a symbol is none.
func index(t *testing.T, s string) {
	t.Helper()
	var read scip.Index
	if err := proto.Unmarshal([]byte(s), &read); err != nil {
		t.Fatal(err)
	}
	for _, d := range read.Documents {
		if !filepath.IsLocal(d.RelativePath) {
			t.Errorf("%q", d.RelativePath)
		}
		for _, o := range d.Occurrences {
			if _, err := scip.ParseSymbol(o.Symbol); err != nil {
				t.Errorf("%q: %v", o.Symbol, err)
			}
		}
	}
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
	if _, err := exec.LookPath("xmllint"); err == nil || os.Getenv("CI") != "" {
		lint := exec.Command("xmllint", "--noout", "--nonet", "--nowarning", "-")
		lint.Stdin = strings.NewReader(s)
		if out, err := lint.CombinedOutput(); err != nil && s != "" {
			t.Errorf("xmllint: %v: %.500s", err, out)
		}
	}
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

// protocol reads messages as an editor does, which shows what is Markdown as such.
func protocol(t *testing.T, s string) {
	t.Helper()
	controls(t, s)
	hovers := 0
	for r := bufio.NewReader(strings.NewReader(s)); ; {
		m, err := read(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var hover struct{ Contents struct{ Kind, Value string } }
		if json.Unmarshal(m.Result, &hover) == nil && hover.Contents.Kind == "markdown" {
			hovers++
			markdown(t, hover.Contents.Value)
		}
	}
	if hovers == 0 {
		t.Error("nothing was shown")
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
