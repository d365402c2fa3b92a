package lsp

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMemoryStaysFlat works in an editor for a while: types, saves, hovers, completes, looks for references, moves and deletes files. What the server
// keeps is no more at the end than at the beginning. NIXSINK_EDITOR names a tree (which is copied) and NIXSINK_EDITS how often a key is pressed: 3600 are
// two hours of an edit each two seconds.
func TestMemoryStaysFlat(t *testing.T) {
	edits, dir := 240, t.TempDir()
	if testing.Short() {
		edits = 80
	}
	if n, err := strconv.Atoi(os.Getenv("NIXSINK_EDITS")); err == nil {
		edits = n
	}
	if tree := os.Getenv("NIXSINK_EDITOR"); tree != "" {
		if err := os.CopyFS(dir, os.DirFS(tree)); err != nil {
			t.Fatal(err)
		}
	} else {
		for name, text := range street(40) {
			write(t, filepath.Join(dir, name), text)
		}
	}
	w := &worker{editor: startIn(t, dir, map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}}), rand: rand.New(rand.NewPCG(11, 4)), texts: map[string]string{}, open: map[string]string{}}
	w.look()
	heap := func() int64 {
		t.Helper()
		w.fresh()
		time.Sleep(20 * time.Millisecond) // what tells of the state ends
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	began := time.Now()
	// The beginning is a session that is under way: some files are open, and there was a state before the newest.
	for range 10 {
		w.step()
	}
	first := heap()
	most := first
	for i := range edits {
		w.step()
		if (i+1)%max(1, edits/12) == 0 {
			now := heap()
			most = max(most, now)
			if os.Getenv("NIXSINK_EDITS") != "" {
				t.Logf("%5d edits, %6.1f s: heap %6.1f MB, resident %s, %d requests", i+1, time.Since(began).Seconds(), float64(now)/1e6, residentSize(), w.requests)
			}
		}
	}
	last := heap()
	t.Logf("%d modules, %d edits and %d requests: heap %.1f MB at the start, %.1f at the end, %.1f at most", len(w.texts), edits, w.requests, float64(first)/1e6, float64(last)/1e6, float64(most)/1e6)
	// What is open is a little longer by then than it was.
	if limit := first*11/10 + 1<<19; most > limit {
		t.Errorf("the heap grew from %.1f to %.1f MB", float64(first)/1e6, float64(most)/1e6)
	}
	if w.requests < edits/2 || w.answers < w.requests/8 {
		t.Errorf("%d edits, %d requests, %d with an answer: that is no work", edits, w.requests, w.answers)
	}
}

// residentSize is what the system says of the process ("VmRSS", in kB); "" where it says nothing.
func residentSize() string {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(kb)
		}
	}
	return ""
}

// street is a repository of n modules that each declare a value and read those of their neighbours.
func street(n int) map[string]string {
	files := map[string]string{}
	var list strings.Builder
	for i := range n {
		name := fmt.Sprintf("modules/house%d.nix", i)
		fmt.Fprintf(&list, " ./%s", name)
		files[name] = fmt.Sprintf(`{ config, lib, ... }:
let
  cfg = config.my.house%[1]d;
  inherit (config.my.house%[2]d) port;
in
{
  options.my.house%[1]d = {
    port = lib.mkOption { type = lib.types.port; default = %[3]d; };
    name = lib.mkOption { type = lib.types.str; default = "house%[1]d.example"; };
  };
  # source-id: CFG.house%[1]d.port
  config.services.house%[1]d.port = cfg.port;
  config.services.house%[1]d.neighbour = port;
  config.services.nginx.virtualHosts.${config.my.house%[2]d.name}.listen = [ config.my.house%[2]d.port ];
}
`, i, (i+1)%n, 1000+i)
	}
	files["flake.nix"] = fmt.Sprintf("{\n  outputs = { nixpkgs, ... }: {\n    nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [%s ]; };\n    nixosConfigurations.nas = nixpkgs.lib.nixosSystem { modules = [%[1]s ]; };\n  };\n}\n", list.String())
	return files
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// worker is somebody who works in an editor, the same way each time.
type worker struct {
	*editor
	rand     *rand.Rand
	texts    map[string]string // as they were at first
	open     map[string]string // in the editor
	typed    int               // keys since the last save
	requests int
	answers  int // that hold something
}

// look reads what lies on disk.
func (w *worker) look() {
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) == ".nix" {
			if name, err := filepath.Rel(w.dir, path); err == nil {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				w.texts[filepath.ToSlash(name)] = string(text)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// some is one of the names, the same each time.
func (w *worker) some(of map[string]string) string {
	names := slices.Sorted(maps.Keys(of))
	return names[w.rand.IntN(len(names))]
}

// ask asks something of a place.
func (w *worker) ask(method, name string, p Position, more map[string]any) {
	w.t.Helper()
	params := map[string]any{"textDocument": map[string]any{"uri": w.uri(name)}, "position": p}
	maps.Copy(params, more)
	var answer any
	if err := w.call("textDocument/"+method, params, &answer); err != nil && method != "rename" {
		w.t.Errorf("%s: %v", method, err)
	}
	w.requests++
	if s := fmt.Sprint(answer); answer != nil && s != "[]" && s != "map[]" {
		w.answers++
	}
}

// fresh waits until all that was typed is analysed.
func (w *worker) fresh() {
	w.ask("diagnostic", slices.Sorted(maps.Keys(w.texts))[0], Position{}, nil)
}

// step is a key, and what an editor and its user do with it.
func (w *worker) step() {
	if len(w.open) < 4 {
		name := w.some(w.texts)
		if _, ok := w.open[name]; !ok {
			w.open[name] = w.texts[name]
			w.editor.open(name, w.texts[name])
			for _, m := range []string{"documentSymbol", "codeLens", "semanticTokens/full", "documentLink", "foldingRange"} {
				w.ask(m, name, Position{}, nil)
			}
		}
	}
	name := w.some(w.open)
	w.key(name)
	at := w.word(name)
	switch w.rand.IntN(8) {
	case 0:
		w.ask("hover", name, at, nil)
		w.ask("documentHighlight", name, at, nil)
	case 1:
		w.ask("completion", name, at, nil)
	case 2:
		w.ask("definition", name, at, nil)
		w.ask("implementation", name, at, nil)
	case 3:
		w.ask("references", name, at, map[string]any{"context": map[string]any{"includeDeclaration": true}})
	case 4:
		w.ask("codeAction", name, at, map[string]any{"range": Range{at, Position{at.Line + 3, 0}}, "context": map[string]any{"diagnostics": []any{}}})
	case 5:
		w.ask("inlayHint", name, at, map[string]any{"range": Range{Position{}, Position{Line: 100}}})
	}
	if w.typed++; w.typed%6 == 0 {
		w.save(name)
	}
	switch n := w.rand.IntN(60); {
	case n < 3:
		w.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": w.uri(name)}})
		delete(w.open, name)
	case n == 3:
		w.move(name)
	case n == 4:
		w.ask("rename", name, at, map[string]any{"newName": "renamed"})
	case n == 5:
		w.fresh()
	}
}

// key types something: a line that comes, a line that goes, a number or name that changes, a brace too many. The text is what it was before often enough.
func (w *worker) key(name string) {
	text := newText(w.open[name])
	line := w.rand.IntN(len(text.lines))
	what, start := text.line(line)
	from, to, new := Position{line, 0}, Position{line, 0}, ""
	switch w.rand.IntN(6) {
	case 0:
		new = fmt.Sprintf("  services.typed.option%d = config.my.house%d.port;\n", w.rand.IntN(9), w.rand.IntN(9))
	case 1:
		new = "# a note\n"
	case 2:
		from = text.position(start+len(what), utf16Units)
		to, new = from, " "
	case 3:
		new = "}"
	default: // undone, as most of what is typed
		w.change(name, textChange{Text: w.texts[name]})
		w.open[name] = w.texts[name]
		return
	}
	c := textChange{&Range{from, to}, new}
	w.change(name, c)
	w.open[name] = text.edited([]textChange{c}, utf16Units).src
}

// word is a place at which a value may be read, or any other.
func (w *worker) word(name string) Position {
	text := newText(w.open[name])
	var at []int
	for _, word := range []string{"config.", "cfg.", "options."} {
		for off := 0; ; off += len(word) {
			i := strings.Index(text.src[off:], word)
			if i < 0 {
				break
			}
			off += i
			at = append(at, off+len(word)+2)
		}
	}
	if len(at) == 0 {
		return text.position(w.rand.IntN(len(text.src)+1), utf16Units)
	}
	return text.position(at[w.rand.IntN(len(at))], utf16Units)
}

// save writes a file, as it is or, mostly, as it was once more: a tree that people work on does not drift away.
func (w *worker) save(name string) {
	if w.rand.IntN(3) > 0 {
		w.change(name, textChange{Text: w.texts[name]})
		w.open[name] = w.texts[name]
	}
	write(w.t, filepath.Join(w.dir, filepath.FromSlash(name)), w.open[name])
	w.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": w.uri(name)}})
	w.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": w.uri(name), "type": 2}}})
}

// move gives a file another name, and its old one back the next time: both times a file is deleted, and one is new.
func (w *worker) move(name string) {
	to := strings.TrimSuffix(name, ".nix") + "-moved.nix"
	if strings.HasSuffix(name, "-moved.nix") {
		to = strings.TrimSuffix(name, "-moved.nix") + ".nix"
	}
	w.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": w.uri(name)}})
	if err := os.Rename(filepath.Join(w.dir, filepath.FromSlash(name)), filepath.Join(w.dir, filepath.FromSlash(to))); err != nil {
		w.t.Fatal(err)
	}
	w.texts[to] = w.texts[name]
	delete(w.texts, name)
	delete(w.open, name)
	w.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": w.uri(name), "type": 3}, map[string]any{"uri": w.uri(to), "type": 1}}})
}
