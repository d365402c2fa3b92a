package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

func (s *site) ports() error {
	return s.page("ports.md", "Ports", "Ports", func(p *page) error {
		fmt.Fprintln(p)
		ports := Ports(s.g)
		if len(ports) == 0 {
			p.ports(s.g)
			return nil
		}
		fmt.Fprintf(p, "Values that hold a port number, and the modules that read them. %s", plural(len(ports), "port", "ports"))
		if n := len(Collisions(s.g, s.o.Findings)); n > 0 {
			fmt.Fprintf(p, ", **%s**", plural(n, "number given out more than once", "numbers given out more than once"))
		}
		fmt.Fprint(p, ".\n")
		o := p.o
		o.View, o.Title = "ports", ""
		if err := s.picture(p, s.g, "ports.svg", "The registry of ports", o); err != nil {
			return err
		}
		fmt.Fprintln(p)
		p.ports(s.g)
		return nil
	})
}

// ports is the table of the port registry.
func (p *page) ports(g *graph.Graph) {
	ports := Ports(g)
	if len(ports) == 0 {
		fmt.Fprint(p, "No central value holds a port number that could be known.\n")
		return
	}
	taken := map[int]int{}
	for _, x := range clashing(ports, p.o.Findings) {
		taken[x.Number]++
	}
	rows := [][]string{{"Port", "Value", "Set in", "Read by"}}
	for _, x := range ports {
		number := fmt.Sprint(x.Number)
		if taken[x.Number] > 1 {
			number = "**" + number + "** (" + count(taken[x.Number]) + " times)"
		}
		rows = append(rows, []string{number, mdCell(valueName(x.Value)), p.shortLink(x.At), cmp.Or(p.files(x.Readers), "nobody")})
	}
	p.table(rows)
}

// unresolvedShown is how many places of one reason the page of coverage tells.
const unresolvedShown = 50

// coverage is a page about how much of the tree its comments tell, with what could not be resolved and why.
func (s *site) coverage() error {
	return s.page("coverage.md", "Coverage", "Coverage", func(p *page) error {
		fmt.Fprint(p, "\n*Source-id coverage* is the share of the reads of central values that a comment names: `# source-id: …`.\n")
		if !s.annotated {
			fmt.Fprint(p, "Nothing is annotated here; `nixsink annotate` writes what is missing.\n")
		}
		fmt.Fprintln(p)
		p.coverageTable(s.g)
		if s.annotated && s.g.Coverage.SourceID.Total > 0 {
			fmt.Fprint(p, "\n## By module\n")
			o := p.o
			o.View, o.Title = "heat", ""
			if err := s.picture(p, s.g, "coverage.svg", "Source-id coverage of every module", o); err != nil {
				return err
			}
			fmt.Fprint(p, "\n## By layer\n\n")
			rows := [][]string{{"Layer", "Share", "Covered"}}
			for _, name := range layerNames(s.g) {
				r := s.g.Coverage.ByLayer[name]
				label := "(no layer)"
				if i := slices.Index(s.layers, name); i >= 0 {
					label = "[" + md(cmp.Or(name, label)) + "](layers/" + s.layerSlugs[i] + ".md)"
				}
				rows = append(rows, []string{label, percent(r.Value()), md(fraction(r, "references"))})
			}
			p.table(rows)
		}
		p.unresolved(s.g)
		return nil
	})
}

func (p *page) coverageTable(g *graph.Graph) {
	rows := [][]string{{"Coverage", "Share", "Covered", "Note"}}
	noted := false
	for _, c := range coverageRows(g) {
		rows = append(rows, []string{md(c.name), percent(c.ratio.Value()), md(fraction(c.ratio, c.of)), md(c.note)})
		noted = noted || c.note != ""
	}
	if !noted {
		for i := range rows {
			rows[i] = rows[i][:3]
		}
	}
	p.table(rows)
}

// unresolved lists the reads that could not be resolved, reason by reason, the most frequent first.
func (p *page) unresolved(g *graph.Graph) {
	if len(g.Unresolved) == 0 {
		return
	}
	fmt.Fprint(p, "\n## Not resolved\n\nReads whose value is not known from the text. Gates count them as not covered.\n")
	byReason := map[string][]*graph.Unresolved{}
	var reasons []string
	for _, u := range g.Unresolved {
		if byReason[u.Reason] == nil {
			reasons = append(reasons, u.Reason)
		}
		byReason[u.Reason] = append(byReason[u.Reason], u)
	}
	slices.SortStableFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(byReason[b]), len(byReason[a])), strings.Compare(a, b))
	})
	for _, reason := range reasons {
		us := byReason[reason]
		fmt.Fprintf(p, "\n%s (%s):\n\n", md(reason), count(len(us)))
		for _, u := range us[:min(len(us), unresolvedShown)] {
			fmt.Fprintf(p, "- %s %s\n", p.link(u.At), mdCell(u.Path))
		}
		p.leftOut(len(us)-unresolvedShown, "more place", "more places", "nixsink graph --format json")
	}
}
