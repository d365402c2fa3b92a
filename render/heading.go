package render

import (
	"fmt"
	"strings"
)

const (
	margin   = 24.0
	headRoom = 74.0
)

// name is the picture's title.
func (p *picture) name() string {
	s := p.view.Title
	var values []*node
	for _, n := range p.nodes {
		if n.kind == valueNode && n.holds == 0 {
			values = append(values, n)
		}
	}
	if len(values) == 1 && p.counts()[valueNode] == 1 {
		what := elide(values[0].label)
		if p.title == what {
			what = "it"
		}
		switch p.view.Name {
		case "sinks", "overview":
			s = "Where " + what + " ends up"
		case "values":
			s = "What " + what + " becomes part of"
		}
	}
	return titled(p.title, s)
}

// titled is what stands above a picture: its own title, after what the report is called.
func titled(name, title string) string {
	if name == "" {
		return title
	}
	return name + ": " + strings.ToLower(title[:1]) + title[1:]
}

// head writes a picture's title and how much there is to see.
func (c *canvas) head(title, much string) {
	c.text("h1", margin, 30, title)
	c.text("h2", margin, 49, much)
}

// headings writes the title and how much there is to see; it gives the upper end of what follows.
func headings(c *canvas, p *picture) float64 {
	much := strings.Join(p.counted(), " · ")
	if p.compared != nil {
		much = p.compared.Then.Name + " → " + p.compared.Now.Name + ": " + p.differences()
	}
	c.head(p.name(), much)
	return 64
}

// counted says how much of everything a picture shows.
func (p *picture) counted() (parts []string) {
	n := map[kind]int{}
	seen := map[string]bool{}
	if things := map[string][][2]string{
		"exposure": {{"way in", "ways in"}, {"port", "ports"}, {"service", "services"}, {"name", "names"}, {"service behind a proxy", "services behind a proxy"}},
		"secrets":  {{"file", "files"}, {"secret", "secrets"}, {"place that it goes to", "places that they go to"}, {"user", "users"}},
	}[p.view.Name]; things != nil {
		columns := map[int]int{}
		for _, x := range p.nodes {
			columns[x.column] += max(1, x.holds)
		}
		for i, names := range things {
			if columns[i] > 0 {
				parts = append(parts, plural(columns[i], names[0], names[1]))
			}
		}
		return parts
	}
	if p.view.Name == "overview" && p.hosts > 1 {
		parts = append(parts, plural(p.hosts, "host", "hosts"))
	}
	for _, x := range p.nodes {
		// A layer may stand at both sides.
		if x.kind != layerNode || !x.bad && !seen[x.group] && x.group != elsewhere {
			n[x.kind] += max(1, x.holds)
		}
		seen[x.group] = true
	}
	group := p.groupName()
	for k, names := range [][2]string{{"value", "values"}, {"module", "modules"}, {"option", "options"}, {group, group + "s"}} {
		if c := n[kind(k)]; c > 0 {
			parts = append(parts, plural(c, names[0], names[1]))
		}
	}
	sum := 0
	for _, e := range p.edges {
		if e.to.kind == moduleNode || e.to.kind == layerNode {
			sum += e.amount().n
		}
	}
	switch p.view.Name {
	case "imports":
		parts = append(parts, plural(sum, "import", "imports"))
	case "modules", "sinks", "layers", "overview":
		if p.ofImports {
			return append(parts, plural(sum, "import", "imports"))
		}
		if p.view.Name == "sinks" || p.view.Name == "overview" {
			// Ways through other values have lines too, which are no reads.
			sum = 0
			for _, x := range p.nodes {
				sum += x.reads
			}
		}
		parts = append(parts, plural(sum, "read", "reads"))
	}
	return parts
}

// describe says in words what the picture shows, for who cannot see it.
func (p *picture) describe() string {
	parts := p.counted()
	if p.compared != nil {
		parts = append([]string{p.compared.Then.Name + " → " + p.compared.Now.Name + ": " + p.differences()}, parts...)
	}
	violations := 0
	for _, e := range p.edges {
		if e.violation {
			violations++
		}
	}
	if violations > 0 {
		parts = append(parts, fmt.Sprintf("%s from a higher layer to a lower one", plural(violations, "way", "ways")))
	}
	return strings.Join(append([]string{strings.Join(parts, ", ")}, p.told()...), ". ")
}
