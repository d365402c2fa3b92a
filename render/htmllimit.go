package render

import (
	"iter"
	"slices"
	"strings"

	"nixsink/graph"
)

// A page that a browser opens at once cannot hold everything of a huge tree. What is left out is said there, with the command that has it.
const (
	mostFlows    = 30_000 // those through others go first, the longest ways before the rest; then direct ones of values that are hardly read
	mostFindings = 10_000 // the worst stay
	mostPlaces   = 8      // of a fact
	mostBytes    = 4_800_000
)

// flowsOnPage are the flows through as few others as the page has room for.
func flowsOnPage(g *graph.Graph, most int) iter.Seq[*graph.Flow] {
	flows := g.Flows
	if flows.Len() <= most {
		return flows.All()
	}
	lengths := []int{len(flows.Direct())} // flows by the length of their way
	fits := func() (longest int) {
		n := 0
		for i, more := range lengths {
			if n += more; i > 0 && n > most {
				return i - 1
			}
		}
		return len(lengths) - 1
	}
	for f := range flows.All() {
		if len(f.Through) == 0 {
			continue
		}
		for len(lengths) <= len(f.Through) {
			lengths = append(lengths, 0)
		}
		// Once there are too many that go through one other, the direct ones are all that stay.
		if lengths[len(f.Through)]++; len(f.Through) == 1 && fits() == 0 {
			break
		}
	}
	longest := fits()
	if direct := flows.Direct(); len(direct) > most {
		return slices.Values(ofMostRead(g, direct, most))
	} else if longest == 0 {
		return slices.Values(direct)
	}
	return func(yield func(*graph.Flow) bool) {
		for f := range flows.All() {
			if len(f.Through) <= longest && !yield(f) {
				return
			}
		}
	}
}

// ofMostRead are so many of the direct flows: all those of the most read values, in the order that they had.
func ofMostRead(g *graph.Graph, direct []*graph.Flow, most int) []*graph.Flow {
	n := map[*graph.Value]int{}
	for _, f := range direct {
		n[f.From]++
	}
	vs := slices.Clone(g.Values)
	slices.SortStableFunc(vs, byReads)
	kept := map[*graph.Value]bool{}
	for _, v := range vs {
		if most -= n[v]; most < 0 {
			break
		}
		kept[v] = true
	}
	return slices.DeleteFunc(slices.Clone(direct), func(f *graph.Flow) bool { return !kept[f.From] })
}

func (d *htmlDoc) findings(fs []Finding, most int) {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b Finding) int { return severityOrder(a.Severity) - severityOrder(b.Severity) })
	checks := map[string]int{}
	for _, f := range fs[:min(len(fs), most)] {
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
			run.Lines = append(run.Lines, plain(cut(strings.ReplaceAll(g.Conceal(name, strings.TrimSuffix(line, "\r")), "\t", "    "), longestLine)))
		}
	}
}
