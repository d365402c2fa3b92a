package render

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/check"
)

// changeOf compares the two states of a case of internal/change/testdata.
func changeOf(t *testing.T, a *txtar.Archive) *change.Change {
	t.Helper()
	var sides [2]change.Side
	texts := [2]map[string]string{{}, {}}
	for i, name := range []string{"before", "after"} {
		dir := t.TempDir()
		for _, f := range a.Files {
			rel, ok := strings.CutPrefix(f.Name, name+"/")
			if !ok {
				continue
			}
			texts[i][rel] = string(f.Data)
			at := filepath.Join(dir, rel)
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		g, err := graph.Analyze(context.Background(), dir, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		report, err := check.Run(context.Background(), g, check.Config{})
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = change.Side{Name: name, Graph: g, Report: report, Lock: []byte(texts[i]["flake.lock"])}
	}
	var files change.Files
	for name, text := range texts[1] {
		if !strings.HasSuffix(name, ".nix") && texts[0][name] != text {
			files.Others = append(files.Others, name)
		}
	}
	slices.Sort(files.Others)
	c := change.Make(sides[0], sides[1], files)
	c.JudgeHosts()
	return c
}

// TestChange holds what is told of pairs of trees against their cases, as text, and what is written for programs against its schema.
func TestChange(t *testing.T) {
	cases, err := filepath.Glob("../internal/change/testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal(cases, err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := changeOf(t, a)
			var text, page, doc bytes.Buffer
			if err := ChangeText(&text, c, true, Options{Width: 140}); err != nil {
				t.Fatal(err)
			}
			if err := ChangeMarkdown(&page, c, Options{}); err != nil {
				t.Fatal(err)
			}
			if err := ChangeJSON(&doc, c); err != nil {
				t.Fatal(err)
			}
			validateAs(t, "diff.schema.json", doc.String())
			var svg bytes.Buffer
			if err := ChangeSVG(&svg, c, Options{}); err != nil {
				t.Fatal(err)
			}
			links, _ := changeLinks(c, svgLinks)
			if n := strings.Count(svg.String(), `<g class="option">`); n != len(links) {
				t.Errorf("%d options drawn, of %d", n, len(links))
			}
			wants := map[string]string{"text": text.String(), "markdown": page.String()}
			changed := false
			for _, name := range []string{"text", "markdown"} {
				i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
				switch {
				case i >= 0 && string(a.Files[i].Data) == wants[name]:
				case *update:
					if i < 0 {
						i = len(a.Files)
						a.Files = append(a.Files, txtar.File{Name: name})
					}
					a.Files[i].Data, changed = []byte(wants[name]), true
				case i < 0:
					t.Errorf("%s: no %s there, got\n%s", file, name, wants[name])
				default:
					t.Errorf("%s:\ngot\n%s\nwant\n%s", name, wants[name], a.Files[i].Data)
				}
			}
			if changed {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
