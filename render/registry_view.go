package render

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"nixsink/graph"
	"nixsink/internal/review"
)

// A registryEntry is a value that gives something out: a port, an address, a name, a uid.
type registryEntry struct {
	kind    string // one of registryKinds
	value   *graph.Value
	path    string // the value's, or of a registry's field the member's
	text    string // what it holds
	more    int    // other things that it is set to elsewhere
	number  int    // of a port or uid, for the order
	at      graph.Place
	owner   string      // who binds it: "grafana"; "" if nobody does, as far as is known
	ownerAt graph.Place // where
	readers []string    // other modules that read it
	twice   bool
}

// registryKinds are the sections of the registry, with what they are called.
var registryKinds = []registryKind{{"port", "Ports", "port", "ports"}, {"address", "Addresses", "address", "addresses"}, {"name", "Names", "name", "names"}, {"uid", "Uids and gids", "uid or gid", "uids and gids"}}

type registryKind struct{ kind, title, one, many string }

const (
	registryRows   = 46 // rows in all, over two columns: a page
	registryLeast  = 4  // rows of every kind, if it has so many
	registryRow    = 21.0
	registryWidth  = 464.0
	registryColumn = 26 // rows of a column, headings and all
)

var dnsName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z]{2,}$`)
})

// fileEnds end names of files and units, and hardly ever the name of a host.
var fileEnds = []string{"target", "mount", "slice", "path", "scope", "db", "plist", "sh", "gui", "desktop", "xml", "md", "py", "patch", "gz", "tar", "zip", "xz", "so", "nix", "htm", "html", "json", "yaml", "yml", "toml", "conf", "cfg", "ini", "txt", "log", "sock", "service", "socket", "timer", "png", "jpg", "svg", "css", "js", "lua", "sqlite", "iso", "img", "pem", "crt", "key"}

func isName(s string) bool {
	return dnsName().MatchString(s) && !slices.Contains(fileEnds, strings.ToLower(s[strings.LastIndexByte(s, '.')+1:]))
}

// registryOf lists what central values give out, section by section.
func registryOf(g *graph.Graph, o Options) ([]registryEntry, error) {
	include, err := compileGlobs(o.Include)
	if err != nil {
		return nil, err
	}
	exclude, err := compileGlobs(o.Exclude)
	if err != nil {
		return nil, err
	}
	twice := map[int]bool{}
	for _, c := range Collisions(g, o.Findings) {
		twice[c.Port] = true
	}
	var out []registryEntry
	ports := map[*graph.Value]bool{}
	for _, p := range Ports(g) {
		if !ports[p.Value] || p.Path != p.Value.Path {
			ports[p.Value] = true
			out = append(out, registryEntry{kind: "port", value: p.Value, path: p.Path, text: fmt.Sprint(p.Number), number: p.Number, at: p.At, twice: twice[p.Number]})
		}
	}
	members := membersOf(g)
	for _, v := range g.Values {
		if !ports[v] {
			out = append(out, givesOut(v, members)...)
		}
	}
	out = slices.DeleteFunc(out, func(e registryEntry) bool {
		n := &node{label: valueName(e.value), names: []string{e.path, e.value.Path, valueName(e.value)}}
		return len(include) > 0 && !n.matches(include) || n.matches(exclude) || e.value.FanOut.Reads < o.MinReads || len(o.Focus) > 0 && !slices.ContainsFunc(o.Focus, n.called)
	})
	bind(g, out)
	kind := func(e registryEntry) int {
		return slices.IndexFunc(registryKinds, func(k registryKind) bool { return k.kind == e.kind })
	}
	slices.SortStableFunc(out, func(a, b registryEntry) int {
		return cmp.Or(cmp.Compare(kind(a), kind(b)), cmp.Compare(a.number, b.number), strings.Compare(a.path, b.path))
	})
	return out, nil
}

// givesOut says what a value gives out, by its name and what it holds: a registry's field something for each member, any other value what is set
// first, with how often it is set otherwise.
func givesOut(v *graph.Value, members members) []registryEntry {
	if v.Registry {
		return nil
	}
	set := slices.DeleteFunc(slices.Clone(v.Literals), func(l graph.Literal) bool { return l.Default })
	if len(set) == 0 {
		set = v.Literals[:min(len(v.Literals), 1)]
	}
	var out []registryEntry
	seen := map[string]bool{}
	for _, l := range set {
		kind := givenOut(v, l)
		if kind == "" {
			continue
		}
		for _, path := range members.of(v, l) {
			if path == v.Path && len(out) > 0 {
				if !seen[l.Text] {
					out[0].more++
				}
			} else if key := path + " " + l.Text; !seen[key] {
				seen[key] = true
				e := registryEntry{kind: kind, value: v, path: path, text: l.Text, at: l.At}
				if kind == "uid" {
					e.number, _ = strconv.Atoi(l.Text)
				}
				out = append(out, e)
			}
			seen[l.Text] = true
		}
	}
	return out
}

// givenOut is the kind of what a literal gives out, "" if it is nothing of that.
func givenOut(v *graph.Value, l graph.Literal) string {
	last := strings.ToLower(strings.Trim(v.Segments[len(v.Segments)-1], `"`))
	within := strings.ToLower(strings.Join(v.Segments[:len(v.Segments)-1], "."))
	switch {
	case l.Kind == "int" && (strings.HasSuffix(last, "uid") || strings.HasSuffix(last, "gid") || strings.Contains(within, "uids") || strings.Contains(within, "gids")):
		return "uid"
	case l.Kind == "string" && isLocal(l.Text):
		return "" // nobody gives out what every machine has
	case l.Kind == "string" && isAddress(l.Text):
		return "address"
	case l.Kind == "string" && isName(l.Text) && !strings.Contains(v.Path, "*"), // what a registry's members hold may be anything
		l.Kind == "string" && strings.ContainsFunc(l.Text, unicode.IsLetter) && slices.Contains([]string{"domain", "host", "hostname", "fqdn", "user", "username", "group"}, last):
		return "name"
	}
	return ""
}

func isAddress(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// isLocal reports whether an address is one that every machine has, or none of its own.
func isLocal(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && (a.IsLoopback() || a.IsUnspecified())
}

// bind finds who binds each entry, and who else reads it. A port is bound by the service that listens on it; an address, a name and a uid by the
// definition that gives it to an interface, a host, a user.
func bind(g *graph.Graph, entries []registryEntry) {
	listens := map[*graph.Value]review.Listener{}
	x := review.Listening(g)
	for _, p := range x {
		for _, v := range p.Values {
			for _, l := range p.Listeners {
				// One that is called like the value, else the first.
				_, seen := listens[v]
				if !seen || alike(l.Service, v) {
					listens[v] = l
				}
			}
		}
	}
	readers := map[*graph.Value][]string{}
	for _, r := range g.References {
		if r.Kind != graph.Guard {
			readers[r.Value] = append(readers[r.Value], r.At.File)
		}
	}
	for i := range entries {
		e := &entries[i]
		if l, ok := listens[e.value]; ok && e.kind == "port" {
			e.owner, e.ownerAt = l.Service, l.At
		}
		if e.owner == "" {
			for _, f := range g.Flows.DirectOf(e.value) {
				if f.ToValue == nil && binds(e.kind, f) {
					e.owner, e.ownerAt = ownerName(f.To), f.At
					break
				}
			}
		}
		rs := readers[e.value]
		slices.Sort(rs)
		e.readers = slices.DeleteFunc(slices.Compact(rs), func(file string) bool { return file == e.ownerAt.File || file == declaredAt(e.value).File })
	}
}

// alike reports whether a service is called as a value's last name: uptime-kuma and uptimeKuma.
func alike(service string, v *graph.Value) bool {
	fold := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "", `"`, "").Replace(s))
	}
	return fold(service) == fold(v.Segments[len(v.Segments)-1])
}

func binds(kind string, f *graph.Flow) bool {
	segs := graph.SplitPath(f.To)
	last := segs[len(segs)-1]
	switch kind {
	case "port":
		if review.IsClient(segs) {
			return false
		}
		return f.Kind == graph.Data && (last == "ListenStream" || last == "listenStreams" || strings.HasSuffix(strings.ToLower(last), "port") && segs[0] != "networking")
	case "address":
		return f.Kind == graph.Data && (strings.HasPrefix(f.To, "networking.interfaces.") || strings.HasPrefix(f.To, "systemd.network.") || strings.HasPrefix(f.To, "networking.wireguard.") || strings.HasPrefix(f.To, "networking.wg-quick."))
	case "uid":
		return f.Kind == graph.Data && (last == "uid" || last == "gid")
	}
	return f.Kind == graph.Key && slices.Contains([]string{"users.users", "users.groups", "security.acme.certs"}, f.To) ||
		f.Kind == graph.Data && slices.Contains([]string{"networking.hostName", "networking.domain", "networking.fqdn"}, f.To)
}

// ownerName is what people call the owner of an option: a service's own name, else the option's.
func ownerName(option string) string {
	name, _ := serviceOf(option)
	if rest, ok := strings.CutPrefix(name, "services."); ok {
		return rest
	}
	return name
}

// registrySVG draws the registry as a table of two columns: what it is, who binds it, who else reads it.
func registrySVG(g *graph.Graph, o Options) ([]byte, error) {
	all, err := registryOf(g, o)
	if err != nil {
		return nil, err
	}
	title := titled(o.Title, "What is given out, and to whom")
	if len(all) == 0 {
		return emptySVG(&picture{title: o.Title, empty: noRegistry(g)}, o), nil
	}
	layers, colors := layersOf(g), layerColors(g)
	sections, folded := registrySections(all)
	var counts []string
	for _, k := range registryKinds {
		n := 0
		for _, e := range all {
			if e.kind == k.kind {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, plural(n, k.one, k.many))
		}
	}
	c := &canvas{opts: o}
	c.head(title, strings.Join(counts, " · "))
	// Rows run down the first column, then the second; a heading never stands at the foot of a column.
	rows := 0
	for _, s := range sections {
		rows += len(s) + 1
	}
	half := (rows + 1) / 2
	x, y, bottom, used := margin, 64.0, 0.0, 0
	columns := 1
	two := rows > registryColumn/2
	width := registryWidth
	if !two {
		width = pageWide - 2*margin - 200 // there is room for whole names
	}
	heading := func(text, kind string) {
		owner, _ := registryAt(kind, width)
		c.text("lead", x, y+14, text)
		c.text("n", x+owner, y+14, "bound by")
		c.text("n end", x+width, y+14, "read by")
		fmt.Fprintf(c, `<path class="rule" d="M%s %sh%s"/>`+"\n", px(x), px(y+19), px(width))
		y += 23
		used++
	}
	for _, s := range sections {
		k := slices.IndexFunc(registryKinds, func(k registryKind) bool { return k.kind == s[0].kind })
		next := func() {
			x, y, used = x+registryWidth+margin, 64, 0
			columns = 2
		}
		if used > 0 && columns == 1 && two && used+2 > half {
			next()
		}
		heading(registryKinds[k].title, s[0].kind)
		for _, e := range s {
			if columns == 1 && two && used >= half {
				next()
				heading(registryKinds[k].title+", continued", e.kind)
			}
			drawEntry(c, e, layers, colors, x, y, width)
			y += registryRow
			used++
			bottom = max(bottom, y)
		}
		y += 8
	}
	var notes []string
	if len(folded) > 0 {
		notes = append(notes, "Not shown: "+strings.Join(folded, ", ")+"; --only and --top choose, nixsink review --format json lists all ports.")
	}
	if names := notKnown(g); names != "" {
		notes = append(notes, "Which ports these hold is not known from the text: "+names+".")
	}
	w := margin + float64(columns)*(width+margin)
	bottom = c.legend(nil, notes, bottom+8, w)
	desc := strings.Join(append([]string{strings.Join(counts, ", ")}, notes...), ". ")
	return c.document(title, desc, w, bottom+16, ""), nil
}

// registrySections shares a page out among the kinds: each has the least, what is left goes to those that have more.
func registrySections(all []registryEntry) (sections [][]registryEntry, folded []string) {
	by := map[string][]registryEntry{}
	for _, e := range all {
		by[e.kind] = append(by[e.kind], e)
	}
	room := map[string]int{}
	left := registryRows
	for _, k := range registryKinds {
		n := min(len(by[k.kind]), registryLeast)
		room[k.kind] = n
		left -= n
	}
	// What is bound or read by somebody comes before what only stands there.
	for _, size := range []func([]registryEntry) int{live, func(s []registryEntry) int { return len(s) }} {
		for more := true; more && left > 0; {
			more = false
			for _, k := range registryKinds {
				if room[k.kind] < size(by[k.kind]) && left > 0 {
					room[k.kind]++
					left--
					more = true
				}
			}
		}
	}
	for _, k := range registryKinds {
		s := by[k.kind]
		if n := room[k.kind]; n < len(s) {
			folded = append(folded, plural(len(s)-n, k.one, k.many))
			// Those that most modules read, in the order that they had.
			most := slices.Clone(s)
			slices.SortStableFunc(most, func(a, b registryEntry) int {
				if a.quiet() != b.quiet() {
					return map[bool]int{false: -1, true: 1}[a.quiet()]
				}
				return byReads(a.value, b.value)
			})
			most = most[:n]
			s = slices.DeleteFunc(slices.Clone(s), func(e registryEntry) bool {
				return !slices.ContainsFunc(most, func(m registryEntry) bool { return m.value == e.value && m.path == e.path && m.text == e.text })
			})
		}
		if len(s) > 0 {
			sections = append(sections, s)
		}
	}
	return sections, folded
}

// quiet reports whether nobody binds an entry, and nobody reads it but who declares it.
func (e registryEntry) quiet() bool { return e.owner == "" && len(e.readers) == 0 }

// live counts the entries that are not quiet.
func live(s []registryEntry) (n int) {
	for _, e := range s {
		if !e.quiet() {
			n++
		}
	}
	return n
}

// notKnown tells of values that are called ports and hold what the text does not tell: a set that is made by a function, the argument of all modules.
func notKnown(g *graph.Graph) string {
	made := map[*graph.Value]bool{} // of other values, which have a row of their own
	for _, f := range g.Flows.Direct() {
		if f.ToValue != nil && f.Kind == graph.Data {
			made[f.ToValue] = true
		}
	}
	var names []string
	for _, v := range g.Values {
		if len(v.Literals) == 0 && !v.Registry && !strings.Contains(v.Path, "*") && v.FanOut.Reads > 0 && isPort(v) && !made[v] && !declaredBelow(g, v) {
			names = append(names, fmt.Sprintf("%s (%s)", valueName(v), plural(v.FanOut.Reads, "read", "reads")))
		}
	}
	return few(names, 4)
}

// butNotKnown ends a sentence that says that there are no ports with those that may hold some.
func butNotKnown(g *graph.Graph) string {
	if names := notKnown(g); names != "" {
		return "; what these hold the text does not tell: " + names
	}
	return ""
}

// declaredBelow reports whether something is known of what a value has in it.
func declaredBelow(g *graph.Graph, v *graph.Value) bool {
	return slices.ContainsFunc(g.Values, func(w *graph.Value) bool { return strings.HasPrefix(w.Path, v.Path+".") && len(w.Literals) > 0 })
}

func noRegistry(g *graph.Graph) string {
	return cmp.Or(g.Empty, "no central value holds a port, an address, a name or a uid that could be known"+butNotKnown(g))
}

// registryAt is where the columns of a section stand, from its left end: what it is ends where the owner begins.
func registryAt(kind string, width float64) (ownerAt, readersAt float64) {
	owner, room := 188.0, 132.0
	if kind == "address" || kind == "name" {
		owner, room = 252, 100 // which are longer than numbers
	}
	owner += (width - registryWidth) / 2
	return owner, owner + room + (width-registryWidth)/4
}

func drawEntry(c *canvas, e registryEntry, l layers, colors map[string]int, x, y, width float64) {
	tip := []string{"config." + e.path, "set in " + where(e.at)}
	if e.owner != "" {
		tip = append(tip, "bound by "+e.owner+" in "+where(e.ownerAt))
	}
	for _, r := range e.readers[:min(len(e.readers), 8)] {
		tip = append(tip, "read in "+r)
	}
	class, label := "opt", "t"
	if e.twice {
		class, label = "opt bad", "badt"
		tip = append(tip, "given out more than once")
	}
	defer c.open("entry", tip, e.at.File, e.at.Line)()
	c.rect(class, x, y, width, registryRow-4, 2)
	tone := -1
	if e.ownerAt.File != "" {
		tone = colorOf(colors, l.of[e.ownerAt.File])
	}
	c.bar(tone, x, y, 4, registryRow-4)
	owner, readers := registryAt(e.kind, width)
	held, name := e.held(), e.name()
	if e.kind == "port" || e.kind == "uid" {
		bold := 1.0
		if e.twice {
			bold = 1.16
		}
		c.text(label+" end", x+46, y+12.5, held)
		c.text(label, x+54, y+12.5, fitText(name, fontSize*bold, owner-54-8))
	} else {
		// What it holds, and in small what it is called by: both have some room.
		room := owner - 10 - 16
		held = fitText(held, fontSize, max(room-textWidth(name, 10), room*3/5))
		c.text(label, x+10, y+12.5, held)
		c.text("n", x+18+textWidth(held, fontSize), y+12.5, fitEnd(name, 10, room-textWidth(held, fontSize)))
	}
	bound, boundClass := e.owner, "t"
	if bound == "" {
		bound, boundClass = "not known", "n"
	}
	c.text(boundClass, x+owner, y+12.5, fitText(bound, fontSize, readers-owner-8))
	c.text("n end", x+width-7, y+12.5, e.read(l, width-readers-7))
}

// held is what an entry gives out.
func (e registryEntry) held() string {
	if e.more > 0 {
		return fmt.Sprintf("%s +%d", e.text, e.more)
	}
	return e.text
}

// name is what an entry is called by: the last names of its path, which differ.
func (e registryEntry) name() string {
	segs := e.value.Segments
	if e.path != e.value.Path {
		segs = graph.SplitPath(e.path)
	}
	if e.kind == "port" || e.kind == "uid" {
		return tellingOf(segs)
	}
	return strings.Join(segs[max(0, len(segs)-2):], ".")
}

// read names who reads an entry, in so many pixels.
func (e registryEntry) read(l layers, room float64) string {
	readers := e.readers
	if len(readers) == 0 && e.value.FanOut.Reads > 0 && e.owner == "" {
		readers = []string{declaredAt(e.value).File} // where it is declared, and nobody else
	}
	switch {
	case len(readers) == 0 && e.owner == "":
		return "nobody"
	case len(readers) == 0:
		return "nobody else"
	}
	more := ""
	if n := len(readers); n > 1 {
		more = fmt.Sprintf(" +%d", n-1)
	}
	name := moduleLabel(readers[0], l.of[readers[0]])
	if room -= textWidth(more, 10); textWidth(name, 10) > room {
		name = name[strings.LastIndexByte(strings.TrimSuffix(name, "/"), '/')+1:] // its last name tells most
		name = fitText(name, 10, room)
	}
	return name + more
}

// registryPicture is the same for formats that draw nodes and edges: the owner beside the value, readers behind it.
func (s *sketch) registryPicture(o Options) error {
	all, err := registryOf(s.g, Options{Findings: o.Findings})
	if s.view.Name == "ports" {
		all = slices.DeleteFunc(all, func(e registryEntry) bool { return e.kind != "port" })
	}
	if err != nil {
		return err
	}
	if len(all) == 0 {
		s.empty = noRegistry(s.g)
		return nil
	}
	if len(all) > overviewNodes/2 && o.Base == nil {
		slices.SortStableFunc(all, func(a, b registryEntry) int { return byReads(a.value, b.value) })
		s.notes = append(s.notes, fmt.Sprintf("The most read %d of %s; svg shows more.", overviewNodes/2, plural(len(all), "entry", "entries")))
		all = all[:overviewNodes/2]
	}
	for _, e := range all {
		v := s.value(e.value)
		v.column = 1
		v.label = e.text + " " + valueName(e.value)
		v.bad = v.bad || e.twice
		if e.owner != "" {
			n := s.thing("owner:"+e.owner, "bound by "+e.owner, 0, e.ownerAt, e.owner)
			s.edge(edgeKey{from: n, to: v}).extra = amount{n: 1}
		}
		for _, r := range e.readers {
			m := s.layer(s.layers.of[r], "read in ", 2)
			m.label = "read in " + cmp.Or(s.layers.of[r], "(no layer)")
			k := s.edge(edgeKey{from: v, to: m})
			k.extra = k.extra.plus(amount{n: 1})
		}
	}
	return nil
}
