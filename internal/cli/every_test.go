package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nixsink/internal/check/output"
	"nixsink/internal/fault"
	"nixsink/internal/git/gittest"
	"nixsink/internal/history"
	"nixsink/render"
)

// every says how each command is started in the tests that all commands take part in: faults of our own, interrupts, hostile text. A
// command that is not here fails them. Several lines of arguments are several runs. {id} is the id of a value of the tree, and what follows
// is run in a copy of it.
var every = map[string][][]string{
	"nixsink":   {{}},
	"report":    {{"report"}},
	"review":    append(formatted(reviewFormats, func(f string) string { return f }, "review", "--no-cache"), []string{"review", "--commits", "0", "--against", "."}),
	"graph":     append(formatted(render.Formats, func(f render.Format) string { return f.Name }, "graph"), []string{"graph", "--diff", "base", "--format", "svg"}, []string{"graph", "--diff", "base", "--view", "sinks", "--format", "mermaid"}),
	"trace":     {{"trace", "{id}"}, {"trace", "{id}", "--json"}, {"trace", "my.*"}, {"trace", "my", "--json"}, {"trace", "--to", "services.a.b"}},
	"impact":    {{"impact", "{id}"}, {"impact", "default.nix"}, {"impact", "--hosts", "default.nix"}, {"impact", "--set", "{id}=81"}},
	"diff":      append(formatted(diffFormats, func(f string) string { return f }, "diff", "base"), []string{"diff", "--long", "base", "HEAD"}),
	"hosts":     {{"hosts"}, {"hosts", "--format", "json"}},
	"exposure":  formatted(listingFormats, func(f string) string { return f }, "exposure"),
	"secrets":   formatted(listingFormats, func(f string) string { return f }, "secrets"),
	"history":   formatted(history.Formats, func(f string) string { return f }, "history", "--no-cache"),
	"serve":     {{"serve", "--port", "0"}},
	"lsp":       {{"lsp"}},
	"mcp":       {{"mcp"}},
	"check":     append(formatted(output.Formats, func(f output.Format) string { return f.Name }, "check"), []string{"check", "--changed-since", "HEAD"}, []string{"check", "--fix"}, []string{"check", "--fix", "-w"}, []string{"check", "--min-severity", "info", "--all"}),
	"explain":   {{"explain"}, {"explain", "missing-source-id"}, {"explain", "--json"}},
	"verify":    formatted(verifyFormats, func(f string) string { return f }, "verify", "--fresh", "--file", "eval.nix"),
	"baseline":  {{"baseline"}, {"baseline", "-w"}, {"baseline", "-o", "-"}},
	"docs":      {{"docs"}, {"docs", "-w"}, {"docs", "--check", "--json"}},
	"inject":    {{"inject", "PAGE.md"}, {"inject", "-w", "PAGE.md"}, {"inject", "--check", "--json", "PAGE.md"}},
	"init":      {{"init", "--print"}, {"init"}, {"init", "-w"}, {"init", "--agents"}, {"init", "--agents", "-w"}},
	"annotate":  {{"annotate"}, {"annotate", "-w"}, {"annotate", "--check"}, {"annotate", "--json"}},
	"rename":    {{"rename", "{id}", "other"}, {"rename", "-w", "{id}", "other"}},
	"rename-id": {{"rename-id", "--dry-run", "{id}", "CFG.other"}, {"rename-id", "-w", "{id}", "CFG.other"}, {"rename-id", "--json", "{id}", "CFG.other"}},
	"facts":     {{"facts", ".", "-o", "facts"}, {"facts", ".", "-o", "facts", "--format", "ndjson"}},
	"mdbook":    {{"mdbook"}, {"mdbook", "supports", "html"}},
	"man":       {{"man"}, {"man", "check"}, {"man", "-o", "manual"}},
	"version":   {{"version"}},
	"help":      {{"help"}, {"help", "check"}},
	"completion": {{"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"},
		{"__complete", "trace", ""}, {"__complete", "rename-id", "C"}, {"__complete", "rename", "m"}, {"__complete", "explain", ""}},
}

// formatted is one run for each format.
func formatted[F any](all []F, name func(F) string, args ...string) [][]string {
	var out [][]string
	for _, f := range all {
		out = append(out, append(slices.Clone(args), "--format", name(f)))
	}
	return out
}

// everyCommand are the runs of all commands of the program, as sub-tests.
func everyCommand(t *testing.T, run func(t *testing.T, args []string)) {
	t.Helper()
	root := newRoot(newApp(strings.NewReader(""), io.Discard, io.Discard))
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	names := []string{root.Name()}
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	for _, name := range names {
		if every[name] == nil {
			t.Errorf("the command %s takes no part in the tests of all commands: add it to every_test.go", name)
		}
		for _, args := range every[name] {
			t.Run(strings.Join(append([]string{name}, args...), " "), func(t *testing.T) {
				if name == "verify" {
					needProgram(t, "nix-instantiate")
				}
				run(t, args)
			})
		}
	}
	for name := range every {
		if !slices.Contains(names, name) {
			t.Errorf("there is no command %s", name)
		}
	}
}

// small is a repository in which every command has something to do.
var small = map[string]string{
	"default.nix": `{ lib, config, ... }:
{
  options.my.a = lib.mkOption { type = lib.types.port; default = 8080; description = "A."; };
  options.my.b = lib.mkOption { default = config.my.a; };
  # source-id: CFG.a
  config.services.a.b = config.my.a;
  config.services.c.d = lib.mkIf config.my.b 8080;
}
`,
	"PAGE.md": "<!-- nixsink:graph view=layers -->\n<!-- /nixsink -->\n",
}

// evaluated is what a configuration is for nix, without a lib: verify compares with it.
const evaluated = "{ config.my.a = 8080; config.services.a.b = 8080; options = { }; }\n"

// grown is a repository whose files all came since the revision base.
func grown(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := gittest.Init(t, map[string]string{"default.nix": "{ }\n", "eval.nix": evaluated})
	gittest.Git(t, dir, "tag", "base")
	gittest.Commit(t, dir, "all of it", files)
	return dir
}

// bookOfOnePage is what mdBook hands to a preprocessor.
const bookOfOnePage = `[{"root":".","config":{"book":{"src":"src"},"preprocessor":{"nixsink":{"pages":"config"}}},"renderer":"html","mdbook_version":"0.4.40"},
{"sections":[{"Chapter":{"name":"A","content":"<!-- nixsink:graph view=layers -->\n<!-- /nixsink -->\n","number":[1],"sub_items":[],"path":"a.md","source_path":"a.md","parent_names":[]}}]}]`

// editorSession is what an editor says that opens the current folder, and asks of each file all that can be asked of one.
func editorSession() string {
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	root := "file://" + filepath.ToSlash(here)
	var b strings.Builder
	id := 0
	say := func(method string, params any, asks bool) {
		m := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
		if asks {
			id++
			m["id"] = id
		}
		text, _ := json.Marshal(m)
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(text), text)
	}
	say("initialize", map[string]any{"rootUri": root, "capabilities": map[string]any{}}, true)
	say("initialized", map[string]any{}, false)
	names, _ := filepath.Glob("*.nix")
	for _, name := range names {
		doc := map[string]any{"uri": root + "/" + url.PathEscape(name)}
		say("textDocument/diagnostic", map[string]any{"textDocument": doc}, true) // waits for the analysis
		for _, method := range []string{"documentSymbol", "codeLens", "documentLink", "foldingRange", "semanticTokens/full"} {
			say("textDocument/"+method, map[string]any{"textDocument": doc}, true)
		}
		text, _ := os.ReadFile(name)
		for i, line := range strings.SplitN(string(text), "\n", 40) {
			for _, method := range []string{"hover", "references", "completion"} {
				at := max(strings.Index(line, "my."), 0)
				say("textDocument/"+method, map[string]any{"textDocument": doc, "position": map[string]int{"line": i, "character": at + 3}, "context": map[string]any{}}, true)
			}
		}
		say("textDocument/codeAction", map[string]any{"textDocument": doc, "range": map[string]any{"start": map[string]int{}, "end": map[string]int{"line": 99}}, "context": map[string]any{}}, true)
	}
	say("workspace/symbol", map[string]any{"query": ""}, true)
	say("shutdown", nil, true)
	say("exit", nil, false)
	return b.String()
}

// agentSession is what an agent says that asks all that can be asked of a tree.
func agentSession() string {
	var b strings.Builder
	say := func(id int, method string, params any) {
		m := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
		if id > 0 {
			m["id"] = id
		}
		text, _ := json.Marshal(m)
		fmt.Fprintf(&b, "%s\n", text)
	}
	say(1, "initialize", map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "test", "version": "1"}})
	say(0, "notifications/initialized", map[string]any{})
	for i, call := range []map[string]any{
		{"name": "overview", "arguments": map[string]any{}},
		{"name": "trace", "arguments": map[string]any{"value": "my.a"}},
		{"name": "impact", "arguments": map[string]any{"names": []string{"my.a"}}},
		{"name": "findings", "arguments": map[string]any{"severity": "info"}},
		{"name": "hosts", "arguments": map[string]any{}},
	} {
		say(i+2, "tools/call", call)
	}
	return b.String()
}

// stdin is what a command is given to read.
func stdin(args []string) string {
	switch args0(args) {
	case "mdbook":
		return bookOfOnePage
	case "lsp":
		return editorSession()
	case "mcp":
		return agentSession()
	}
	return ""
}

// within runs a command in a folder, in this process.
func within(t *testing.T, dir string, args []string, id string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	args = slices.Clone(args)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "{id}", id)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if len(args) > 0 && args[0] == "serve" {
		ctx, cancel = context.WithTimeout(ctx, 500*time.Millisecond) // it ends when it is told to
		defer cancel()
	}
	var out, talk bytes.Buffer
	status = newApp(strings.NewReader(stdin(args)), &out, &talk).run(ctx, args)
	return status, out.String(), talk.String()
}

// theirs stands in what a fault of ours might quote; no stage is called so, as checks of secrets would be.
const theirs = "sesame"

// TestEveryCommandSurvivesFaults has a fault happen in every stage of every command: it is told with its place, a report of a few lines is
// offered that quotes nothing, and the program ends with a status of its own.
func TestEveryCommandSurvivesFaults(t *testing.T) {
	gittest.Need(t)
	t.Cleanup(func() { fault.Hook = nil })
	everyCommand(t, func(t *testing.T, args []string) {
		repo := func() string { return grown(t, small) }
		var stages []string
		var mu = make(chan struct{}, 1)
		fault.Hook = func(stage, _ string) {
			mu <- struct{}{}
			// One check is as good as another.
			if !slices.ContainsFunc(stages, func(s string) bool {
				return s == stage || strings.HasPrefix(s, "check ") && strings.HasPrefix(stage, "check ")
			}) {
				stages = append(stages, stage)
			}
			<-mu
		}
		if status, _, stderr := within(t, repo(), args, "CFG.a"); status == exitWrong {
			t.Fatalf("without a fault it is status %d: %s", status, stderr)
		}
		if len(stages) == 0 || stages[0] != "run a command" {
			t.Fatalf("stages %q", stages)
		}
		if slices.Contains(args, "--format") {
			stages = stages[len(stages)-1:] // to where it is written all formats go the same way
		}
		for _, s := range stages {
			fault.Hook = func(stage, _ string) {
				if stage == s {
					panic(theirs + " text of theirs")
				}
			}
			status, _, stderr := within(t, repo(), args, "CFG.a")
			if args0(args) == "__complete" {
				// What a shell completes has no place for talk: it offers less.
				if strings.Contains(stderr, theirs) || strings.Contains(stderr, "goroutine ") {
					t.Errorf("%s: %s", s, stderr)
				}
				continue
			}
			if !strings.Contains(stderr, "a fault of nixsink itself") || !strings.Contains(stderr, "please report them:\n") || !strings.Contains(stderr, s+": panic with a string") {
				t.Errorf("%s: status %d, and standard error is\n%s", s, status, stderr)
			}
			if strings.Contains(stderr, theirs) || strings.Contains(stderr, "goroutine ") {
				t.Errorf("%s: the report quotes: %s", s, stderr)
			}
			if failing := s == "run a command" || args0(args) != "mcp" && strings.HasPrefix(s, "write ") /* a server lives on */ || args0(args) == "check"; failing && status != exitWrong {
				t.Errorf("%s: status %d, want %d\n%s", s, status, exitWrong, stderr)
			}
		}
	})
}

func args0(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// No page is removed because it could not be made.
func TestDocsKeepsPagesOfFaults(t *testing.T) {
	t.Cleanup(func() { fault.Hook = nil })
	dir := grown(t, small)
	if status, _, stderr := within(t, dir, []string{"docs", "-w"}, ""); status != exitClean {
		t.Fatal(stderr)
	}
	fault.Hook = func(stage, _ string) {
		if stage == "write a page" {
			panic("no page")
		}
	}
	if status, _, stderr := within(t, dir, []string{"docs", "-w"}, ""); status != exitWrong {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "docs", "config", "index.md")); err != nil {
		t.Error(err)
	}
}
