package door

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forged writes a journal as a killed run, or somebody with something in mind, would leave it.
func forged(t *testing.T, dir string, j journal) {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, Journal), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFinish(t *testing.T) {
	const gone = 999999999 // no process
	for _, c := range []struct {
		name string
		file journey
		told string
		a    string // what the file holds afterwards
	}{
		{"half way", journey{"a", ".nixsink-999999999-x.set", sum([]byte("old")), sum([]byte("new"))}, "1 of 1 files were still to be written", "new"},
		{"changed since", journey{"a", ".nixsink-999999999-x.set", sum([]byte("other")), sum([]byte("new"))}, "left alone, as they changed since: a", "old"},
		{"another text than was told", journey{"a", ".nixsink-999999999-x.set", sum([]byte("old")), sum([]byte("newer"))}, "left alone", "old"},
		{"a file that is no leftover", journey{"a", "b", sum([]byte("old")), sum([]byte("new"))}, "left alone", "old"},
		{"out of the tree", journey{"../key", "../.nixsink-999999999-x.set", sum([]byte("precious")), sum([]byte("new"))}, "left alone", "old"},
		{"by a link out of the tree", journey{"out", ".nixsink-999999999-x.set", sum([]byte("precious")), sum([]byte("new"))}, "left alone", "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			repo, key := house(t)
			for name, text := range map[string]string{"a": "old", "b": "new", ".nixsink-999999999-x.set": "new"} {
				if err := os.WriteFile(filepath.Join(repo, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			forged(t, repo, journal{gone, []journey{c.file}})
			tree, err := Open(repo)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			if !tree.Unfinished() {
				t.Error("nothing is unfinished")
			}
			told, err := tree.Finish()
			if err != nil || !strings.Contains(told, c.told) || strings.Contains(told, "\n") {
				t.Errorf("told %q, %v", told, err)
			}
			if got, _ := os.ReadFile(filepath.Join(repo, "a")); string(got) != c.a {
				t.Errorf("a holds %q", got)
			}
			if got, _ := os.ReadFile(key); string(got) != "precious" {
				t.Errorf("the key holds %q", got)
			}
			if again, err := tree.Finish(); again != "" || err != nil {
				t.Errorf("and again: %q, %v", again, err)
			}
		})
	}
}

// Two runs at once: the second waits for nothing and changes nothing.
func TestFinishWhileWriting(t *testing.T) {
	repo, _ := house(t)
	forged(t, repo, journal{Process: os.Getppid()})
	tree, err := Open(repo)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if _, err := tree.WriteSet([]Change{{"a", []byte("text"), []byte("new")}}); err == nil || !strings.Contains(err.Error(), "is writing here") {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(repo, Journal), []byte("no journal"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Finish(); err == nil {
		t.Error("a journal that is none was taken for one")
	}
}

// What is in place already goes back when a later file fails.
func TestWriteSetPutsBack(t *testing.T) {
	repo, _ := house(t)
	tree, err := Open(repo)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	_, err = tree.WriteSet([]Change{{"a", []byte("text"), []byte("new")}, {"sub/b", []byte("other"), []byte("new")}})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("%v", err)
	}
	if err := tree.putBack([]Change{{"a", []byte("before"), []byte("text")}}); err != nil {
		t.Error(err)
	}
	if got, _ := tree.Read("a", 100); string(got) != "before" {
		t.Errorf("a holds %q", got)
	}
	left, _ := filepath.Glob(filepath.Join(repo, ".nixsink-*"))
	if len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
