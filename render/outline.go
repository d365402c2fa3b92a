package render

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// The outline draws imports as people think of them: who imports stands once, as a box, and what it imports follows it as chips in
// rows. 1. Every import is exactly one chip or one box below its importer, so nothing is left out and no line crosses another.
// 2. A module that imports something itself is opened once: below its importer if both lie in one layer, or else at the left of its
// own layer's band. 3. Wherever else it is imported it is a chip that says so. 4. Layers are bands, in their order; what has none comes
// first, for there the entry points lie. The width is fixed, so the picture fits a page whatever it shows.
const (
	outlineWidth = pageWide - 2*margin
	chipHigh     = 20.0
	chipGap      = 5.0
	chipPad      = 8.0
	stem         = 22.0 // from a box to its chips
	indentation  = 26.0
	blockGap     = 9.0
	openMark     = "›" // behind a chip that is opened elsewhere
	upMark       = "▲" // before a chip of a higher layer
)

// A chip is one import.
type chip struct {
	*edge
	label   string
	opened  bool // what it imports itself is shown elsewhere
	x, y, w float64
}

// An importer is a module with what it imports: chips, and the importers that are opened below it.
type importer struct {
	*node
	by     *edge // the import that it is opened for; nil at the left of a band
	label  string
	chips  []*chip
	below  []*importer
	x, y   float64
	w      float64
	bottom float64
}

// A band is one layer.
type band struct {
	name      string
	importers []*importer
	y, h      float64
}

type outline struct {
	*picture
	bands  []*band
	bright bool // something is brought out, and the rest stands back
	w, h   float64
}

func layoutOutline(p *picture) *outline {
	l := &outline{picture: p, w: outlineWidth}
	l.bands = l.open()
	y := 0.0
	for _, b := range l.bands {
		b.y = y
		y += bandPad
		if b.name != "" {
			y += bandHead - 2
		}
		y = l.rows(b, y)
		b.h = y + bandPad - b.y
		y = b.y + b.h + groupGap
	}
	l.h = max(0, y-groupGap)
	return l
}

// rows sets a band's importers down, one below the other; two short ones share a row.
func (l *outline) rows(b *band, y float64) float64 {
	const left = bandPad + 3
	half := left + l.w/2
	beside := false // the one before left the right half of its row free
	top, bottom := y, y-blockGap
	for _, m := range b.importers {
		if beside {
			end := l.place(m, half, top, b.name)
			beside = false
			if end == top+chipHigh && m.right() <= l.w-bandPad {
				continue
			}
		}
		top = bottom + blockGap
		bottom = l.place(m, left, top, b.name)
		beside = bottom == top+chipHigh && m.right() < half-stem
	}
	return bottom
}

// right is the right end of an importer's first row.
func (m *importer) right() float64 {
	right := m.x + m.w
	for _, c := range m.chips {
		right = max(right, c.x+c.w)
	}
	return right
}

// open decides where every importer is opened: breadth first from those that nobody imports, so that each is found on its shortest way.
func (l *outline) open() []*band {
	out := map[*node][]*edge{}
	imported := map[*node]bool{}
	for _, e := range l.edges {
		out[e.from] = append(out[e.from], e)
		if e.from != e.to {
			imported[e.to] = true
		}
	}
	importers := map[*node]*importer{}
	bands := map[string]*band{}
	var queue []*node
	start := func(n *node, by *edge) {
		m := &importer{node: n, by: by}
		importers[n] = m
		queue = append(queue, n)
		if by != nil && by.from.group == n.group {
			parent := importers[by.from]
			parent.below = append(parent.below, m)
			return
		}
		m.by = nil
		b := bands[n.group]
		if b == nil {
			b = &band{name: n.group}
			bands[n.group] = b
		}
		b.importers = append(b.importers, m)
	}
	follow := func() {
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			for _, e := range out[n] {
				if len(out[e.to]) > 0 && importers[e.to] == nil {
					start(e.to, e)
				}
			}
		}
	}
	roots := slices.Clone(l.nodes)
	slices.SortStableFunc(roots, func(a, b *node) int {
		return cmp.Or(
			cmp.Compare(falseFirst(imported[a]), falseFirst(imported[b])), // a cycle that nothing leads into is opened where it comes first
			cmp.Compare(falseFirst(a.faint), falseFirst(b.faint)),
			cmp.Compare(strings.Count(a.names[0], "/"), strings.Count(b.names[0], "/")),
			strings.Compare(a.names[0], b.names[0]))
	})
	for _, n := range roots {
		if len(out[n]) > 0 && importers[n] == nil {
			start(n, nil)
			follow()
		}
	}
	for _, m := range importers {
		for _, e := range out[m.node] {
			opened := importers[e.to]
			if opened != nil && opened.by == e {
				continue
			}
			m.chips = append(m.chips, &chip{edge: e, opened: opened != nil})
		}
	}
	return slices.SortedFunc(maps.Values(bands), func(a, b *band) int {
		// What has no layer lies above all: the entry points, as a rule.
		return cmp.Or(cmp.Compare(falseFirst(a.name != ""), falseFirst(b.name != "")), cmp.Compare(l.layerOrder(a.name), l.layerOrder(b.name)), strings.Compare(a.name, b.name))
	})
}

func falseFirst(b bool) int {
	if b {
		return 1
	}
	return 0
}

// place sets an importer down with its upper left corner at x and y; it gives the lower end of all below it.
func (l *outline) place(m *importer, x, y float64, in string) float64 {
	if m.label == "" {
		m.label = l.labelOf(m.node, nil, in)
	}
	m.x, m.y = x, y
	m.w = l.boxWidth(m)
	for _, c := range m.chips {
		c.label = l.labelOf(c.to, m.node, in)
		c.w = c.width()
	}
	slices.SortStableFunc(m.chips, func(a, b *chip) int {
		return cmp.Or(cmp.Compare(l.home(a.to, in), l.home(b.to, in)), strings.Compare(a.label, b.label), cmp.Compare(falseFirst(a.disabled), falseFirst(b.disabled)))
	})
	left := x + m.w + stem
	cx, cy := left, y
	for _, c := range m.chips {
		if cx > left && cx+c.w > l.w-bandPad {
			cx, cy = left, cy+chipHigh+chipGap
		}
		c.x, c.y = cx, cy
		cx += c.w + chipGap
	}
	y = cy + chipHigh
	for _, b := range m.below {
		b.label = l.labelOf(b.node, m.node, in)
	}
	slices.SortStableFunc(m.below, func(a, b *importer) int { return strings.Compare(a.label, b.label) })
	for _, b := range m.below {
		y = l.place(b, x+indentation, y+blockGap, in)
	}
	m.bottom = y
	return y
}

// home sorts what a module imports: its own layer's first, then the others' in their order.
func (l *outline) home(n *node, in string) int {
	if n.group == in {
		return -1
	}
	return l.layerOrder(n.group)
}

// labelOf names a module beside its importer, as short as it stays clear: within the importer's folder by what follows, within the
// layer by its path there, and else by its whole path.
func (l *outline) labelOf(n, by *node, in string) string {
	file := n.names[0]
	if n.holds > 0 {
		file = n.label
	}
	if by != nil {
		dir := path.Dir(by.names[0]) + "/"
		if strings.HasSuffix(by.names[0], "/") {
			dir = by.names[0]
		}
		if file == dir && n.holds > 0 {
			return "files"
		}
		if rest, ok := strings.CutPrefix(file, dir); ok && rest != "" && rest != "default.nix" && (n.group == in || n.group == "") {
			return elide(moduleLabel(rest, ""))
		}
	}
	if n.group == in {
		if rest, ok := strings.CutPrefix(file, in+"/"); ok && n.holds > 0 && rest != "" {
			return elide(rest)
		}
		if n.holds == 0 {
			return elide(moduleLabel(file, in))
		}
	}
	return elide(moduleLabel(file, ""))
}

func (c *chip) width() float64 {
	w := textWidth(c.text(), fontSize)
	if c.to.bad || c.mark != "" {
		w *= 1.16
	}
	if c.to.holds > 0 {
		w += textWidth(c.badge(), 10) + 6
	}
	return w + 2*chipPad
}

// badge is how many modules a folder has, and how many of them are imported, if not all are.
func (c *chip) badge() string {
	if n := c.amount().n; n < c.to.holds {
		return count(n) + " of " + count(c.to.holds)
	}
	return "×" + count(c.to.holds)
}

// text is what is written on a chip.
func (c *chip) text() string {
	s := c.mark.sign() + c.label
	if c.violation {
		s = upMark + " " + s
	}
	if c.opened {
		s += " " + openMark
	}
	return s
}

func (l *outline) boxWidth(m *importer) float64 {
	w := textWidth(m.text(), fontSize)*1.16 + 2*chipPad + 4
	if m.holds > 0 {
		w += textWidth("×"+count(m.holds), 10) + 6
	}
	return w
}

func (m *importer) text() string {
	if m.by != nil && m.by.violation {
		return m.mark.sign() + upMark + " " + m.label
	}
	return m.mark.sign() + m.label
}
