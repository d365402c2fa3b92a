package render

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/fault"
)

// PageOptions say how a set of pages is laid out.
type PageOptions struct {
	Options
	Root        string      // slash-separated way from the pages' folder to the tree: "../.."; source lines are linked there without a Link
	FrontMatter bool        // begin every page with its title in YAML, for site generators
	Summary     bool        // write SUMMARY.md too, the table of contents that mdBook goes by
	Review      *ReviewPage // the review, whose page is left out if it is nil; commits are no part of it: what is committed would always be stale
}

// A PageFile is one file of a set of pages.
type PageFile struct {
	Name string // slash-separated, within the pages' folder
	Data []byte
}

// pageMark is what every page says of itself.
const pageMark = "<!-- Written by 'nixsink docs'"

// IsPage reports whether a file looks like one that Pages made, with this version or another.
func IsPage(name string, data []byte) bool {
	switch {
	case path.Base(name) == "SUMMARY.md":
		return bytes.HasPrefix(data, []byte(summaryHead))
	case strings.HasSuffix(name, ".svg"):
		return bytes.Contains(data, []byte(`id="nixsink-title"`))
	}
	return bytes.Contains(data[:min(len(data), 1000)], []byte(pageMark))
}

// pagesCritical bounds the values that get a page: a file each for thousands of values would help nobody.
const pagesCritical = 200

// Pages writes a set of Markdown pages with their pictures: an overview, all values, a page for each critical value, a page for each
// layer, the ports, the coverage, the findings and the review. Links between them are relative. The files are sorted by name. An error that is a
// *fault.Fault or *budget.CutError, or several, costs pages: the others are there.
func Pages(ctx context.Context, g *graph.Graph, o PageOptions) ([]PageFile, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	s := &site{ctx: ctx, g: g, o: o, annotated: len(g.Annotations) > 0, decl: declarationsOf(g, o.Findings), reads: map[*graph.Value][]*graph.Reference{}}
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			s.reads[r.Value] = append(s.reads[r.Value], r)
		}
	}
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
	steps := []func() error{s.index, s.allValues, s.ports, s.coverage, s.findings}
	if o.Review != nil {
		steps = append(steps, s.review)
	}
	if o.Summary {
		steps = append(steps, s.summary)
	}
	for i := range s.values {
		steps = append(steps, func() error { return s.value(i) })
	}
	for i := range s.layers {
		steps = append(steps, func() error { return s.layer(i) })
	}
	var faults []error // each costs a page
	for i, step := range steps {
		var err error
		if why := budget.From(ctx).Over(budget.Rest); why != nil {
			c := budget.Cut{Stage: "the writing of pages", Why: why, Missing: plural(len(steps)-i, "page is", "pages are") + " not written"}
			budget.From(ctx).Cut(c)
			faults = append(faults, &budget.CutError{Cut: c})
			break
		}
		if f := fault.Catch("write a page", "", func() { err = step() }); f != nil {
			faults = append(faults, f)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.files, func(a, b PageFile) int { return cmp.Compare(a.Name, b.Name) })
	return s.files, errors.Join(faults...)
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
	annotated              bool // somebody writes source-ids here: otherwise, that a read has none is no news
	decl                   declarations
	reads                  map[*graph.Value][]*graph.Reference
	into                   map[*graph.Value][]*graph.Flow // direct flows, by the value that they end in; made when asked for
}

// options are the options for what lies in a folder of the site: source lines are found from there.
func (s *site) options(name string) Options {
	o := s.o.Options
	if o.Link == "" {
		o.Link = path.Join(strings.Repeat("../", strings.Count(name, "/")), s.o.Root, "{file}") + "#L{line}"
	}
	return o
}

// page writes one page: its heading, the ways to the others, and what write writes.
func (s *site) page(name, title, heading string, write func(p *page) error) error {
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
	fmt.Fprintf(p, "%s: changes here are lost. -->\n\n", pageMark)
	fmt.Fprintf(p, "# %s\n\n%s\n", heading, s.ways(name))
	if err := write(p); err != nil {
		return err
	}
	if err := p.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	s.files = append(s.files, PageFile{name, b.Bytes()})
	return nil
}

// ways links the pages that everybody looks for, from a page with this name.
func (s *site) ways(name string) string {
	var out []string
	for _, to := range [][2]string{{"index.md", "Overview"}, {"values/index.md", "Values"}, {"ports.md", "Ports"}, {"coverage.md", "Coverage"}, {"findings.md", "Findings"}, {"review.md", "Review"}} {
		if to[0] == "review.md" && s.o.Review == nil {
			continue
		}
		if to[0] == name {
			out = append(out, "**"+to[1]+"**")
		} else {
			out = append(out, "["+to[1]+"]("+strings.Repeat("../", strings.Count(name, "/"))+to[0]+")")
		}
	}
	return strings.Join(out, " · ")
}

// review is the page of the review.
func (s *site) review() error {
	return s.page("review.md", "Review", "Review", func(p *page) error {
		p.o.Findings = s.o.Findings
		p.review(s.g, s.o.Review)
		for _, v := range []struct{ view, title string }{{"exposure", "What can be reached from outside"}, {"secrets", "Where secrets end up"}, {"registry", "What is given out, and to whom"}, {"hosts", "What sets the hosts apart"}} {
			o := p.o
			o.View = v.view
			if why, err := Nothing(s.g, o); err != nil || why != "" {
				continue
			}
			fmt.Fprintf(p, "\n## %s\n", v.title)
			if err := s.picture(p, s.g, v.view+".svg", v.title, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// picture draws a view of a graph beside a page and embeds it.
func (s *site) picture(p *page, g *graph.Graph, name, alt string, o Options) error {
	var b bytes.Buffer
	if err := writeSVG(s.ctx, &b, g, o); err != nil {
		return fmt.Errorf("draw %s: %w", name, err)
	}
	s.files = append(s.files, PageFile{name, b.Bytes()})
	fmt.Fprintf(p, "\n[![%s](%s)](%[2]s)\n", md(alt), path.Base(name))
	return nil
}

var device = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`) })

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
	// Windows has no files of these names, whatever comes after the dot.
	if device().MatchString(base) {
		base = "_" + base
	}
	out := base
	for n := 2; taken[out]; n++ {
		out = fmt.Sprintf("%s-%d", base, n)
	}
	taken[out] = true
	return out
}
