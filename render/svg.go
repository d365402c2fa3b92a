package render

import (
	"context"
	"fmt"
	"io"

	"nixsink/graph"
)

// writeSVG draws the view with its layout: our own flow picture, or Graphviz.
func writeSVG(ctx context.Context, w io.Writer, g *graph.Graph, o Options) error {
	v, err := o.view()
	if err != nil {
		return err
	}
	layout := o.Layout
	if layout == "" {
		layout = v.Layouts[0]
	}
	if err := o.Check(); err != nil {
		return err
	}
	o.Layout = layout
	svg, err := drawSVG(ctx, v, g, o)
	if err != nil {
		return err
	}
	return writeAll(w, svg)
}

func writeAll(w io.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}

func drawSVG(ctx context.Context, v View, g *graph.Graph, o Options) ([]byte, error) {
	switch v.Name {
	case "ports":
		if o.Base == nil {
			return portsSVG(g, o)
		}
	case "heat":
		if o.Base == nil {
			return heatSVG(g, o)
		}
	case "hosts":
		if o.Base == nil && o.Layout != "dot" {
			return hostsSVG(g, o)
		}
	case "registry":
		if o.Base == nil && o.Layout != "dot" {
			return registrySVG(g, o)
		}
	}
	p, err := draw(g, o, true)
	if err == nil && o.Layout != "dot" {
		p, err = onePage(ctx, p, g, o)
	}
	switch {
	case err != nil:
		return nil, err
	case p.empty != "":
		return emptySVG(p, o), nil
	case o.Layout == "dot":
		return graphvizSVG(ctx, p, o)
	}
	if v.Name == "imports" {
		return outlineSVG(p, o), nil
	}
	return flowSVG(p, o), nil
}

// Nothing says why the picture that the options ask for would be empty; "" if there is something in it.
func Nothing(g *graph.Graph, o Options) (string, error) {
	if err := o.Check(); err != nil {
		return "", err
	}
	if o.Base != nil {
		p, err := draw(g, o, true)
		if err != nil {
			return "", err
		}
		return p.empty, nil
	}
	switch o.View {
	case "ports":
		ports, err := choosePorts(g, o)
		if err != nil || len(ports) > 0 {
			return "", err
		}
		return noPorts(g), nil
	case "heat":
		cells, _, _, err := heatCells(g, o)
		if err != nil || len(cells) > 0 && len(g.Annotations) > 0 {
			return "", err
		}
		return noHeat(g), nil
	case "hosts":
		s, err := hostsOf(g, o)
		if err != nil {
			return "", err
		}
		return s.nothing, nil
	case "registry":
		all, err := registryOf(g, o)
		if err != nil || len(all) > 0 {
			return "", err
		}
		return noRegistry(g), nil
	}
	p, err := draw(g, o, true)
	if err != nil {
		return "", err
	}
	return p.empty, nil
}

// emptySVG says in the picture why there is nothing in it.
func emptySVG(p *picture, o Options) []byte {
	c := &canvas{opts: o}
	title := "Nothing to show"
	if p.title != "" {
		title = p.title + ": nothing to show"
	}
	c.text("h1", margin, 34, title)
	y := 40.0
	for _, l := range wrapText(p.empty, fontSize, 560-2*margin) {
		y += 18
		c.text("h2", margin, y, l)
	}
	return c.document(title, p.empty, 560, y+24, "")
}
