package rewrite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// options declares what the cases read; its values have their ids already.
const options = `{ lib, ... }:
{
  # source-id: CFG.ports.ssh
  options.my.ports.ssh = lib.mkOption { default = 22; };
  # source-id: CFG.ports.web
  options.my.ports.web = lib.mkOption { default = 80; };
}
`

// TestBytes holds what is written against what was there, byte for byte.
func TestBytes(t *testing.T) {
	for _, c := range []struct{ name, old, want string }{
		{
			"CRLF",
			"{ config, ... }:\r\n{\r\n  services.openssh.ports = [ config.my.ports.ssh ];\r\n}\r\n",
			"{ config, ... }:\r\n{\r\n  # source-id: CFG.ports.ssh\r\n  # sink: services.openssh.ports\r\n  services.openssh.ports = [ config.my.ports.ssh ];\r\n}\r\n",
		},
		{
			"tabs",
			"{ config, ... }:\n{\n\tservices.openssh.ports = [ config.my.ports.ssh ];\n}\n",
			"{ config, ... }:\n{\n\t# source-id: CFG.ports.ssh\n\t# sink: services.openssh.ports\n\tservices.openssh.ports = [ config.my.ports.ssh ];\n}\n",
		},
		{
			"missing final newline",
			"{ config, ... }:\n{\n  services.openssh.ports = [ config.my.ports.ssh ];\n}",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: services.openssh.ports\n  services.openssh.ports = [ config.my.ports.ssh ];\n}",
		},
		{
			"wrong id in a block comment",
			"{ config, ... }:\n{\n  /*\n    source-id: CFG.ports.web\n    sink: services.openssh.ports\n  */\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n",
			"{ config, ... }:\n{\n  /*\n    source-id: CFG.ports.ssh\n    sink: services.openssh.ports\n  */\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n",
		},
		{
			"wrong id in a block comment on one line",
			"{ config, ... }:\n{\n  /* source-id: CFG.ports.web */\n  # sink: services.openssh.ports\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n",
			"{ config, ... }:\n{\n  /* source-id: CFG.ports.ssh */\n  # sink: services.openssh.ports\n  services.openssh.ports = [ config.my.ports.ssh ];\n}\n",
		},
		{
			"the file's habit of trailing comments",
			"{ config, ... }:\n{\n  a.b = config.my.ports.web; # source-id: CFG.ports.web\n  # sink: c.d\n  c.d = config.my.ports.ssh;\n}\n",
			"{ config, ... }:\n{\n  # sink: a.b\n  a.b = config.my.ports.web; # source-id: CFG.ports.web\n  # sink: c.d\n  c.d = config.my.ports.ssh; # source-id: CFG.ports.ssh\n}\n",
		},
		{
			"wrong trailing comment",
			"{ config, ... }:\n{\n  # sink: a.b\n  a.b = config.my.ports.web; # source-id: CFG.ports.ssh\n}\n",
			"{ config, ... }:\n{\n  # sink: a.b\n  a.b = config.my.ports.web; # source-id: CFG.ports.web\n}\n",
		},
		{
			"list elements",
			"{ config, ... }:\n{\n  a.b = [\n    config.my.ports.ssh\n    config.my.ports.web\n  ];\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh / CFG.ports.web\n  # sink: a.b\n  a.b = [\n    config.my.ports.ssh\n    config.my.ports.web\n  ];\n}\n",
		},
		{
			"a list that is annotated inside",
			"{ config, ... }:\n{\n  a.b = [\n    # source-id: CFG.ports.ssh\n    config.my.ports.ssh\n    config.my.ports.web\n    (toString config.my.ports.ssh)\n  ];\n}\n",
			"{ config, ... }:\n{\n  a.b = [\n    # source-id: CFG.ports.ssh\n    # sink: a.b\n    config.my.ports.ssh\n    # source-id: CFG.ports.web\n    # sink: a.b\n    config.my.ports.web\n    # source-id: CFG.ports.ssh\n    # sink: a.b\n    (toString config.my.ports.ssh)\n  ];\n}\n",
		},
		{
			"one element of several",
			"{ config, ... }:\n{\n  a.b = [\n    config.my.ports.ssh\n    8080\n  ];\n}\n",
			"{ config, ... }:\n{\n  a.b = [\n    # source-id: CFG.ports.ssh\n    # sink: a.b\n    config.my.ports.ssh\n    8080\n  ];\n}\n",
		},
		{
			"cfg: told where it is read",
			"{ config, lib, ... }:\nlet\n  cfg = config.my.ports;\nin\n{\n  a.b = cfg.ssh;\n  c.d = cfg.web;\n}\n",
			"{ config, lib, ... }:\nlet\n  cfg = config.my.ports;\nin\n{\n  # source-id: CFG.ports.ssh\n  # sink: a.b\n  a.b = cfg.ssh;\n  # source-id: CFG.ports.web\n  # sink: c.d\n  c.d = cfg.web;\n}\n",
		},
		{
			"a string with a look-alike",
			"{ config, ... }:\n{\n  # sink: a.b\n  a.b = \"# source-id: CFG.ports.web ${toString config.my.ports.ssh}\";\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: a.b\n  a.b = \"# source-id: CFG.ports.web ${toString config.my.ports.ssh}\";\n}\n",
		},
		{
			"an indented string with look-alikes",
			"{ config, ... }:\n{\n  a.b = ''\n    # source-id: CFG.ports.web\n    ${toString config.my.ports.ssh}\n    # sink: nowhere\n  '';\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: a.b\n  a.b = ''\n    # source-id: CFG.ports.web\n    ${toString config.my.ports.ssh}\n    # sink: nowhere\n  '';\n}\n",
		},
		{
			"prose of a sink stays",
			"{ config, ... }:\n{\n  # sink: Türöffner für alle\n  a.b = config.my.ports.ssh;\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: Türöffner für alle\n  a.b = config.my.ports.ssh;\n}\n",
		},
		{
			"stale comment goes with its line",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.web\n  a.b = 40;\n}\n",
			"{ config, ... }:\n{\n  a.b = 40;\n}\n",
		},
		{
			"what is not understood, and can be",
			"{ config, ... }:\n{\n  # source-id:\n  # sink:\n  a.b = config.my.ports.ssh;\n  # soruce-id: CFG.ports.ssh\n  # sink services.c\n  services.c = config.my.ports.ssh;\n  # source-id: the port of the door\n  # sink: e.f\n  e.f = config.my.ports.ssh;\n  # source-id: CFG..ssh\n  g.h = 22;\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: a.b\n  a.b = config.my.ports.ssh;\n  # source-id: CFG.ports.ssh\n  # sink: services.c\n  services.c = config.my.ports.ssh;\n  # source-id: CFG.ports.ssh — the port of the door\n  # sink: e.f\n  e.f = config.my.ports.ssh;\n  g.h = 22;\n}\n",
		},
		{
			"what only people understand",
			"{ config, ... }:\n{\n  # See source-id: CFG.ports.ssh for the door.\n  # nixsink: ignore\n  g.h = 22;\n}\n",
			"",
		},
		{
			"prose stays where an id goes",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.gone (it was nice)\n  g.h = 22;\n}\n",
			"{ config, ... }:\n{\n  # it was nice\n  g.h = 22;\n}\n",
		},
		{
			"a stale sink beside one that is right",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: services.a\n  # sink: services.gone\n  services.a.b = config.my.ports.ssh;\n}\n",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: services.a\n  services.a.b = config.my.ports.ssh;\n}\n",
		},
		{
			"a waiver",
			"{ config, ... }:\n{\n  # nixsink: ignore missing-source-id because it is plain to see\n  a.b = config.my.ports.ssh;\n  # nixsink: ignore missing-sink because it goes nowhere\n  c.d = config.my.ports.ssh;\n}\n",
			"{ config, ... }:\n{\n  # nixsink: ignore missing-source-id because it is plain to see\n  a.b = config.my.ports.ssh;\n  # nixsink: ignore missing-sink because it goes nowhere\n  # source-id: CFG.ports.ssh\n  c.d = config.my.ports.ssh;\n}\n",
		},
		{
			"syntax error",
			"{ config, ... }:\n{\n  a.b = config.my.ports.ssh;\n  c.d = ;\n}\n",
			"",
		},
		{
			"generated",
			"# Do not edit: generated by a program.\n{ config, ... }:\n{\n  a.b = config.my.ports.ssh;\n}\n",
			"",
		},
		{
			"nothing to do",
			"{ config, ... }:\n{\n  # source-id: CFG.ports.ssh\n  # sink: a.b\n  a.b = config.my.ports.ssh;\n}\n",
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string]string{"options.nix": options, "default.nix": c.old})
			p := annotate(t, dir, analyse(t, dir))
			if _, err := p.Apply(); err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				c.want = c.old
			}
			if got := read(t, dir, "default.nix"); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
			if got := read(t, dir, "options.nix"); got != options {
				t.Errorf("options.nix changed:\n%s", got)
			}
			if again := annotate(t, dir, analyse(t, dir)); !again.Empty() {
				t.Errorf("a second run changes\n%s", again.Diff())
			}
			undo(t, p)
			noTemporary(t, dir)
		})
	}
}

// undo applies the plan's changes backwards and compares with what was there.
func undo(t *testing.T, p *Plan) {
	t.Helper()
	for _, f := range p.Files {
		text, delta := f.New, 0
		done := int32(0)
		for _, c := range f.Changes {
			if c.Span.Start < done {
				continue
			}
			done = c.Span.End
			// Where the change lies now is where it lay, moved by what is not yet taken back.
			at := int(c.Span.Start)
			text = text[:at] + f.Old[c.Span.Start:c.Span.End] + text[at+len(c.New):]
			delta += len(c.New) - c.Span.Len()
		}
		if text != f.Old {
			t.Errorf("%s: taken back, it is not what it was:\n%q\nwant\n%q", f.Name, text, f.Old)
		}
		if len(f.New)-len(f.Old) != delta {
			t.Errorf("%s: changed outside its changes", f.Name)
		}
		if got := reversed(t, f); got != f.Old {
			t.Errorf("%s: its diff backwards gives\n%q\nwant\n%q", f.Name, got, f.Old)
		}
	}
}

// reversed applies a file's unified diff backwards to its new text.
func reversed(t *testing.T, f *File) string {
	t.Helper()
	lines := strings.SplitAfter(f.New, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	var out strings.Builder
	at, from := 0, false // from: the last line was of the old text
	old := ""
	flush := func() { out.WriteString(old); old = "" }
	header := 2 // lines
	for line := range strings.Lines(f.Diff()) {
		switch {
		case header > 0:
			header--
		case strings.HasPrefix(line, "@@"):
			flush()
			start, n := newRange(t, line)
			if n > 0 {
				start--
			}
			for ; at < start; at++ {
				out.WriteString(lines[at])
			}
		case strings.HasPrefix(line, "\\"):
			if from {
				old = strings.TrimSuffix(old, "\n")
			}
		case line[0] == '-':
			flush()
			old, from = line[1:], true
		default: // context and new lines must stand in the new text
			flush()
			from = line[0] == ' '
			if at >= len(lines) || strings.TrimSuffix(lines[at], "\n") != strings.TrimSuffix(line[1:], "\n") {
				t.Fatalf("the diff has %q where the new text has not", line)
			}
			if from {
				old = lines[at]
			}
			at++
		}
	}
	flush()
	for ; at < len(lines); at++ {
		out.WriteString(lines[at])
	}
	return out.String()
}

// newRange is where a hunk begins in the new text, and its number of lines.
func newRange(t *testing.T, header string) (start, n int) {
	t.Helper()
	n = 1
	_, rest, _ := strings.Cut(header, " +")
	rest, _, _ = strings.Cut(rest, " ")
	first, count, several := strings.Cut(rest, ",")
	start = number(t, first)
	if several {
		n = number(t, count)
	}
	return start, n
}

func number(t *testing.T, s string) (n int) {
	t.Helper()
	for _, c := range s {
		if c < '0' || c > '9' {
			t.Fatalf("%q is no number", s)
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// noTemporary fails if a file that was to take another's place is left.
func noTemporary(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, ".nixsink-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
