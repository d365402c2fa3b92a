package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// A portRange is a thousand of port numbers that has entries.
type portRange struct {
	from  int // 20000
	ports []Port
}

const (
	portRow   = 21.0
	portWidth = 400.0
	portMost  = (pageWide - 3*margin) / 2 // two columns to a page
	portsHigh = 33                        // ports that a column of a page has room for, with the headings of their ranges
)

// portsSVG draws the port registry: a block for each thousand, a row for each port with the value that gives it out and
// who reads it; ports given out twice stand out.
func portsSVG(g *graph.Graph, o Options) ([]byte, error) {
	ports, err := choosePorts(g, o)
	if err != nil {
		return nil, err
	}
	title := titled(o.Title, "Ports")
	if len(ports) == 0 {
		return emptySVG(&picture{title: o.Title, empty: noPorts(g)}, o), nil
	}
	layers, colors := layersOf(g), layerColors(g)
	numbers, names, readers := textWidth("65535", fontSize)+16, 0.0, 0.0
	for _, p := range ports {
		names = max(names, textWidth(elide(p.name()), fontSize)*1.16)
		readers = max(readers, textWidth(portReaders(p, layers), 10))
	}
	width := min(max(portWidth, numbers+names+readers+3*boxPad), portMost)
	high := 0.0
	for i, p := range ports {
		if high += portRow; i == 0 || ports[i-1].Number/1000 != p.Number/1000 {
			high += blockHeight(portRange{})
		}
	}

	// Blocks fill columns from the top; a further column begins when one is as high as its share.
	columns := 1
	if high > pageHigh*2/3 {
		columns = 2
	}
	left := 0
	if room := portsHigh * columns; o.MaxNodes == 0 && !o.partial() && len(ports) > room {
		// Those that are given out twice, and those that most modules read.
		left = len(ports) - room
		ports = mostPorts(ports, clashing(ports, o.Findings), room)
	}
	taken := map[int]int{} // how often numbers are given out that are so more than once
	for _, p := range clashing(ports, o.Findings) {
		taken[p.Number]++
	}
	twice := len(taken)
	var ranges []portRange
	for _, p := range ports {
		from := p.Number / 1000 * 1000
		if len(ranges) == 0 || ranges[len(ranges)-1].from != from {
			ranges = append(ranges, portRange{from: from})
		}
		r := &ranges[len(ranges)-1]
		r.ports = append(r.ports, p)
	}
	total := 0.0
	for _, r := range ranges {
		total += blockHeight(r)
	}
	c := &canvas{opts: o}
	x, y, bottom := margin, headRoom, 0.0
	column := 1
	for _, r := range ranges {
		if y > headRoom && column < columns && y-headRoom+blockHeight(r)/2 > total/float64(columns) {
			x, y = x+width+margin, headRoom
			column++
		}
		c.text("h3", x, y, fmt.Sprintf("%s–%s", count(r.from), count(r.from+999)))
		c.text("n end", x+width, y, plural(len(r.ports), "port", "ports"))
		fmt.Fprintf(c, `<path class="rule" d="M%s %sh%s"/>`+"\n", px(x), px(y+6), px(width))
		y += 12
		for i, p := range r.ports {
			if share := total / float64(columns); column < columns && i > 2 && len(r.ports)-i > 2 && y-headRoom > share {
				// A range may be higher than a column.
				bottom = max(bottom, y+26)
				x, y = x+width+margin, headRoom
				column++
				c.text("h3", x, y, fmt.Sprintf("%s–%s", count(r.from), count(r.from+999)))
				c.text("n end", x+width, y, "further")
				fmt.Fprintf(c, `<path class="rule" d="M%s %sh%s"/>`+"\n", px(x), px(y+6), px(width))
				y += 12
			}
			drawPort(c, p, taken[p.Number], layers, colors, x, y, width, numbers)
			y += portRow
		}
		y += 26
		bottom = max(bottom, y)
	}
	w := margin + float64(column)*(width+margin)
	desc := fmt.Sprintf("%s in %s", plural(len(ports), "port", "ports"), plural(len(ranges), "range", "ranges"))
	if twice > 0 {
		desc += ", " + plural(twice, "number", "numbers") + " given out more than once"
	}
	c.head(title, desc)
	bottom += 4
	lx := margin
	for _, l := range g.Layers {
		if !slices.ContainsFunc(ports, func(p Port) bool { return len(p.Readers) > 0 && layers.of[p.Readers[0]] == l }) {
			continue
		}
		text := "read in " + l
		if wide := textWidth(text, 10) + 34; lx > margin && lx+wide > w {
			lx, bottom = margin, bottom+20
		}
		c.bar(colors[l], lx, bottom-9, 4, 13)
		c.text("n", lx+10, bottom+2, text)
		lx += textWidth(text, 10) + 34
	}
	if left > 0 {
		note := fmt.Sprintf("Not shown: %s that few modules read. See all with --max-nodes -1, a part with --only or --top.", plural(left, "port", "ports"))
		for _, l := range wrapText(note, 10, w-2*margin) {
			bottom += 18
			c.text("n", margin, bottom, l)
		}
		desc += ". " + note
	}
	return c.document(title, desc, w, bottom+18, ""), nil
}

// mostPorts keeps so many ports, in the order that they have: some first of all, then the most read.
func mostPorts(ports, first []Port, room int) []Port {
	type entry struct {
		v  *graph.Value
		at graph.Place
	}
	rank := map[entry]int{}
	for _, p := range first {
		rank[entry{p.Value, p.At}] = -1
	}
	most := slices.Clone(ports)
	slices.SortStableFunc(most, func(a, b Port) int {
		return cmp.Or(cmp.Compare(rank[entry{a.Value, a.At}], rank[entry{b.Value, b.At}]), byReads(a.Value, b.Value))
	})
	kept := map[entry]bool{}
	for _, p := range most[:room] {
		kept[entry{p.Value, p.At}] = true
	}
	return slices.DeleteFunc(ports, func(p Port) bool { return !kept[entry{p.Value, p.At}] })
}

func noPorts(g *graph.Graph) string {
	return cmp.Or(g.Empty, "no central value holds a port number that could be known"+butNotKnown(g))
}

func blockHeight(r portRange) float64 { return 38 + float64(len(r.ports))*portRow }

func drawPort(c *canvas, p Port, taken int, l layers, colors map[string]int, x, y, width, numbers float64) {
	tip := []string{fmt.Sprintf("%d: config.%s", p.Number, p.Path), "set in " + where(p.At)}
	for _, r := range p.Readers {
		tip = append(tip, "read in "+r)
	}
	if len(p.Readers) == 0 {
		tip = append(tip, "read by nobody")
	}
	class, number := "opt", "t"
	if taken > 1 {
		class, number = "opt bad", "badt"
		tip = append(tip, fmt.Sprintf("given out %d times", taken))
	}
	defer c.open("port", tip, p.At.File, p.At.Line)()
	c.rect(class, x, y, width, portRow-4, 2)
	tone := -1
	if len(p.Readers) > 0 {
		tone = colorOf(colors, l.of[p.Readers[0]])
	}
	c.bar(tone, x, y, 4, portRow-4)
	c.text(number+" end", x+numbers, y+12.5, fmt.Sprint(p.Number))
	// The value keeps its name as far as its readers leave room, of whom the ends of their paths tell most.
	room := width - numbers - 3*boxPad
	name, readers := elide(p.name()), portReaders(p, l)
	readers = fitEnd(readers, 10, max(120, room-textWidth(name, fontSize)*1.16))
	c.text(number, x+numbers+boxPad, y+12.5, fitText(name, fontSize*1.16, room-textWidth(readers, 10)))
	c.text("n end", x+width-7, y+12.5, readers)
}

// fitEnd cuts a text from its beginning until it is at most w pixels wide.
func fitEnd(s string, size, w float64) string {
	r := []rune(s)
	for cut := s; len(r) > 1; r, cut = r[1:], "…"+string(r[1:]) {
		if textWidth(cut, size) <= w {
			return cut
		}
	}
	return string(r)
}

// portReaders names who reads a port, shortly.
func portReaders(p Port, l layers) string {
	switch len(p.Readers) {
	case 0:
		return "read by nobody"
	case 1:
		return elide(moduleLabel(p.Readers[0], l.of[p.Readers[0]]))
	}
	return elide(moduleLabel(p.Readers[0], l.of[p.Readers[0]])) + fmt.Sprintf(" +%d", len(p.Readers)-1)
}

// choosePorts applies what of the options makes sense for a table.
func choosePorts(g *graph.Graph, o Options) ([]Port, error) {
	include, err := compileGlobs(o.Include)
	if err != nil {
		return nil, err
	}
	exclude, err := compileGlobs(o.Exclude)
	if err != nil {
		return nil, err
	}
	ports := slices.DeleteFunc(Ports(g), func(p Port) bool {
		n := &node{label: valueName(p.Value), names: append([]string{p.Path, p.Value.Path, valueName(p.Value)}, p.Readers...)}
		return len(include) > 0 && !n.matches(include) || n.matches(exclude) || p.Value.FanOut.Reads < o.MinReads ||
			len(o.Focus) > 0 && !slices.ContainsFunc(o.Focus, n.called)
	})
	if o.Top > 0 && len(ports) > o.Top {
		slices.SortStableFunc(ports, func(a, b Port) int { return byReads(a.Value, b.Value) })
		ports = ports[:o.Top]
		slices.SortStableFunc(ports, func(a, b Port) int {
			return cmp.Or(cmp.Compare(a.Number, b.Number), strings.Compare(a.Path, b.Path))
		})
	}
	return ports, nil
}
