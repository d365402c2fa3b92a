package review

import (
	"cmp"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nixsink/graph"
)

// An Exposure is the way of every port from the outside: firewall, service, proxy, name.
type Exposure struct {
	Ports   []Port // those that are let in, or that a proxy leads to, by number; unknown numbers last
	Off     []Fact // definitions that switch the firewall off
	Rules   []Fact // rules that somebody wrote by hand: what they let in is not known
	Trusted []Fact // interfaces from which everything is let in
	Inner   int    // ports that services listen on, that are neither let in nor led to
}

// A Port is one port number, or one central value that holds a number which the text does not tell.
type Port struct {
	Number    int // 0 if it is not known
	To        int // the last of a range; 0 for a single port
	Values    []*graph.Value
	Openings  []Opening
	Listeners []Listener
	Routes    []Route
}

// An Opening is a place that has the firewall let a port in.
type Opening struct {
	Protocol  string // "tcp", "udp"; "" where a service opens its own
	Interface string // "" for all, "*" for one whose name is computed
	Option    string
	Rule      bool // a rule written by hand speaks of it
	At        graph.Place
	In        *graph.ConfSet
}

// A Listener is a service that has a port.
type Listener struct {
	Service   string // jellyfin, of services.jellyfin; a container's name
	Option    string
	Address   string // "127.0.0.1" of "127.0.0.1:80", "" where it is not said together with the port
	Container bool   // a container of virtualisation.oci-containers, which publishes it
	At        graph.Place
	In        *graph.ConfSet

	segments []string // of Option
}

// A Route is what a reverse proxy or tunnel calls a port by.
type Route struct {
	Proxy string // caddy, nginx, traefik, cloudflared
	Name  string // of the host, as far as it is known: photos.*
	At    graph.Place
	In    *graph.ConfSet
}

// portsOf collects what is known of ports, by number and by central value.
type portsOf struct {
	g     *graph.Graph
	feeds map[spot][]*graph.Value       // values that are part of a definition
	keys  map[graph.Place][]*graph.Flow // of values that are part of its name
	all   []*Port
	by    map[int]*Port
	value map[*graph.Value]*Port
}

// A spot is one definition.
type spot struct {
	option string
	at     graph.Place
}

// Exposed finds which ports the firewall lets in and where, which services listen there, and what proxies lead to them.
func Exposed(g *graph.Graph) *Exposure { return exposed(g, inForce(g)) }

// Listening lists the ports that services have, let in or not.
func Listening(g *graph.Graph) []Port {
	p := newPorts(g)
	defs := inForce(g)
	for _, d := range defs {
		p.listens(d)
	}
	for _, n := range []int{22, 80, 443} { // what somebody gives these numbers to is theirs who have them in nixpkgs
		for _, v := range g.Values {
			if number(v) == n && isPort(v) {
				p.ofValue(v)
			}
		}
	}
	p.known(defs)
	var out []Port
	for _, port := range p.all {
		out = append(out, *port)
	}
	return out
}

// newPorts knows of every definition what it is made of.
func newPorts(g *graph.Graph) *portsOf {
	p := &portsOf{g: g, feeds: map[spot][]*graph.Value{}, keys: map[graph.Place][]*graph.Flow{}, by: map[int]*Port{}, value: map[*graph.Value]*Port{}}
	for _, f := range g.Flows.Direct() {
		switch k := (spot{f.To, f.At}); {
		case f.ToValue != nil:
		case f.Kind == graph.Key:
			p.keys[f.At] = append(p.keys[f.At], f)
		case f.Kind == graph.Data && !slices.Contains(p.feeds[k], f.From):
			p.feeds[k] = append(p.feeds[k], f.From)
		}
	}
	return p
}

// exposed is Exposed with the definitions at hand.
func exposed(g *graph.Graph, defs []*graph.Definition) *Exposure {
	p := newPorts(g)
	x := p.read(defs)
	for _, port := range p.all {
		switch {
		case len(port.Openings)+len(port.Routes) > 0:
			x.Ports = append(x.Ports, *port)
		case len(port.Listeners) > 0:
			x.Inner++
		}
	}
	slices.SortStableFunc(x.Ports, func(a, b Port) int {
		return cmp.Or(cmp.Compare(order(a.Number), order(b.Number)), cmp.Compare(a.To, b.To), strings.Compare(pathOf(a), pathOf(b)))
	})
	return x
}

// read finds all ports with what is said of each.
func (p *portsOf) read(defs []*graph.Definition) *Exposure {
	x := &Exposure{}
	// What opens and listens comes first: a route finds its port among them.
	for _, d := range defs {
		p.opens(x, d)
		p.listens(d)
	}
	for _, d := range defs {
		p.opensItsOwn(d)
		p.routes(d)
	}
	p.link()
	p.known(defs)
	return x
}

// link brings together what values bring together: what a port of a number becomes part of (my.sites.*.port) is that port.
func (p *portsOf) link() {
	var numbered []*graph.Value
	for _, v := range p.g.Values {
		if number(v) > 0 && isPort(v) {
			numbered = append(numbered, v)
		}
	}
	for _, open := range slices.Clone(p.all) {
		if open.Number > 0 || len(open.Values) == 0 {
			continue
		}
		linked := map[*Port]bool{}
		for _, u := range numbered {
			if !p.g.Flows.Reaches(u, open.Values[0]) {
				continue
			}
			if port := p.ofValue(u); !linked[port] {
				linked[port] = true
				port.Openings = append(port.Openings, open.Openings...)
				port.Routes = append(port.Routes, open.Routes...)
				port.Listeners = append(port.Listeners, open.Listeners...)
			}
		}
		if len(linked) > 0 {
			open.Openings, open.Routes, open.Listeners = nil, nil, nil
		}
	}
}

// known adds what nixpkgs has services listen on where nobody says otherwise: proxies on the ports of the web, OpenSSH on 22.
func (p *portsOf) known(defs []*graph.Definition) {
	said := map[string]bool{}
	for _, port := range p.all {
		for _, l := range port.Listeners {
			said[l.Service] = true
		}
	}
	add := func(n int, l Listener) {
		if port := p.by[n]; port != nil && !slices.ContainsFunc(port.Listeners, func(o Listener) bool { return o.Service == l.Service && o.In == l.In }) {
			port.Listeners = append(port.Listeners, l)
		}
	}
	for _, d := range defs {
		if d.Value != true || len(d.Segments) != 3 || d.Segments[0] != "services" || d.Segments[2] != "enable" {
			continue
		}
		l := Listener{Service: unquote(d.Segments[1]), Option: d.Option, At: d.At, In: d.In}
		switch {
		case l.Service == "openssh" && !said["openssh"]:
			add(22, l)
		case slices.Contains([]string{"caddy", "nginx", "traefik", "haproxy", "httpd"}, l.Service):
			add(80, l)
			add(443, l)
		}
	}
}

// order puts what is not known last.
func order(n int) int {
	if n == 0 {
		return 1 << 20
	}
	return n
}

func pathOf(p Port) string {
	if len(p.Values) == 0 {
		return ""
	}
	return p.Values[0].Path
}

// number is the port that a value holds, 0 if the text does not tell or tells several.
func number(v *graph.Value) int {
	for _, defaults := range []bool{false, true} {
		found := 0
		for _, l := range v.Literals {
			if l.Default != defaults || l.Kind != "int" {
				continue
			}
			n, err := strconv.Atoi(l.Text)
			if err != nil || n < 1 || n > 65535 || found != 0 && found != n {
				return 0
			}
			found = n
		}
		if found != 0 {
			return found
		}
	}
	return 0
}

// of is the port of a number that is part of a definition; values are what the definition is made of.
func (p *portsOf) of(n int, values []*graph.Value) *Port {
	port := p.by[n]
	if port == nil {
		port = &Port{Number: n}
		p.by[n] = port
		p.all = append(p.all, port)
	}
	for _, v := range values {
		if number(v) == n {
			port.called(v)
			p.value[v] = port
		}
	}
	return port
}

// ofValue is the port of a central value that holds one.
func (p *portsOf) ofValue(v *graph.Value) *Port {
	if n := number(v); n > 0 {
		return p.of(n, []*graph.Value{v})
	}
	if port := p.value[v]; port != nil {
		return port
	}
	port := &Port{Values: []*graph.Value{v}}
	p.value[v] = port
	p.all = append(p.all, port)
	return port
}

func (port *Port) called(v *graph.Value) {
	if !slices.Contains(port.Values, v) {
		port.Values = append(port.Values, v)
		slices.SortFunc(port.Values, func(a, b *graph.Value) int { return strings.Compare(a.Path, b.Path) })
	}
}

// within are the ports that a definition names: numbers that are known, and values that are part of it.
func (p *portsOf) within(d *graph.Definition) []*Port {
	feeds := p.feeds[spot{d.Option, d.At}]
	var out []*Port
	add := func(port *Port) {
		if !slices.Contains(out, port) {
			out = append(out, port)
		}
	}
	elements, ok := d.Value.([]any)
	if !ok {
		elements = []any{d.Value}
	}
	for _, e := range elements {
		if n := portNumber(e); n > 0 {
			add(p.of(n, feeds))
		}
	}
	for _, v := range feeds {
		if isPort(v) && (d.Known || calledPort(v)) {
			add(p.ofValue(v))
		}
	}
	return out
}

// isPort reports whether a value may be the number of a port: by what it holds, by its type, by its name.
func isPort(v *graph.Value) bool {
	if v.Registry || strings.Contains(v.Type, "bool") || v.Default == "true" || v.Default == "false" {
		return false
	}
	return number(v) > 0 || calledPort(v)
}

// calledPort reports whether a value is the number of a port by its type or its name, not by what it holds alone: a port may be made of a number that is none.
func calledPort(v *graph.Value) bool {
	if strings.Contains(v.Type, "port") {
		return true
	}
	last := strings.ToLower(unquote(v.Segments[len(v.Segments)-1]))
	return strings.HasSuffix(last, "port") || strings.HasSuffix(last, "ports") || slices.Contains(v.Segments, "ports")
}

// portNumber is the port that a text or number names, 0 if it names none: 80, "80", "127.0.0.1:80", "http://[::1]:80/", "8080:80" of a container.
func portNumber(v any) int {
	switch v := v.(type) {
	case int64:
		if v > 0 && v < 65536 {
			return int(v)
		}
	case string:
		if n, err := strconv.Atoi(v); err == nil && n > 0 && n < 65536 {
			return n
		}
		if m := inAddress().FindStringSubmatch(v); m != nil {
			n, _ := strconv.Atoi(m[1])
			if n < 65536 {
				return n
			}
		}
	}
	return 0
}

var inAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:(\d{2,5})(?:/|$|\s)`) })

// opens reads what the firewall lets in.
func (p *portsOf) opens(x *Exposure, d *graph.Definition) {
	s := d.Segments
	if len(s) < 3 || s[0] != "networking" || s[1] != "firewall" && s[1] != "nftables" {
		return
	}
	fact := func(text string) Fact { return Fact{Name: d.Option, Text: text, At: d.At, In: d.In} }
	face := ""
	if len(s) == 5 && s[2] == "interfaces" {
		face = unquote(s[3])
	}
	switch last := s[len(s)-1]; {
	case d.Option == "networking.firewall.enable":
		if d.Value == false {
			f := fact("off")
			f.State = Bad
			x.Off = append(x.Off, f)
		}
	case last == "allowedTCPPorts" || last == "allowedUDPPorts":
		o := Opening{Protocol: strings.ToLower(last[len("allowed") : len("allowed")+3]), Interface: face, Option: d.Option, At: d.At, In: d.In}
		for _, port := range p.within(d) {
			port.Openings = append(port.Openings, o)
		}
	case last == "allowedTCPPortRanges" || last == "allowedUDPPortRanges":
		o := Opening{Protocol: strings.ToLower(last[len("allowed") : len("allowed")+3]), Interface: face, Option: d.Option, At: d.At, In: d.In}
		all, _ := d.Value.([]any)
		for _, e := range all {
			r, _ := e.(map[string]any)
			from, to := portNumber(r["from"]), portNumber(r["to"])
			if from == 0 {
				continue
			}
			i := slices.IndexFunc(p.all, func(q *Port) bool { return q.Number == from && q.To == to })
			if i < 0 {
				i = len(p.all)
				p.all = append(p.all, &Port{Number: from, To: to})
			}
			p.all[i].Openings = append(p.all[i].Openings, o)
		}
	case d.Option == "networking.firewall.trustedInterfaces":
		var names []string
		all, _ := d.Value.([]any)
		for _, e := range all {
			if name, ok := e.(string); ok && name != "lo" {
				names = append(names, name)
			}
		}
		if !d.Known {
			names = append(names, "others that are not known from the text")
		}
		if len(names) > 0 {
			x.Trusted = append(x.Trusted, fact(strings.Join(names, ", ")))
		}
	case slices.Contains([]string{"extraCommands", "extraInputRules", "extraForwardRules", "extraReversePathFilterRules", "ruleset", "rulesetFile"}, last),
		s[1] == "nftables" && s[2] == "tables" && last == "content",
		s[1] == "nftables" && s[2] == "firewall" && len(s) > 4 && s[3] == "rules": // of nixos-nftables-firewall
		if s[2] == "firewall" {
			f := fact("rules of nixos-nftables-firewall")
			f.Name = "networking.nftables.firewall.rules"
			if !slices.ContainsFunc(x.Rules, func(o Fact) bool { return o.Name == f.Name && o.At.File == f.At.File && o.In == f.In }) {
				x.Rules = append(x.Rules, f)
			}
			return
		}
		x.Rules = append(x.Rules, fact("rules written by hand"))
		// Which way a rule goes is not known, but which ports it speaks of may be.
		for _, v := range p.feeds[spot{d.Option, d.At}] {
			if isPort(v) {
				port := p.ofValue(v)
				port.Openings = append(port.Openings, Opening{Option: d.Option, Rule: true, At: d.At, In: d.In})
			}
		}
	}
}

// opensItsOwn reads services that open their ports themselves.
func (p *portsOf) opensItsOwn(d *graph.Definition) {
	s := d.Segments
	if len(s) < 3 || !slices.Contains([]string{"services", "programs", "power"}, s[0]) || d.Value != true || s[len(s)-1] != "openFirewall" && s[len(s)-1] != "openPorts" {
		return
	}
	o := Opening{Option: d.Option, At: d.At, In: d.In}
	name := unquote(s[1])
	found := false
	for _, port := range p.all {
		if slices.ContainsFunc(port.Listeners, func(l Listener) bool { return l.Service == name }) {
			port.Openings = append(port.Openings, o)
			found = true
		}
	}
	if !found && !p.opensBySelf(d.Option) { // nixpkgs knows its port
		p.all = append(p.all, &Port{Openings: []Opening{o}, Listeners: []Listener{{Service: name, Option: d.Option, At: d.At, In: d.In}}})
	}
}

// opensBySelf reports whether a module of the tree declares an option and says in the same file which ports it opens: they are read by themselves.
func (p *portsOf) opensBySelf(option string) bool {
	return slices.ContainsFunc(p.g.Declared, func(o *graph.Option) bool {
		return o.Path == option && slices.ContainsFunc(p.g.Definitions, func(d *graph.Definition) bool {
			s := d.Segments
			return d.At.File == o.At.File && d.Known && len(s) > 2 && s[0] == "networking" && s[1] == "firewall"
		})
	})
}

// clients are segments that make a port somebody else's: where the service connects to.
var clients = []string{"database", "db", "smtp", "mail", "mailer", "imap", "ldap", "redis", "remote", "upstream", "backend", "target", "peer", "peers", "relay", "broker", "jails",
	"scrapeConfigs", "provision", "datasources", "virtualHosts", "ingress", "backups", "proxy", "middlewares", "forwardAuth"}

// IsClient reports whether an option's path says that a port in it is where the service connects to, not where it listens.
func IsClient(segments []string) bool {
	is := func(name string) bool {
		return slices.ContainsFunc(clients, func(c string) bool { return strings.EqualFold(c, name) })
	}
	if len(segments) < 3 {
		return false
	}
	// Of a variable the first word tells: SMTP_PORT.
	if to, _, several := strings.Cut(unquote(segments[len(segments)-1]), "_"); several && slices.Contains([]string{"SMTP", "MAIL", "IMAP", "LDAP", "DB", "DATABASE", "REDIS"}, to) {
		return true
	}
	return slices.ContainsFunc(segments[2:len(segments)-1], func(seg string) bool { return is(unquote(seg)) })
}

// listens reads which service has a port.
func (p *portsOf) listens(d *graph.Definition) {
	s := d.Segments
	n := len(s)
	name := ""
	switch {
	case n >= 3 && s[0] == "services" && n <= 8:
		name = unquote(s[1])
	case n == 5 && s[0] == "virtualisation" && s[1] == "oci-containers" && s[2] == "containers" && s[4] == "ports":
		name = unquote(s[3])
	default:
		return
	}
	if name == unquote(s[1]) && IsClient(s) { // a container may well be called db
		return
	}
	last := bare(s[n-1])
	if !strings.HasSuffix(last, "port") && last != "ports" && !strings.HasPrefix(last, "listen") && last != "address" && last != "bind" {
		return
	}
	value := *d
	l := Listener{Service: name, Option: d.Option, At: d.At, In: d.In, segments: s, Container: name != unquote(s[1])}
	if text, ok := d.Value.([]any); ok && name != unquote(s[1]) {
		// A container's "HOST:CONTAINER": the first is the machine's.
		var host []any
		for _, e := range text {
			if t, ok := e.(string); ok {
				parts := strings.Split(strings.Split(t, "/")[0], ":")
				if len(parts) > 1 {
					host = append(host, parts[len(parts)-2])
				}
				if len(parts) > 2 { // ADDRESS:HOST:CONTAINER; what several publish at different addresses is published
					if at := strings.Join(parts[:len(parts)-2], ":"); l.Address == "" || l.Address == at {
						l.Address = at
					}
				} else {
					l.Address = "0.0.0.0"
				}
			}
		}
		value.Value = host
	}
	for _, port := range p.within(&value) {
		if !slices.ContainsFunc(port.Listeners, func(o Listener) bool { return o.Service == name && o.In == d.In }) {
			l.Address = cmp.Or(l.Address, addressIn(d.Value))
			port.Listeners = append(port.Listeners, l)
		}
	}
}

// addressIn is the address in a text such as "127.0.0.1:80", "" if there is none.
func addressIn(v any) string {
	text, _ := v.(string)
	if _, behind, ok := strings.Cut(text, "://"); ok {
		text = behind
	}
	if a, err := netip.ParseAddrPort(strings.SplitN(text, "/", 2)[0]); err == nil {
		return a.Addr().String()
	}
	if strings.HasPrefix(text, "localhost:") {
		return "localhost"
	}
	return ""
}

var (
	hostRule = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("Host\\(`([^`]+)`\\)") })
	toPort   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`reverse_proxy\s[^\n]*?:(\d{2,5})\b|proxy_pass\s[^\n]*?:(\d{2,5})\b`)
	})
)

// routes reads what a proxy or tunnel leads to a port.
func (p *portsOf) routes(d *graph.Definition) {
	s := d.Segments
	n := len(s)
	if n < 4 || s[0] != "services" {
		return
	}
	r := Route{Proxy: unquote(s[1]), At: d.At, In: d.In}
	value := d.Value
	switch {
	case s[1] == "nginx" && s[2] == "virtualHosts" && s[n-1] == "proxyPass",
		s[1] == "caddy" && s[2] == "virtualHosts" && s[n-1] == "extraConfig":
		r.Name = unquote(s[3])
	case s[1] == "cloudflared" && n >= 6 && s[n-2] == "ingress" || s[1] == "cloudflared" && n >= 7 && s[n-3] == "ingress" && s[n-1] == "service":
		r.Name = unquote(s[slices.Index(s, "ingress")+1])
	case s[1] == "traefik" && n >= 7 && slices.Contains(s, "services") && slices.Contains(s, "loadBalancer"):
		i := slices.Index(s[2:], "services") + 2
		r.Name = p.traefikHost(unquote(s[min(i+1, n-1)]))
	default:
		return
	}
	if keys := p.keysOf(d); len(keys) == 1 && strings.Count(r.Name, "*") == 1 {
		// What is computed in the name is one value: what that holds is known, or its path says more than a star.
		if text := literal(keys[0]); text != "" {
			r.Name = strings.Replace(r.Name, "*", text, 1)
		} else if r.Name == "*" {
			r.Name = keys[0].Path
		}
	}
	var found []*Port
	for _, text := range texts(value) {
		numbers := toPort().FindStringSubmatch(text)
		if numbers != nil {
			text = ":" + numbers[1] + numbers[2]
		} else if s[1] == "caddy" {
			continue
		}
		if k := portNumber(text); k > 0 {
			found = append(found, p.of(k, nil))
		}
	}
	for _, v := range p.feeds[spot{d.Option, d.At}] {
		if isPort(v) && (d.Known || calledPort(v)) {
			found = append(found, p.ofValue(v))
		}
	}
	for _, port := range found {
		if !slices.ContainsFunc(port.Routes, func(o Route) bool { return o.Proxy == r.Proxy && o.Name == r.Name }) {
			port.Routes = append(port.Routes, r)
		}
	}
}

// keysOf are the values that are part of the name of what a definition defines, or of what that lies in.
func (p *portsOf) keysOf(d *graph.Definition) (out []*graph.Value) {
	for _, f := range p.keys[d.At] {
		if (f.To == d.Option || strings.HasPrefix(d.Option, f.To+".")) && !slices.Contains(out, f.From) {
			out = append(out, f.From)
		}
	}
	return out
}

// literal is the one text that a value is known to hold, "" if there is none or several.
func literal(v *graph.Value) string {
	text := ""
	for _, l := range v.Literals {
		if l.Kind != "string" || text != "" && text != l.Text {
			return ""
		}
		text = l.Text
	}
	return text
}

// texts are the strings in a value.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, texts(v[k])...)
		}
	}
	return out
}

// traefikHost is the host of the router of a name, or that name.
func (p *portsOf) traefikHost(name string) string {
	for _, d := range p.g.Definitions {
		s := d.Segments
		if len(s) < 6 || s[0] != "services" || s[1] != "traefik" || s[len(s)-1] != "rule" || unquote(s[len(s)-2]) != name {
			continue
		}
		if rule, ok := d.Value.(string); ok {
			if m := hostRule().FindStringSubmatch(rule); m != nil {
				return m[1]
			}
		}
	}
	return name
}

// bare is a name in small letters, without what parts its words.
func bare(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", `"`, "").Replace(name))
}
