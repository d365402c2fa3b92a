package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/review"
)

// Markdown writes the review as a page.
func (p *ReviewPage) Markdown(w io.Writer, g *graph.Graph, o Options) error {
	out := &page{bufio.NewWriter(w), o}
	title := "Review"
	if o.Title != "" {
		title += " of " + o.Title
	} else if p.Name != "" {
		title += " of " + p.Name
	}
	fmt.Fprintf(out, "# %s\n", md(title))
	out.review(g, p)
	return out.Flush()
}

// review writes the sections of a review.
func (p *page) review(g *graph.Graph, r *ReviewPage) {
	fmt.Fprintf(p, "\n%s, %s, %s, %s. Score: **%s**.\n", plural(r.Figures.Modules, "module", "modules"), plural(g.Source.Lines, "line", "lines"),
		plural(len(g.Values), "central value", "central values"), plural(reads(g), "read", "reads"), md(r.total()))
	if why := g.Missing(); why != "" {
		fmt.Fprintf(p, "\n> **Incomplete:** %s; the figures leave that out.\n", md(why))
	}
	if g.Empty != "" {
		fmt.Fprintf(p, "\nNothing is known of central values: %s\n", md(g.Empty))
	}
	for _, s := range r.parts(g, p.o) {
		if s.trees {
			p.reviewTrees(g, s)
			continue
		}
		fmt.Fprintf(p, "\n## %s\n\n", md(s.title))
		for _, n := range s.note {
			fmt.Fprintf(p, "%s\n", md(n))
		}
		p.reviewItems(s.items)
		if len(s.rows) == 0 {
			continue
		}
		if len(s.note) > 0 {
			fmt.Fprintln(p)
		}
		shown, head := s.rows[:min(len(s.rows), reviewRowsPage)], s.head
		if len(head) > reviewColumns {
			head, shown = linkFirst(head, shown)
		}
		rows := make([][]string, len(shown)+1)
		for c, h := range head {
			// A column with nothing in it is left out.
			if !slices.ContainsFunc(shown, func(r []reviewCell) bool { return p.reviewCell(r[c]) != "" }) {
				continue
			}
			rows[0] = append(rows[0], md(capital(h)))
			for i, r := range shown {
				rows[i+1] = append(rows[i+1], p.reviewCell(r[c]))
			}
		}
		p.table(rows)
		if more := len(s.rows) - reviewRowsPage; more > 0 {
			fmt.Fprintf(p, "\nAnd %s; `nixsink review --format json` has them all.\n", plural(more, "more row", "more rows"))
		}
	}
}

// reviewColumns is how many columns a page has room for, with names in them.
const reviewColumns = 5

// linkFirst puts the places that a last column is made of behind the texts of the first one, and leaves that column out.
func linkFirst(head []string, rows [][]reviewCell) ([]string, [][]reviewCell) {
	last := len(head) - 1
	if slices.ContainsFunc(rows, func(r []reviewCell) bool { return r[last].text != "" || r[0].at.File != "" }) {
		return head, rows
	}
	out := make([][]reviewCell, len(rows))
	for i, r := range rows {
		out[i] = slices.Clone(r[:last])
		out[i][0].at = r[last].at
	}
	return head[:last], out
}

func (p *page) reviewItems(all []reviewItem) {
	group := ""
	for _, it := range all {
		if it.group != group {
			if group != "" {
				fmt.Fprintln(p)
			}
			group = it.group
			fmt.Fprintf(p, "### %s\n\n", md(capital(group)))
		}
		line := "- " + mdProse(capital(it.text)) + ": " + md(it.effort)
		for i, at := range it.places {
			if i == 0 {
				line += ", "
			} else {
				line += " · "
			}
			line += p.shortLink(at)
		}
		if it.more > 0 {
			line += fmt.Sprintf(" +%s", count(it.more))
		}
		fmt.Fprintln(p, line)
	}
}

func (p *page) reviewCell(c reviewCell) string {
	switch {
	case c.at.File != "" && c.text == "":
		return p.shortLink(c.at)
	case c.at.File != "":
		return p.code(c.text, c.at)
	case c.text == "":
		return ""
	case c.code:
		return mdCell(c.text)
	}
	return md(c.text)
}

// reviewTrees draws the central values as text, in a fence that nothing within can end.
func (p *page) reviewTrees(g *graph.Graph, s reviewPart) {
	vs, _ := critical(g, reviewValues, reviewValues)
	if len(vs) == 0 {
		return
	}
	fmt.Fprintf(p, "\n## %s\n", md(s.title))
	for _, tr := range trees(g, vs) {
		fmt.Fprintf(p, "\n%s (%s, %s)\n\n", mdCode(tr.name), plural(tr.value.FanOut.Reads, "reference", "references"), plural(tr.value.FanOut.Modules, "module", "modules"))
		for _, l := range tr.lines() {
			for _, l := range wrapBranch(plain(oneLine(l)), reviewWide) {
				// Four blanks make code of a line, whatever is in it.
				fmt.Fprintf(p, "    %s\n", l)
			}
		}
	}
}

// reviewWide is how many characters of code a page shows without scrolling.
const reviewWide = 92

// wrapBranch breaks a line of a tree between what it lists; the branch that it hangs on goes on below.
func wrapBranch(line string, w int) []string {
	parts := strings.Split(line, ", ")
	for i := range parts {
		parts[i] = elideNames(parts[i], w-6, 3)
		if i < len(parts)-1 {
			parts[i] += ","
		}
	}
	out := fill(slices.Values(parts), func(l string) bool { return utf8.RuneCountInString(l) <= w })
	for i := range out {
		switch {
		case i == 0:
		case strings.HasPrefix(line, "├─"):
			out[i] = "│    " + out[i]
		default:
			out[i] = "     " + out[i]
		}
	}
	return out
}

// JSON writes the review for programs.
func (p *ReviewPage) JSON(w io.Writer, g *graph.Graph, o Options) error {
	fact := func(f review.Fact) any {
		return inside(g, f.In, located(f.At, object{"name": f.Name, "text": f.Text, "state": string(f.State)}))
	}
	ratio := func(r graph.Ratio) any { return jsonRatio(r) }
	score := func(s review.Score) any {
		var points any
		if s.Known {
			points = s.Points
		}
		return object{"points": points, "measured": s.Measured, "categories": list(s.Categories, func(c review.Category) any {
			var points any
			if c.Known {
				points = round(c.Share * 10)
			}
			return object{"name": c.Name, "points": points, "weight": c.Weight, "formula": c.Of, "covered": c.Ratio.Covered, "total": c.Ratio.Total}
		})}
	}
	figures := func(f review.Figures) object {
		return object{"modules": f.Modules, "lines": f.Lines, "longest": f.Longest, "median": f.Median, "factories": f.Factories, "unreached": f.Unreached, "inputs": f.Inputs, "hosts": f.Hosts,
			"homes": f.Homes, "options": f.Options, "values": f.Values, "reads": f.Reads, "documented": ratio(f.Documented), "sourceId": jsonSourceID(f.SourceID), "annotations": f.Annotations,
			"hardening": ratio(f.Hardening), "secrets": f.Secrets, "literals": f.Literals, "openings": f.Openings, "errors": f.Errors, "warnings": f.Warns}
	}
	values := func(v *graph.Value) any { return v.Path }
	text := func(s string) any { return s }
	vs, _ := critical(g, reviewValues, reviewValues)
	return encode(w, object{
		"schema":  Schema,
		"name":    p.Name,
		"score":   score(p.Score),
		"figures": figures(p.Figures),
		"metrics": list(Metrics(g, o.Benchmarks), func(m Metric) any {
			return object{"name": m.Name, "value": m.Value, "benchmark": m.Benchmark, "verdict": m.Verdict, "note": m.Note}
		}),
		"advice": list(p.Advice, func(a review.Advice) any {
			return object{"priority": a.Priority.String(), "text": a.Text, "check": a.Check, "places": list(a.Places, place)}
		}),
		"layers": list(p.Layers, func(l review.Layer) any {
			longest := ""
			if l.Longest != nil {
				longest = l.Longest.Path
			}
			return object{"name": l.Name, "modules": l.Modules, "lines": l.Lines, "longest": longest, "values": l.Declares, "reads": l.Reads, "upward": l.Upward}
		}),
		"ports": list(Ports(g), jsonPort),
		"policy": object{"modules": list(p.Policy.Modules, func(m review.PolicyModule) any {
			return object{"file": m.File, "line": m.Line, "assertions": m.Assertions, "inForce": m.InForce, "why": m.Why}
		}), "disabled": list(p.Policy.Disabled, func(i *graph.Import) any { return jsonImport(g, i) })},
		"hardening": ratio(p.Hardening),
		"services": list(p.Services, func(s check.Service) any {
			return located(s.At, object{"name": s.Name, "own": s.Own, "oneshot": s.Oneshot, "opaque": s.Opaque, "has": list(s.Has, text), "lacks": list(s.Lacks, text)})
		}),
		"exposure": object{
			"ports": list(p.Exposure.Ports, func(x review.Port) any {
				return object{"port": x.Number, "to": x.To, "values": list(x.Values, values),
					"openings": list(x.Openings, func(o review.Opening) any {
						return inside(g, o.In, located(o.At, object{"protocol": o.Protocol, "interface": o.Interface, "option": o.Option, "rule": o.Rule}))
					}),
					"services": list(x.Listeners, func(l review.Listener) any {
						return inside(g, l.In, located(l.At, object{"service": l.Service, "option": l.Option}))
					}),
					"routes": list(x.Routes, func(r review.Route) any {
						return inside(g, r.In, located(r.At, object{"proxy": r.Proxy, "name": r.Name}))
					})}
			}),
			"off": list(p.Exposure.Off, fact), "rules": list(p.Exposure.Rules, fact), "trusted": list(p.Exposure.Trusted, fact), "inner": p.Exposure.Inner,
		},
		"secrets": object{
			"tools": list(p.Secrets.Tools, func(t review.SecretTool) any {
				return located(t.First, object{"name": t.Name, "secrets": t.Secrets})
			}),
			"files": p.Secrets.Files,
			"literals": list(p.Secrets.Literals, func(l review.Literal) any {
				return inside(g, l.In, located(l.At, object{"option": l.Option, "kind": l.Kind}))
			}),
		},
		"access":  list(p.Access, fact),
		"upkeep":  list(p.Upkeep, fact),
		"central": list(vs, func(v *graph.Value) any { return jsonValue(g, v) }),
		"commits": list(p.Commits, func(c review.Commit) any {
			return object{"commit": c.Hash, "date": c.Date, "subject": c.Subject, "files": c.Files, "more": c.More, "sourceId": jsonSourceID(c.SourceID), "errors": c.Errors, "warnings": c.Warnings,
				"infos": c.Infos, "values": list(c.Values, text), "first": c.First, "incomplete": c.Incomplete}
		}),
		"against": list(p.Against, func(c review.Compared) any {
			o := figures(c.Figures)
			o["name"], o["score"] = c.Name, score(c.Score)
			return o
		}),
		"unknown": object{"memory": nil, "bootTime": nil, "disk": nil},
	})
}
