package render

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"nixsink/graph"
)

func emulate(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
}

// TestExplorerLook takes pictures of the explorer for a person to look at: LOOK=DIR LOOK_REPO=TREE go test -run ExplorerLook ./render
func TestExplorerLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip("LOOK=DIR is not set")
	}
	g := house()
	if repo := os.Getenv("LOOK_REPO"); repo != "" {
		var err error
		if g, err = graph.Analyze(context.Background(), repo, graph.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	b := openExplorer(t, g, Options{Title: filepath.Base(dir)})
	most := g.Values[0]
	for _, v := range g.Values {
		if byReads(v, most) < 0 {
			most = v
		}
	}
	file := g.References[0].At.File
	for _, scheme := range []string{"light", "dark"} {
		b.run(emulate(scheme))
		for name, hash := range map[string]string{"overview": "#", "value": "#value=" + most.Path, "module": "#module=" + file, "values": "#view=values", "flows": "#view=flows", "ports": "#view=ports", "coverage": "#view=coverage"} {
			b.at(hash)
			b.run(chromedp.Sleep(100 * time.Millisecond))
			shoot := chromedp.FullScreenshot(100)
			if strings.HasPrefix(hash, "#view") {
				shoot = chromedp.CaptureScreenshot() // the rest is more of the same
			}
			picture, err := chromedp.Run(b.ctx, shoot)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.at("#value=" + most.Path)
	b.run(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
	paper, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "print.png"), paper, 0o644); err != nil {
		t.Fatal(err)
	}
	b.run(emulate("light"), chromedp.EmulateViewport(390, 800))
	b.at("#value=" + most.Path)
	narrow, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "narrow.png"), narrow, 0o644); err != nil {
		t.Fatal(err)
	}
}
