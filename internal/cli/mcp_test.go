package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestAgent asks the server what an agent would, with the SDK's own client.
func TestAgent(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	back, answers := io.Pipe()
	var talk bytes.Buffer
	done := make(chan int, 1)
	go func() { done <- newApp(in, answers, &talk).run(context.Background(), []string{"mcp", dir}) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, &sdk.IOTransport{Reader: back, Writer: out}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(tool string, args map[string]any) (string, bool) {
		t.Helper()
		r, err := session.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: args})
		if err != nil {
			t.Fatalf("%s: %v", tool, err)
		}
		text := ""
		for _, c := range r.Content {
			if s, ok := c.(*sdk.TextContent); ok {
				text += s.Text
			}
		}
		return text, r.IsError
	}
	tools, err := session.ListTools(ctx, nil)
	if err != nil || len(tools.Tools) != 7 {
		t.Fatalf("%v, %d tools", err, len(tools.Tools))
	}
	for _, tool := range tools.Tools {
		if tool.Annotations == nil || !tool.Annotations.ReadOnlyHint {
			t.Errorf("%s does not say that it only reads", tool.Name)
		}
	}
	for _, c := range []struct {
		tool string
		args map[string]any
		want string
	}{
		{"trace", map[string]any{"value": "CFG.ports.ssh"}, "services.openssh.ports"},
		{"trace", map[string]any{"value": "my.ports.ssh", "why": "services.openssh.ports"}, "00-core/ssh.nix:38"},
		{"trace", map[string]any{"to": "services.openssh.ports"}, "CFG.ports.ssh"},
		{"impact", map[string]any{"names": []string{"CFG.ports.ssh"}}, "00-core/ssh.nix"},
		{"impact", map[string]any{"set": []string{"my.ports.ssh=2200"}}, "2200"},
		{"findings", map[string]any{"severity": "error"}, "error"},
		{"explain", map[string]any{"check": "hard-coded-copy"}, "a literal repeats a central value"},
		{"hosts", nil, "configuration"},
		{"overview", nil, "CFG.identity.domain"},
	} {
		answer, failed := ask(c.tool, c.args)
		if failed || !strings.Contains(answer, c.want) {
			t.Errorf("%s %v lacks %q:\n%s", c.tool, c.args, c.want, answer)
		}
		if len(answer) > 17_000 {
			t.Errorf("%s: %d characters", c.tool, len(answer))
		}
	}
	// Of what is told to lie at a place, something lies there.
	for _, tool := range []string{"overview", "trace", "findings", "impact"} {
		args := map[string]map[string]any{"trace": {"value": "CFG.ports.ssh"}, "impact": {"names": []string{"CFG.ports.ssh"}}}[tool]
		answer, _ := ask(tool, args)
		places := regexp.MustCompile(`([\w./-]+\.nix):(\d+)`).FindAllStringSubmatch(answer, -1)
		if len(places) == 0 {
			t.Errorf("%s names no place:\n%s", tool, answer)
		}
		for _, p := range places {
			text, err := os.ReadFile(filepath.Join(dir, p[1]))
			if line, _ := strconv.Atoi(p[2]); err != nil || line < 1 || line > strings.Count(string(text), "\n")+1 {
				t.Errorf("%s: nothing lies at %s: %v", tool, p[0], err)
			}
		}
	}
	// What is wrong is told as a command tells it, and what looks like a flag is a name.
	for _, c := range []struct {
		value, want string
	}{{"CFG.ports.shh", "did you mean"}, {"--version", `"--version"`}, {"-w", `"-w"`}} {
		if answer, failed := ask("trace", map[string]any{"value": c.value}); !failed || !strings.Contains(answer, c.want) {
			t.Errorf("%s: %v %s", c.value, failed, answer)
		}
	}
	// What was changed on disk counts.
	file := filepath.Join(dir, "00-core/ports.nix")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte("ssh = 50222;"), []byte("ssh = 50333; "), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if answer, _ := ask("trace", map[string]any{"value": "CFG.ports.ssh"}); !strings.Contains(answer, "50333") {
		t.Errorf("after an edit:\n%s", answer)
	}
	r, err := session.ReadResource(ctx, &sdk.ReadResourceParams{URI: "nixsink://value/my.ports.ssh"})
	if err != nil || len(r.Contents) != 1 || !strings.Contains(r.Contents[0].Text, "50333") {
		t.Errorf("%v %+v", err, r)
	}
	// Pages are those that docs writes.
	read := func(uri string) string {
		t.Helper()
		r, err := session.ReadResource(ctx, &sdk.ReadResourceParams{URI: uri})
		if err != nil || len(r.Contents) != 1 {
			t.Fatalf("%s: %v %+v", uri, err, r)
		}
		return r.Contents[0].Text
	}
	names := strings.Fields(read("nixsink://pages"))
	if len(names) < 5 {
		t.Errorf("pages: %q", names)
	}
	for _, uri := range names {
		if text := read(uri); !strings.HasPrefix(strings.TrimSpace(text), "#") && !strings.Contains(text, "\n# ") || len(text) > 17_000 {
			t.Errorf("%s: %d characters\n%.200s", uri, len(text), text)
		}
	}
	if i := slices.IndexFunc(names, func(uri string) bool { return strings.Contains(uri, "ports.ssh") }); i < 0 || !strings.Contains(read(names[i]), "00-core/ssh.nix#L38") {
		t.Errorf("no page that tells where CFG.ports.ssh ends up is among %q", names)
	}
	for _, uri := range []string{"nixsink://page/../../etc/passwd", "nixsink://page/nothing.md", "nixsink://value/my.nothing"} {
		if r, err := session.ReadResource(ctx, &sdk.ReadResourceParams{URI: uri}); err == nil {
			t.Errorf("%s: %+v", uri, r)
		}
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	_ = out.Close()
	select {
	case status := <-done:
		if status != exitClean {
			t.Errorf("status %d: %s", status, &talk)
		}
	case <-ctx.Done():
		t.Error("the server does not end")
	}
}
