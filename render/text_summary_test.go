package render

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nixsink/graph"
)

// examples are the repositories that come with the tests.
func examples(t *testing.T) map[string]*graph.Graph {
	t.Helper()
	folders, err := filepath.Glob("../testdata/projects/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	out := map[string]*graph.Graph{}
	for _, dir := range folders {
		g, err := graph.Analyze(context.Background(), dir, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(dir)] = g
	}
	return out
}

// The first screen is one screen, at every width that terminals have, and says what to type next.
func TestSummaryIsOneScreen(t *testing.T) {
	graphs := examples(t)
	graphs["house"] = house()
	graphs["hostile"] = hostile()
	for name, g := range graphs {
		for _, width := range []int{60, 80, 100, 200} {
			var b bytes.Buffer
			if err := writeText(t.Context(), &b, g, Options{Width: width, Findings: houseFindings, Path: "."}); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			if len(lines) > screenLines+4 {
				t.Errorf("%s: the first screen has %d lines", name, len(lines))
			}
			for _, line := range lines {
				// Commands have to be typed as they are.
				if n := utf8.RuneCountInString(line); n > width && !strings.HasPrefix(line, "  nixsink ") {
					t.Errorf("%s: at width %d a line has %d: %s", name, width, n, line)
				}
			}
			if !strings.Contains(b.String(), "nixsink report . --long") {
				t.Errorf("%s: nothing says how to see more", name)
			}
		}
	}
}

// The long report keeps to the terminal's width, too.
func TestLongReportFitsTheTerminal(t *testing.T) {
	graphs := examples(t)
	graphs["house"] = house()
	graphs["hostile"] = hostile()
	graphs["hosts"] = analysed(t, hostsTree)
	for name, g := range graphs {
		for _, width := range []int{60, 80, 100} {
			var b bytes.Buffer
			if err := writeText(t.Context(), &b, g, Options{Width: width, Findings: houseFindings, Long: true}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				// How to see more has to be typed as it is.
				if n := utf8.RuneCountInString(line); n > width && !strings.Contains(line, "nixsink ") && !strings.Contains(line, "--top ") {
					t.Errorf("%s: at width %d a line has %d: %s", name, width, n, line)
				}
			}
		}
	}
}

// A repository in which nobody annotates hears nothing of annotations; what it has nothing of has no row.
func TestReportHasNoZeros(t *testing.T) {
	g := house()
	g.Annotations = nil
	got := write(t, "text", g, Options{Long: true})
	for _, word := range []string{"source-id", "precision", "n/a"} {
		if strings.Contains(got, word) {
			t.Errorf("the report speaks of %q:\n%s", word, got)
		}
	}
}

func TestSections(t *testing.T) {
	title := map[string]string{"facts": "Worth knowing", "values": "Critical values", "coverage": "Coverage", "metrics": "Metrics", "findings": "Findings"}
	for _, name := range Sections {
		got := write(t, "text", house(), Options{Findings: houseFindings, Sections: []string{name}})
		for other, text := range title {
			if shown := slices.Contains(strings.Split(got, "\n"), text); shown != (other == name) {
				t.Errorf("--section %s: the section %s is shown: %v", name, other, shown)
			}
		}
	}
	if err := (Options{Sections: []string{"finding"}}).Check(); err == nil {
		t.Error("a section that there is not passes")
	}
}

// TestScreenBelowWhatWasTold: what stands above the first screen already takes its lines from it.
func TestScreenBelowWhatWasTold(t *testing.T) {
	lines := func(above int) int {
		return strings.Count(write(t, "text", house(), Options{Findings: houseFindings, Width: 100, Above: above}), "\n")
	}
	if all, less := lines(0), lines(6); less >= all || less+6 > screenLines+2 {
		t.Errorf("%d lines, and %d below 6 others", all, less)
	}
}

// TestEmptyTellsWhatToType: who keeps values under another namespace learns its name from the picture's absence, too.
func TestEmptyTellsWhatToType(t *testing.T) {
	g := newBuilder("modules").done()
	g.Empty = "no option is declared or read under my in 3 files; name your own namespace with --root"
	for _, path := range []string{"programs.a.enable", "programs.b.enable", "services.c.enable", "home-manager.users.*.programs.d.enable"} {
		g.Declared = append(g.Declared, &graph.Option{Path: path})
	}
	why, err := Nothing(g, Options{})
	if want := g.Empty + "; most options here are declared under programs: --root programs"; err != nil || why != want {
		t.Errorf("%s, want %s (%v)", why, want, err)
	}
}
