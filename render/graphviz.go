package render

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"nixsink/internal/layout"
)

// graphvizTime is how long Graphviz may take unless the options say otherwise.
const graphvizTime = 20 * time.Second

// graphvizSVG has Graphviz lay the picture out and makes the result ours.
func graphvizSVG(ctx context.Context, p *picture, o Options) ([]byte, error) {
	limit := o.LayoutTime
	if limit <= 0 {
		limit = graphvizTime
	}
	// The notes stand below our own legend.
	silent := *p
	silent.notes, silent.was = nil, 0
	raw, err := layout.SVG(ctx, dotSource(&silent, o), "dot", limit)
	if err != nil {
		return nil, err
	}
	return clean(raw, p, o)
}

// allowed lists the elements that Graphviz draws with, and the attributes of them that we keep. All else is dropped: colours and
// fonts come from our own style, tooltips and links from the picture, and nothing that could run passes.
var allowed = map[string][]string{
	"g":        {"class", "transform", "id"},
	"path":     {"d", "stroke-width", "stroke-dasharray"},
	"polygon":  {"points", "stroke-width", "stroke-dasharray"},
	"polyline": {"points", "stroke-width", "stroke-dasharray"},
	"ellipse":  {"cx", "cy", "rx", "ry", "stroke-width"},
	"text":     {"x", "y", "text-anchor"},
}

// graphvizCSS adapts our style to Graphviz's groups: what a group is, its shapes inherit.
const graphvizCSS = "text{stroke:none}.edge path{fill:none}.edge polygon{stroke:none}.band>path,.band>polygon{stroke:none}" +
	".cluster text{fill-opacity:1}.viol polygon{fill:#D55E00}.u polygon{stroke-dasharray:none}\n"

// A cleaner copies what is allowed of Graphviz's SVG.
type cleaner struct {
	canvas
	p    *picture
	ends []string // what ends each open element; "" for one that is dropped
	w, h float64
	root int // depth of the group that holds the whole graph, whose own polygon is the ground
}

// clean makes Graphviz's SVG into one of ours.
func clean(raw []byte, p *picture, o Options) ([]byte, error) {
	c := &cleaner{canvas: canvas{opts: o}, p: p}
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.Strict = true
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading Graphviz's SVG: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := c.start(d, t); err != nil {
				return nil, fmt.Errorf("reading Graphviz's SVG: %w", err)
			}
		case xml.EndElement:
			c.WriteString(c.ends[len(c.ends)-1])
			c.ends = c.ends[:len(c.ends)-1]
		case xml.CharData:
			if len(c.ends) > 0 && c.ends[len(c.ends)-1] == "</text>\n" {
				c.WriteString(esc(string(t)))
			}
		}
	}
	if c.w <= 0 || c.h <= 0 {
		return nil, errors.New("Graphviz drew nothing; choose --layout flow, or write --format dot")
	}
	outer := &canvas{opts: o}
	w := max(c.w+2*margin, 560)
	top := headings(outer, p)
	fmt.Fprintf(outer, `<g transform="translate(%s %s)">`+"\n", px(margin), px(top))
	outer.Write(c.Bytes())
	outer.WriteString("</g>\n")
	l := &flowLayout{picture: &picture{view: p.view, nodes: p.nodes, edges: p.edges, marks: p.marks}, unit: 2}
	l.makeRibbons(l.makeBoxes())
	y := outer.legend(l.entries(), p.told(), top+c.h+20, w)
	return outer.document(p.name(), p.describe(), w, y+14, graphvizCSS), nil
}

func (c *cleaner) start(d *xml.Decoder, t xml.StartElement) error {
	name := t.Name.Local
	attr := func(name string) string {
		for _, a := range t.Attr {
			if a.Name.Local == name && a.Name.Space == "" {
				return a.Value
			}
		}
		return ""
	}
	switch {
	case name == "svg":
		// The box counts user units, as the shapes within do; width and height are points.
		if f := strings.Fields(attr("viewBox")); len(f) == 4 {
			c.w, _ = strconv.ParseFloat(f[2], 64)
			c.h, _ = strconv.ParseFloat(f[3], 64)
		}
		c.ends = append(c.ends, "")
		return nil
	case name == "a":
		c.ends = append(c.ends, "")
		return nil
	case allowed[name] == nil:
		return d.Skip()
	case name == "polygon" && len(c.ends) == c.root:
		return d.Skip()
	}
	id, tip := attr("id"), []string(nil)
	if name == "g" {
		href := ""
		if i, ok := index(id, "n", len(c.p.nodes)); ok {
			n := c.p.nodes[i]
			tip, href = n.tip, c.opts.href(n.file, n.line)
		} else if i, ok := index(id, "e", len(c.p.edges)); ok {
			tip = []string{c.p.edges[i].tooltip(c.p)}
		}
		end := "</g>\n"
		if href != "" {
			fmt.Fprintf(c, `<a href="%s" target="_top">`, esc(href))
			end = "</g></a>\n"
		}
		c.ends = append(c.ends, end)
		if attr("class") == "graph" {
			c.root = len(c.ends)
		}
	} else {
		c.ends = append(c.ends, "</"+name+">\n")
	}
	fmt.Fprintf(c, "<%s", name)
	for _, a := range t.Attr {
		if a.Name.Space != "" || !slices.Contains(allowed[name], a.Name.Local) || a.Name.Local == "id" {
			continue
		}
		v := a.Value
		if a.Name.Local == "class" {
			v = strings.TrimPrefix(v, "node ")
		}
		fmt.Fprintf(c, ` %s="%s"`, a.Name.Local, esc(v))
	}
	c.WriteString(">")
	if len(tip) > 0 {
		lines := make([]string, len(tip))
		for i, s := range tip {
			lines[i] = esc(s)
		}
		fmt.Fprintf(c, "<title>%s</title>\n", strings.Join(lines, "&#10;"))
	}
	return nil
}

// index reads a number with a letter before it: n12.
func index(id, letter string, limit int) (int, bool) {
	rest, ok := strings.CutPrefix(id, letter)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(rest)
	return i, err == nil && i >= 0 && i < limit
}
