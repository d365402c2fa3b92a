package output_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/check/output"
	"nixsink/parse"
)

// many is a report of n warnings and, after them, 12 errors, with a gate that failed.
func many(n int) output.Input {
	in := output.Input{Graph: &graph.Graph{}, Report: check.Report{Checks: []check.Check{{Name: "c", Summary: "s", Default: check.Warning}}}}
	for i := range n + 12 {
		f := check.Finding{Check: "c", Severity: check.Warning, Message: "m", Value: fmt.Sprint(i), At: graph.Place{File: "a.nix", Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: 2}}
		if i >= n {
			f.Severity = check.Error
		}
		in.Report.Findings = append(in.Report.Findings, f)
	}
	in.Gate.Gates = []check.Gated{{Name: "findings", Value: "12 findings", Threshold: "none", Failed: true}}
	return in
}

// Code scanning rejects a file of more than 25,000 results: what matters least is left out, and the log says so.
func TestSARIFLimit(t *testing.T) {
	var log struct {
		Runs []struct {
			Invocations []struct {
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
			Results []struct{ Level string }
		}
	}
	if err := json.Unmarshal(write(t, "sarif", many(30_000)), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Results) != 25_000 || run.Results[11].Level != "error" || run.Results[12].Level != "warning" {
		t.Errorf("%d results, the twelfth is %s", len(run.Results), run.Results[11].Level)
	}
	notes := run.Invocations[0].ToolExecutionNotifications
	if len(notes) != 1 || !strings.Contains(notes[0].Message.Text, "5012 results of 30012 left out") {
		t.Errorf("notifications %v", notes)
	}
}

// GitHub shows ten annotations of a kind for a step: the verdict is the first, the worst follow.
func TestGitHubLimit(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(write(t, "github", many(100)))), "\n")
	kinds := map[string]int{}
	for _, l := range lines {
		kind, _, _ := strings.Cut(l, " ")
		kinds[kind]++
	}
	if kinds["::error"] != 10 || kinds["::warning"] != 10 || len(lines) != 21 || !strings.HasPrefix(lines[0], "::error title=gate findings") {
		t.Errorf("%v, beginning with %s", kinds, lines[0])
	}
	if last := lines[20]; last != "nixsink: 93 findings more: GitHub shows 10 annotations of a kind for a step; --format text and --format sarif=FILE list them" {
		t.Error(last)
	}
}

// A line of a megabyte is shown around the finding.
func TestLongLine(t *testing.T) {
	src := strings.Repeat("ä", 500_000) + " here " + strings.Repeat("x", 500_000)
	at := strings.Index(src, "here")
	in := output.Input{Graph: &graph.Graph{Files: map[string]*parse.File{"a.nix": {Name: "a.nix", Src: src}}}}
	in.Report.Findings = []check.Finding{{Check: "c", Severity: check.Error, Message: "m", At: graph.Place{File: "a.nix", Line: 1, Column: at + 1, EndLine: 1, EndColumn: at + 5}}}
	text := string(write(t, "text", in))
	lines := strings.Split(text, "\n")
	if len(text) > 1000 || !strings.Contains(lines[2], "here") || len([]rune(lines[2][:strings.Index(lines[2], "here")])) != len([]rune(lines[3][:strings.Index(lines[3], "^^^^")])) {
		t.Errorf("%d bytes: %.400s", len(text), text)
	}
}
