package render

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
)

const (
	findingRows  = 40 // findings of a check that are told one by one, if none is worse than information; of others, five times as many
	findingFiles = 50 // else files that are named
	findingLines = 6  // and lines of such a file
	findingWorst = 30 // findings in the middle of somebody's own page
)

// anchorName is a heading that GitHub, mdBook and MkDocs make the same anchor of.
var anchorName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })

func (s *site) findings() error {
	return s.page("findings.md", "Findings", "Findings", func(p *page) error {
		if len(s.o.Findings) == 0 {
			fmt.Fprint(p, "\nNo check found anything.\n")
			return nil
		}
		fmt.Fprintf(p, "\n%s. `nixsink explain CHECK` says what a check looks for and how to settle it; `nixsink check` tells every finding\nwith its lines.\n\n", plural(len(s.o.Findings), "finding", "findings"))
		p.findingSums()
		p.findingsByCheck("##")
		return nil
	})
}

// findingSums is a table of the checks that found something, the worst first.
func (p *page) findingSums() {
	rows := [][]string{{"Severity", "Check", "Findings"}}
	for _, c := range sumUp(p.o.Findings) {
		name := md(c.check)
		if anchorName().MatchString(c.check) {
			name = "[" + name + "](#" + c.check + ")"
		}
		rows = append(rows, []string{md(c.severity), name, count(c.n)})
	}
	p.table(rows)
}

// findingsByCheck tells the findings check by check, the worst first. Where a check found more than anybody reads, it tells how many
// there are in which file.
func (p *page) findingsByCheck(heading string) {
	by := map[string][]Finding{}
	for _, f := range p.o.Findings {
		by[f.Check] = append(by[f.Check], f)
	}
	for _, c := range sumUp(p.o.Findings) {
		fs := by[c.check]
		fmt.Fprintf(p, "\n%s %s\n\n", heading, md(c.check))
		limit := findingRows
		if c.severity != "info" {
			limit *= 5
		}
		if len(fs) > limit {
			p.findingsByFile(c, fs)
			continue
		}
		rows := [][]string{{"Where", "What"}}
		for _, f := range fs {
			rows = append(rows, []string{p.link(graph.Place{File: f.File, Line: f.Line}), mdProse(f.Message)})
		}
		p.table(rows)
	}
}

// findingsByFile folds many findings into a row for each file, the files with most first.
func (p *page) findingsByFile(c checkSum, fs []Finding) {
	lines := map[string][]Finding{}
	var files []string
	for _, f := range fs {
		if lines[f.File] == nil {
			files = append(files, f.File)
		}
		lines[f.File] = append(lines[f.File], f)
	}
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Or(cmp.Compare(len(lines[b]), len(lines[a])), strings.Compare(a, b)) })
	fmt.Fprintf(p, "%s in %s, by file. The first: %s\n\n", plural(len(fs), "finding", "findings"), plural(len(files), "file", "files"), mdProse(fs[0].Message))
	rows := [][]string{{"File", "Findings", "Lines"}}
	for _, file := range files[:min(len(files), findingFiles)] {
		var at []string
		for _, f := range lines[file] {
			link := p.code(fmt.Sprint(f.Line), graph.Place{File: file, Line: f.Line})
			if !slices.Contains(at, link) {
				at = append(at, link)
			}
		}
		if more := len(at) - findingLines; more > 0 {
			at = append(at[:findingLines], "and "+count(more)+" more")
		}
		rows = append(rows, []string{p.code(cmp.Or(file, "(nowhere)"), graph.Place{File: file, Line: lines[file][0].Line}), count(len(lines[file])), strings.Join(at, ", ")})
	}
	p.table(rows)
	if left := files[min(len(files), findingFiles):]; len(left) > 0 {
		n := 0
		for _, f := range left {
			n += len(lines[f])
		}
		fmt.Fprintf(p, "\nAnd %s in %s: `nixsink check`.\n", plural(n, "more", "more"), plural(len(left), "more file", "more files"))
	}
}

// worstFindings is for the middle of somebody's own page: how many there are, and those that are more than information.
func (p *page) worstFindings() {
	fs := slices.Clone(p.o.Findings)
	slices.SortStableFunc(fs, func(a, b Finding) int { return severityOrder(a.Severity) - severityOrder(b.Severity) })
	n := map[string]int{}
	for _, f := range fs {
		n[f.Severity]++
	}
	bad := n["error"] + n["warning"]
	fmt.Fprintf(p, "%s: %s, %s; the rest is information.\n", plural(len(fs), "finding", "findings"), plural(n["error"], "error", "errors"), plural(n["warning"], "warning", "warnings"))
	if bad == 0 {
		return
	}
	fmt.Fprintln(p)
	rows := [][]string{{"Severity", "Check", "Where", "What"}}
	for _, f := range fs[:min(bad, findingWorst)] {
		rows = append(rows, []string{md(f.Severity), md(f.Check), p.shortLink(graph.Place{File: f.File, Line: f.Line}), mdProse(f.Message)})
	}
	p.table(rows)
	p.leftOut(bad-findingWorst, "more", "more", "nixsink check")
}

// mdProse escapes a message in which code stands between backticks.
func mdProse(s string) string {
	parts := strings.Split(oneLine(s), "`")
	if len(parts)%2 == 0 {
		return md(s)
	}
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 0:
			// A blank at an edge is part of the sentence, and md drops it.
			if strings.HasPrefix(part, " ") {
				b.WriteByte(' ')
			}
			b.WriteString(md(part))
			if len(part) > 1 && strings.HasSuffix(part, " ") {
				b.WriteByte(' ')
			}
		default:
			b.WriteString(mdCell(part))
		}
	}
	return b.String()
}
