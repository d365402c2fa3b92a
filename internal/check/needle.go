package check

import (
	"cmp"
	"encoding/base64"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// needleKind is what a central literal is, which decides where it can be found again.
type needleKind uint8

const (
	portNeedle    needleKind = iota
	domainNeedle             // home.example: also inside strings, where a word ends
	emailNeedle              // root@home.example: likewise
	addressNeedle            // 192.168.1.10, 10.0.0.0/8: likewise
	pathNeedle               // /srv/media: likewise; what lies below it is another one
	textNeedle               // anything long and peculiar: all of a string, or a word of it
	wordNeedle               // a plain word: all of a string, in an attribute of the same name
)

// needle is a literal that a central value takes.
type needle struct {
	kind    needleKind
	value   *graph.Value
	literal graph.Literal
	tokens  []string // of the value's name, without noise
	generic bool     // everybody uses it: found only beside a name in common
	host    bool     // a domain whose value speaks of one host: names below it are other hosts
	own     bool     // nobody but the module that declares the value reads it
	bulk    bool     // nobody reads the value by its name: it is one of a set that something goes through
	varies  bool     // the value takes other literals elsewhere: this one holds on the host that sets it
}

func (n *needle) last() string { return n.value.Segments[len(n.value.Segments)-1] }

// needles are all of them, by kind and text.
type needles struct {
	all  []*needle
	text map[needleKind]map[string][]*needle
}

// Ports that many programs use by default: equal numbers prove nothing.
var commonPorts = []int{3000, 3001, 4000, 5000, 5432, 3306, 6379, 8000, 8001, 8008, 8080, 8081, 8082, 8083, 8088, 8090, 8443, 8888, 9000, 9001, 9090, 9091, 9100, 9443}

// Addresses and networks that stand for a concept rather than for one machine.
var genericAddresses = []string{"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
	"100.64.0.0/10", "169.254.0.0/16", "10.0.0.0", "172.16.0.0", "192.168.0.0", "10.0.0.1", "10.0.0.138", "172.16.0.1", "192.168.0.1", "192.168.1.1"}

// Folders that everything lies in.
var commonPaths = []string{"/", "/etc", "/var", "/var/lib", "/var/log", "/var/cache", "/var/run", "/run", "/run/secrets", "/run/current-system", "/tmp", "/home", "/root", "/mnt", "/srv", "/opt",
	"/data", "/boot", "/dev", "/dev/null", "/nix", "/nix/store", "/bin", "/bin/sh", "/usr", "/usr/bin", "/usr/bin/env", "/sys", "/proc", "/persist", "/media", "/export", "/backup", "/config"}

// Words that many attributes take, whatever they are about.
var commonWords = []string{"root", "nobody", "nogroup", "users", "wheel", "admin", "localhost", "none", "auto", "always", "never", "yes", "true", "false", "default", "info", "debug", "warn", "warning", "error",
	"tcp", "udp", "http", "https", "both", "all", "any", "local", "nixos", "main", "master", "latest", "stable", "unstable", "disabled", "enabled", "allow", "deny", "accept", "drop", "reject", "ipv4", "ipv6", "utf8", "sha1", "sha256", "sha512", "ed25519", "h264", "h265", "zram0", "eth0", "wlan0", "tailscale0"}

func (p *Pass) needles() *needles {
	n := &needles{text: map[needleKind]map[string][]*needle{}}
	for _, v := range p.Graph.Values {
		if len(v.Segments) == 0 || strings.Contains(v.Path, "*") {
			continue // a template's default is everybody's
		}
		seen := map[string]bool{}
		varies := p.varies(v)
		for _, l := range append(slices.Clip(v.Literals), p.elements(v)...) {
			kind, generic, ok := classify(v, l)
			// What stands somewhere inside a set is not what the value is; of a list, only what means the same by itself counts.
			if l.Below || p.within(v, l) || strings.Contains(v.Type, "attrs") && !v.Member || strings.Contains(v.Type, "anything") || strings.Contains(v.Type, "submodule") || strings.Contains(v.Type, "raw") ||
				(strings.Contains(v.Type, "listOf") || strings.Contains(v.Type, "enum")) && (kind == textNeedle || kind == wordNeedle) {
				continue
			}
			if v.Member && strings.Contains(v.Segments[len(v.Segments)-1], l.Text) {
				continue // "bin/ipxe.efi" = "ipxe.efi": its own name says it, and who reads it has to write that
			}
			if !ok || seen[l.Text] || (kind == wordNeedle || kind == textNeedle) && (p.programs()[l.Text] || p.isOthersName(v, l.Text)) {
				continue
			}
			seen[l.Text] = true
			x := &needle{kind: kind, value: v, literal: l, generic: generic, tokens: nameTokens(v), own: p.own(v), bulk: p.bulk(v), varies: varies}
			x.host = kind == domainNeedle && !slices.ContainsFunc(x.tokens, func(t string) bool { return slices.Contains(domainNames, singular(t)) })
			n.all = append(n.all, x)
			if n.text[kind] == nil {
				n.text[kind] = map[string][]*needle{}
			}
			key := strings.TrimSuffix(l.Text, "/")
			if kind == domainNeedle {
				key = strings.ToLower(key)
			}
			n.text[kind][key] = append(n.text[kind][key], x)
		}
	}
	n.forget()
	return n
}

// within reports whether a literal is that of a name inside the set that a value is: the socket's path of my.dns.settings.
func (p *Pass) within(v *graph.Value, l graph.Literal) bool {
	if slices.ContainsFunc(p.definitionsOf()[v.Path], func(d *graph.Definition) bool { return d.At == l.At }) {
		return false // it is what the value itself is set to
	}
	names := p.setAt()[l.At]
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return namedAlike(name, v.Segments[len(v.Segments)-1]) })
}

// namedAlike reports whether the last name of a definition's path is that of a value, of which a computed one may be any.
func namedAlike(a, b string) bool {
	return a == b || strings.Contains(a, "*") || strings.Contains(b, "*")
}

// makeSetAt are the last names of what is defined at a place.
func (p *Pass) makeSetAt() map[graph.Place][]string {
	out := map[graph.Place][]string{}
	for _, d := range p.Graph.Definitions {
		if n := len(d.Segments); n > 0 {
			out[d.At] = append(out[d.At], d.Segments[n-1])
		}
	}
	return out
}

// several is how many values of one name have to be the same for it to be nobody's own.
const several = 3

// forget drops what several values of one name have: words (categories, kinds, modes), and what one place gives to all of them, such as the
// default that a function makes for every service. What all of them may be is nobody's own.
func (n *needles) forget() {
	type origin struct {
		last string
		at   graph.Place // zero for words
	}
	for kind, texts := range n.text {
		for text, xs := range texts {
			if len(xs) < several {
				continue
			}
			same := map[origin]int{}
			of := func(x *needle) origin {
				if kind == textNeedle || kind == wordNeedle {
					return origin{last: x.last()}
				}
				return origin{x.last(), x.literal.At}
			}
			for _, x := range xs {
				same[of(x)]++
			}
			texts[text] = slices.DeleteFunc(xs, func(x *needle) bool { return same[of(x)] >= several })
		}
	}
}

// varies reports whether a value is set to different literals: by hosts, or by a default that something overrides.
func (p *Pass) varies(v *graph.Value) bool {
	first := ""
	for i, l := range v.Literals {
		if p.dormant(l.At.File) {
			continue
		}
		if i > 0 && first != "" && l.Text != first {
			return true
		}
		first = l.Text
	}
	return false
}

// bulk reports whether a value is a field of something that is gone through as a whole, a list of datasets or of virtual hosts: where it is set, it is
// used up, and nobody reads it by its name.
func (p *Pass) bulk(v *graph.Value) bool {
	if slices.ContainsFunc(p.readers[v], func(r *graph.Reference) bool { return r.Kind != graph.Dynamic && r.Kind != graph.Guard }) {
		return false
	}
	if p.isInner(v) || v.Member && isTold(v.Segments[len(v.Segments)-2]) {
		return true // what one program is told
	}
	for n := len(v.Segments) - 1; n > 0; n-- {
		if o := p.values[strings.Join(v.Segments[:n], ".")]; o != nil && o.Registry {
			return n < len(v.Segments)-1 || !holdsScalars(o.Type)
		}
	}
	return false
}

// isTold reports whether a set is called what a program is told by: settings, extraConfig, serviceEnvironment.
func isTold(name string) bool {
	return name == "extraConfig" || slices.ContainsFunc(tokens(name), func(t string) bool { return slices.Contains([]string{"environment", "env", "settings"}, t) })
}

// holdsScalars reports whether the members of a registry are single values: my.ports.ssh.
func holdsScalars(typ string) bool {
	return !slices.ContainsFunc([]string{"submodule", "anything", "attrs ", "unspecified", "raw"}, func(s string) bool { return strings.Contains(typ+" ", s) })
}

// makePrograms are the names of what the tree installs or configures by name: packages, programs, services. Such a word means the program.
func (p *Pass) makePrograms() map[string]bool {
	out := map[string]bool{}
	for _, file := range p.files() {
		for _, s := range p.syntax(file).selects {
			if s.from == "pkgs" {
				for _, name := range s.names {
					out[name] = true
				}
			}
		}
	}
	for _, d := range p.Graph.Definitions {
		segs := d.Segments
		if len(segs) > 3 && segs[0] == "home-manager" {
			segs = segs[3:]
		}
		if len(segs) > 1 && (segs[0] == "services" || segs[0] == "programs") {
			out[segs[1]] = true
		}
	}
	return out
}

// isOthersName reports whether a text is a machine's name, and the value none that says which machine it is.
func (p *Pass) isOthersName(v *graph.Value, text string) bool {
	return p.hostNames()[text] && !slices.ContainsFunc(nameTokens(v), func(t string) bool { return t == "host" || t == "hostname" || t == "machine" || t == "node" })
}

// domainNames are what a value is called in whose domain others live.
var domainNames = []string{"domain", "zone", "tld", "suffix"}

// own reports whether a value is its module's own affair: it is no member of a registry, and only the module that declares it reads it, a file or
// a folder of its own (wiki/options.nix and wiki/default.nix).
func (p *Pass) own(v *graph.Value) bool {
	if !v.Member && len(v.Declared) > 0 && v.FanOut.Modules <= 1 {
		if m := p.modules[v.Declared[0].File]; m != nil && m.Role == "helper" {
			return true // a function declares it for the one module that reads it
		}
	}
	return !v.Member && !slices.ContainsFunc(p.readers[v], func(r *graph.Reference) bool {
		return !slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return d.File == r.At.File || isFolderOf(d.File, r.At.File) })
	})
}

// isFolderOf reports whether two files lie in one folder that is one module: one of them is its default.nix or options.nix.
func isFolderOf(a, b string) bool {
	module := func(name string) bool { return name == "default.nix" || name == "options.nix" }
	return path.Dir(a) == path.Dir(b) && path.Dir(a) != "." && (module(path.Base(a)) || module(path.Base(b)))
}

// elements are the strings of a list that a value defaults to.
func (p *Pass) elements(v *graph.Value) []graph.Literal {
	f := p.Graph.Files[v.DefaultAt.File]
	if f == nil || !strings.Contains(v.Type, "listOf") {
		return nil
	}
	var out []graph.Literal
	parse.Walk(f.Expr, func(node parse.Node) bool {
		if list, ok := node.(*parse.List); ok && v.DefaultAt.Span.Contains(list.Span) {
			for _, x := range list.Elems {
				if s, ok := x.(*parse.String); ok && len(s.Parts) == 1 && s.Parts[0].Expr == nil {
					out = append(out, graph.Literal{Text: s.Parts[0].Text, Kind: "string", At: p.place(v.DefaultAt.File, s.Span), Default: true})
				}
			}
		}
		return node.Range().Start < v.DefaultAt.Span.End && v.DefaultAt.Span.Start < node.Range().End
	})
	return out
}

// nameTokens are the telling tokens of a value's last two segments.
func nameTokens(v *graph.Value) []string {
	var out []string
	for _, s := range v.Segments[max(0, len(v.Segments)-2):] {
		for _, t := range tokens(s) {
			if !slices.Contains(noise, t) && len(t) > 1 {
				out = append(out, t)
			}
		}
	}
	return out
}

// classify tells what kind of needle a literal is; false if it says too little to be looked for.
func classify(v *graph.Value, l graph.Literal) (kind needleKind, generic, ok bool) {
	t := l.Text
	switch {
	case l.Kind == "int":
		n, err := strconv.Atoi(t)
		return portNeedle, slices.Contains(commonPorts, n) || n < 1024, err == nil && n > 0 && n <= 65535 && isPort(v)
	case l.Kind != "string" && l.Kind != "path" || strings.Contains(t, "\n"):
		return 0, false, false
	case isEmail(t):
		return emailNeedle, false, true
	case t != "" && addressAt(t, 0) == len(t):
		host := t
		if i := strings.IndexAny(t, "/:"); i >= 0 {
			host = t[:i]
		}
		a, err := netip.ParseAddr(host)
		if err != nil || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() {
			return 0, false, false
		}
		return addressNeedle, slices.Contains(genericAddresses, t) || strings.HasPrefix(t, "255."), true
	case isHostname(t) && !unitName(t) && !fileName(t) && (hasTopLevel(t) || saysHost(v)):
		return domainNeedle, false, true
	case isAbsolute(t):
		t = strings.TrimSuffix(t, "/")
		if slices.Contains(commonPaths, t) {
			return 0, false, false
		}
		return pathNeedle, false, strings.Count(t, "/") > 1
	case unitName(t) || isPlatform(t):
		return 0, false, false
	case isPeculiar(t):
		return textNeedle, isCompound(t) && !slices.ContainsFunc(nameTokens(v), func(o string) bool { return slices.Contains(tokens(t), o) }), true
	case isPlain(t) && !slices.Contains(commonWords, strings.ToLower(t)) && !isNumber(t):
		return wordNeedle, !isMixed(t), true
	}
	return 0, false, false
}

// topLevels are the top-level domains of more than two letters that people name machines and homes under: the oldest, the usual, and those that are
// kept for private networks and for examples. Other words behind a dot are as often a file's kind, a program's or a group's name (yaml.gitlab).
var topLevels = []string{"com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "arpa", "dev", "app", "xyz", "online", "site", "tech", "cloud", "network", "systems",
	"space", "club", "family", "house", "zone", "life", "live", "blog", "art", "eco", "one", "gay", "lgbt", "cat", "moe", "page", "ninja", "rocks", "wtf", "lol", "fun", "social", "chat", "email",
	"tools", "services", "solutions", "digital", "computer", "codes", "software", "engineering", "technology", "science", "university", "academy", "agency", "company", "group", "team", "works",
	"world", "earth", "land", "city", "berlin", "wien", "vip", "top", "shop", "store", "run", "sh", "host", "website", "internal", "lan", "home", "local", "localdomain", "intranet", "corp",
	"private", "onion", "test", "example", "invalid", "localhost"}

// hasTopLevel reports whether a text ends as a domain does: in a country's two letters, or a top-level domain that people use.
func hasTopLevel(t string) bool {
	last := strings.ToLower(t[strings.LastIndexByte(t, '.')+1:])
	return len(last) == 2 || slices.Contains(topLevels, last)
}

// saysHost reports whether a value's name says that it holds the name of a host or a domain.
func saysHost(v *graph.Value) bool {
	return slices.ContainsFunc(tokens(v.Segments[len(v.Segments)-1]), func(t string) bool {
		return slices.Contains(domainNames, singular(t)) || slices.Contains([]string{"host", "hostname", "fqdn", "url", "server", "origin", "address", "addr"}, singular(t))
	})
}

// unitName reports whether a text is a systemd unit: graphical-session.target.
func unitName(t string) bool {
	switch t[strings.LastIndexByte(t, '.')+1:] {
	case "service", "target", "socket", "timer", "mount", "slice", "path":
		return strings.Contains(t, ".")
	}
	return false
}

// isPlatform reports whether a text is a platform of nixpkgs: x86_64-linux.
func isPlatform(t string) bool {
	_, kernel, ok := strings.Cut(t, "-")
	return ok && (kernel == "linux" || kernel == "darwin")
}

// fileName reports whether what looks like a domain is a file: settings.json.
func fileName(t string) bool {
	switch t[strings.LastIndexByte(t, '.')+1:] {
	case "nix", "json", "yaml", "yml", "toml", "conf", "cfg", "ini", "txt", "md", "sh", "py", "js", "css", "html", "xml", "pem", "key", "crt", "env", "log", "db", "sqlite", "png", "jpg", "svg", "local":
		return !strings.HasSuffix(t, ".local")
	}
	return false
}

// isCompound reports whether a text is words of one case, joined: preferred_username. Programs call many things so, and mean the same.
func isCompound(t string) bool {
	return all(t, func(c byte) bool { return isLetter(c) || c == '_' || c == '-' }) && (t == strings.ToLower(t) || t == strings.ToUpper(t))
}

// isPeculiar reports whether a text is hardly ever written by accident: long, and of more than a plain word, or one with a capital.
func isPeculiar(t string) bool {
	if len(t) < 8 || !all(t, isToken) || isNumber(t) {
		return false
	}
	kinds := 0
	t = t[1:]
	for _, in := range []func(byte) bool{
		func(c byte) bool { return c >= 'a' && c <= 'z' },
		func(c byte) bool { return c >= 'A' && c <= 'Z' },
		func(c byte) bool { return c >= '0' && c <= '9' },
		func(c byte) bool { return strings.IndexByte("_.@:/+=", c) >= 0 },
	} {
		if slices.ContainsFunc([]byte(t), in) {
			kinds++
		}
	}
	return kinds >= 2
}

// isMixed reports whether a word has letters and digits in it, as machines are called and words are not.
func isMixed(t string) bool {
	letter := strings.ContainsFunc(t, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	digit := strings.ContainsFunc(t, func(r rune) bool { return r >= '0' && r <= '9' })
	return letter && digit && len(t) >= 4
}

func isNumber(t string) bool { return strings.Trim(t, "0123456789.") == "" }

// find gives the parts of a site that equal central literals: values at the same part together, parts in order, a longer one before
// those that lie in it.
func (n *needles) find(s site) [][]hit {
	var hits []hit
	add := func(kind needleKind, key string, start, end int, sure bool) {
		for _, x := range n.text[kind][key] {
			if x.host && start > 0 && s.src[start-1] == '.' {
				continue
			}
			hits = append(hits, hit{x, start, end, sure && !x.generic})
		}
	}
	near := ""
	if len(s.sc.Names) > 0 {
		near = s.sc.Names[len(s.sc.Names)-1]
	}
	switch {
	case s.number:
		if namesPort(near) || len(s.sc.Names) > 1 && s.sc.List && namesPort(near) {
			add(portNeedle, s.src, 0, len(s.src), true)
			// A firewall opens the port of whichever service has the number: of one that a registry of ports gave it to, where many programs use it.
			if slices.Contains(s.sc.Names, "firewall") {
				for i, h := range hits {
					n := len(h.n.value.Segments)
					hits[i].sure = !h.n.generic || !h.n.own && n > 1 && namesPort(h.n.value.Segments[n-2])
				}
			}
		}
	case s.key:
		// users.users.anna: an attribute named like a user stands below users. Other names (programs.vim) are the program's own.
		if slices.Contains([]string{"users", "groups", "hosts", "machines"}, near) {
			add(wordNeedle, s.src, 0, len(s.src), false)
		}
		n.findIn(s, add)
	default:
		if len(n.text[portNeedle]) > 0 {
			for _, spot := range portSpots(s.src, s.whole, namesPort(near)) {
				add(portNeedle, s.src[spot.start:spot.end], spot.start, spot.end, true)
				if n, err := strconv.Atoi(s.src[spot.start:spot.end]); err == nil && spot.rule && n >= 1024 {
					for i := range hits {
						hits[i].sure = true
					}
				}
			}
		}
		n.findIn(s, add)
		if s.whole {
			add(wordNeedle, s.src, 0, len(s.src), false)
			if len(s.src) >= 8 {
				add(textNeedle, s.src, 0, len(s.src), true)
			}
		}
		if rest, ok := strings.CutPrefix(s.src, "/home/"); ok {
			user, _, _ := strings.Cut(rest, "/")
			for _, x := range n.text[wordNeedle][user] {
				if slices.ContainsFunc(tokens(x.last()), func(t string) bool { return t == "user" || t == "username" || t == "owner" || t == "admin" }) {
					hits = append(hits, hit{x, len("/home/"), len("/home/") + len(user), true})
				}
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var out [][]hit
	for _, h := range hits {
		if k := len(out) - 1; k >= 0 && out[k][0].start == h.start && out[k][0].end == h.end {
			if !slices.ContainsFunc(out[k], func(o hit) bool { return o.n == h.n }) {
				out[k] = append(out[k], h)
			}
			continue
		}
		out = append(out, []hit{h})
	}
	return out
}

// adder notes that a part of a text may be the central value of a kind that is spelled key.
type adder func(kind needleKind, key string, start, end int, sure bool)

// findIn looks for what may stand anywhere in a string, up to where a word ends. Kinds of which there is no value cost nothing.
func (n *needles) findIn(s site, add adder) {
	if len(n.text[emailNeedle]) > 0 {
		for from, to := range emailSpots(s.src) {
			if !s.open(from) {
				add(emailNeedle, s.src[from:to], from, to, true)
			}
		}
	}
	if len(n.text[domainNeedle]) > 0 {
		findDomains(s, add)
	}
	if len(n.text[addressNeedle]) > 0 {
		findAddresses(s, add)
	}
	if len(n.text[pathNeedle]) > 0 {
		findPaths(s, add)
	}
	if len(n.text[wordNeedle]) > 0 {
		for from, to := range runs(s.src, isAlnum) {
			beside := func(i int) bool { return i >= 0 && i < len(s.src) && strings.IndexByte("-_.@:/$", s.src[i]) >= 0 }
			if word := s.src[from:to]; !s.open(from) && word != s.src && !beside(from-1) && !beside(to) && isMixed(word) {
				add(wordNeedle, word, from, to, true)
			}
		}
	}
	if len(n.text[textNeedle]) > 0 {
		for from, to := range runs(s.src, isToken) {
			word := strings.TrimRight(s.src[from:to], "=:.,/")
			if !s.open(from) && len(word) >= 10 {
				add(textNeedle, word, from, from+len(word), true)
			}
		}
	}
}

// open reports whether a word at an offset may begin in the interpolation before it.
func (s *site) open(start int) bool { return start == 0 && s.before }

// findDomains looks for home.example, also in wiki.home.example.
func findDomains(s site, add adder) {
	for from, to := range hostSpots(s.src) {
		if isKeyName(s.src[to:]) {
			continue
		}
		for start := from; start < to; {
			dot := strings.IndexByte(s.src[start:to], '.')
			if dot < 0 {
				break // a domain has at least two labels
			}
			if !s.open(start) {
				add(domainNeedle, strings.ToLower(s.src[start:to]), start, to, true)
			}
			start += dot + 1
		}
	}
}

// isKeyName reports whether what follows a name says that it is that of a signing key of Nix: ":" and 32 bytes in Base64 (Nix manual, trusted-public-keys).
func isKeyName(rest string) bool {
	if len(rest) < 45 || rest[0] != ':' || rest[44] != '=' {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(rest[1:45])
	return err == nil
}

// findAddresses looks for an address with its prefix length and port, without the port, and the address alone.
func findAddresses(s site, add adder) {
	for from, to := range addressSpots(s.src) {
		if s.open(from) || from > 0 && strings.IndexByte(".-_", s.src[from-1]) >= 0 {
			continue
		}
		add(addressNeedle, s.src[from:to], from, to, true)
		for _, cut := range []byte(":/") {
			if i := strings.LastIndexByte(s.src[from:to], cut); i >= 0 {
				if cut == '/' && isNetwork(s.src[from:to]) {
					break // 10.0.0.0/24 is a network; an address is another thing
				}
				to = from + i
				add(addressNeedle, s.src[from:to], from, to, true)
			}
		}
	}
}

// isNetwork reports whether a text is a network, not an address with its prefix length: all bits of the host are zero.
func isNetwork(text string) bool {
	p, err := netip.ParsePrefix(text)
	return err == nil && p.Masked().Addr() == p.Addr() && p.Bits() < 32
}

// findPaths looks for a path. What lies below it is another one.
func findPaths(s site, add adder) {
	for from, to := range pathSpots(s.src) {
		// Part of a longer path or a URL, or the inner side of a container's volume.
		if s.open(from) || from > 0 && (s.src[from-1] == ':' || s.src[from-1] == '/' || s.src[from-1] == '.' || isWord(s.src[from-1])) {
			continue
		}
		if !s.whole && to == len(s.src)-1 && s.src[to] == '/' {
			continue // a name follows that is put in
		}
		add(pathNeedle, s.src[from:to], from, to, true)
	}
}
