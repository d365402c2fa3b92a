package render

import (
	"context"

	"nixsink/graph"
	"nixsink/internal/budget"
)

// A picture of a whole tree is a page: what is larger than that is folded further than its number of nodes asks for.
const (
	pageHigh = 1000.0
	pageWide = 1000.0
)

// pageRibbons is how many ribbons, lane by lane, a picture of values has where one can still tell them apart: it has more columns than others. With more
// than four columns they may be more, for so many of them pass by.
const (
	pageRibbons   = 240
	columnRibbons = 80
)

// pageNodes is up to how many nodes a view may fit a page.
var pageNodes = map[string]int{"modules": 80, "sinks": 80, "values": 80, "imports": 120}

// onePage draws a picture again, folded further, until it is no larger than a page. Who asks for a part, or says how many nodes, gets that.
// Where the budget of the run is used up, it is folded no further, and says so.
func onePage(ctx context.Context, p *picture, g *graph.Graph, o Options) (*picture, error) {
	most := pageNodes[p.view.Name]
	if p.empty != "" || most == 0 || o.MaxNodes != 0 || o.partial() {
		return p, nil
	}
	again := func() (*picture, error) {
		p, err := draw(g, o, true)
		if err == nil && o.MaxNodes > 0 && len(p.nodes) > o.MaxNodes {
			p.squeeze(o.MaxNodes, "The least used of each kind are folded into one.")
		}
		return p, err
	}
	cut := ""
	for fits := len(p.nodes) <= most && p.fitsPage(); !fits && most >= 12; most = most * 4 / 5 {
		o.MaxNodes = most
		if why := budget.From(ctx).Over(budget.Rest); why != nil {
			c := budget.Cut{Stage: "the layout", Why: why, Missing: "this is folded no further to fit a page"}
			budget.From(ctx).Cut(c)
			cut = c.String() + "."
			break
		}
		var err error
		if p, err = again(); err != nil {
			return nil, err
		}
		fits = p.fitsPage()
	}
	p, err := again() // the layouts name and place nodes: what was measured is not drawn
	if err == nil && cut != "" {
		p.notes = append(p.notes, cut)
	}
	return p, err
}

// fitsPage lays a picture out and says whether it is no larger than a page.
func (p *picture) fitsPage() bool {
	if p.view.Name == "imports" {
		return layoutOutline(p).h <= pageHigh-150
	}
	f := layoutFlow(p)
	wide := pageWide - 2*margin
	if p.compared != nil {
		wide += 160 // signs and bold letters: to fold what differs for their sake would tell less
	}
	if p.view.Name == "values" {
		most := pageRibbons
		if n := len(f.columns); n > 4 {
			most = n * columnRibbons
		}
		if len(f.ribbons) > most {
			return false
		}
		wide *= 1.12 // drawn a little smaller, its letters have ten pixels: six columns tell more than fewer
	}
	return f.h <= pageHigh-170 && f.w <= wide
}
