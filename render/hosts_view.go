package render

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
)

// The hosts view is one page: so many hosts, services and values at most; what has no room is counted.
const (
	hostsMost    = 26
	hostServices = 13 // rows of services, and more where values leave room
	hostRows     = 22 // rows in all
	drawnHosts   = 13 // where they are drawn with lines between
	drawnLines   = 12
	hostRow      = 19.0
	pageWidth    = 1000.0
	hostLabel    = 24 // characters of a host's name, which is written aslant
)

// A hostRow is something that some hosts have and others have not, or have otherwise.
type hostLine struct {
	label string
	note  string            // what the marks stand for, or how many hosts have it
	tip   []string          // all that is folded into it
	texts map[string]string // of a value, what each mark stands for
	marks []string          // for each host: "" it has not, "•" it has, "1", "2", … it has otherwise
	value *graph.Value
	at    graph.Place
	size  int // services folded into it
}

// A hostSheet is hosts and what sets them apart.
type hostSheet struct {
	hosts   []*graph.Configuration
	names   []string // short, and told apart
	more    int      // hosts beyond
	lines   []hostLine
	values  int // that differ
	groups  int // of services that go together
	folded  int // lines beyond
	nothing string
	folders bool // hosts whose names are not known are called by the folders that they have to themselves
}

// hostsOf finds what sets the hosts apart: services that not all have, those that go together in one line, and values that are set differently.
func hostsOf(g *graph.Graph, o Options) (*hostSheet, error) {
	include, err := compileGlobs(o.Include)
	if err != nil {
		return nil, err
	}
	exclude, err := compileGlobs(o.Exclude)
	if err != nil {
		return nil, err
	}
	shown := func(names ...string) bool {
		n := &node{label: names[0], names: names}
		return (len(include) == 0 || n.matches(include)) && !n.matches(exclude) && (len(o.Focus) == 0 || slices.ContainsFunc(o.Focus, n.called))
	}
	s := &hostSheet{hosts: g.Hosts()}
	if len(s.hosts) < 2 {
		s.nothing = cmp.Or(g.Empty, "there are fewer than two hosts to tell apart")
		return s, nil
	}
	var services, values []hostLine
	services = append(services, serviceLines(g, s.hosts, o.Base != nil, shown)...)
	s.groups = len(services)
	for _, d := range differing(g) {
		names := []string{d.value.Path, valueName(d.value)}
		if !shown(names...) {
			continue
		}
		values = append(values, valueLine(d, s.hosts))
	}
	s.values = len(values)
	if len(services)+len(values) == 0 {
		s.nothing = "nothing that could be found sets the hosts apart"
		return s, nil
	}
	if o.Base != nil {
		s.lines = append(services, values...)
		s.nameHosts()
		return s, nil
	}
	v := min(len(values), max(hostRows-len(services), hostRows-hostServices))
	n := min(len(services), hostRows-v)
	s.folded = len(values) + len(services) - v - n
	s.lines = append(services[:n:n], values[:v]...)
	if s.more = len(s.hosts) - hostsMost; s.more > 0 {
		s.hosts = s.hosts[:hostsMost]
		for i := range s.lines {
			s.lines[i].marks = s.lines[i].marks[:hostsMost]
		}
	}
	s.more = max(0, s.more)
	s.nameHosts()
	return s, nil
}

// nameHosts gives the hosts the names that stand in the picture.
func (s *hostSheet) nameHosts() {
	var full []string
	folders, called := map[*graph.Configuration]string{}, map[string]int{}
	for _, h := range s.hosts {
		if folder := ownFolder(h, s.hosts); folder != "" && unnamed(h) {
			folders[h] = folder
			called[folder]++
			called[path.Base(folder)]++
		}
	}
	for _, h := range s.hosts {
		name := h.Name
		if folder := folders[h]; folder != "" && called[folder] == 1 {
			name, s.folders = folder, true
			if base := path.Base(folder); called[base] == 1 {
				name = base + "/"
			}
		}
		full = append(full, name)
	}
	s.names = hostNames(full)
}

// hostNames are names of configurations as far as there is room, no two alike.
func hostNames(full []string) []string { return toldApart(short(full), hostLabel) }

// serviceLines are the services that some hosts have and others have not, a line for each set of hosts; the largest first. Of two states each
// service has a line, also where all hosts have it: a set of them is another one as soon as one service is.
func serviceLines(g *graph.Graph, hosts []*graph.Configuration, each bool, shown func(...string) bool) []hostLine {
	in := map[string]*graph.ConfSet{}
	at := map[string]graph.Place{}
	for _, d := range g.Definitions {
		if len(d.Segments) < 2 || !slices.Contains([]string{"services", "virtualisation", "programs"}, d.Segments[0]) {
			continue
		}
		if d.Segments[len(d.Segments)-1] == "enable" && d.Value == false || d.Segments[1] == "*" || len(g.HostsOf(d.In)) == 0 {
			continue
		}
		name := d.Segments[0] + "." + d.Segments[1]
		if old, seen := in[name]; seen {
			in[name] = g.Union(old, d.In)
		} else {
			in[name], at[name] = d.In, d.At
		}
	}
	lines := map[string]*hostLine{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		have := g.HostsOf(in[name])
		if len(have) == len(hosts) && !each || !shown(name) {
			continue
		}
		key := strings.Join(have, "\x00")
		if each {
			key = name
		}
		l := lines[key]
		if l == nil {
			l = &hostLine{note: plural(len(have), "host", "hosts"), at: at[name]}
			for _, h := range hosts {
				mark := ""
				if h.Holds(in[name]) {
					mark = "•"
				}
				l.marks = append(l.marks, mark)
			}
			lines[key] = l
		}
		l.size++
		l.tip = append(l.tip, name)
	}
	var out []hostLine
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		l := lines[key]
		// Services first: they tell most of what a host is for.
		slices.SortStableFunc(l.tip, func(a, b string) int {
			return cmp.Compare(strings.Index("services virtualisation programs", strings.Split(a, ".")[0]), strings.Index("services virtualisation programs", strings.Split(b, ".")[0]))
		})
		var names []string
		for _, t := range l.tip {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(t, "services."), "virtualisation."))
		}
		l.label = fewFit(names, 42)
		if l.size > 1 {
			l.note = plural(l.size, "service", "services") + ", " + l.note
		}
		out = append(out, *l)
	}
	slices.SortStableFunc(out, func(a, b hostLine) int { return cmp.Or(cmp.Compare(b.size, a.size), strings.Compare(a.label, b.label)) })
	return out
}

// fewFit joins as many words as so many characters hold, and says how many more there are.
func fewFit(words []string, room int) string {
	for n := len(words); n > 1; n-- {
		if text := few(words, n); len([]rune(text)) <= room {
			return text
		}
	}
	more := ""
	if len(words) > 1 {
		more = fmt.Sprintf(" +%d", len(words)-1)
	}
	return clip(plain(words[0]), room-len(more)) + more
}

// valueLine is a value that hosts set differently: its commonest setting is a point, the others are numbered.
func valueLine(d difference, hosts []*graph.Configuration) hostLine {
	told := slices.Clone(d.told)
	slices.SortStableFunc(told, func(a, b hostSetting) int { return cmp.Compare(len(b.hosts), len(a.hosts)) })
	l := hostLine{label: valueName(d.value), value: d.value, at: declaredAt(d.value), marks: make([]string, len(hosts)), tip: []string{"config." + d.value.Path}, texts: map[string]string{}}
	var notes []string
	for i, s := range told {
		mark := "·"
		text := settingText(s.text)
		if i > 0 {
			mark = fmt.Sprint(i)
			l.texts[mark] = text
			notes = append(notes, mark+": "+text)
		} else {
			if 2*len(s.hosts) > len(hosts) {
				text = "mostly " + text
			}
			notes = append(notes, text)
		}
		l.tip = append(l.tip, settingText(s.text)+": "+few(short(s.hosts), 8))
		for k, h := range hosts {
			if slices.Contains(s.hosts, h.Name) {
				l.marks[k] = mark
			}
		}
	}
	l.note = strings.Join(notes, ", ")
	return l
}

// settingText is what a value is set to, without the quotes of a text.
func settingText(s string) string {
	s = strings.Replace(s, "(depends: see above)", "it depends", 1)
	body, isDefault := strings.CutSuffix(s, " (default)")
	if n := len(body); n > 1 && body[0] == '"' && body[n-1] == '"' && !strings.Contains(body[1:n-1], `"`) {
		body = body[1 : n-1]
	}
	if strings.HasSuffix(body, "…") {
		body = strings.TrimPrefix(body, `"`)
	}
	if body == "" {
		body = "an empty text"
	}
	if isDefault {
		body += " (default)"
	}
	return body
}

// hostsSVG draws what sets the hosts apart: a row for each, a column for each host.
func hostsSVG(g *graph.Graph, o Options) ([]byte, error) {
	s, err := hostsOf(g, o)
	if err != nil {
		return nil, err
	}
	title := titled(o.Title, "What sets the hosts apart")
	if s.nothing != "" {
		return emptySVG(&picture{title: o.Title, empty: s.nothing}, o), nil
	}
	desc := plural(len(s.hosts)+s.more, "host", "hosts")
	if s.groups > 0 {
		desc += " · services in " + plural(s.groups, "set", "sets") + " of hosts"
	}
	if s.values > 0 {
		desc += " · " + plural(s.values, "value", "values") + " set differently"
	}
	c := &canvas{opts: o}
	c.head(title, desc)
	labels := 150.0
	for _, l := range s.lines {
		labels = max(labels, textWidth(hostText(l), fontSize)+10)
	}
	cell := min(30, max(15, 430/float64(len(s.hosts))))
	// The names lean to the right, over the notes of the last columns.
	rise, lean := 0.0, 0.0
	for i, n := range s.names {
		rise = max(rise, textWidth(n, 10)*0.82)
		lean = max(lean, float64(i+1)*cell+textWidth(n, 10)*0.58)
	}
	x0, y := margin+labels, 66+rise
	cells := float64(len(s.hosts)) * cell
	// What is left of a page is for the notes.
	notes := min(320, max(200, pageWidth-2*margin-labels-cells-14))
	w := max(x0+cells+14+notes, x0+lean) + margin
	for i, n := range s.names {
		x := x0 + (float64(i)+0.5)*cell
		end := c.open("host", []string{s.hosts[i].Name, plural(len(s.hosts[i].Modules), "module", "modules")}, s.hosts[i].At.File, s.hosts[i].At.Line)
		fmt.Fprintf(c, `<text class="n" transform="rotate(-55 %s %s)" x="%s" y="%s">%s</text>`+"\n", px(x), px(y-6), px(x), px(y-6), esc(n))
		end()
	}
	values := false
	for _, l := range s.lines {
		if l.value != nil && !values {
			values = true
			y += 8
			c.text("h2", margin, y+13, "values")
			y += hostRow
		} else if l.value == nil && y == 66+rise {
			c.text("h2", margin, y-6, "services")
		}
		fmt.Fprintf(c, `<path class="rule" d="M%s %sH%s"/>`+"\n", px(margin), px(y), px(w-margin))
		end := c.open("line", l.tip, l.at.File, l.at.Line)
		c.text("t", margin, y+13.5, hostText(l))
		for i, mark := range l.marks {
			x := x0 + float64(i)*cell
			switch mark {
			case "":
			case "•":
				c.rect("f0", x+2, y+4, cell-4, hostRow-8, 2)
			case "·":
				c.rect("band f0", x+2, y+4, cell-4, hostRow-8, 2)
			default:
				c.rect("band f2", x+2, y+4, cell-4, hostRow-8, 2)
				c.text("t mid", x+cell/2, y+13.5, mark)
			}
		}
		c.text("n", x0+float64(len(s.hosts))*cell+14, y+13.5, fitText(l.note, 10, notes-4))
		end()
		y += hostRow
	}
	fmt.Fprintf(c, `<path class="rule" d="M%s %sH%s"/>`+"\n", px(margin), px(y), px(w-margin))
	var left []string
	if s.more > 0 {
		left = append(left, plural(s.more, "more host", "more hosts"))
	}
	if s.folded > 0 {
		left = append(left, plural(s.folded, "more row", "more rows"))
	}
	var ends []string
	if len(left) > 0 {
		ends = append(ends, "Not shown: "+strings.Join(left, " and ")+"; nixsink hosts lists all, --only and --without choose.")
	}
	if s.folders {
		ends = append(ends, "dir/ is a host whose name is not known, by the folder of its modules.")
	}
	entries := []legendEntry{{func(c *canvas, x, y float64) { c.rect("f0", x+4, y-9, 18, 11, 2) }, "the host has these services"}}
	if values {
		entries = append(entries, legendEntry{func(c *canvas, x, y float64) { c.rect("band f0", x+4, y-9, 18, 11, 2) }, "the commonest setting"},
			legendEntry{func(c *canvas, x, y float64) {
				c.rect("band f2", x+4, y-9, 18, 11, 2)
				c.text("t mid", x+13, y+0.5, "1")
			}, "another one, told at the right"})
	}
	y = c.legend(entries, ends, y+26, w)
	return c.document(title, strings.Join(append([]string{desc}, ends...), ". "), w, y+14, ""), nil
}

func hostText(l hostLine) string {
	if l.value != nil {
		return elide(l.label)
	}
	return l.label
}

// fitText cuts a text to so many pixels.
func fitText(s string, size, w float64) string {
	s = plain(oneLine(s))
	if textWidth(s, size) <= w {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && textWidth(string(r)+"…", size) > w {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + "…"
}

// hostsPicture is the same for formats that draw nodes and edges: which host has which services.
func (s *sketch) hostsPicture(o Options) error {
	h, err := hostsOf(s.g, Options{Base: o.Base})
	if err != nil {
		return err
	}
	if h.nothing != "" {
		s.empty = h.nothing
		return nil
	}
	hosts, lines := h.hosts[:min(len(h.hosts), drawnHosts)], h.lines[:min(len(h.lines), drawnLines)]
	if o.Base != nil {
		hosts, lines = h.hosts, h.lines // what differs is chosen afterwards
	}
	h.more, h.folded = h.more+len(h.hosts)-len(hosts), h.folded+len(h.lines)-len(lines)
	for i, host := range hosts {
		from := s.thing("host:"+host.Name, h.names[i], 0, host.At, host.Name)
		from.tip = []string{host.Name, plural(len(host.Modules), "module", "modules")}
		for k, l := range lines {
			if l.marks[i] == "" || l.marks[i] == "·" {
				continue
			}
			text := l.label
			key := fmt.Sprintf("line:%02d%s", k, l.marks[i])
			if l.value != nil {
				text += " (" + l.marks[i] + ")"
			}
			if o.Base != nil {
				if l.value != nil {
					text = l.label + " = " + l.texts[l.marks[i]] // numbers are others in the other state
				}
				key = "line:" + text
			}
			to := s.thing(key, text, 1, l.at, append([]string{text}, l.tip...)...)
			to.tip = l.tip
			e := s.edge(edgeKey{from: from, to: to})
			e.extra = amount{n: 1}
		}
	}
	if rest := h.more + h.folded; rest > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%s and %s are not shown.", plural(h.more, "host", "hosts"), plural(h.folded, "more set of services or value", "more sets of services and values")))
	}
	s.heading = map[kind]string{}
	return nil
}

// thing is a node of its own kind: no value, module or option.
func (s *sketch) thing(key, label string, column int, at graph.Place, names ...string) *node {
	if n := s.nodes[key]; n != nil {
		return n
	}
	n := &node{kind: thingNode, key: key, label: label, names: names, column: column, file: at.File, line: at.Line, group: fmt.Sprint(column)}
	if len(names) == 0 {
		n.names = []string{label}
	}
	n.tip = []string{label}
	s.nodes[key] = n
	return n
}
