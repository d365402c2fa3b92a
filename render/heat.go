package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

// heatSteps are the colours of coverage from none to all: lightness falls steadily, so that it reads without colour too.
// Every cell also says its figure.
var heatSteps = []struct {
	upTo        float64
	light, dark string // ground
	ink, inkD   string
}{
	{0.0001, "#FFFFFF", "#0D1117", "#1F2328", "#E6EDF3"},
	{0.25, "#E3EEF8", "#14273A", "#1F2328", "#E6EDF3"},
	{0.50, "#B5D3EC", "#1B4466", "#1F2328", "#E6EDF3"},
	{0.75, "#7FB2DC", "#2B6A9C", "#1F2328", "#FFFFFF"},
	{0.9999, "#2D79B2", "#5FA8DB", "#FFFFFF", "#0D1117"},
	{1, "#0A4A7D", "#A9D6F5", "#FFFFFF", "#0D1117"},
}

func heatCSS() string {
	var b strings.Builder
	for i, s := range heatSteps {
		fmt.Fprintf(&b, ".t%d{fill:%s;stroke:#8C959F}.k%d{fill:%s}", i, s.light, i, s.ink)
	}
	b.WriteString(".tn{fill:none;stroke:#D1D9E0}\n@media (prefers-color-scheme:dark){")
	for i, s := range heatSteps {
		fmt.Fprintf(&b, ".t%d{fill:%s;stroke:#656C76}.k%d{fill:%s}", i, s.dark, i, s.inkD)
	}
	b.WriteString(".tn{stroke:#3D444D}}\n")
	return b.String()
}

func heatStep(v float64) int {
	for i, s := range heatSteps {
		if v <= s.upTo {
			return i
		}
	}
	return len(heatSteps) - 1
}

const (
	heatRow   = 24.0
	heatWidth = pageWide - 2*margin
)

// A heatCell is a module, or a folder of them, with its coverage.
type heatCell struct {
	path, label, layer string
	ratio              graph.Ratio
	modules            int
}

// heatSVG draws source-id coverage of every module as cells, layer by layer. What would be higher than a page is folded further.
func heatSVG(g *graph.Graph, o Options) ([]byte, error) {
	svg, h, err := drawHeat(g, o)
	if o.MaxNodes != 0 || o.partial() {
		return svg, err
	}
	for limit := maxNodes; err == nil && h > pageHigh && limit >= 20; limit = limit * 2 / 3 {
		o.MaxNodes = limit
		svg, h, err = drawHeat(g, o)
	}
	return svg, err
}

// drawHeat draws it with the cells that the options ask for, and gives its height.
func drawHeat(g *graph.Graph, o Options) (svg []byte, h float64, err error) {
	cells, quiet, note, err := heatCells(g, o)
	if err != nil {
		return nil, 0, err
	}
	title := titled(o.Title, "Source-id coverage by module")
	if len(cells) == 0 || len(g.Annotations) == 0 {
		return emptySVG(&picture{title: o.Title, empty: noHeat(g)}, o), 0, nil
	}
	c := &canvas{opts: o}
	id := g.Coverage.SourceID
	desc := fmt.Sprintf("%s of all reads carry their source-id (%s)", percent(id.Value()), fraction(id, "references"))
	c.head(title, desc)
	y := headRoom
	for _, layer := range heatLayers(g, cells) {
		name, r := layer, g.Coverage.ByLayer[layer]
		if name == "" {
			name = "(no layer)"
		}
		c.text("h3", margin, y, name)
		c.text("n end", margin+heatWidth, y, percent(r.Value())+", "+fraction(r, "references"))
		fmt.Fprintf(c, `<path class="rule" d="M%s %sh%s"/>`+"\n", px(margin), px(y+6), px(heatWidth))
		y += 14
		x := margin
		for _, cell := range cells {
			if cell.layer != layer {
				continue
			}
			v, _ := cell.ratio.Value()
			figure := fmt.Sprintf("%d/%d", cell.ratio.Covered, cell.ratio.Total)
			w := textWidth(cell.label, fontSize) + textWidth(figure, 10) + 2*boxPad + 12
			if x > margin && x+w > margin+heatWidth {
				x = margin
				y += heatRow + 4
			}
			drawCell(c, cell, figure, heatStep(v), x, y, w)
			x += w + 4
		}
		y += heatRow + 28
	}
	x := margin
	for i, text := range []string{"none", "up to a quarter", "up to half", "up to three quarters", "more", "all"} {
		c.rect(fmt.Sprintf("t%d", i), x, y-11, 26, 14, 2)
		c.text("n", x+34, y, text)
		x += 34 + textWidth(text, 10) + 20
	}
	notes := note
	if quiet > 0 {
		notes = append(notes, plural(quiet, "module reads", "modules read")+" no central value and are not shown.")
	}
	for _, n := range notes {
		y += 20
		c.text("n", margin, y, n)
	}
	return c.document(title, strings.Join(append([]string{desc}, notes...), ". "), heatWidth+2*margin, y+20, heatCSS()), y + 20, nil
}

// noHeat says why there is no coverage to draw: where nobody annotates, it would be a page of zeros.
func noHeat(g *graph.Graph) string {
	if g.Empty == "" && len(g.Annotations) == 0 && len(g.References) > 0 {
		return "no comment here names a source-id, so that there is no coverage to draw; the view modules shows who reads what"
	}
	return cmp.Or(g.Empty, "no module reads a central value")
}

func drawCell(c *canvas, cell heatCell, figure string, step int, x, y, w float64) {
	file := cell.path
	tip := []string{cell.path, percent(cell.ratio.Value()) + ", " + fraction(cell.ratio, "references")}
	if cell.modules > 1 {
		tip = append(tip, plural(cell.modules, "module", "modules"))
		file = ""
	}
	defer c.open("cell", tip, file, 1)()
	c.rect(fmt.Sprintf("t%d", step), x, y, w, heatRow, 2)
	c.text(fmt.Sprintf("k%d", step), x+boxPad, y+heatRow/2+4, cell.label)
	// The figure has the label's ink: grey on a strong ground would be hard to read.
	fmt.Fprintf(c, `<text class="k%d end" font-size="10" x="%s" y="%s">%s</text>`+"\n", step, px(x+w-boxPad), px(y+heatRow/2+4), figure)
}

// heatCells lists the modules that read something, with their coverage; too many are folded into their folders.
// quiet counts the modules that read nothing.
func heatCells(g *graph.Graph, o Options) (cells []heatCell, quiet int, notes []string, err error) {
	include, err := compileGlobs(o.Include)
	if err != nil {
		return nil, 0, nil, err
	}
	exclude, err := compileGlobs(o.Exclude)
	if err != nil {
		return nil, 0, nil, err
	}
	l := layersOf(g)
	for file := range l.of {
		if g.Coverage.ByModule[file].Total == 0 {
			quiet++
		}
	}
	for _, file := range slices.Sorted(maps.Keys(g.Coverage.ByModule)) {
		r := g.Coverage.ByModule[file]
		n := &node{names: []string{file}, label: moduleLabel(file, l.of[file])}
		if r.Total == 0 || len(include) > 0 && !n.matches(include) || n.matches(exclude) || len(o.Focus) > 0 && !slices.ContainsFunc(o.Focus, n.called) {
			continue
		}
		cells = append(cells, heatCell{path: file, label: elide(n.label), layer: l.of[file], ratio: r, modules: 1})
	}
	limit := o.MaxNodes
	if limit == 0 {
		limit = 2 * maxNodes
	}
	folder := slices.Contains(o.Collapse, "folder")
	if !folder && (limit < 0 || len(cells) <= limit) {
		return cells, quiet, nil, nil
	}
	was := len(cells)
	for depth := 8; depth > 0 && (folder || len(cells) > limit); depth-- {
		cells = foldCells(cells, depth)
		folder = false
	}
	return cells, quiet, []string{fmt.Sprintf("Folded from %s to %s folders. See all with --max-nodes -1, a part with --only.", plural(was, "module", "modules"), count(len(cells)))}, nil
}

func foldCells(cells []heatCell, depth int) []heatCell {
	at := map[[2]string]int{}
	var out []heatCell
	for _, c := range cells {
		parts := strings.Split(strings.TrimSuffix(c.path, "/"), "/")
		dir := "./"
		if len(parts) > 1 {
			dir = strings.Join(parts[:min(len(parts)-1, depth)], "/") + "/"
		}
		if c.modules > 1 || strings.HasSuffix(c.path, "/") {
			dir = strings.Join(parts[:min(len(parts), depth)], "/") + "/"
		}
		k := [2]string{c.layer, dir}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, heatCell{path: dir, label: elide(cmp.Or(strings.TrimPrefix(dir, c.layer+"/"), dir)), layer: c.layer})
		}
		out[i].ratio.Covered += c.ratio.Covered
		out[i].ratio.Total += c.ratio.Total
		out[i].modules += c.modules
	}
	return out
}

// heatLayers lists the layers that have cells, in their order, what has none last.
func heatLayers(g *graph.Graph, cells []heatCell) []string {
	var out []string
	for _, c := range cells {
		if !slices.Contains(out, c.layer) {
			out = append(out, c.layer)
		}
	}
	p := &picture{layers: g.Layers}
	slices.SortFunc(out, func(a, b string) int {
		if d := p.layerOrder(a) - p.layerOrder(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return out
}
