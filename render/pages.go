package render

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
)

// PageOptions say how a set of pages is laid out.
type PageOptions struct {
	Options
	Root        string // slash-separated way from the pages' folder to the tree: "../.."; source lines are linked there without a Link
	FrontMatter bool   // begin every page with its title in YAML, for site generators
}

// A PageFile is one file of a set of pages.
type PageFile struct {
	Name string // slash-separated, within the pages' folder
	Data []byte
}

// pagesCritical bounds the values that get a page: a file each for thousands of values would help nobody.
const pagesCritical = 200

// Pages writes a set of Markdown pages with their pictures: an index, a page for each critical value, a page for each layer, the
// ports and the findings. Links between them are relative. The files are sorted by name.
func Pages(ctx context.Context, g *graph.Graph, o PageOptions) ([]PageFile, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	s := &site{ctx: ctx, g: g, o: o}
	s.values, _ = critical(g, o.Top, pagesCritical)
	taken := map[string]bool{"index": true}
	for _, v := range s.values {
		s.valueSlugs = append(s.valueSlugs, slug(valueName(v), taken))
	}
	s.layers = slices.Clone(g.Layers)
	if slices.ContainsFunc(g.Modules, func(m *graph.Module) bool { return !slices.Contains(g.Layers, m.Layer) }) {
		s.layers = append(s.layers, "")
	}
	taken = map[string]bool{"index": true}
	for _, l := range s.layers {
		s.layerSlugs = append(s.layerSlugs, slug(cmp.Or(l, "no-layer"), taken))
	}
	steps := []func() error{s.index, s.ports, s.findings}
	for i := range s.values {
		steps = append(steps, func() error { return s.value(i) })
	}
	for i := range s.layers {
		steps = append(steps, func() error { return s.layer(i) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.files, func(a, b PageFile) int { return cmp.Compare(a.Name, b.Name) })
	return s.files, nil
}

// A site is a set of pages in the making.
type site struct {
	ctx                    context.Context
	g                      *graph.Graph
	o                      PageOptions
	files                  []PageFile
	values                 []*graph.Value
	layers                 []string // "" last: the modules without one
	valueSlugs, layerSlugs []string
}

// options are the options for what lies in a folder of the site: source lines are found from there.
func (s *site) options(name string) Options {
	o := s.o.Options
	if o.Link == "" {
		o.Link = path.Join(strings.Repeat("../", strings.Count(name, "/")), s.o.Root, "{file}") + "#L{line}"
	}
	return o
}

// page writes one page.
func (s *site) page(name, title string, write func(p *page) error) error {
	var b bytes.Buffer
	p := &page{bufio.NewWriter(&b), s.options(name)}
	if s.o.FrontMatter {
		// A JSON string is a YAML string.
		text, err := json.Marshal(plain(title))
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		fmt.Fprintf(p, "---\ntitle: %s\n---\n\n", text)
	}
	fmt.Fprint(p, "<!-- Written by 'nixsink docs': changes here are lost. -->\n\n")
	if err := write(p); err != nil {
		return err
	}
	if err := p.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	s.files = append(s.files, PageFile{name, b.Bytes()})
	return nil
}

// picture draws a view beside a page and embeds it.
func (s *site) picture(p *page, name, alt string, o Options) error {
	var b bytes.Buffer
	if err := writeSVG(s.ctx, &b, s.g, o); err != nil {
		return fmt.Errorf("draw %s: %w", name, err)
	}
	s.files = append(s.files, PageFile{name, b.Bytes()})
	fmt.Fprintf(p, "\n[![%s](%s)](%[2]s)\n", md(alt), path.Base(name))
	return nil
}

func (s *site) index() error {
	g := s.g
	title := cmp.Or(s.o.Title, "Central values")
	return s.page("index.md", title, func(p *page) error {
		fmt.Fprintf(p, "# %s\n\n", md(title))
		p.summary(g)
		if g.Empty != "" {
			fmt.Fprintf(p, "\nNothing to show: %s\n", md(g.Empty))
		}
		p.metrics(g)
		fmt.Fprint(p, "\n## Architecture\n")
		o := p.o
		o.View = "modules"
		if len(g.Layers) > 0 {
			o.View = "layers"
		}
		if err := s.picture(p, "architecture.svg", "Which part of the configuration reads the values of which", o); err != nil {
			return err
		}
		if len(s.values) > 0 {
			fmt.Fprint(p, "\n## Ranking\n\n")
			rows := [][]string{{"Value", "Reads", "Modules", "Options", "Reach", "Declared"}}
			for i, v := range s.values {
				at := "**nowhere**"
				if len(v.Declared) > 0 {
					at = p.link(v.Declared[0])
				}
				rows = append(rows, []string{"[" + mdCell(valueName(v)) + "](values/" + s.valueSlugs[i] + ".md)", count(v.FanOut.Reads), count(v.FanOut.Modules), count(v.FanOut.Sinks), count(v.FanOut.Reach), at})
			}
			p.table(rows)
		}
		fmt.Fprint(p, "\n## Modules\n\n")
		rows := [][]string{{"Layer", "Modules", "Lines", "Source-id coverage"}}
		for i, l := range s.layers {
			modules, lines := 0, 0
			for _, m := range s.modules(l) {
				modules++
				lines += m.Lines
			}
			r := g.Coverage.ByLayer[l]
			rows = append(rows, []string{"[" + md(cmp.Or(l, "no layer")) + "](layers/" + s.layerSlugs[i] + ".md)", count(modules), count(lines), percent(r.Value())})
		}
		p.table(rows)
		fmt.Fprintf(p, "\n[Ports](ports.md) · [Findings](findings.md) (%s)\n", count(len(s.o.Findings)))
		p.coverage(g)
		return nil
	})
}

// summary is the first lines of a page about the whole tree.
func (p *page) summary(g *graph.Graph) {
	fmt.Fprintf(p, "%s, %s, %s, %s.", plural(g.Source.Files, "file", "files"), plural(g.Source.Lines, "line", "lines"),
		plural(len(g.Values), "central value", "central values"), plural(reads(g), "reference", "references"))
	for _, r := range g.Roots {
		fmt.Fprintf(p, " Tracked: %s.", mdCode(rootName(r)))
	}
	if g.Source.NARHash != "" {
		fmt.Fprintf(p, " Source: %s.", mdCode(g.Source.NARHash))
	}
	fmt.Fprintln(p)
	if g.Source.Incomplete {
		fmt.Fprint(p, "\n> **Incomplete:** some files could not be read or parsed; the figures leave them out.\n")
	}
}

func (s *site) value(i int) error {
	v := s.values[i]
	name := "values/" + s.valueSlugs[i]
	return s.page(name+".md", valueName(v), func(p *page) error {
		fmt.Fprintf(p, "# %s\n\n[Index](../index.md)\n\n", mdCode(valueName(v)))
		p.value(trees(s.g, []*graph.Value{v})[0], len(s.g.Annotations) > 0)
		var rows [][]string
		for _, l := range v.Literals {
			if !l.Default {
				rows = append(rows, []string{mdCell(cut(oneLine(l.Text), 80)), p.link(l.At)})
			}
		}
		if len(rows) > 0 {
			fmt.Fprint(p, "\n## Set to\n\n")
			p.table(append([][]string{{"Value", "In"}}, rows...))
		}
		rows = nil
		for _, id := range v.IDs {
			rows = append(rows, []string{mdCell(id.Name), md(map[string]string{"declaration": "an annotation at its declaration", "alias": "an alias in the configuration file",
				"rule": "a rewrite rule", "reads": "what the annotated reads agree on"}[id.Evidence])})
		}
		if len(rows) > 0 {
			fmt.Fprint(p, "\n## Ids\n\n")
			p.table(append([][]string{{"Id", "Known from"}}, rows...))
		}
		if v.Type != "" {
			fmt.Fprintf(p, "\nType: %s\n", mdCode(oneLine(v.Type)))
		}
		if v.FanOut.Reads == 0 {
			return nil
		}
		fmt.Fprint(p, "\n## Picture\n")
		o := p.o
		o.View, o.Focus, o.Down, o.Title = "sinks", []string{v.Path}, true, valueName(v)
		return s.picture(p, name+".svg", "Where "+valueName(v)+" ends up", o)
	})
}

// modules lists the files of a layer, each once.
func (s *site) modules(layer string) []*graph.Module {
	var out []*graph.Module
	for _, m := range s.g.Modules {
		known := slices.Contains(s.g.Layers, m.Layer) && m.Layer != ""
		if m.Instance == "" && (m.Layer == layer && known || layer == "" && !known) {
			out = append(out, m)
		}
	}
	return out
}

func (s *site) layer(i int) error {
	l := s.layers[i]
	title := cmp.Or(l, "No layer")
	return s.page("layers/"+s.layerSlugs[i]+".md", title, func(p *page) error {
		fmt.Fprintf(p, "# %s\n\n[Index](../index.md)\n\n", md(title))
		in := map[string]bool{}
		rows := [][]string{{"Module", "Lines", "Reads", "With source-id", "About"}}
		readsIn, covered := map[string]int{}, map[string]int{}
		for _, r := range s.g.References {
			if r.Kind != graph.Guard {
				readsIn[r.At.File]++
				if r.Covered {
					covered[r.At.File]++
				}
			}
		}
		for _, m := range s.modules(l) {
			in[m.Path] = true
			about := ""
			if m.Header != nil {
				about = cmp.Or(m.Header.Summary, m.Header.Title)
			}
			if !m.Reachable {
				about = strings.TrimSpace(about + " (not imported from any entry point)")
			}
			rows = append(rows, []string{p.code(m.Path, graph.Place{File: m.Path, Line: 1}), count(m.Lines), count(readsIn[m.Path]), count(covered[m.Path]), md(about)})
		}
		p.table(rows)
		rows = [][]string{{"Value", "Declared", "Reads"}}
		for _, v := range s.g.Values {
			for _, d := range v.Declared {
				if in[d.File] {
					rows = append(rows, []string{s.valueLink(v), p.link(d), count(v.FanOut.Reads)})
					break
				}
			}
		}
		if len(rows) > 1 {
			fmt.Fprint(p, "\n## Declared here\n\n")
			p.table(rows)
		}
		rows = [][]string{{"Value", "Read by", "Reads"}}
		counts := map[*graph.Value]int{}
		files := map[*graph.Value][]string{}
		for _, r := range s.g.References {
			if r.Kind != graph.Guard && in[r.At.File] {
				counts[r.Value]++
				files[r.Value] = append(files[r.Value], r.At.File)
			}
		}
		for _, v := range s.g.Values {
			if counts[v] == 0 {
				continue
			}
			slices.Sort(files[v])
			var links []string
			for _, f := range slices.Compact(files[v]) {
				links = append(links, p.code(f, graph.Place{File: f, Line: 1}))
			}
			rows = append(rows, []string{s.valueLink(v), strings.Join(links, ", "), count(counts[v])})
		}
		if len(rows) > 1 {
			fmt.Fprint(p, "\n## Read here\n\n")
			p.table(rows)
		}
		return nil
	})
}

// valueLink links a value's page, from a page in another folder beside it.
func (s *site) valueLink(v *graph.Value) string {
	if i := slices.Index(s.values, v); i >= 0 {
		return "[" + mdCell(valueName(v)) + "](../values/" + s.valueSlugs[i] + ".md)"
	}
	return mdCell(valueName(v))
}

func (s *site) ports() error {
	return s.page("ports.md", "Ports", func(p *page) error {
		fmt.Fprint(p, "# Ports\n\n[Index](index.md)\n\n")
		p.ports(s.g)
		if len(Ports(s.g)) == 0 {
			return nil
		}
		o := p.o
		o.View, o.Title = "ports", ""
		return s.picture(p, "ports.svg", "The registry of ports", o)
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
	for _, x := range ports {
		taken[x.Number]++
	}
	rows := [][]string{{"Port", "Value", "Set in", "Read by"}}
	for _, x := range ports {
		number := fmt.Sprint(x.Number)
		if taken[x.Number] > 1 {
			number = "**" + number + "** (given out " + count(taken[x.Number]) + " times)"
		}
		var readers []string
		for _, r := range x.Readers {
			readers = append(readers, p.code(r, graph.Place{File: r, Line: 1}))
		}
		rows = append(rows, []string{number, mdCell(valueName(x.Value)), p.link(x.At), cmp.Or(strings.Join(readers, ", "), "nobody")})
	}
	p.table(rows)
}

func (s *site) findings() error {
	return s.page("findings.md", "Findings", func(p *page) error {
		fmt.Fprint(p, "# Findings\n\n[Index](index.md)\n")
		if len(s.o.Findings) == 0 {
			fmt.Fprint(p, "\nNo check found anything.\n")
			return nil
		}
		fmt.Fprint(p, "\n## By check\n\n")
		rows := [][]string{{"Severity", "Check", "Findings"}}
		for _, c := range sumUp(s.o.Findings) {
			rows = append(rows, []string{md(c.severity), md(c.check), count(c.n)})
		}
		p.table(rows)
		p.findings()
		return nil
	})
}

// slug makes a file name of a value's or layer's name: no case, no character that a shell, a URL or a file system minds.
func slug(name string, taken map[string]bool) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_', r == '.' && b.Len() > 0:
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	base := b.String()
	if len(base) > 80 {
		base = base[:80]
	}
	if base = strings.Trim(base, "-."); base == "" {
		base = "value"
	}
	out := base
	for n := 2; taken[out]; n++ {
		out = fmt.Sprintf("%s-%d", base, n)
	}
	taken[out] = true
	return out
}

// Region writes one thing for the middle of somebody's own page: "metrics", "coverage", "ranking", "ports", "findings" as tables,
// "graph" as a Mermaid picture. It ends with a line break.
func Region(ctx context.Context, g *graph.Graph, kind string, o Options) ([]byte, error) {
	var b bytes.Buffer
	p := &page{bufio.NewWriter(&b), o}
	switch kind {
	case "graph":
		var src bytes.Buffer
		if err := writeMermaid(ctx, &src, g, o); err != nil {
			return nil, err
		}
		fence := "```"
		for strings.Contains(src.String(), fence) {
			fence += "`"
		}
		fmt.Fprintf(p, "%smermaid\n%s\n%s\n", fence, strings.TrimRight(src.String(), "\n"), fence)
	case "metrics":
		p.metrics(g)
	case "coverage":
		p.coverage(g)
	case "ranking":
		vs, _ := critical(g, o.Top, 25)
		rows := [][]string{{"Value", "Reads", "Modules", "Options"}}
		for _, v := range vs {
			rows = append(rows, []string{p.code(valueName(v), declaredAt(v)), count(v.FanOut.Reads), count(v.FanOut.Modules), count(v.FanOut.Sinks)})
		}
		p.table(rows)
	case "ports":
		p.ports(g)
	case "findings":
		if len(o.Findings) == 0 {
			fmt.Fprintln(p, "No check found anything.")
		}
		p.findings()
	default:
		return nil, usagef("no region is called %q (there are %s)", kind, strings.Join(Regions, ", "))
	}
	if err := p.Flush(); err != nil {
		return nil, fmt.Errorf("writing the region: %w", err)
	}
	// The page around has headings of its own.
	text := b.String()
	if rest, ok := strings.CutPrefix(text, "\n## "); ok {
		_, text, _ = strings.Cut(rest, "\n\n")
	}
	return []byte(text), nil
}

// Regions names what Region can write.
var Regions = []string{"graph", "metrics", "coverage", "ranking", "ports", "findings"}
