package render

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/review"
)

// reviewed is a review of a graph, with everything that a person can ask for.
func reviewed(t *testing.T, g *graph.Graph) *ReviewPage {
	t.Helper()
	report, err := check.Run(t.Context(), g, check.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := review.Make(g, report.Findings, check.Config{}, review.Limits{Lines: 5000, Modules: 100, LongestModule: 300, Documentation: .8, SourceID: .7})
	return &ReviewPage{Review: r, Name: "this", Commits: []review.Commit{{Hash: "0123456789abcdef", Date: "2026-02-11", Subject: "a subject that goes on for a while, as subjects do", Files: 12, More: -1, Errors: 2, Values: []string{"my.a +2", "my.b -1"}}, {Hash: "fedcba9876543210", First: true}},
		Against: []review.Compared{{Name: "theirs", Figures: r.Figures, Score: r.Score}}}
}

func TestReviewFitsTheTerminal(t *testing.T) {
	graphs := examples(t)
	graphs["house"] = house()
	graphs["hostile"] = hostile()
	graphs["nothing"] = &graph.Graph{Empty: "no option is declared under my"}
	for name, g := range graphs {
		page := reviewed(t, g)
		for _, width := range []int{60, 80, 100, 200} {
			var b bytes.Buffer
			if err := page.Text(&b, g, Options{Width: width, Findings: houseFindings}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("%s: at width %d a line has %d: %s", name, width, n, line)
				}
			}
			for _, want := range []string{"Score", "What to do", "Code quality", "memory", "n/a"} {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%s: nothing is said of %q", name, want)
				}
			}
		}
	}
}

func TestReviewSections(t *testing.T) {
	g := examples(t)["homelab"]
	page := reviewed(t, g)
	var text, md, doc bytes.Buffer
	if err := page.Text(&text, g, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := page.Markdown(&md, g, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := page.JSON(&doc, g, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, s := range page.parts(g, Options{}) {
		if !strings.Contains(text.String(), "\n"+s.title+"\n") || !strings.Contains(md.String(), "\n## "+s.title+"\n") {
			t.Errorf("the section %q is not in the text and on the page", s.title)
		}
	}
	validateAs(t, "review.schema.json", doc.String())
	for _, want := range []string{"3001 (given out twice)", "linkding-export", "login by password", "from sops-nix", "restic nightly", "90-policy/assertions.nix", "theirs", "0123456"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text says nothing of %q", want)
		}
	}
	// A key is counted, never shown.
	for _, all := range []string{text.String(), md.String(), doc.String()} {
		if strings.Contains(all, "AAAAC3Nza") {
			t.Error("a key is shown")
		}
	}
}

func TestReviewOfNothingIsJSON(t *testing.T) {
	var b bytes.Buffer
	g := &graph.Graph{Empty: "no module"}
	page := reviewed(t, g)
	page.Commits, page.Against = nil, nil
	if err := page.JSON(&b, g, Options{}); err != nil {
		t.Fatal(err)
	}
	validateAs(t, "review.schema.json", b.String())
	if !strings.Contains(b.String(), `"points": null`) {
		t.Error("nothing has a score")
	}
}
