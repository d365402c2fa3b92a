package review

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Zone is from where something can be reached.
type Zone string

// Zones, widest first.
const (
	Anywhere  Zone = "anywhere"  // wherever the machine itself is reached from; whether that is the world, its router and its address decide
	Interface Zone = "interface" // from one network interface
	VPN       Zone = "vpn"       // from a network interface of a VPN
	Shut      Zone = "shut"      // it listens, and nothing lets it in that could be found
	Machine   Zone = "machine"   // from the machine itself only: it listens on a loopback address
)

var zoneOrder = []Zone{Anywhere, Interface, VPN, Shut, Machine}

// A Reach is what can be reached on some machines that are alike in it, and what the text does not tell of that.
type Reach struct {
	Hosts   []*graph.Configuration // sorted by name; none in a tree that makes no machine: then it is of all modules
	Doors   []Door                 // widest zone first, then by port
	Off     []Fact                 // the firewall is off
	Trusted []Fact                 // interfaces from which everything is let in that listens
	Unknown []Fact                 // what the text does not tell
}

// A Door is one port of a machine, or a tunnel's names, which need none.
type Door struct {
	Zone      Zone
	Interface string // of Interface and VPN; "*" if its name is computed
	VPN       string // of VPN: what makes the interface, "WireGuard"; "" if it is only called like one of a VPN
	Tunnel    string // what leads there past the firewall: cloudflared; "" for a port
	Number    int    // 0 if it is not known
	To        int    // the last of a range; 0 for a single port
	Protocol  string // "tcp", "udp"; "" if it is not told
	Values    []*graph.Value
	Services  []string // that listen there
	Names     []Lead   // that a proxy listening there leads on by
	Address   string   // that its service listens on, "" if the text does not tell
	How       string   // why it is open, in words: "firewall", "by default of NixOS", "published by a container", "firewall off", ""
	Perhaps   bool     // a condition decides that is not known
	At        graph.Place
}

// open says that somebody else than the machine can get in by a door.
func (d Door) open() bool { return d.Zone != Shut && d.Zone != Machine }

// A Lead is a name that a proxy leads on by.
type Lead struct {
	Name   string
	Behind string // the service, or the value of its port
	Port   int    // 0 if it is not known
	At     graph.Place
}

// A reacher makes what can be reached of one machine.
type reacher struct {
	*settings
	ports   *portsOf
	x       *Exposure
	at      map[graph.Place]*graph.Definition
	beside  map[string][]*graph.Definition // those that say an address, by the path of what they are in
	vpns    []tunnel
	globbed map[string][]*graph.Definition
	holds   func(d *graph.Definition, host string) check.Hold
}

// Reachable tells for every NixOS machine of a tree which ports and names can be reached from where, as far as the text says: what the firewall lets in, what
// opens itself, what goes past the firewall (tunnels, ports that containers publish), and behind proxies by which name. Machines that are alike are told once.
func Reachable(g *graph.Graph, cfg check.Config) []Reach {
	r := &reacher{settings: newSettings(g), ports: newPorts(g), at: map[graph.Place]*graph.Definition{}, beside: map[string][]*graph.Definition{}, globbed: map[string][]*graph.Definition{}, holds: check.Holding(g, cfg)}
	r.x = r.ports.read(r.all)
	r.vpns = tunnels(r.settings)
	for _, d := range r.all {
		if r.at[d.At] == nil {
			r.at[d.At] = d
		}
		if saysAddress(d) {
			in := around(d.Segments)
			r.beside[in] = append(r.beside[in], d)
		}
	}
	var hosts []*graph.Configuration
	for _, h := range g.Hosts() {
		if h.Class == "nixos" {
			hosts = append(hosts, h)
		}
	}
	if len(g.Hosts()) == 0 {
		return []Reach{r.reach(nil)}
	}
	var out []Reach
	seen := map[string]int{}
	for _, h := range hosts {
		one := r.reach(h)
		key := fmt.Sprint(one.Doors, one.Off, one.Trusted, one.Unknown)
		if i, again := seen[key]; again {
			out[i].Hosts = append(out[i].Hosts, h)
			continue
		}
		seen[key] = len(out)
		out = append(out, one)
	}
	return out
}

// on tells whether something is said for a machine.
func (r *reacher) on(h *graph.Configuration, in *graph.ConfSet, at graph.Place) check.Hold {
	if h != nil && !h.Holds(in) {
		return check.Never
	}
	d := r.at[at]
	if d == nil {
		return check.Holds
	}
	name := ""
	if h != nil {
		name = h.Name
	}
	return r.holds(d, name)
}

func (r *reacher) facts(h *graph.Configuration, all []Fact) (out []Fact) {
	for _, f := range all {
		switch r.on(h, f.In, f.At) {
		case check.Holds:
			out = append(out, f)
		case check.Perhaps:
			f.Text += ", under a condition that is not known"
			out = append(out, f)
		}
	}
	return out
}

func (r *reacher) reach(h *graph.Configuration) Reach {
	var out Reach
	if h != nil {
		out.Hosts = []*graph.Configuration{h}
	}
	out.Off, out.Trusted = r.facts(h, r.x.Off), r.facts(h, r.x.Trusted)
	for _, f := range r.facts(h, r.x.Rules) {
		f.Text += " may let in more, or less"
		out.Unknown = append(out.Unknown, f)
	}
	off := ""
	if len(out.Off) > 0 {
		off = "firewall off"
		if len(out.Unknown) > 0 {
			off = "firewall off, unless the rules by hand shut it"
		}
	}
	leads := map[string][]Lead{} // by proxy
	proxies := []string{}
	for _, p := range r.ports.all {
		for _, rt := range p.Routes {
			if r.on(h, rt.In, rt.At) == check.Never {
				continue
			}
			if leads[rt.Proxy] == nil {
				proxies = append(proxies, rt.Proxy)
			}
			behind := ""
			for _, l := range p.Listeners {
				if r.on(h, l.In, l.At) != check.Never {
					behind = l.Service
					break
				}
			}
			if behind == "" && len(p.Values) > 0 {
				behind = p.Values[0].Path
			}
			leads[rt.Proxy] = append(leads[rt.Proxy], Lead{rt.Name, behind, p.Number, rt.At})
		}
		for _, d := range r.doors(h, p, off) {
			out.Doors = append(out.Doors, r.itsPorts(h, d)...)
		}
	}
	out.Doors = append(out.Doors, r.byDefault(h, out.Doors)...)
	for _, proxy := range proxies {
		slices.SortStableFunc(leads[proxy], func(a, b Lead) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Port, b.Port)) })
		leads[proxy] = slices.CompactFunc(leads[proxy], func(a, b Lead) bool { return a.Name == b.Name && a.Port == b.Port && a.Behind == b.Behind })
		if proxy == "cloudflared" {
			out.Doors = append(out.Doors, Door{Zone: Anywhere, Tunnel: proxy, Services: []string{proxy}, Names: leads[proxy], How: "a tunnel past the firewall", At: leads[proxy][0].At})
			continue
		}
		found := false
		open := slices.ContainsFunc(out.Doors, func(d Door) bool { return d.open() && slices.Contains(d.Services, proxy) })
		for i := range out.Doors {
			if d := &out.Doors[i]; slices.Contains(d.Services, proxy) {
				found = true
				if d.Names = leads[proxy]; open && !d.open() {
					d.Names = nil // they are told where the proxy is reached
				}
			}
		}
		if first := leads[proxy][0]; !found {
			why := "from where it is reached is not told"
			if enabled, _ := r.said(h, "services."+proxy+".enable", true); enabled == nil {
				why = "nothing is seen that switches it on"
			}
			out.Unknown = append(out.Unknown, Fact{Name: proxy, Text: fmt.Sprintf("%s leads on by %s such as %s, and %s", proxy, counted(len(leads[proxy]), "name"), first.Name, why), At: first.At})
		}
	}
	for _, d := range out.Doors {
		if d.Number == 0 && d.Tunnel == "" && d.open() {
			out.Unknown = append(out.Unknown, Fact{Name: strings.Join(d.Services, ", "), Text: "the number of a port that is let in is not known from the text", At: d.At})
		}
	}
	out.Unknown = append(out.Unknown, r.notFollowed(h)...)
	slices.SortStableFunc(out.Doors, func(a, b Door) int {
		return cmp.Or(cmp.Compare(slices.Index(zoneOrder, a.Zone), slices.Index(zoneOrder, b.Zone)), strings.Compare(a.Interface, b.Interface), cmp.Compare(order(a.Number), order(b.Number)),
			strings.Compare(a.Protocol, b.Protocol), strings.Compare(a.Tunnel, b.Tunnel))
	})
	return out
}

// notFollowed tells what of a machine's modules was not looked at: what is said there is said by nobody here.
func (r *reacher) notFollowed(h *graph.Configuration) (out []Fact) {
	if why := r.g.Missing(); why != "" {
		out = append(out, Fact{Text: why})
	}
	n := 0
	var first graph.Place
	for _, p := range r.g.Problems {
		if strings.HasPrefix(p.Msg, graph.ImportNotFollowed) && (h == nil || slices.Contains(h.Modules, p.At.File)) {
			if n++; n == 1 {
				first = p.At
			}
		}
	}
	if n > 0 {
		out = append(out, Fact{Text: counted(n, "import") + " of its modules cannot be followed from the text", At: first})
	}
	return out
}

// doors are the ways to one port of a machine.
func (r *reacher) doors(h *graph.Configuration, p *Port, firewallOff string) []Door {
	base := Door{Number: p.Number, To: p.To, Values: p.Values}
	perhaps := true // all that listens does so perhaps
	var listening graph.Place
	loopback, published := true, false
	for _, l := range p.Listeners {
		held := r.on(h, l.In, l.At)
		if held == check.Never {
			continue
		}
		if len(base.Services) == 0 {
			listening = l.At
		}
		if !slices.Contains(base.Services, l.Service) {
			base.Services = append(base.Services, l.Service)
		}
		perhaps = perhaps && held == check.Perhaps
		a := r.address(h, l)
		base.Address = cmp.Or(base.Address, a)
		loopback = loopback && isLoopback(a)
		published = published || l.Container && !isLoopback(a)
	}
	if p.Number == 0 && len(base.Services) > 3 {
		base.Services = nil // no port has so many services: the value holds several
	}
	loopback = loopback && len(base.Services) > 0
	var out []Door
	for _, o := range p.Openings {
		held := r.on(h, o.In, o.At)
		if held == check.Never || o.Rule || o.Protocol == "" && len(base.Services) == 0 {
			continue // what a service opens is the port that it has on this machine
		}
		d := base
		d.Interface, d.Protocol, d.At, d.How = o.Interface, o.Protocol, o.At, "firewall"
		d.Zone, d.VPN = r.zoneOf(h, o.Interface)
		d.Perhaps = held == check.Perhaps
		if loopback {
			d.How = "firewall, but " + d.Services[0] + " listens on " + d.Address + " only"
		}
		if i := slices.IndexFunc(out, func(e Door) bool { return e.Zone == d.Zone && e.Interface == d.Interface && e.Protocol == d.Protocol }); i >= 0 {
			out[i].Perhaps = out[i].Perhaps && d.Perhaps
			continue
		}
		out = append(out, d)
	}
	if published && !slices.ContainsFunc(out, func(d Door) bool { return d.Zone == Anywhere }) {
		d := base
		d.Zone, d.How, d.At, d.Perhaps = Anywhere, "published by a container, past the firewall", listening, perhaps
		out = append(out, d)
	}
	if len(out) > 0 || len(base.Services) == 0 {
		return out
	}
	d := base
	switch d.Zone, d.At, d.Perhaps = Shut, listening, perhaps; {
	case loopback:
		d.Zone = Machine
	case firewallOff != "":
		d.Zone, d.How = Anywhere, firewallOff
	}
	return append(out, d)
}

func isLoopback(address string) bool {
	if address == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(address, "[]"))
	return err == nil && a.IsLoopback()
}

// addresses are names of options, without what parts their words, that say which address a service listens on.
var addresses = []string{"address", "host", "hostname", "bind", "bindaddress", "bindaddr", "bindhost", "listen", "listenaddress", "listenaddr", "listenhost", "listenip", "ip", "interface", "httpaddr", "httpaddress", "httphost", "webaddress"}

// saysAddress reports whether a definition says an address that something listens on.
func saysAddress(d *graph.Definition) bool {
	text, ok := d.Value.(string)
	if !ok || len(d.Segments) < 3 || !slices.Contains(addresses, bare(d.Segments[len(d.Segments)-1])) {
		return false
	}
	_, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return err == nil || text == "localhost"
}

// around is the path of what an option is in.
func around(segments []string) string { return strings.Join(segments[:len(segments)-1], "\x00") }

// address is what a service of a machine listens on, as far as the text tells: in what gives the port, or beside it.
func (r *reacher) address(h *graph.Configuration, l Listener) string {
	if l.Address != "" || l.Container || len(l.segments) < 3 {
		return l.Address
	}
	found := ""
	for _, d := range r.beside[around(l.segments)] {
		text := d.Value.(string)
		if h != nil && !h.Holds(d.In) {
			continue
		}
		if found != "" && found != text {
			return "" // several
		}
		found = text
	}
	return found
}
