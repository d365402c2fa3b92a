//go:build unix

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kind is one kind of hostile tree: what makes it, file by file. wants is what a run over it has to say on either stream; "" is anything.
type kind struct {
	name  string
	files func() map[string]string
	make  func(dir string) error // what no text can be: links, pipes, devices
	wants string
}

func rep(s string, n int) string { return strings.Repeat(s, n) }

// each joins n pieces that are made of a number.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%", fmt.Sprint(i)))
	}
	return b.String()
}

// module is a tree of one file with an option my.a, and what else it holds.
func module(body string) func() map[string]string {
	return func() map[string]string {
		return map[string]string{"default.nix": "{ lib, config, ... }:\n{\n  options.my.a = lib.mkOption { default = 8080; };\n" + body + "\n}\n"}
	}
}

// kinds are the trees that somebody could make to hurt who analyses them. Sizes are such that what grows with the square, or doubles, is
// felt, and what grows with the tree is not.
var kinds = []kind{
	// Depth.
	{name: "deep-parentheses", files: module("config.x = " + rep("(", 9000) + "config.my.a" + rep(")", 9000) + ";")},
	{name: "deep-parentheses-too-many", files: module("config.x = " + rep("(", 200_000) + "1" + rep(")", 200_000) + ";"), wants: "levels"},
	{name: "deep-lists", files: module("config.x = " + rep("[ ", 4000) + "config.my.a" + rep(" ]", 4000) + ";"), wants: "too many levels"},
	{name: "deep-sets", files: module("config.x = " + rep("{ y = ", 4000) + "config.my.a" + rep("; }", 4000) + ";"), wants: "too many levels"},
	{name: "deep-lets", files: module("config.x = " + rep("let y = 1; in ", 4000) + "config.my.a;")},
	{name: "deep-functions", files: module("config.x = " + rep("(z: ", 4000) + "config.my.a" + rep(")", 4000) + ";")},
	{name: "deep-ifs", files: module("config.x = " + rep("if config.my.a then 1 else ", 3000) + "2;")},
	{name: "deep-strings", files: module(`config.x = ` + rep(`"${`, 3000) + "config.my.a" + rep(`}"`, 3000) + ";")},
	{name: "deep-withs", files: module("config.x = " + rep("with config; ", 3000) + "my.a;")},
	{name: "long-sum", files: module("config.x =\n" + rep("config.my.a +\n", 5000) + "1;")},
	{name: "long-concatenation", files: module("config.x = " + rep("[ config.my.a ] ++ ", 3000) + "[];")},
	{name: "long-path", files: module("config." + rep("y.", 20_000) + "z = config.my.a;")},
	{name: "deep-folders", files: func() map[string]string {
		return map[string]string{"default.nix": "{ imports = [ ./" + rep("d/", 200) + "a.nix ]; }", rep("d/", 200) + "a.nix": "{ config, ... }: { x = config.my.a; }"}
	}},
	// Width.
	{name: "many-reads-in-a-string", files: module(`config.x = "` + rep("${config.my.a}", 20_000) + `";`)},
	{name: "many-reads-in-a-list", files: module("config.x = [ " + rep("config.my.a ", 20_000) + "];")},
	{name: "many-definitions", files: module(each(4000, "config.x.y% = config.my.a;\n"))},
	{name: "many-options", files: module(each(4000, "options.my.o% = lib.mkOption { default = 1; };\n"))},
	{name: "many-misspelt-reads", files: module(each(2000, "options.my.option% = lib.mkOption { };\n") + each(2000, "config.x.y% = config.my.optoin%;\n"))},
	{name: "many-modules", files: func() map[string]string {
		files := map[string]string{"default.nix": "{ imports = [ " + each(1500, "./m%.nix ") + "]; }"}
		for i := range 1500 {
			files[fmt.Sprintf("m%d.nix", i)] = fmt.Sprintf("{ config, lib, ... }: { options.my.v%d = lib.mkOption { }; config.x.y%d = config.my.v%d; }", i, i, (i+1)%1500)
		}
		return files
	}},
	{name: "many-imports-of-one", files: module("imports = [ " + rep("./b.nix ", 10_000) + "];")},
	{name: "many-missing-imports", files: module("imports = [ " + each(4000, "./b%.nix ") + "];")},
	{name: "many-ports", files: module(each(1500, "options.my.p% = lib.mkOption { type = lib.types.port; default = 8080; };\n"))},
	{name: "many-syntax-errors", files: func() map[string]string {
		files := map[string]string{"default.nix": "{ config, ... }: { x = config.my.a; }"}
		for i := range 500 {
			files[fmt.Sprintf("e%d.nix", i)] = rep("{ a = ; ", 50)
		}
		return files
	}, wants: "incomplete"},
	{name: "many-formals", files: func() map[string]string {
		return map[string]string{"default.nix": "{ " + each(20_000, "f% ? 1, ") + "... }: { x = f1; }"}
	}},
	{name: "many-names-in-inherit", files: module("config = { inherit (config.my) " + each(5000, "n% ") + "; };")},
	// Comments.
	{name: "braces-that-double", files: module("# source-id: CFG" + rep(".{a,b}", 40) + "\nconfig.x = config.my.a;"), wants: "stands for more than 64 names"},
	{name: "braces-in-a-sink", files: module("# sink: services" + rep(".{a,b,c}", 60) + "\nconfig.x = config.my.a;")},
	{name: "braces-that-never-close", files: module("# source-id: CFG" + rep(".{a", 5000) + "\nconfig.x = config.my.a;")},
	{name: "ids-without-end", files: module("# source-id: " + each(20_000, "CFG.a% / ") + "CFG.b\nconfig.x = config.my.a;")},
	{name: "comment-of-a-megabyte", files: module("/* " + rep("source-id: CFG.a ", 60_000) + " */\nconfig.x = config.my.a;")},
	{name: "comments-without-end", files: module(rep("# source-id: CFG.a\n", 8000) + "config.x = config.my.a;")},
	{name: "yaml-aliases", files: func() map[string]string {
		yaml := "/*\n---\na0: &a0 x\n"
		for i := range 30 {
			yaml += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, rep(fmt.Sprintf("*a%d, ", i), 9), i)
		}
		return map[string]string{"default.nix": yaml + "---\n*/\n{ config, ... }: { x = config.my.a; }\n"}
	}},
	{name: "yaml-deep", files: func() map[string]string {
		return map[string]string{"default.nix": "/*\n---\na: " + rep("[", 20_000) + "\n---\n*/\n{ x = 1; }\n"}
	}},
	// Recursion.
	{name: "set-of-itself", files: module("config.x = let s = { a = config.my.a; b = s; }; in s;")},
	{name: "function-of-itself", files: module("config.x = let f = n: f (n + 1); in f config.my.a;")},
	{name: "functions-that-double", files: module("config.x = let f0 = x: x; " + each(40, "g% = x: [ x x ];\n") + "in " + nestedCalls(40) + ";")},
	{name: "ackermann", files: module("config.x = let a = m: n: if m == 0 then n + 1 else if n == 0 then a (m - 1) 1 else a (m - 1) (a m (n - 1)); in a 4 config.my.a;")},
	{name: "fix-of-fix", files: module("config.x = let fix = f: let x = f x; in x; in fix (self: fix (inner: { a = config.my.a; b = self; }));")},
	{name: "chain-of-defaults", files: module(each(1000, "options.my.c% = lib.mkOption { default = config.my.d%; };\noptions.my.d% = lib.mkOption { default = config.my.c%; };\n"))},
	{name: "imports-in-a-circle", files: func() map[string]string {
		files := map[string]string{"default.nix": "{ imports = [ ./m0.nix ]; }"}
		for i := range 300 {
			files[fmt.Sprintf("m%d.nix", i)] = fmt.Sprintf("{ imports = [ ./m%d.nix ./m%d.nix ]; }", (i+1)%300, (i*7)%300)
		}
		return files
	}},
	{name: "import-of-itself", files: func() map[string]string {
		return map[string]string{"default.nix": "(import ./default.nix) // { imports = [ ./default.nix (import ./default.nix) ]; }"}
	}},
	{name: "maps-of-maps", files: module("config.x = " + rep("map (y: ", 12) + "[ config.my.a ]" + each(12, ") (builtins.genList (i: i) 1000)") + ";")},
	{name: "genlist-of-a-billion", files: module("config.x = builtins.genList (i: config.my.a) 1000000000;")},
	{name: "updates-that-double", files: module("config.x = let s0 = { a = config.my.a; };\n" + doubling(60) + " in s60;")},
	// Bytes.
	{name: "no-text", files: func() map[string]string {
		return map[string]string{"default.nix": "{ x = 1; }", "a.nix": "\x00\xff\xfe" + rep("\x00", 5000)}
	}},
	{name: "a-line-of-a-megabyte", files: module("config.x = \"" + rep("a", 1<<20) + "\"; config.y = config.my.a;")},
	{name: "string-that-never-ends", files: module("config.x = ''" + rep("${", 3000)), wants: "incomplete"},
	{name: "ignore-file-of-stars", files: func() map[string]string {
		files := module("config.x = config.my.a;")()
		files[".gitignore"] = rep("**/*a*b*c*d*e*f*g*h*i*j*k*\n", 500)
		files[rep("a", 200)+".nix"] = "{ }"
		return files
	}},
	{name: "configuration-of-a-thousand-rules", files: func() map[string]string {
		files := module("config.x = config.my.a;")()
		files[".nixsink.toml"] = each(300, "[[rule]]\nname = \"rule-%\"\nexpr = \"option.startsWith('x')\"\nmessage = \"m\"\n")
		return files
	}},
	{name: "rule-that-doubles", files: func() map[string]string {
		files := module(each(200, "config.x.y% = config.my.a;\n"))()
		files[".nixsink.toml"] = "[[rule]]\nname = \"doubles\"\nexpr = \"" + rep("[1,2,3,4,5,6,7,8,9].all(a, ", 9) + "true" + rep(")", 9) + "\"\nmessage = \"m\"\n"
		return files
	}},
	// Files that are none.
	{name: "pipe", files: module("imports = [ ./p.nix ]; config.x = config.my.a;"), make: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "p.nix"), 0o600) }, wants: "FIFO"},
	{name: "pipe-as-ignore-file", files: module("config.x = config.my.a;"), make: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, ".gitignore"), 0o600) }},
	{name: "pipe-in-place-of-git's-folder", files: func() map[string]string {
		return map[string]string{"default.nix": "{ config, lib, ... }: { options.my.a = lib.mkOption { default = 1; }; config.x = config.my.a; }", ".git": "gitdir: git\n", "git/HEAD": "ref: refs/heads/main\n"}
	}, make: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "git", "commondir"), 0o600) }},
	{name: "pipe-as-configuration", files: module("config.x = config.my.a;"), make: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, ".nixsink.toml"), 0o600) }, wants: "no regular file"},
	{name: "pipe-as-data", files: module("config.x = (builtins.fromJSON (builtins.readFile ./d.json)).a;"), make: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "d.json"), 0o600) }},
	{name: "link-to-a-device", files: module("imports = [ ./z.nix ];"), make: func(dir string) error { return os.Symlink("/dev/zero", filepath.Join(dir, "z.nix")) }},
	{name: "links-in-a-circle", files: module("imports = [ ./l1.nix ];"), make: func(dir string) error {
		return errors.Join(os.Symlink("l2.nix", filepath.Join(dir, "l1.nix")), os.Symlink("l1.nix", filepath.Join(dir, "l2.nix")), os.Symlink(".", filepath.Join(dir, "here")))
	}},
	{name: "configuration-that-is-a-device", files: module("config.x = config.my.a;"), make: func(dir string) error { return os.Symlink("/dev/zero", filepath.Join(dir, ".nixsink.toml")) }, wants: "leads out"},
	{name: "file-that-is-huge", files: module("config.x = config.my.a;"), make: func(dir string) error {
		f, err := os.Create(filepath.Join(dir, "huge.nix"))
		if err != nil {
			return err
		}
		return errors.Join(f.Truncate(1<<40), f.Close()) // of holes
	}, wants: "large"},
	{name: "data-that-is-huge", files: module("config.x = (builtins.fromJSON (builtins.readFile ./d.json)).a;"), make: func(dir string) error {
		f, err := os.Create(filepath.Join(dir, "d.json"))
		if err != nil {
			return err
		}
		return errors.Join(f.Truncate(1<<40), f.Close())
	}},
	{name: "git-folder-of-lies", files: module("config.x = config.my.a;"), make: func(dir string) error {
		return errors.Join(os.Mkdir(filepath.Join(dir, ".git"), 0o755), os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("ref: refs/heads/"+rep("x", 5000)), 0o644),
			os.WriteFile(filepath.Join(dir, ".git", "config"), []byte("[core]\n\tfsmonitor = touch pwned\n\tpager = touch pwned\n"), 0o644))
	}},
}

func nestedCalls(n int) string {
	s := "config.my.a"
	for i := range n {
		s = fmt.Sprintf("g%d (%s)", i, s)
	}
	return s
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%d = { l = s%d; r = s%d; };\n", i+1, i, i)
	}
	return b.String()
}

// Every hostile tree ends in order: within its time, its memory, and with a status that says how it ended. What could not be done is told.
func TestHostileTreesEndInOrder(t *testing.T) {
	if len(kinds) < 50 {
		t.Fatalf("there are %d kinds", len(kinds))
	}
	if testing.Short() {
		t.Skip("it starts a program for every tree")
	}
	program := plainProgram(t)
	seen := map[string]bool{}
	for _, k := range kinds {
		if seen[k.name] {
			t.Errorf("two kinds are called %s", k.name)
		}
		seen[k.name] = true
		t.Run(k.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range k.files() {
				name = filepath.Join(dir, filepath.FromSlash(name))
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			if k.make != nil {
				if err := k.make(dir); err != nil {
					t.Skip(err)
				}
			}
			said := ""
			runs := [][]string{{"check", "--all", "--min-severity", "info"}}
			if strings.HasPrefix(k.name, "many-reads") || strings.HasPrefix(k.name, "many-def") || strings.HasPrefix(k.name, "long-") || strings.HasPrefix(k.name, "comments") {
				runs = append(runs, []string{"annotate"}) // it places a comment at each
			}
			for _, args := range runs {
				ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
				defer cancel()
				cmd := exec.CommandContext(ctx, program, append(args, "--memory", "1GiB", "--timeout", "10s", dir)...)
				cmd.Env = append(os.Environ(), stall+"=nowhere", "GOMEMLIMIT=")
				var out, talk bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &talk
				begin := time.Now()
				err := cmd.Run()
				took := time.Since(begin)
				said += out.String() + talk.String()
				status := 0
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					status = exit.ExitCode()
				} else if err != nil {
					t.Fatal(err)
				}
				if status < 0 || status > 2 || strings.Contains(talk.String(), "goroutine ") || strings.Contains(talk.String(), "a fault of nixsink") {
					t.Errorf("%s: status %d: %.2000s", args[0], status, talk.String())
				}
				used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
				// A machine that does other things as well lets it wait; it has used no more of the processor than its time allows.
				if cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); cpu > 22*time.Second || took > 30*time.Second {
					t.Errorf("%s: it took %v, and %v of the processor", args[0], took, cpu)
				} else if cpu > 2*time.Second {
					t.Logf("%s: %v of the processor, status %d: %s", args[0], cpu, status, lastLine(talk.String()))
				}
				if mb := used.Maxrss >> 10; mb > 1200 { // kilobytes on Linux
					t.Errorf("%s: it took %d MB", args[0], mb)
				}
			}
			if !strings.Contains(said, k.wants) {
				t.Errorf("it does not say %q:\n%.1500s", k.wants, said)
			}
			if _, err := os.Lstat(filepath.Join(dir, "pwned")); err == nil {
				t.Error("something of the tree was run")
			}
		})
	}
}

// plainProgram is the program to start for each tree: this one, or under the race detector, which makes it ten times slower and hides what it
// takes, one that is built without. What several goroutines do at once, the other tests hold.
func plainProgram(t *testing.T) string {
	t.Helper()
	if shadow == 1 {
		return os.Args[0]
	}
	program := filepath.Join(t.TempDir(), "nixsink")
	if out, err := exec.Command("go", "build", "-race=false", "-o", program, "nixsink").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

func lastLine(s string) string {
	s = strings.TrimRight(s, "\n")
	return s[strings.LastIndexByte(s, '\n')+1:]
}
