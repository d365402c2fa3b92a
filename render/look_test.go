package render

import (
	"context"
	"os"
	"testing"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	g := house()
	for _, v := range Views {
		for _, l := range v.Layouts {
			f, err := os.Create(dir + "/" + v.Name + "-" + l + ".svg")
			if err != nil {
				t.Fatal(err)
			}
			fm, _ := Lookup("svg")
			if err := fm.Write(context.Background(), f, g, Options{View: v.Name, Layout: l, Title: "homelab", MaxNodes: 150, Link: "https://example.org/{file}#L{line}"}); err != nil {
				t.Log(v.Name, err)
			}
			f.Close()
		}
	}
	os.WriteFile(dir+"/report.txt", []byte(write(t, "text", g, Options{Title: "homelab"})), 0o644)
	os.WriteFile(dir+"/report.md", []byte(write(t, "markdown", g, Options{Title: "homelab"})), 0o644)
	os.WriteFile(dir+"/report.json", []byte(write(t, "json", g, Options{Title: "homelab"})), 0o644)
}
