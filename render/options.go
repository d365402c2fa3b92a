package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"nixsink/internal/change"
	"nixsink/internal/check"
	"nixsink/internal/suggest"
)

// Options say what to show and how. The zero value shows everything with the defaults.
type Options struct {
	Title      string         // what the report or picture is called, commonly the repository's name; "" for none
	Link       string         // where a source line is found: "https://…/blob/main/{file}#L{line}"; "" links to nothing (Markdown: to path#Lline)
	Width      int            // columns of the terminal; 0 is 100
	Above      int            // lines that stand above the first screen of a report already
	Color      bool           // text: use ANSI colours
	Benchmarks Benchmarks     // limits of the metrics table; zero fields have the defaults
	Long       bool           // text: every section of the report, not its first screen
	Sections   []string       // text: only these sections of it, each one of Sections
	Path       string         // what the commands that the first screen names need to speak of this tree, as a shell takes it
	Base       *change.Change // pictures show both of its sides, and mark what differs; nil for the present state alone. The graph is its present side
	Checks     check.Config   // what the repository calls a secret, for their picture
	Findings   []Finding      // what the checks found, sorted; shown by text, markdown and json

	View   string // one of Views; "" is the overview, or modules where a part is asked for
	Layout string // "flow" (our own, plain SVG), "dot" (Graphviz); "" is what suits the view best

	Focus      []string      // ids, value paths, modules or options to look at; nil shows all
	Depth      int           // how many steps from the focus; 0 is as far as it goes
	Up, Down   bool          // only against or only along the flow; neither is both
	Reaches    []string      // only what flows into these options (a prefix or glob)
	MinReads   int           // only values with at least so many reads
	Top        int           // only so many values, most read first; 0 is all
	Collapse   []string      // "folder", "layer", "service", or a regular expression whose first group (or match) names the folded node
	Include    []string      // globs over module paths, value paths, ids and options; nil is all
	Exclude    []string      // globs of what to leave out
	Highlight  []string      // ids, values, modules or options to bring out
	AllFlows   bool          // JSON: list all flows, however many
	MaxNodes   int           // more nodes than this are folded; 0 is 150 and, in SVG, what fits a page; in the overview and Mermaid 30; negative never folds
	LayoutTime time.Duration // how long Graphviz may take; 0 is 20 s
}

// Finding is what a check found, as the formats show it.
type Finding struct {
	Check                            string // "missing-source-id"
	Severity                         string // "error", "warning", "info"
	File                             string
	Line, Column, EndLine, EndColumn int
	Message                          string
	Value                            string // the central value, option, service or file that it speaks of, "" if none
	Depends                          string // what unseen may be the reason that it was found, "" if nothing
	Related                          []Related
	Fixes                            []Fix
}

// Related is another place that a finding speaks of.
type Related struct {
	File    string
	Line    int
	Column  int
	Message string
}

// Fix is a change that would settle a finding.
type Fix struct {
	Message string
	Edits   []Edit
}

// Edit replaces the bytes from Start up to End of a file with Text.
type Edit struct {
	File  string
	Start int
	End   int
	Text  string
}

// View is one way to look at the graph.
type View struct {
	Name, Help string
	Title      string   // what stands above the picture
	Layouts    []string // that can draw it as SVG; the first is the default
}

// Views holds every view, the default first.
var Views = []View{
	{"overview", "one page: the most read values, the parts of the configuration that read them, the services they end up in", "Where the central values end up", []string{"flow", "dot"}},
	{"modules", "which module reads which value, modules by layer", "Which module reads which value", []string{"flow", "dot"}},
	{"sinks", "value → module → option: where every value ends up", "Where values end up", []string{"flow", "dot"}},
	{"values", "value → option and value → value, without the modules between", "What values become part of", []string{"flow", "dot"}},
	{"imports", "which module imports which", "Which module imports which", []string{"flow", "dot"}},
	{"layers", "which layer reads the values of which", "Which layer reads the values of which", []string{"flow", "dot"}},
	{"hosts", "hosts × services and values: what sets them apart", "What sets the hosts apart", []string{"flow", "dot"}},
	{"exposure", "port → firewall → service → proxy → name", "What can be reached from outside", []string{"flow", "dot"}},
	{"secrets", "file → secret → service → user", "Where secrets end up", []string{"flow", "dot"}},
	{"registry", "ports, addresses, names and uids: who binds them, who else reads them", "What is given out, and to whom", []string{"flow", "dot"}},
	{"ports", "the registry of ports: ranges, owners, collisions", "Ports", []string{"flow"}},
	{"heat", "annotation coverage of every module", "Source-id coverage by module", []string{"flow"}},
}

// partial reports whether a part is asked for, not the whole.
func (o Options) partial() bool {
	return len(o.Focus)+len(o.Reaches)+len(o.Include)+len(o.Exclude)+len(o.Collapse)+o.Top+o.MinReads > 0
}

// view finds the view that the options ask for.
func (o Options) view() (View, error) {
	name := o.View
	switch {
	case name != "":
	case len(o.Focus)+len(o.Reaches) > 0:
		name = "sinks" // where it ends up, as trace tells it
	case o.partial():
		name = "modules" // who asks for a part wants to see its parts
	default:
		name = "overview"
	}
	var names []string
	for _, v := range Views {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	near := ""
	if n := suggest.Nearest(o.View, names); n != "" {
		near = fmt.Sprintf("; did you mean %q?", n)
	}
	return View{}, usagef("no view is called %q%s (there are %s)", o.View, near, strings.Join(names, ", "))
}

// Check reports what is wrong with the options as a *UsageError: an unknown view or layout, a link that no
// picture should carry, a regular expression or glob that cannot be read.
func (o Options) Check() error {
	v, err := o.view()
	if err != nil {
		return err
	}
	if o.Layout != "" && !slices.Contains(v.Layouts, o.Layout) {
		return usagef("the view %s cannot be laid out with %q (it can with %s)", v.Name, o.Layout, strings.Join(v.Layouts, ", "))
	}
	if o.Link != "" && !safeURL(o.Link) {
		return usagef("the link %q is neither http(s) nor relative", o.Link)
	}
	for _, c := range o.Collapse {
		if _, err := regexp.Compile(c); err != nil {
			return usagef("--collapse: %v", err)
		}
	}
	for _, g := range slices.Concat(o.Include, o.Exclude, o.Reaches) {
		if _, err := compileGlob(g); err != nil {
			return usagef("the pattern %q: %v", g, err)
		}
	}
	for _, name := range o.Sections {
		if !slices.Contains(Sections, name) {
			return usagef("the report has no section %q (there are %s)", name, strings.Join(Sections, ", "))
		}
	}
	if o.Depth < 0 || o.MinReads < 0 || o.Top < 0 {
		return usagef("depth, least reads and top cannot be negative")
	}
	return nil
}
