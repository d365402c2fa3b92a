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
	text    string // what it holds
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

// fileEnds end names of files, and no name of a host: none of them is a top-level domain.
var fileEnds = []string{"nix", "htm", "html", "json", "yaml", "yml", "toml", "conf", "cfg", "ini", "txt", "log", "sock", "service", "socket", "timer", "png", "jpg", "svg", "css", "js", "lua", "sqlite", "iso", "img", "pem", "crt", "key"}

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
		if !ports[p.Value] {
			ports[p.Value] = true
			out = append(out, registryEntry{kind: "port", value: p.Value, text: fmt.Sprint(p.Number), number: p.Number, at: p.At, twice: twice[p.Number]})
		}
	}
	for _, v := range g.Values {
		if ports[v] {
			continue
		}
		if e, ok := givesOut(v); ok {
			out = append(out, e)
		}
	}
	out = slices.DeleteFunc(out, func(e registryEntry) bool {
		n := &node{label: valueName(e.value), names: []string{e.value.Path, valueName(e.value)}}
		return len(include) > 0 && !n.matches(include) || n.matches(exclude) || e.value.FanOut.Reads < o.MinReads || len(o.Focus) > 0 && !slices.ContainsFunc(o.Focus, n.called)
	})
	bind(g, out)
	kind := func(e registryEntry) int {
		return slices.IndexFunc(registryKinds, func(k registryKind) bool { return k.kind == e.kind })
	}
	slices.SortStableFunc(out, func(a, b registryEntry) int {
		return cmp.Or(cmp.Compare(kind(a), kind(b)), cmp.Compare(a.number, b.number), strings.Compare(a.value.Path, b.value.Path))
	})
	return out, nil
}

// givesOut says what a value gives out, by its name and what it holds.
func givesOut(v *graph.Value) (registryEntry, bool) {
	var l *graph.Literal
	for i := range v.Literals {
		if l == nil || l.Default && !v.Literals[i].Default {
			l = &v.Literals[i]
		}
	}
	if l == nil || v.Registry {
		return registryEntry{}, false
	}
	e := registryEntry{value: v, text: l.Text, at: l.At}
	last := strings.ToLower(strings.Trim(v.Segments[len(v.Segments)-1], `"`))
	within := strings.ToLower(strings.Join(v.Segments[:len(v.Segments)-1], "."))
	switch {
	case l.Kind == "int" && (strings.HasSuffix(last, "uid") || strings.HasSuffix(last, "gid") || strings.Contains(within, "uids") || strings.Contains(within, "gids")):
		e.kind = "uid"
		e.number, _ = strconv.Atoi(l.Text)
	case l.Kind == "string" && isLocal(l.Text):
		return registryEntry{}, false // nobody gives out what every machine has
	case l.Kind == "string" && isAddress(l.Text):
		e.kind = "address"
	case l.Kind == "string" && isName(l.Text),
		l.Kind == "string" && strings.ContainsFunc(l.Text, unicode.IsLetter) && slices.Contains([]string{"domain", "host", "hostname", "fqdn", "user", "username", "group"}, last):
		e.kind = "name"
	default:
		return registryEntry{}, false
	}
	return e, true
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
	heading := func(text string) {
		c.text("lead", x, y+14, text)
		c.text("n", x+188, y+14, "bound by")
		c.text("n end", x+registryWidth, y+14, "read by")
		fmt.Fprintf(c, `<path class="rule" d="M%s %sh%s"/>`+"\n", px(x), px(y+19), px(registryWidth))
		y += 23
		used++
	}
	for _, s := range sections {
		k := slices.IndexFunc(registryKinds, func(k registryKind) bool { return k.kind == s[0].kind })
		next := func() {
			x, y, used = x+registryWidth+margin, 64, 0
			columns = 2
		}
		if used > 0 && columns == 1 && rows > registryColumn/2 && used+2 > half {
			next()
		}
		heading(registryKinds[k].title)
		for _, e := range s {
			if columns == 1 && rows > registryColumn/2 && used >= half {
				next()
				heading(registryKinds[k].title + ", continued")
			}
			drawEntry(c, e, layers, colors, x, y)
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
	w := margin + float64(columns)*(registryWidth+margin)
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
				return !slices.ContainsFunc(most, func(m registryEntry) bool { return m.value == e.value })
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

func noRegistry(g *graph.Graph) string {
	return cmp.Or(g.Empty, "no central value holds a port, an address, a name or a uid that could be known")
}

func drawEntry(c *canvas, e registryEntry, l layers, colors map[string]int, x, y float64) {
	tip := []string{"config." + e.value.Path, "set in " + where(e.at)}
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
	c.rect(class, x, y, registryWidth, registryRow-4, 2)
	tone := -1
	if e.ownerAt.File != "" {
		tone = colorOf(colors, l.of[e.ownerAt.File])
	}
	c.bar(tone, x, y, 4, registryRow-4)
	// What it holds, then what it is called by: the last names of its path, which differ.
	name := strings.Join(e.value.Segments[max(0, len(e.value.Segments)-2):], ".")
	if e.kind != "name" {
		name = tellingName(e.value)
	}
	held := e.text
	room := 172.0
	if e.kind == "port" || e.kind == "uid" {
		c.text(label+" end", x+46, y+12.5, held)
		c.text(label, x+54, y+12.5, fitText(name, fontSize, room-44))
	} else {
		c.text(label, x+10, y+12.5, fitText(held+"  "+name, fontSize, room))
	}
	owner := e.owner
	if owner == "" {
		owner = "nobody known"
	}
	c.text(map[bool]string{true: "t", false: "n"}[e.owner != ""], x+188, y+12.5, fitText(owner, fontSize, 128))
	readers := "nobody else"
	if n := len(e.readers); n > 0 {
		readers = moduleLabel(e.readers[0], l.of[e.readers[0]])
		more := ""
		if n > 1 {
			more = fmt.Sprintf(" +%d", n-1)
		}
		if room := 134 - textWidth(more, 10); textWidth(readers, 10) > room {
			readers = readers[strings.LastIndexByte(strings.TrimSuffix(readers, "/"), '/')+1:] // its last name tells most
			readers = fitText(readers, 10, room)
		}
		readers += more
	}
	c.text("n end", x+registryWidth-7, y+12.5, readers)
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
