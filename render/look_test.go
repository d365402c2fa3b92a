package render

import (
	"context"
	"nixsink/graph"
	"os"
	"path/filepath"
	"testing"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	g := house()
	title := "homelab"
	if repo := os.Getenv("LOOK_REPO"); repo != "" {
		var err error
		var opt graph.Options
		if r := os.Getenv("LOOK_ROOT"); r != "" {
			opt.Roots = []string{r}
		}
		g, err = graph.Analyze(context.Background(), repo, opt)
		if err != nil {
			t.Fatal(err)
		}
		title = filepath.Base(repo)
		t.Log(len(g.Modules), len(g.Values), len(g.References), len(g.Flows), len(g.Imports), g.Empty)
	}
	os.MkdirAll(dir, 0o755)
	for _, v := range Views {
		for _, l := range v.Layouts {
			f, err := os.Create(dir + "/" + v.Name + "-" + l + ".svg")
			if err != nil {
				t.Fatal(err)
			}
			fm, _ := Lookup("svg")
			if err := fm.Write(context.Background(), f, g, Options{View: v.Name, Layout: l, Title: title, Link: "https://example.org/{file}#L{line}"}); err != nil {
				t.Log(v.Name, l, err)
			}
			f.Close()
		}
	}
	os.WriteFile(dir+"/report.txt", []byte(write(t, "text", g, Options{Title: title})), 0o644)
	os.WriteFile(dir+"/report.md", []byte(write(t, "markdown", g, Options{Title: title})), 0o644)
	os.WriteFile(dir+"/report.json", []byte(write(t, "json", g, Options{Title: title})), 0o644)
}
