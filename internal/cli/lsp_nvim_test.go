//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNeovim drives the server with Neovim's own client over the example repository, and replays what Neovim said to a second server, which gives
// the same answers.
func TestNeovim(t *testing.T) {
	needProgram(t, "nvim")
	dir, logs := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/lsp.lua")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said, told, result := filepath.Join(logs, "said"), filepath.Join(logs, "told"), filepath.Join(logs, "result")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	nvim := exec.CommandContext(ctx, "nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile "+script)
	nvim.Dir = dir
	nvim.Env = append(os.Environ(), "HOME="+logs, "XDG_STATE_HOME="+logs, "XDG_CACHE_HOME="+logs, "OUT="+result, stall+"=none",
		fmt.Sprintf("SERVER=tee '%s' | '%s' lsp | tee '%s'", said, self, told))
	talk, err := nvim.CombinedOutput()
	if err != nil {
		t.Fatalf("nvim: %v\n%s", err, talk)
	}
	text, err := os.ReadFile(result)
	if err != nil {
		t.Fatalf("%v\n%s", err, talk)
	}
	var got struct {
		Error, Hover, Pulled                                                 string
		Definition, References, Implementation, Completion, Actions, Renamed []string
		Found                                                                bool
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.Error != "" {
		t.Fatalf("%s\n%s", got.Error, talk)
	}
	for _, want := range []string{"**`my.ports.ssh`**", "`CFG.ports.ssh`", "read 7 times in 5 modules", "`services.openssh.ports` (data)"} {
		if !strings.Contains(got.Hover, want) {
			t.Errorf("hover lacks %q:\n%s", want, got.Hover)
		}
	}
	same := func(what string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", what, got, want)
		}
	}
	same("definition", got.Definition, []string{"00-core/ports.nix:18"})
	same("implementation", got.Implementation, []string{"00-core/firewall.nix:33", "00-core/home.nix:28", "00-core/ssh.nix:38", "20-services/apps/forgejo.nix:27", "90-policy/assertions.nix:15"})
	// Each read, each comment that names it, the declaration: rg finds those that are written out, and these two by an alias.
	for _, want := range []string{"00-core/firewall.nix:16", "00-core/ports.nix:18", "20-services/apps/forgejo.nix:27", "90-policy/assertions.nix:19", "00-core/home.nix:24"} {
		if !slices.Contains(got.References, want) {
			t.Errorf("references lack %s: %q", want, got.References)
		}
	}
	if !slices.Contains(got.Completion, "ssh") || !slices.Contains(got.Completion, "grafana") {
		t.Errorf("completion %q", got.Completion)
	}
	if !slices.Contains(got.Actions, "Ignore undeclared-value here, and say why") {
		t.Errorf("actions %q", got.Actions)
	}
	if got.Pulled != "full" {
		t.Errorf("diagnostics are %q", got.Pulled)
	}
	same("after the rename", got.Renamed, []string{"00-core/ports.nix:18"})
	for file, want := range map[string]string{"00-core/ports.nix": "sshd = 50222; # source-id: CFG.ports.sshd", "20-services/apps/forgejo.nix": "SSH_PORT = ports.sshd;", "00-core/firewall.nix": "sshPort = ports.sshd;"} {
		if text, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %q: %v\n%s", file, want, err, text)
		}
	}

	// The same again, without the editor, in a copy as it was.
	again := t.TempDir()
	if err := os.CopyFS(again, os.DirFS("../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	replay(t, said, told, dir, again)
}

// replay says to a second server what was said to a first one, each request when the answers to those before it are there, and compares the answers.
func replay(t *testing.T, said, told, was, is string) {
	t.Helper()
	c := converse()
	want := map[string]string{}
	for _, m := range messages(t, told) {
		if m.Method == "" && string(m.Result) != "null" {
			want[string(m.ID)] = string(m.Result) + string(m.Error)
		}
	}
	compared, renamed := 0, false
	for _, m := range messages(t, said) {
		body := strings.ReplaceAll(strings.ReplaceAll(string(m.all), `\/`, "/"), was, is)
		if m.Method == "" {
			continue // an answer to a question of the server, which asks this one anew
		}
		c.say([]byte(body))
		if m.ID == nil {
			continue
		}
		a, ok := c.answer(m.ID)
		if !ok {
			break
		}
		answer := strings.ReplaceAll(string(a.Result)+string(a.Error), is, was)
		if renamed || m.Method == "textDocument/codeAction" || m.Method == "textDocument/completion" {
			continue // which state of the tree they speak of depends on how fast somebody types, and nobody writes the renamed files here
		}
		renamed = m.Method == "textDocument/rename"
		if compared++; answer != "null" && answer != want[string(m.ID)] {
			t.Errorf("%s: the answer was\n%s\nand is\n%s", m.Method, want[string(m.ID)], answer)
		}
	}
	if status := c.end(); status != exitClean || compared < 6 {
		t.Errorf("status %d, %d answers compared\n%s", status, compared, &c.talk)
	}
}

// conversation is a server, and what it says.
type conversation struct {
	out  *io.PipeWriter
	got  chan message
	done chan int
	talk bytes.Buffer
}

func converse() *conversation {
	in, out := io.Pipe()
	back, answers := io.Pipe()
	c := &conversation{out: out, got: make(chan message, 1000), done: make(chan int, 1)}
	go func() { c.done <- newApp(in, answers, &c.talk).run(context.Background(), []string{"lsp"}) }()
	go func() {
		for r := bufio.NewReader(back); ; {
			m, err := read(r)
			if err != nil {
				close(c.got)
				return
			}
			c.got <- m
		}
	}()
	return c
}

func (c *conversation) say(body []byte) {
	fmt.Fprintf(c.out, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

// answer is the answer to a request. What the server asks meanwhile is answered with nothing.
func (c *conversation) answer(id json.RawMessage) (message, bool) {
	for a := range c.got {
		if a.Method != "" && a.ID != nil {
			c.say(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"result":null}`, a.ID))
		}
		if a.Method == "" && string(a.ID) == string(id) {
			return a, true
		}
	}
	return message{}, false
}

func (c *conversation) end() int {
	_ = c.out.Close()
	return <-c.done
}

func messages(t testing.TB, file string) (out []message) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		m, err := read(r)
		if err != nil {
			return out
		}
		out = append(out, m)
	}
}
