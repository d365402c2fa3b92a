package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

var hardCodedCopy = Check{
	Name:    "hard-coded-copy",
	Summary: "a literal repeats a central value",
	Default: Warning,
	InForce: true,
	Doc: `A literal equals a central value and stands where the value could be read: a port after a colon, the domain inside a URL, the user in a
home folder. When the value changes, the copy does not. Read the value instead.

Equal alone is not enough. A number must stand where ports stand (after an address and a colon, in an attribute named for ports, in a
firewall rule), and a number that many programs use by default, such as 8080, must also belong to the service of the value's name. A domain, an
address and a path must end where the text's word ends, and a host below a domain is a copy only where the value calls itself a domain. A plain
word must be no name of a machine, of a package or of a service of the tree, and stand in an attribute named like the value; words that are joined, such as preferred_username, where something else of the name is.
Descriptions, messages, the value's own definitions, what is fetched, fallbacks behind a test for the value, comparisons with the value
and what depends on one are no copies. Nor is what could not be read there: what another host sets, what is not the same on all hosts that have the file, a system's option
in a home whose module does not take ` + "`osConfig`" + `. What one module alone reads counts in that module and where it is set; what one service is told (beside its switch), a path or an email address, is
information where another service is told the same; so is an address that several values have, where the place names none of them, a plain word that is
nobody's user name, what may be a program or a theme, a port where nothing speaks of its service, and a field of something that is gone through as a whole (datasets, virtual hosts).
All copies of a value in one file are one finding.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.ports.wiki = lib.mkOption { type = lib.types.port; default = 28081; };
  options.my.domain = lib.mkOption { type = lib.types.str; default = "home.example"; };

  config.services.wiki.port = config.my.ports.wiki;
  config.services.caddy.virtualHosts."wiki".extraConfig = "reverse_proxy 127.0.0.1:28081"; # <- here
  config.networking.domain = config.my.domain;
  config.services.postfix.origin = "mail.home.example"; # <- here
  config.services.redis.maxclients = 28081;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		n := p.needles()
		if len(n.all) == 0 {
			return nil
		}
		var out []Finding
		for _, file := range p.files() {
			m := p.modules[file]
			// A flake's outputs and a helper cannot read config: what they repeat is not theirs to read.
			if m == nil || m.Role == "helper" || m.Role == "unparsed" || strings.HasSuffix(file, "flake.nix") || isLibrary(file) && !p.listed()[file] {
				continue
			}
			out = append(out, p.copies(file, n)...)
		}
		return out
	},
}

// isLibrary reports whether a file lies among functions and packages, where config is out of reach.
func isLibrary(file string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(file), "/"), func(dir string) bool {
		return slices.Contains([]string{"lib", "libs", "pkgs", "packages", "overlays"}, dir)
	})
}

// site is a literal in the source: a number, or the text of a string between interpolations.
type site struct {
	file   string
	src    string // raw source of the literal
	start  int32
	whole  bool // it is all of the string
	before bool // an interpolation stands directly before it
	number bool // an integer, not a string
	key    bool // an attribute's name, not a value
	sc     scope
}

// hit is a central value that a part of a site may repeat.
type hit struct {
	n          *needle
	start, end int  // in site.src
	sure       bool // the position alone says so; otherwise a name in common is wanted
}

// copies finds the sites of a file that repeat a central value. The longest part speaks; parts of it are silent.
func (p *Pass) copies(file string, n *needles) []Finding {
	var out []Finding
	first := map[string]int{} // by value and severity: the finding that speaks for all of a file
	walk(p.Graph.Files[file].Expr, scope{}, func(e parse.Expr, sc scope) {
		if sc.Prose || slices.Contains(sc.Names, "imports") {
			return
		}
		sites(file, p.Graph.Files[file].Src, e, sc, func(s site) {
			taken := -1 // end of the last part that spoke
			for _, group := range n.find(s) {
				if group[0].start < taken {
					continue
				}
				f, ok := p.copied(s, group)
				if !ok {
					continue
				}
				taken = group[0].end
				key := f.Severity.String() + f.Value
				i, again := first[key]
				for _, h := range group {
					// Of several values that are the same, one speaks in a file.
					if j, other := first[f.Severity.String()+h.n.value.Path]; other && !again && p.mayMean(f, h) {
						i, again = j, true
					}
				}
				if again {
					out[i].Related = append(out[i].Related, Related{At: f.At, Message: "also here"})
				} else {
					first[key] = len(out)
					out = append(out, f)
				}
			}
		})
	})
	for i := range out {
		also := 0
		for _, r := range out[i].Related {
			if r.Message == "also here" {
				also++
			}
		}
		if also > 0 {
			out[i].Message = strings.Replace(out[i].Message, " repeats ", fmt.Sprintf(" repeats, in %s of this file, ", count(also+1, "place")), 1)
		}
	}
	return out
}

// mayMean reports whether another value of the same literal fits a copy as well.
func (p *Pass) mayMean(f Finding, h hit) bool {
	return h.n.kind == addressNeedle && slices.ContainsFunc(f.Related, func(r Related) bool { return r.Message == sameAs(h.n.value) })
}

func sameAs(v *graph.Value) string { return v.Path + " is the same" }

// sites visits the literals that an expression itself is.
func sites(file, src string, e parse.Expr, sc scope, visit func(site)) {
	switch e := e.(type) {
	case *parse.Int:
		visit(site{file: file, src: e.Text, start: e.Start, whole: true, number: true, sc: sc})
	case *parse.String:
		for i, part := range e.Parts {
			if part.Expr != nil {
				continue
			}
			// The raw source rather than the decoded text, so that offsets are exact; escapes only ever end a word.
			visit(site{
				file: file, src: src[part.Start:part.End], start: part.Start, whole: len(e.Parts) == 1,
				before: i > 0, sc: sc,
			})
		}
	case *parse.Set:
		for _, b := range e.Bindings {
			a, ok := b.(*parse.Attr)
			if !ok {
				continue
			}
			for i := range a.Path {
				if !a.Path[i].Static() || i == 0 && len(sc.Names) == 0 {
					continue
				}
				in := sc.under(a.Path[:i])
				start := a.Path[i].Start
				if a.Path[i].Len() != len(a.Path[i].Name) {
					start++ // a quoted name
				}
				visit(site{file: file, src: a.Path[i].Name, start: start, whole: true, key: true, sc: in})
			}
		}
	}
}

// copied decides whether one of the values at the same part of a site is meant, and which.
func (p *Pass) copied(s site, group []hit) (Finding, bool) {
	var fit []hit
	for _, h := range group {
		if p.couldRead(s, h) && (h.sure || related(h, s)) && !p.isPublishedAs(s, h) && !isSameName(s, h.n.value) && p.holds(s, h.n) {
			fit = append(fit, h)
		}
	}
	if len(fit) == 0 {
		return Finding{}, false
	}
	// The value whose name has most in common with the place is meant, else the one that most modules read.
	slices.SortStableFunc(fit, func(a, b hit) int {
		if d := common(b, s) - common(a, s); d != 0 {
			return d
		}
		if d := b.n.value.FanOut.Reads - a.n.value.FanOut.Reads; d != 0 {
			return d
		}
		return strings.Compare(a.n.value.Path, b.n.value.Path)
	})
	h := fit[0]
	v := h.n.value
	hint := "config." + v.Path
	if p.argumentRoot(v) {
		hint = v.Path
		if name := v.Segments[0]; !p.mentionsName(s.file, parse.Span{End: int32(len(p.Graph.Files[s.file].Src))}, name) && !p.syntax(s.file).takes[name] {
			hint = fmt.Sprintf("%s (take the argument %s)", v.Path, name)
		}
	}
	if m := p.modules[s.file]; m != nil && m.Home && !p.inHome(v) && !p.argumentRoot(v) {
		hint = "osConfig." + v.Path
	}
	f := Finding{
		At:      p.place(s.file, parse.Span{Start: s.start + int32(h.start), End: s.start + int32(h.end)}),
		Value:   v.Path,
		Message: fmt.Sprintf("%s repeats %s: read %s instead", s.src[h.start:h.end], described(v), hint),
		Related: []Related{{At: h.n.literal.At, Message: fmt.Sprintf("%s is %s here", v.Path, h.n.literal.Text)}},
	}
	if !p.certain(s, h) || p.isOtherService(s, h.n) || h.n.kind == addressNeedle && len(fit) > 1 && common(h, s) == 0 {
		f.Severity = Info // of several values with one address, the place does not say which is meant
	}
	for _, o := range fit[1:] {
		f.Related = append(f.Related, Related{At: o.n.literal.At, Message: sameAs(o.n.value)})
	}
	return f, true
}

// certain reports whether a copy is one beyond doubt: what it repeats is no mere word, and the value is there to be shared, or this is the
// module that declares it. A word may well mean something else (a program, a theme, another account), and what one module's option is set to
// is nobody else's.
func (p *Pass) certain(s site, h hit) bool {
	v := h.n.value
	// Its own module, and what speaks of it in the file that sets it, are where its copies get out of step with it.
	home := h.n.literal.At.File == s.file && !h.n.literal.Default && speaksOf(h, s) ||
		slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return d.File == s.file || isFolderOf(d.File, s.file) })
	if !p.sharesHost(s.file, v) {
		return false
	}
	if h.n.bulk || h.n.kind == portNeedle && inContainer(s.sc.Names) {
		return false
	}
	if slices.Contains([]needleKind{emailNeedle, pathNeedle, textNeedle, wordNeedle}, h.n.kind) && !home && !isAccount(v) && !p.concerns(s, v) {
		return false
	}
	switch h.n.kind {
	case portNeedle:
		if slices.Contains(mailPorts, s.src[h.start:h.end]) {
			return false
		}
		if common(h, s) == 0 && !slices.Contains(s.sc.Names, "firewall") {
			return false // another service may have the number
		}
	case domainNeedle:
		if last := tokens(h.n.last()); len(last) > 1 && slices.Contains([]string{"redirect", "fallback", "target"}, last[len(last)-1]) {
			return false // where somebody is led to is no name of what stands there
		}
	case textNeedle:
		return !h.n.own && (isAccount(v) || common(h, s) > 1) && !isLook(s.sc.Names) && !isLook(v.Segments)
	case wordNeedle:
		return !h.n.own && isAccount(v) && !isLook(s.sc.Names) && !isAbout(s.file, s.src[h.start:h.end])
	}
	return !h.n.own || home
}

// isOtherService reports whether a place sets another service in the file that sets the value's own: where several are given one domain side by side, none of them
// is the one to ask.
func (p *Pass) isOtherService(s site, n *needle) bool {
	service := p.serviceOf(n.value)
	if service == 0 || n.literal.Default || n.literal.At.File != s.file || !slices.Contains([]needleKind{addressNeedle, domainNeedle, portNeedle}, n.kind) ||
		slices.ContainsFunc(n.value.Declared, func(d graph.Place) bool { return d.File == s.file }) {
		return false
	}
	if n.kind == domainNeedle && !p.isSharedHere(n.literal) {
		return false // one service's own name, which another one is told
	}
	return !slices.Contains(s.sc.Names, n.value.Segments[service-1])
}

// isSharedHere reports whether a file sets several values to one text.
func (p *Pass) isSharedHere(l graph.Literal) bool {
	alike := 0
	for _, v := range p.Graph.Values {
		if slices.ContainsFunc(v.Literals, func(o graph.Literal) bool { return !o.Default && o.Text == l.Text && o.At.File == l.At.File }) {
			alike++
		}
	}
	return alike > 2
}

// isPublishedAs reports whether a port is the inside of one that a container is published by, with the value as its outside ("-p ${toString cfg.port}:8188"): it stays
// what it is when the value changes.
func (p *Pass) isPublishedAs(s site, h hit) bool {
	if h.n.kind != portNeedle {
		return false
	}
	src, inside := p.Graph.Files[s.file].Src, "}:"+s.src[h.start:h.end]
	for from := 0; ; {
		i := strings.Index(src[from:], inside)
		if i < 0 {
			return false
		}
		from += i + len(inside)
		if from == len(src) || !isWord(src[from]) && src[from] != '/' {
			return true
		}
	}
}

// mailPorts are the ports of mail's protocols, which every server and client of mail has (RFC 8314): what is written so is no copy of what another one is told.
var mailPorts = []string{"25", "110", "143", "465", "587", "993", "995"}

// isAbout reports whether a file is somebody's: users/anna.nix is about anna, and so is home/anna/ssh.nix.
func isAbout(file, name string) bool {
	return slices.Contains(strings.Split(strings.TrimSuffix(file, ".nix"), "/"), name)
}

// usesVariable reports whether a variable of a name stands within a place; types.port is none called port.
func (p *Pass) usesVariable(at graph.Place, name string) bool {
	found := false
	parse.Walk(p.Graph.Files[at.File].Expr, func(n parse.Node) bool {
		if id, ok := n.(*parse.Ident); ok && id.Name == name && at.Span.Contains(id.Span) {
			found = true
		}
		return !found && n.Range().Start < at.Span.End && at.Span.Start < n.Range().End
	})
	return found
}

// sharesHost reports whether some machine or home that has a value has a file, too. What no known one has may be evaluated apart, where the value is not to be
// had: terraform's configuration, made by the same flake.
func (p *Pass) sharesHost(file string, v *graph.Value) bool {
	in, known := p.confsOf(v)
	m := p.modules[file]
	if !known || m == nil || p.argumentRoot(v) {
		return true
	}
	some := false
	for _, c := range p.Graph.Configurations {
		if c.Open || !c.Holds(in) {
			continue
		}
		if some = true; c.Holds(m.In) {
			return true
		}
	}
	return !some
}

// concerns reports whether a file has to do with the service that a value belongs to, if it belongs to one: it declares, reads or sets something of that
// service, or speaks of it where nothing else is declared. Two services may be told the same address of an administrator, and keep it apart.
func (p *Pass) concerns(s site, v *graph.Value) bool {
	n := p.serviceOf(v)
	if n == 0 {
		return true
	}
	under := strings.Join(v.Segments[:n], ".") + "."
	of := func(path string) bool { return strings.HasPrefix(path, under) }
	if slices.ContainsFunc(p.refs[s.file], func(r *graph.Reference) bool { return of(r.Value.Path) }) || p.touched()[s.file][under] {
		return true
	}
	about := hit{n: &needle{tokens: tokens(v.Segments[n-1])}}
	return common(about, s) > 0 && !p.declares()[s.file]
}

// serviceOf is how many segments of a value's path name the service that it is an option of: as many as stand before the switch beside it or above
// it. 0: there is none.
func (p *Pass) serviceOf(v *graph.Value) int {
	for n := len(v.Segments) - 1; n > 1; n-- {
		if s := p.values[strings.Join(v.Segments[:n], ".")+".enable"]; s != nil && len(s.Declared) > 0 {
			return n
		}
	}
	return 0
}

// makeTouched are, by file, the services that it declares or sets something of, each with a dot at its end.
func (p *Pass) makeTouched() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, v := range p.Graph.Values {
		n := p.serviceOf(v)
		if n == 0 {
			continue
		}
		under := strings.Join(v.Segments[:n], ".") + "."
		note := func(at graph.Place) {
			if out[at.File] == nil {
				out[at.File] = map[string]bool{}
			}
			out[at.File][under] = true
		}
		for _, at := range v.Declared {
			note(at)
		}
		for _, d := range p.definitionsOf()[v.Path] {
			note(d.At)
		}
	}
	return out
}

// makeDeclares are the files that declare a service's switch.
func (p *Pass) makeDeclares() map[string]bool {
	out := map[string]bool{}
	for _, v := range p.Graph.Values {
		if len(v.Segments) > 2 && v.Segments[len(v.Segments)-1] == "enable" {
			for _, at := range v.Declared {
				out[at.File] = true
			}
		}
	}
	return out
}

// speaksOf reports whether a place is about what a value is about, not only of the same kind: of the wiki, not of some host.
func speaksOf(h hit, s site) bool {
	about := *h.n
	about.tokens = slices.DeleteFunc(slices.Clone(about.tokens), func(t string) bool {
		return slices.Contains([]string{"host", "hostname", "address", "addr", "ip", "url", "domain", "user", "username", "email", "mail"}, t)
	})
	h.n = &about
	return common(h, s) > 0
}

// inContainer reports whether a place is what a program in a container is told: its ports are the container's own.
func inContainer(names []string) bool {
	in := func(words ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			return slices.ContainsFunc(tokens(name), func(t string) bool { return slices.Contains(words, t) })
		})
	}
	return in("container", "containers", "docker", "podman", "pod", "pods") && in("environment", "env")
}

// inside reports whether a place speaks of the inside of a container of NixOS: its own folders, and its own configuration.
func inside(names []string) bool {
	i := slices.Index(names, "containers")
	return slices.Contains(names, "bindMounts") || i >= 0 && i+2 < len(names) && names[i+2] == "config"
}

// isAccount reports whether a value is somebody's user name.
func isAccount(v *graph.Value) bool {
	n := len(v.Segments)
	user := func(t string) bool { return slices.Contains([]string{"user", "username", "owner"}, t) }
	// my.user, my.identity.user; my.stylix.username is what one program is told.
	whose := n < 3 || slices.ContainsFunc(tokens(v.Segments[n-2]), func(t string) bool {
		return user(t) || slices.Contains([]string{"identity", "account", "accounts", "admin", "me", "host", "system", "main", "primary", "globals", "defaults", "users", "name"}, t)
	})
	return whose && slices.ContainsFunc(tokens(v.Segments[n-1]), user)
}

// lookNames are what attributes of colours, fonts and themes are called: their words are names of packages.
var lookNames = []string{"theme", "themes", "font", "fonts", "cursor", "icon", "icons", "color", "colors", "colour", "colorscheme", "scheme", "style", "package", "pname", "shell", "editor", "terminal", "browser"}

func isLook(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(tokens(name), func(t string) bool { return slices.Contains(lookNames, t) })
	})
}

// isSameName reports whether a place defines the value itself, in another way than the graph knows: the end of its name is the value's.
func isSameName(s site, v *graph.Value) bool {
	n := min(2, len(v.Segments))
	names := slices.DeleteFunc(slices.Clone(s.sc.Names), func(name string) bool { return name == "default" })
	if s.key || len(names) < n {
		return false
	}
	end, of := names[len(names)-n:], v.Segments[len(v.Segments)-n:]
	// my.dyndns = { hostname = "home.example"; zone = "home.example"; }: what stands beside it in its own set is set with it.
	return slices.Equal(end, of) || n == 2 && end[0] == of[0] && slices.ContainsFunc(v.Literals, func(l graph.Literal) bool { return l.At.File == s.file })
}

// holds reports whether the value has its literal where the site is evaluated, and can be read there.
func (p *Pass) holds(s site, n *needle) bool {
	at := n.literal.At.File
	set, here := p.hostOf(at), p.hostOf(s.file)
	if same, known := p.sameOnHosts(n.value, n.literal.Text, s.file); known {
		if !same {
			return false
		}
	} else if n.varies {
		if n.literal.Default || set == "" || set != here {
			return at == s.file && set == here
		}
		return true
	}
	if all, known := p.covers(n.literal.In, s.file); known && !all || !known && set != "" && set != here {
		return false // one host's value, in a module that others share, or in another host's
	}
	if m := p.modules[s.file]; m != nil && m.Home && !p.inHome(n.value) && !p.argumentRoot(n.value) {
		s := p.syntax(s.file)
		return s != nil && s.takesOSConfig // a home sees the system's options only so
	}
	return true
}

// sameOnHosts reports whether a value is a text on every host that has a file; known is false where no host is known to have it.
func (p *Pass) sameOnHosts(v *graph.Value, text, file string) (same, known bool) {
	m := p.modules[file]
	if m == nil {
		return false, false
	}
	for _, c := range p.Graph.Configurations {
		if !hosted(c) || !c.Holds(m.In) {
			continue
		}
		known = true
		set, other, byDefault := false, false, false
		for _, l := range v.Literals {
			switch {
			case !c.Holds(l.In):
			case l.Default:
				byDefault = byDefault || l.Text == text
			case l.Text == text:
				set = true
			default:
				other = true
			}
		}
		if other || !set && !byDefault {
			return false, true
		}
	}
	return true, known
}

// inHome reports whether a value is an option of homes, and so can be read in their modules.
func (p *Pass) inHome(v *graph.Value) bool {
	for _, i := range v.Instances {
		if strings.HasPrefix(i.Path, "home-manager.users.") {
			return true
		}
		if slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return c.Host && c.Holds(i.In) }) {
			return false // a system's own, though its module may speak of homes
		}
	}
	return slices.ContainsFunc(v.Declared, func(d graph.Place) bool { m := p.modules[d.File]; return m != nil && m.Home })
}

func (p *Pass) argumentRoot(v *graph.Value) bool {
	return slices.ContainsFunc(p.Graph.Roots, func(r graph.Root) bool {
		return r.Argument && (v.Path == r.Path || strings.HasPrefix(v.Path, r.Path+"."))
	})
}

// couldRead reports whether reading the value at the site would be natural.
func (p *Pass) couldRead(s site, h hit) bool {
	v := h.n.value
	span := parse.Span{Start: s.start, End: s.start + int32(len(s.src))}
	own := func(at graph.Place) bool { return at.File == s.file && at.Span.Contains(span) }
	// let name = "Wiki"; in { my.wiki.name = name; }: what is written here becomes the value.
	source := func(at graph.Place) bool {
		if at.File != s.file || len(s.sc.Names) == 0 {
			return false
		}
		code := p.Graph.Text(at)
		if _, value, ok := strings.Cut(code, "="); ok {
			code = value // of a whole binding; its own name does not count
		}
		return mentions(code, s.sc.Names[len(s.sc.Names)-1])
	}
	for _, l := range v.Literals {
		if own(l.At) || source(l.At) {
			return false
		}
	}
	if own(v.DefaultAt) || source(v.DefaultAt) || slices.ContainsFunc(v.Declared, own) {
		return false
	}
	// let dir = "/srv/wiki"; in { options.my.wiki.dir = mkOpt types.str dir; }: a helper makes a default of it.
	if slices.ContainsFunc(v.Declared, func(at graph.Place) bool {
		return at.File == s.file && len(s.sc.Names) > 0 && p.usesVariable(at, s.sc.Names[len(s.sc.Names)-1])
	}) {
		return false
	}
	// An argument of the factory that declares the value: what is written here becomes the value.
	if s.sc.Formal && slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return d.File == s.file }) {
		return false // { group ? "media" }: likewise, from the other end
	}
	if s.sc.Argument && slices.ContainsFunc(p.Graph.Imports, func(im *graph.Import) bool {
		return im.From == s.file && !im.Disabled && slices.ContainsFunc(v.Declared, func(d graph.Place) bool { return d.File == im.To })
	}) {
		return false
	}
	if inside(s.sc.Names) && (h.n.kind == pathNeedle || h.n.kind == portNeedle) {
		return false
	}
	if h.n.kind == portNeedle && (h.n.generic && isSSHClient(s.sc.Names) || !speaksOfPort(h.n.literal.Text, v)) {
		return false
	}
	if isRemark(s.src, h.start) || strings.HasPrefix(s.src, "ssh-") {
		return false
	}
	if p.elsewhere(s.file, v) && (h.n.kind == pathNeedle || h.n.kind == textNeedle || h.n.kind == wordNeedle) {
		return false
	}
	// What defines another central value is judged for what only one value can be: of two domains, the less read one is the copy.
	if w := p.definedBy(s.file, span); w != nil {
		if h.n.kind != domainNeedle && h.n.kind != emailNeedle || isPlaceholder(h.n.literal.Text) {
			return false
		}
		switch entry, table := isEntry(v), isEntry(w); {
		case w == v || entry && !table:
			return false
		case table && !entry:
		case w.FanOut.Reads > v.FanOut.Reads || w.FanOut.Reads == v.FanOut.Reads && w.Path <= v.Path:
			return false
		}
	}
	if s.sc.InOption && h.n.kind != domainNeedle && h.n.kind != emailNeedle {
		return false
	}
	for _, r := range p.refs[s.file] {
		if r.Value != v {
			continue
		}
		for _, g := range s.sc.Guards {
			if g.Start <= r.At.Span.Start && r.At.Span.Start < g.End || r.Name != "" && p.mentionsName(s.file, g, r.Name) {
				return false // if config ? my.x then config.my.x else "copy": it cannot be read here
			}
		}
		for _, x := range s.sc.Against {
			if x.Range().Contains(r.At.Span) {
				return false // config.my.x == "copy": the point is that it be spelled out
			}
		}
	}
	// if config.my ? x then config.my.x else { y = "copy"; }: the set as a whole, likewise.
	if n := len(v.Segments) - 1; n > 1 && slices.ContainsFunc(s.sc.Instead, func(g parse.Span) bool {
		return strings.Contains(p.Graph.Files[s.file].Text(g), strings.Join(v.Segments[:n], "."))
	}) {
		return false
	}
	// Where reading would break the layers, the answer is another one.
	if from, ok := p.layer(s.file); ok && len(v.Declared) > 0 {
		if to, ok := p.layer(v.Declared[0].File); ok && from < to {
			return false
		}
	}
	return true
}

// isSSHClient reports whether a place is told the client of ssh: a port there is another machine's.
func isSSHClient(names []string) bool {
	i := slices.Index(names, "programs")
	return i >= 0 && i+1 < len(names) && names[i+1] == "ssh"
}

// assigned are numbers of ports that belong to a protocol (IANA), with what the names of values say that have them for that reason.
var assigned = map[string][]string{
	"22": {"ssh", "sshd", "openssh", "sftp", "git"}, "25": {"smtp", "mail"}, "53": {"dns", "domain", "resolver"}, "465": {"smtp", "smtps", "mail"}, "587": {"smtp", "submission", "mail"},
	"993": {"imap", "imaps", "mail"}, "80": webNames, "443": webNames,
}

var webNames = []string{"http", "https", "web", "www", "tls", "ssl", "edge", "ingress", "proxy", "nginx", "caddy", "traefik", "haproxy"}

// speaksOfPort reports whether a value is called after what its number is assigned to, or the number is assigned to nothing: 443 is everybody's.
func speaksOfPort(number string, v *graph.Value) bool {
	names, ok := assigned[number]
	return !ok || slices.ContainsFunc(v.Segments, func(s string) bool {
		return slices.ContainsFunc(tokens(s), func(t string) bool { return slices.Contains(names, t) })
	})
}

// isRemark reports whether a place within a text is what the program that the text holds takes for a comment.
func isRemark(text string, at int) bool {
	line := strings.TrimLeft(text[strings.LastIndexByte(text[:at], '\n')+1:at], " \t")
	if strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "// ") || strings.HasPrefix(line, "-- ") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "* ") {
		return true
	}
	return strings.Count(text[:at], `"""`)%2 == 1 && strings.Contains(text[at:], `"""`)
}

// isPlaceholder reports whether a literal stands for what somebody else fills in: a name below one of the domains that RFC 2606 keeps for examples.
func isPlaceholder(text string) bool {
	host := strings.ToLower(text[strings.LastIndexByte(text, '@')+1:])
	return slices.ContainsFunc([]string{"example.com", "example.net", "example.org"}, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
}

// isEntry reports whether a value is an entry of a table whose names are data, as in redirects."www.home.example" = "home.example": such a table is told
// what is central, and is not where it comes from.
func isEntry(v *graph.Value) bool {
	return strings.ContainsFunc(v.Segments[len(v.Segments)-1], func(r rune) bool { return r > 127 || !isWord(byte(r)) })
}

// mentions reports whether a name stands in code, as a word and in no string but for its interpolations.
func mentions(code, name string) bool {
	for from := 0; ; {
		i := strings.Index(code[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		if (start == 0 || !isWord(code[start-1])) && (end == len(code) || !isWord(code[end])) && (strings.Count(code[:start], `"`)%2 == 0 || strings.HasSuffix(code[:start], "${")) {
			return true
		}
		from = end
	}
}

// elsewhere reports whether a file lies outside the folder that a value is for: one of the tree's folders that declares it and holds all
// its readers. What the media services agree on among themselves is nobody else's to read.
func (p *Pass) elsewhere(file string, v *graph.Value) bool {
	if len(v.Declared) == 0 || len(p.readers[v]) == 0 {
		return false
	}
	dir := path.Dir(v.Declared[0].File) + "/"
	if dir == "./" {
		return false
	}
	for _, r := range p.readers[v] {
		if !strings.HasPrefix(r.At.File, dir) {
			return false
		}
	}
	return !strings.HasPrefix(file, dir)
}

// definedBy is the central value that a span defines, or nil.
func (p *Pass) definedBy(file string, s parse.Span) *graph.Value {
	for _, v := range p.Graph.Values {
		for _, l := range v.Literals {
			if l.At.File == file && l.At.Span.Contains(s) {
				return v
			}
		}
		if v.DefaultAt.File == file && v.DefaultAt.Span.Contains(s) {
			return v
		}
	}
	return nil
}

// noise are tokens that two names have in common without meaning the same thing.
var noise = []string{"my", "config", "configs", "settings", "services", "service", "enable", "listen", "http", "https", "default", "defaults", "name", "value", "options", "the", "port", "ports", "option", "extra", "file", "files", "dir", "path", "nix"}

// related reports whether the value's name and the place speak of the same thing.
func related(h hit, s site) bool {
	if h.n.kind == wordNeedle {
		return sameName(h.n, s)
	}
	return common(h, s) > 0
}

// common counts the tokens that a value's name and the place share: those of the attributes around it, the file's name, and the words before it on
// its line (SABNZBD_URL=http://127.0.0.1:8080).
func common(h hit, s site) int {
	count := 0
	var names []string
	for _, name := range s.sc.Names {
		names = append(names, tokens(name)...)
	}
	if !s.key {
		names = append(names, tokens(strings.TrimSuffix(path.Base(s.file), ".nix"))...)
	}
	if !s.number && !s.key {
		line := s.src[strings.LastIndexByte(s.src[:h.start], '\n')+1 : h.start]
		names = append(names, tokens(line)...)
	}
	for _, t := range h.n.tokens {
		if slices.ContainsFunc(names, func(o string) bool { return singular(o) == singular(t) }) {
			count++
		}
	}
	return count
}

// sameName reports whether the attribute nearest to the place is named like the value itself: user and AllowUsers, host and hostName.
func sameName(n *needle, s site) bool {
	if len(s.sc.Names) == 0 {
		return false
	}
	near := tokens(s.sc.Names[len(s.sc.Names)-1])
	if s.key && len(s.sc.Names) > 0 {
		near = tokens(s.sc.Names[len(s.sc.Names)-1])
	}
	for _, t := range tokens(n.last()) {
		if !slices.ContainsFunc(near, func(o string) bool { return singular(o) == singular(t) }) {
			return false
		}
	}
	return true
}

func singular(s string) string {
	if len(s) > 3 {
		return strings.TrimSuffix(s, "s")
	}
	return s
}
