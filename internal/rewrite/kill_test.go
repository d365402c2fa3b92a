//go:build unix

package rewrite

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killDir is the environment variable that makes the test program write a tree until it is killed.
const killDir = "NIXSINK_TEST_WRITE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Println("ready")
		if _, err := bigPlan(dir).Apply(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// bigFiles is enough for a kill to come somewhere in between.
const bigFiles = 40

func oldText(i int) string { return strings.Repeat(fmt.Sprintf("{ old = %d; }\n", i), 3000) }
func newText(i int) string { return "# new\n" + oldText(i) }

func bigPlan(dir string) *Plan {
	p := &Plan{Dir: dir}
	for i := range bigFiles {
		p.Files = append(p.Files, &File{Name: fmt.Sprintf("%d/%d.nix", i%3, i), Old: oldText(i), New: newText(i)})
	}
	return p
}

// TestKilled kills a run at moments spread over its time: every file is the old one or the new one, whole, and the next run finishes
// what was begun, so that all are old or all new, and takes away what is left. The moments are random; what has to hold, holds at all of them.
func TestKilled(t *testing.T) {
	files := map[string]string{}
	for i, f := range bigPlan("").Files {
		files[f.Name] = oldText(i)
	}
	// Kills after a time, or, if that is 0, when the first file has taken its place.
	write := func(dir string, after time.Duration) (killed bool) {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), killDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, len("ready\n"))
		if _, err := out.Read(line); err != nil {
			t.Fatal(err)
		}
		kill := func() { _ = cmd.Process.Signal(syscall.SIGKILL) }
		timer := time.AfterFunc(max(after, 1), func() {
			first := filepath.Join(dir, "0/0.nix")
			for begin := time.Now(); after == 0 && time.Since(begin) < 10*time.Second; {
				if info, err := os.Stat(first); err == nil && info.Size() != int64(len(oldText(0))) {
					break
				}
			}
			kill()
		})
		err = cmd.Wait()
		timer.Stop()
		return err != nil
	}
	begin := time.Now()
	if write(tree(t, files), time.Minute) {
		t.Fatal("a run that nobody kills fails")
	}
	whole := time.Since(begin)
	kills, between, temporary := 0, 0, 0
	for i := range 6 {
		dir := tree(t, files)
		after := time.Duration(rand.Int64N(int64(whole)))
		if i%2 == 0 {
			after = 0
		}
		if write(dir, after) {
			kills++
		}
		left, _ := filepath.Glob(filepath.Join(dir, "*", ".nixsink-*"))
		if len(left) > 0 {
			temporary++
			if g := analyse(t, dir); g.Source.Files != bigFiles {
				t.Errorf("%d files are analysed, want %d: what a killed run left is no module", g.Source.Files, bigFiles)
			}
		}
		unfinished := Unfinished(dir)
		told, err := Finish(dir)
		if err != nil || (told != "") != unfinished {
			t.Errorf("finished: %q, %v, unfinished %t", told, err, unfinished)
		}
		if told != "" {
			between++
		}
		isNew := 0
		for i := range bigFiles {
			name := fmt.Sprintf("%d/%d.nix", i%3, i)
			switch read(t, dir, name) {
			case newText(i):
				isNew++
			case oldText(i):
			default:
				t.Errorf("%s is neither old nor new", name)
			}
		}
		if isNew > 0 && isNew < bigFiles {
			t.Errorf("%d of %d files are new: neither all nor none", isNew, bigFiles)
		}
		again := &Plan{Dir: dir}
		for i, f := range bigPlan(dir).Files {
			f.Old = read(t, dir, f.Name)
			f.New = newText(i)
			again.Files = append(again.Files, f)
		}
		if _, err := again.Apply(); err != nil {
			t.Error(err)
		}
		for i := range 3 {
			noTemporary(t, filepath.Join(dir, fmt.Sprint(i)))
		}
		for i, f := range again.Files {
			if read(t, dir, f.Name) != newText(i) {
				t.Errorf("%s is not the new one after a second run", f.Name)
			}
		}
	}
	t.Logf("%d runs killed, %d of them between two files, %d with temporary files left", kills, between, temporary)
	if kills == 0 {
		t.Error("no run was killed in time")
	}
}

// TestApplyKeepsOwner: whoever may give files away keeps whose they are.
func TestApplyKeepsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give files to others")
	}
	dir := tree(t, map[string]string{"a.nix": "1\n"})
	path := filepath.Join(dir, "a.nix")
	if err := os.Chown(path, 1234, 5678); err != nil {
		t.Skip(err)
	}
	if err := os.Chmod(path, os.ModeSetuid|0o640); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Plan{Dir: dir, Files: []*File{{Name: "a.nix", Old: "1\n", New: "# a\n1\n"}}}).Apply(); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	is := after.Sys().(*syscall.Stat_t)
	if is.Uid != 1234 || is.Gid != 5678 || after.Mode() != before.Mode() {
		t.Errorf("it belongs to %d:%d with mode %v, want 1234:5678 with %v", is.Uid, is.Gid, after.Mode(), before.Mode())
	}
}

// TestSweep takes away what dead processes left, and nothing else.
func TestSweep(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Skip(err)
	}
	dead, alive := gone.Process.Pid, os.Getppid()
	away := tree(t, map[string]string{fmt.Sprintf("%s%d-1", ".nixsink-", dead): ""})
	dir := tree(t, map[string]string{
		"a.nix":                                      "1\n",
		fmt.Sprintf("%s%d-1", ".nixsink-", dead):     "",
		fmt.Sprintf("%s%d-1", ".nixsink-", alive):    "",
		".nixsink-" + "baseline.toml":                "",
		".nixsink-" + "x-1":                          "",
		fmt.Sprintf("sub/%s%d-1", ".nixsink-", dead): "", // nothing is written there
	})
	if err := os.Symlink(away, filepath.Join(dir, "away")); err != nil {
		t.Skip(err)
	}
	if _, err := (&Plan{Dir: dir, Files: []*File{{Name: "a.nix", Old: "1\n", New: "2\n"}}}).Apply(); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Plan{Dir: dir, Files: []*File{{Name: "away/b.nix", Old: "1\n", New: "2\n"}}}).Apply(); err == nil {
		t.Error("a file out of the tree was written")
	}
	for name, want := range map[string]bool{
		fmt.Sprintf("%s%d-1", ".nixsink-", dead):      false,
		fmt.Sprintf("%s%d-1", ".nixsink-", alive):     true,
		".nixsink-" + "baseline.toml":                 true,
		".nixsink-" + "x-1":                           true,
		fmt.Sprintf("sub/%s%d-1", ".nixsink-", dead):  true,
		fmt.Sprintf("away/%s%d-1", ".nixsink-", dead): true,
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s is there: %t, want %t", name, err == nil, want)
		}
	}
}
