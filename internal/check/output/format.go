// Package output writes a report for the places where people look at findings: a terminal, GitHub, GitLab, a test tab, a badge.
//
// In: a finished report, its verdict and the graph that it speaks of. Out: bytes. Same input, same bytes.
package output

import (
	"io"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Input is everything a format may show.
type Input struct {
	Graph   *graph.Graph
	Report  check.Report
	Gate    check.GateResult
	Delta   *check.Delta   // nil without --changed-since
	Version string         // of nixsink, for formats that name their tool
	Least   check.Severity // findings below it are counted, not listed; Off: what the format shows by default
	Color   bool           // text: escape sequences
	Width   int            // text: columns of the terminal, between whose words long lines are broken; 0: never
	Prefix  string         // put before file names: the tree's place in its repository, such as "nixos/" ("" if it is the root)
	Link    string         // pattern for links, with {file} and {line}; "": files relative to the root
}

// Format is one way to write a report.
type Format struct {
	Name    string
	Summary string
	write   func(io.Writer, Input) error
}

// Write writes a report. Where nothing else was asked for, people get errors and warnings, and programs that read JSON everything.
func (f Format) Write(w io.Writer, in Input) error {
	if in.Least == check.Off {
		in.Least = check.Warning
		if f.Name == "json" {
			in.Least = check.Info
		}
	}
	return f.write(w, in)
}

// Formats is every format, sorted by name.
var Formats = []Format{
	{"badge", "an SVG badge of source-id coverage", badgeSVG},
	{"badge-json", "the same for a shields.io endpoint", badgeJSON},
	{"checkstyle", "Checkstyle XML, for reviewdog, Jenkins and others", checkstyle},
	{"github", "GitHub Actions workflow commands: annotations in the diff", github},
	{"gitlab", "GitLab Code Quality report: findings in the merge request", gitlab},
	{"gnu", "a finding a line, as compilers write them: for editors", gnu},
	{"json", "findings, gates and coverage for programs", jsonFormat},
	{"junit", "JUnit XML, a test for each check", junit},
	{"markdown", "a pull request comment or job summary", markdown},
	{"octocov", "custom metrics for octocov", octocov},
	{"sarif", "SARIF 2.1.0, for code scanning", sarif},
	{"text", "source excerpts for a terminal", text},
}

// Lookup finds a format by name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
