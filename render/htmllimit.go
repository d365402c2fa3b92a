package render

import (
	"slices"
	"strings"

	"nixsink/graph"
)

// A page that a browser opens at once cannot hold everything of a huge tree. What is left out is said there, with the command that has it.
const (
	mostFlows    = 30_000 // direct ones always stay; those through others go, the longest ways first
	mostFindings = 10_000 // the worst stay
	mostPlaces   = 8      // of a fact
)

// longestWay is through how many others a flow may go to be on the page.
func longestWay(flows []*graph.Flow) int {
	var lengths []int // flows by the length of their way
	for _, f := range flows {
		for len(lengths) <= len(f.Through) {
			lengths = append(lengths, 0)
		}
		lengths[len(f.Through)]++
	}
	n, longest := 0, 0
	for i, more := range lengths {
		if n += more; i > 0 && n > mostFlows {
			break
		}
		longest = i
	}
	return longest
}

func (d *htmlDoc) findings(fs []Finding) {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b Finding) int { return severityOrder(a.Severity) - severityOrder(b.Severity) })
	checks := map[string]int{}
	for _, f := range fs[:min(len(fs), mostFindings)] {
		i, ok := checks[f.Check]
		if !ok {
			i = len(d.Checks)
			checks[f.Check] = i
			d.Checks = append(d.Checks, plain(f.Check))
		}
		at := d.at(graph.Place{File: f.File, Line: f.Line}, 1)
		d.Findings = append(d.Findings, htmlFindingOf{i, f.Severity, at[0], at[1], plain(f.Message)})
	}
}

// longestLine is where a source line is cut: data in strings can be megabytes long.
const longestLine = 300

// excerpts takes the lines that are shown from the sources.
func (d *htmlDoc) excerpts(g *graph.Graph) {
	for name, i := range d.files {
		f := g.Files[name]
		if f == nil || d.lines[i] == nil {
			continue
		}
		var run *htmlExcerpt
		for n, line := range strings.Split(f.Src, "\n") {
			if !d.lines[i][n+1] {
				run = nil
				continue
			}
			if run == nil {
				d.Files[i].Excerpt = append(d.Files[i].Excerpt, htmlExcerpt{From: n + 1})
				run = &d.Files[i].Excerpt[len(d.Files[i].Excerpt)-1]
			}
			run.Lines = append(run.Lines, plain(cut(strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    "), longestLine)))
		}
	}
}
