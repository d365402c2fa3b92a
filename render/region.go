package render

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strings"

	"nixsink/graph"
)

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
			break
		}
		p.worstFindings()
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
