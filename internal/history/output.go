package history

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nixsink/internal/escape"
)

// Formats lists the formats that a history can be written in.
var Formats = []string{"table", "json", "svg"}

// Write writes the points in a format; top is how many values are followed.
func Write(w io.Writer, format string, points []Point, top int) error {
	switch format {
	case "json":
		return writeJSON(w, points, top)
	case "svg":
		return writeSVG(w, points, Top(points, min(top, len(tones))))
	}
	return writeTable(w, points, Top(points, top))
}

func percent(p Point) string {
	if r, ok := p.Coverage.Value(); ok {
		return fmt.Sprintf("%.1f %%", 100*r)
	}
	return "n/a"
}

func writeTable(w io.Writer, points []Point, top []string) error {
	rows := [][]string{{"commit", "date", "source-id", "findings", "errors"}}
	rows[0] = append(rows[0], top...)
	rows[0] = append(rows[0], "subject")
	for _, p := range points {
		row := []string{p.Commit[:10], p.Date, percent(p), fmt.Sprint(p.Findings.Total()), fmt.Sprint(p.Findings.Error)}
		if p.Incomplete {
			row[2] += " ?" // a file could not be read: the share is of the others
		}
		for _, name := range top {
			row = append(row, fmt.Sprint(p.FanOut[name]))
		}
		rows = append(rows, append(row, p.Subject))
	}
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i := range r {
			r[i] = escape.Terminal(r[i])
		}
		for i, cell := range r {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			switch {
			case i == len(r)-1:
				b.WriteString(cell)
			case i >= 2:
				b.WriteString(pad + cell + "  ")
			default:
				b.WriteString(cell + pad + "  ")
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, points []Point, top int) error {
	type ratio struct {
		Covered    int      `json:"covered"`
		Total      int      `json:"total"`
		Unresolved int      `json:"unresolved"`
		Ratio      *float64 `json:"ratio"` // null where there is nothing to cover
	}
	type commit struct {
		Point
		Coverage ratio `json:"sourceId"`
	}
	out := struct {
		Schema  string   `json:"schema"`
		Top     []string `json:"top"`
		Commits []commit `json:"commits"`
	}{Schema: "nixsink-history/1", Top: append([]string{}, Top(points, top)...), Commits: []commit{}}
	for _, p := range points {
		r := ratio{p.Coverage.Covered, p.Coverage.Total, p.Coverage.Unresolved, nil}
		if x, ok := p.Coverage.Value(); ok {
			r.Ratio = &x
		}
		out.Commits = append(out.Commits, commit{p, r})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// tones are Okabe and Ito's colours, light and dark; each line has a name beside its end as well.
var tones = [][2]string{{"#0072B2", "#4FA8E0"}, {"#009E73", "#2FC79B"}, {"#E69F00", "#F0B73F"}, {"#CC79A7", "#E3A0C4"}, {"#56B4E9", "#8FD0F5"}}

const (
	chartLeft, chartRight, chartWidth = 60, 220, 900
	panelHeight, panelGap, chartTop   = 130, 46, 56
)

// curve is one line of a panel; a value below 0 is a gap.
type curve struct {
	name   string
	tone   int
	values []float64
}

func writeSVG(w io.Writer, points []Point, top []string) error {
	n := len(points)
	series := func(get func(Point) float64) []float64 {
		out := make([]float64, n)
		for i, p := range points {
			out[i] = get(p)
		}
		return out
	}
	coverage := curve{"source-id", 0, series(func(p Point) float64 {
		if r, ok := p.Coverage.Value(); ok {
			return 100 * r
		}
		return -1
	})}
	findings := []curve{
		{"all", 0, series(func(p Point) float64 { return float64(p.Findings.Total()) })},
		{"warnings, errors", 2, series(func(p Point) float64 { return float64(p.Findings.Warning + p.Findings.Error) })},
	}
	var fan []curve
	for i, name := range top {
		fan = append(fan, curve{name, i % len(tones), series(func(p Point) float64 { return float64(p.FanOut[name]) })})
	}
	type chart struct {
		title  string
		curves []curve
		most   float64
		unit   string
	}
	panels := []chart{{"findings", findings, 0, ""}, {"reads of the values with the largest fan-out", fan, 0, ""}}
	// Where no commit has an annotation, a line at zero says nothing.
	if slices.ContainsFunc(coverage.values, func(v float64) bool { return v > 0 }) {
		panels = slices.Insert(panels, 0, chart{"source-id coverage", []curve{coverage}, 100, " %"})
	}
	height := chartTop + len(panels)*(panelHeight+panelGap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t">`+"\n", chartWidth, height, chartWidth, height)
	b.WriteString("<title id=\"t\">Traceability by commit</title>\n<style>\ntext{font-family:Verdana,\"DejaVu Sans\",sans-serif;font-size:11px;fill:#1F2328}.bg{fill:#FFFFFF}.h1{font-size:16px;font-weight:bold}.h2{fill:#59636E}.g{stroke:#D1D9E0}.end{text-anchor:end}polyline{fill:none;stroke-width:2;stroke-linejoin:round}\n")
	for i, t := range tones {
		fmt.Fprintf(&b, ".s%d{stroke:%s}.f%d{fill:%s}\n", i, t[0], i, t[0])
	}
	b.WriteString("@media (prefers-color-scheme:dark){text{fill:#E6EDF3}.bg{fill:#0D1117}.h2{fill:#9198A1}.g{stroke:#3D444D}\n")
	for i, t := range tones {
		fmt.Fprintf(&b, ".s%d{stroke:%s}.f%d{fill:%s}\n", i, t[1], i, t[1])
	}
	b.WriteString("}\n</style>\n")
	fmt.Fprintf(&b, "<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n<text class=\"h1\" x=\"%d\" y=\"26\">Traceability by commit</text>\n", chartWidth, height, 20)
	y := chartTop
	for _, p := range panels {
		panel(&b, p.title, p.curves, p.most, p.unit, y, points)
		y += panelHeight + panelGap
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// panel draws curves below one another's title over the same commits.
func panel(b *strings.Builder, title string, curves []curve, most float64, unit string, top int, points []Point) {
	n := len(points)
	for _, c := range curves {
		for _, v := range c.values {
			most = max(most, v)
		}
	}
	most = nice(most)
	right := chartWidth - chartRight
	x := func(i int) float64 {
		if n < 2 {
			return chartLeft
		}
		return chartLeft + float64(i)*float64(right-chartLeft)/float64(n-1)
	}
	base := float64(top + 12 + panelHeight - 24)
	yOf := func(v float64) float64 { return base - v/most*float64(panelHeight-24) }
	fmt.Fprintf(b, "<text x=\"20\" y=\"%d\">%s</text>\n", top, html.EscapeString(escape.Terminal(title)))
	for _, part := range []float64{0, .5, 1} {
		fmt.Fprintf(b, "<line class=\"g\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"h2 end\" x=\"%d\" y=\"%.1f\">%g%s</text>\n",
			chartLeft, right, yOf(most*part), yOf(most*part), chartLeft-6, yOf(most*part)+4, most*part, unit)
	}
	if n > 0 {
		fmt.Fprintf(b, "<text class=\"h2\" x=\"%d\" y=\"%.1f\">%s</text>\n", chartLeft, base+16, points[0].Date)
	}
	if n > 1 {
		fmt.Fprintf(b, "<text class=\"h2 end\" x=\"%d\" y=\"%.1f\">%s</text>\n", right, base+16, points[n-1].Date)
	}
	last := []float64{} // where names stand already
	for _, c := range curves {
		var run []string
		flush := func() {
			if len(run) == 1 { // a point alone makes no line
				xy := strings.Split(run[0], ",")
				fmt.Fprintf(b, "<circle class=\"f%d\" cx=\"%s\" cy=\"%s\" r=\"3\"/>\n", c.tone, xy[0], xy[1])
			} else if len(run) > 1 {
				fmt.Fprintf(b, "<polyline class=\"s%d\" points=\"%s\"/>\n", c.tone, strings.Join(run, " "))
			}
			run = nil
		}
		for i, v := range c.values {
			if v < 0 {
				flush()
				continue
			}
			run = append(run, fmt.Sprintf("%.1f,%.1f", x(i), yOf(v)))
		}
		flush()
		if n == 0 || c.values[n-1] < 0 {
			continue
		}
		at := yOf(c.values[n-1]) + 4
		for moved := true; moved; {
			moved = false
			for _, o := range last {
				if d := at - o; d < 13 && d > -13 {
					at, moved = o+13.5, true // more than the bound: o+13-o may be less than 13
				}
			}
		}
		last = append(last, at)
		name := short(c.name)
		fmt.Fprintf(b, "<circle class=\"f%d\" cx=\"%d\" cy=\"%.1f\" r=\"4\"/><text x=\"%d\" y=\"%.1f\">%s %.4g%s</text>\n", c.tone, right+14, at-4, right+23, at, html.EscapeString(escape.Terminal(name)), c.values[n-1], unit)
	}
}

// longest is how many characters of a name fit beside the curves.
const longest = 24

// short is the end of a name, from a dot on where that fits.
func short(name string) string {
	runes := []rune(name)
	if len(runes) <= longest {
		return name
	}
	end := string(runes[len(runes)-longest+1:])
	if _, whole, ok := strings.Cut(end, "."); ok {
		end = whole
	}
	return "…" + end
}

// nice is the next 1, 2 or 5 with zeros, so that the scale has round numbers.
func nice(v float64) float64 {
	for unit := 1.0; ; unit *= 10 {
		for _, k := range []float64{2, 4, 10} {
			if v <= k*unit {
				return k * unit
			}
		}
	}
}
