package check

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/parse"
)

var portCollision = Check{
	Name:    "port-collision",
	Summary: "two services have the same port",
	Default: Error,
	InForce: true,
	Doc: `Two central values that are ports (by type, as members of a port registry, or by name) have the same number, or two services listen
on the same number: on one host, for one protocol, at overlapping addresses, and both can run. Whichever starts second fails. Give one of them another
number. A default counts on the hosts that leave the value at it.

No collision are: two values that feed one option, of which one takes its number from the other, or that are named after one service; a client's port, which is where
somebody else listens (` + "`authPort` beside `authHost`" + `), and the port of what has an address of its own beside it;
services of different hosts, by the configurations that have them (where those are not known, files below hosts/NAME and machines/NAME), with guests and
containers apart; what lies deep within a set of anything that one program is given; a service whose switch is never turned on beside one
that runs. Where both would have to be switched on first, where a condition decides that is not known, and where nothing is seen to import the two modules, so
that each may be another machine's, it is information. What nothing reads is no port that anybody listens on.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports = lib.mkOption { type = lib.types.attrsOf lib.types.port; default = { }; };
  config.my.ports = {
    adguard = 3000;
    grafana = 3000; # <- here
  };
  config.services.adguardhome.port = config.my.ports.adguard;
  config.services.grafana.settings.server.http_port = config.my.ports.grafana;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		return append(valueCollisions(p), listenerCollisions(p)...)
	},
}

func valueCollisions(p *Pass) []Finding {
	byNumber := map[int][]port{}
	var numbers []int
	for _, x := range p.ports() {
		if byNumber[x.number] == nil {
			numbers = append(numbers, x.number)
		}
		byNumber[x.number] = append(byNumber[x.number], x)
	}
	slices.Sort(numbers)
	var out []Finding
	for _, n := range numbers {
		group := byNumber[n]
		slices.SortStableFunc(group, func(a, b port) int { return graph.ComparePlaces(a.literal.At, b.literal.At) })
		for i, x := range group {
			var others []port
			worst := never
			for _, y := range group[:i] {
				how := never
				if collide(p, x, y) {
					how = p.servesAt(x).meet(p.servesAt(y))
				}
				if how == asItStands && !p.onOne(x.literal.In, x.literal.At.File, y.literal.In, y.literal.At.File) {
					how = ifTogether
				}
				if how != never {
					others = append(others, y)
					worst = max(worst, how)
				}
			}
			if len(others) == 0 {
				continue
			}
			f := Finding{At: x.literal.At, Value: x.value.Path}
			var names []string
			for _, y := range others {
				names = append(names, y.value.Path)
				f.Related = append(f.Related, Related{At: y.literal.At, Message: fmt.Sprintf("%s has port %d too", y.value.Path, n)})
			}
			has := "has"
			if len(names) > 1 {
				has = "have"
			}
			f.Message = fmt.Sprintf("%s has port %d, which %s %s already: give one of them another number", x.value.Path, n, words(names), has)
			if when, ok := onlyWhen[worst]; ok {
				f.Severity = Info
				f.Message = fmt.Sprintf("%s has port %d, as %s %s: they collide %s", x.value.Path, n, words(names), has, when)
			}
			out = append(out, f)
		}
	}
	return out
}

func collide(p *Pass, x, y port) bool {
	if x.value == y.value || strings.Contains(x.value.Path, "*") && strings.Contains(y.value.Path, "*") {
		return false
	}
	if a, b := protocol(x.value.Path), protocol(y.value.Path); a != "" && b != "" && a != b {
		return false
	}
	if x.literal.At == y.literal.At && !containsWord(p.Graph.Text(x.literal.At), x.literal.Text) {
		return false // a function gives them out, and this is one that it may give: which one has it, the text does not tell
	}
	if p.isIdle(x.value) || p.isIdle(y.value) {
		return false // nothing reads it, so that nothing listens on it; unused-value tells that
	}
	if isClient(x.value.Segments) || isClient(y.value.Segments) || elsewhere.MatchString(x.value.Description) || elsewhere.MatchString(y.value.Description) {
		return false // where somebody connects to, not where somebody listens
	}
	a, b := p.namesOf(x), p.namesOf(y)
	if namesOther(a, b) || namesOther(b, a) {
		return false // alloy.lokiPort is where alloy finds loki.port
	}
	if oneService(a, b) {
		return false // gateway.services.wiki.port and my.wiki.port are one service's
	}
	if p.isTarget(a) || p.isTarget(b) {
		return false
	}
	if sameValue(p, x, y) || feedOne(p, x.value, y.value) || isCopyOfHome(x.value.Path, y.value.Path) {
		return false
	}
	// Hosts of one repository may each give out the same number; what two hosts say never meets on one machine.
	return p.meet(x.literal.In, x.literal.At.File, y.literal.In, y.literal.At.File)
}

// namesOf are the names at which a port has its number: those of a registry's member, where the value has *.
func (p *Pass) namesOf(x port) []string {
	if d := p.defined()[x.literal.At]; d != nil && slices.EqualFunc(d.Segments, x.value.Segments, namedAlike) {
		return d.Segments
	}
	return x.value.Segments
}

// makeDefined are the definitions by their place.
func (p *Pass) makeDefined() map[graph.Place]*graph.Definition {
	out := map[graph.Place]*graph.Definition{}
	for _, d := range p.Graph.Definitions {
		out[d.At] = d
	}
	return out
}

// anyService are names that say what a port is for, and not whose it is.
var anyService = []string{"", "*", "http", "https", "web", "www", "api", "ui", "gui", "rpc", "grpc", "tcp", "udp", "ssl", "tls", "ws", "listen", "bind", "server", "service", "services", "main", "admin", "public", "private",
	"internal", "external", "local", "host", "metrics", "metric", "exporter", "debug", "health", "ssh", "settings", "config", "ports", "default", "app", "proxy", "frontend", "backend", "webui", "dashboard"}

// withoutPort is a name without the word port, and what parts its words: grafana of grafanaPort.
func withoutPort(name string) string {
	return strings.Join(slices.DeleteFunc(tokens(name), func(t string) bool { return t == "port" }), "")
}

// ownerOf is the service that a port is of, by the last name of its path that is one (grafana of my.ports.grafana, my.grafana.port and my.grafanaPort), and what
// the port is for (http of my.grafana.httpPort), "" where none says so.
func ownerOf(segs []string) (owner, role string) {
	for i := len(segs) - 1; i > 0 && i >= len(segs)-2; i-- {
		name := withoutPort(segs[i])
		if !slices.Contains(anyService, name) {
			return name, role
		}
		if name != "" && name != "*" && role == "" {
			role = name
		}
	}
	return "", ""
}

// oneService reports whether two paths are of one service's port: its name, and the same purpose, or none said.
func oneService(a, b []string) bool {
	x, forX := ownerOf(a)
	y, forY := ownerOf(b)
	return x != "" && x == y && (forX == forY || forX == "" || forY == "")
}

// isTarget reports whether a port is where something else is found: what stands beside it names the machine, and that is not this one. authHost and authPort,
// host and port of what a proxy leads to.
func (p *Pass) isTarget(segs []string) bool {
	n := len(segs) - 1
	what := withoutPort(segs[n])
	if what != "" && slices.Contains(anyService, what) {
		return false // listenHost and listenPort
	}
	before := strings.Join(segs[:n], ".") + "."
	if what != "" {
		stem, ok := strings.CutSuffix(segs[n], "Port")
		return ok && slices.ContainsFunc([]string{"Host", "Address", "Addr", "Ip", "IP", "Server", "Url"}, func(end string) bool { return p.values[before+stem+end] != nil })
	}
	return slices.ContainsFunc([]string{"host", "address", "addr", "ip"}, func(name string) bool {
		return slices.ContainsFunc(p.definitionsOf()[before+name], func(d *graph.Definition) bool {
			a, err := netip.ParseAddr(fmt.Sprint(d.Value))
			return err == nil && !a.IsLoopback() && !a.IsUnspecified()
		})
	})
}

// isIdle reports whether nothing reads a value. What a registry of ports gives out is taken, read or not.
func (p *Pass) isIdle(v *graph.Value) bool {
	return !v.Member && v.FanOut.Reads == 0 && !p.Graph.Flows.Starts(v) && !p.read().around(v)
}

// namesOther reports whether the last name of a port's path is that of another one's service: lokiPort, and loki.port.
func namesOther(segs, of []string) bool {
	if len(segs) < 2 || len(of) < 2 {
		return false
	}
	name := slices.DeleteFunc(tokens(segs[len(segs)-1]), func(t string) bool { return t == "port" })
	owner := tokens(of[len(of)-2])
	return len(name) > 0 && slices.Equal(name, owner) && !slices.Equal(tokens(segs[len(segs)-2]), owner)
}

// sameValue reports whether one value takes its number from the other one: then they are the same port by intention.
func sameValue(p *Pass, x, y port) bool {
	return p.Graph.Flows.Reaches(x.value, y.value) || p.Graph.Flows.Reaches(y.value, x.value)
}

// feedOne reports whether two values go into one option: then it is one service's port, set in two places, be it that one of
// them outweighs the other.
func feedOne(p *Pass, x, y *graph.Value) bool {
	into := map[string]bool{}
	for _, to := range optionsOf(p, x) {
		if slices.Contains(tokens(to[strings.LastIndexByte(to, '.')+1:]), "port") { // one port, not a list of them
			into[to] = true
		}
	}
	return len(into) > 0 && slices.ContainsFunc(optionsOf(p, y), func(to string) bool { return into[to] })
}

// optionsOf are the options that a value is part of, also where the system gets something else.
func optionsOf(p *Pass, v *graph.Value) []string {
	var out []string
	for _, f := range p.Graph.Flows.DirectOf(v) {
		if f.Kind == graph.Data && f.ToValue == nil {
			out = append(out, f.To)
		}
	}
	for _, h := range p.Graph.Hidden {
		if slices.Contains(h.From, v) {
			out = append(out, h.Option)
		}
	}
	return out
}

// isCopyOfHome reports whether two paths are one option, seen from a home and from the system that holds it.
func isCopyOfHome(x, y string) bool {
	return strings.HasSuffix(x, "."+y) || strings.HasSuffix(y, "."+x)
}

func protocol(path string) string {
	for _, t := range tokens(path) {
		if t == "tcp" || t == "udp" {
			return t
		}
	}
	return ""
}

// listener is an option that makes a service listen on a port.
type listener struct {
	service string
	address string // "" if not known
	number  int
	def     *graph.Definition
}

func listenerCollisions(p *Pass) []Finding {
	var all []listener
	defs := map[string]*graph.Definition{}
	for _, d := range p.Graph.Definitions {
		defs[d.Option] = d
	}
	for _, d := range p.Graph.Definitions {
		if l, ok := listens(d, defs); ok {
			all = append(all, l)
		}
	}
	feeds := sync.OnceValue(p.Graph.Flows.DataInto)
	var out []Finding
	for i, x := range all {
		for _, y := range all[:i] {
			if x.service == y.service || x.number != y.number || !sameAddress(x.address, y.address) || isFamily(x, y) {
				continue
			}
			if p.fromOnePlace(x, y) {
				continue // let port = 30000; in { services.wiki.port = port; services.proxy.hosts.wiki.port = port; }
			}
			// Two values that collide are reported where they are defined; one value in two services is a client and its server.
			if feeds()[x.def.At] && feeds()[y.def.At] {
				continue
			}
			if p.dormant(y.def.At.File) || !p.meet(x.def.In, x.def.At.File, y.def.In, y.def.At.File) {
				continue
			}
			f := Finding{
				At: x.def.At, Value: x.def.Option,
				Message: fmt.Sprintf("%s is %d, where %s listens already: give one of them another port", x.def.Option, x.number, y.def.Option),
				Related: []Related{{At: y.def.At, Message: fmt.Sprintf("%s is %d too", y.def.Option, y.number)}},
			}
			how := p.runs(x).meet(p.runs(y))
			if how == never {
				continue
			}
			if how == asItStands && !p.onOne(x.def.In, x.def.At.File, y.def.In, y.def.At.File) {
				how = ifTogether
			}
			if when, ok := onlyWhen[how]; ok {
				f.Severity = Info
				f.Message = fmt.Sprintf("%s is %d, as %s: they collide %s", x.def.Option, x.number, y.def.Option, when)
			}
			out = append(out, f)
			break
		}
	}
	return out
}

// fromOnePlace reports whether two listeners of one file take their number from the same variable, which says that it is one port.
func (p *Pass) fromOnePlace(x, y listener) bool {
	if x.def.At.File != y.def.At.File {
		return false
	}
	names := p.variables(x.def.At)
	return slices.ContainsFunc(p.variables(y.def.At), func(name string) bool { return slices.Contains(names, name) })
}

// variables are the names that what stands at a place is made of, but for those of the libraries. A binding's own name is none.
func (p *Pass) variables(at graph.Place) []string {
	var out []string
	parse.Walk(p.Graph.Files[at.File].Expr, func(n parse.Node) bool {
		if id, ok := n.(*parse.Ident); ok && at.Span.Contains(id.Span) && !slices.Contains([]string{"toString", "builtins", "lib", "config", "pkgs"}, id.Name) {
			out = append(out, id.Name)
		}
		if in, ok := n.(*parse.Inherit); ok && at.Span.Contains(in.Span) && in.From == nil {
			for _, a := range in.Names {
				out = append(out, a.Name)
			}
		}
		return n.Range().Start < at.Span.End && at.Span.Start < n.Range().End
	})
	return out
}

// runs is the state of a listener's service, where its own definition may be conditional, too.
func (p *Pass) runs(l listener) switched {
	s := p.service(l.service)
	if by := p.held(l.def); by != nil {
		if by.state < s.state || s.state == unsaid {
			s.state = by.state
		}
		s.hosts = onBoth(s.hosts, by.hosts)
	} else if l.def.Conditional && s.state != off {
		s.state = maybe
	}
	return s
}

// isFamily reports whether one of two listeners is a client of the other one's program: services.zabbixWeb.server.port is where
// services.zabbixServer listens.
func isFamily(x, y listener) bool {
	client := func(l, of listener) bool {
		s := l.def.Segments
		if len(s) < 4 || s[2] != "server" && s[2] != "host" && s[2] != "upstream" {
			return false
		}
		a, b := tokens(l.service), tokens(of.service)
		return len(a) > 0 && len(b) > 0 && a[0] == b[0]
	}
	return client(x, y) || client(y, x)
}

// clientNames are segments that make a port somebody else's: services.x.database.port is where x connects to.
var clientNames = []string{"database", "db", "postgres", "postgresql", "mysql", "redis", "cache", "smtp", "mail", "mailer", "imap", "ldap",
	"remote", "upstream", "backend", "target", "peer", "peers", "endpoint", "client", "relay", "broker", "mqtt", "jails", "provision", "datasources", "exporters",
	"proxy", "proxies", "upstreams", "backends", "forward", "forwards", "forwarder", "destination", "hosts", "sites"}

// elsewhere is what a description says of a port that is connected to.
var elsewhere = regexp.MustCompile(`(?i)\b(destination|remote|upstream)\b|\bconnects? to\b`)

// isClient reports whether a path says that its port belongs to something that is connected to. A name of its own at the end (my.ports.redis)
// does not say so.
func isClient(segments []string) bool {
	// my.programs.terminal.ssh.port: of ssh, the program connects and the service listens, as in NixOS.
	if i := slices.Index(segments, "programs"); i >= 0 && slices.Contains(segments[i:], "ssh") {
		return true
	}
	for _, s := range segments[:max(0, len(segments)-1)] {
		for _, t := range tokens(s) {
			if slices.Contains(clientNames, t) || slices.Contains(clientNames, singular(t)) {
				return true
			}
		}
	}
	return false
}

// listens reads services.NAME.port and its like. Only what is a listener beyond doubt counts.
func listens(d *graph.Definition, defs map[string]*graph.Definition) (listener, bool) {
	n := len(d.Segments)
	if n < 3 || n > 6 || d.Segments[0] != "services" || !d.Known {
		return listener{}, false
	}
	service := d.Segments[1]
	if on := defs["services."+service+".enable"]; on != nil && on.Value == false {
		return listener{}, false
	}
	if isClient(d.Segments[2:]) {
		return listener{}, false
	}
	last := strings.ToLower(strings.Join(tokens(d.Segments[n-1]), ""))
	l := listener{service: service, def: d}
	switch last {
	case "port", "listenport", "httpport", "webport", "rocketport":
		l.number = number(d.Value)
		for _, name := range []string{"host", "address", "listenAddress", "addr", "bind", "bindAddress", "http_addr", "ROCKET_ADDRESS"} {
			if a := defs[strings.Join(append(slices.Clone(d.Segments[:n-1]), name), ".")]; a != nil {
				l.address, _ = a.Value.(string)
			}
		}
	case "listen", "listenaddr", "listenaddress", "listeningaddress", "bindaddr":
		s, _ := d.Value.(string)
		i := strings.LastIndexByte(s, ':')
		if i < 0 {
			return listener{}, false
		}
		l.address = s[:i]
		l.number, _ = strconv.Atoi(s[i+1:])
	default:
		return listener{}, false
	}
	return l, l.number > 0
}

func number(v any) int {
	switch v := v.(type) {
	case int64:
		return int(v)
	case string:
		n, _ := strconv.Atoi(v)
		return n
	}
	return 0
}

func sameAddress(a, b string) bool {
	any := func(s string) bool { return s == "" || s == "0.0.0.0" || s == "::" || s == "[::]" || s == "*" }
	local := func(s string) string {
		if s == "localhost" {
			return "127.0.0.1"
		}
		return s
	}
	return any(a) || any(b) || local(a) == local(b)
}
