package change

import (
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
)

// Rebuild is a host there is now, and why it may be built differently than it was. Without a reason it is the same: nothing changed of what its
// configuration reads, imports, names by a path or is given, and no input of the flake is locked to another revision.
type Rebuild struct {
	Host string
	Why  []string // shown to people, the nearest reasons first
	// Commit is where the configuration asks at which revision, or when, it was made: every commit builds it anew. "" if it does not.
	Commit string
}

// maxReasons is how many reasons are kept for a host.
const maxReasons = 5

// JudgeHosts asks of every host whether something that it may depend on changed. It errs on the safe side: what is not known counts as changed.
func (c *Change) JudgeHosts() {
	was, is := newUsage(c.Then.Graph), newUsage(c.Now.Graph)
	hadHost := map[string]*graph.Configuration{}
	for _, h := range c.Then.Graph.Hosts() {
		hadHost[stable(h.Name)] = h
	}
	for _, h := range c.Now.Graph.Hosts() {
		r := Rebuild{Host: h.Name}
		told := map[string]bool{}
		add := func(why string) {
			if why != "" && len(r.Why) < maxReasons && !slices.Contains(r.Why, why) {
				r.Why = append(r.Why, why)
			}
		}
		old := hadHost[stable(h.Name)]
		if old == nil {
			add("it is new")
			c.Rebuild = append(c.Rebuild, r)
			continue
		}
		for _, side := range []struct {
			u *usage
			h *graph.Configuration
		}{{is, h}, {was, old}} {
			d := dependsOn(side.u, side.h)
			for _, f := range c.Files {
				if why := d.why(f); why != "" && !told[f.Name] {
					told[f.Name] = true
					add(why)
				}
			}
			if r.Commit == "" && len(c.Files) > 0 {
				r.Commit = d.commit
			}
		}
		for _, i := range c.Inputs {
			add("the input " + i.Name + " changed")
		}
		c.Rebuild = append(c.Rebuild, r)
	}
}

// dependence is what one host may depend on.
type dependence struct {
	u       *usage
	files   map[string]bool // Nix code that is evaluated
	namings []naming
	whole   string // why every file counts
	commit  string // where the revision is asked for
	code    string // why all Nix code does
}

// flakeModules is the class of a configuration that is a flake's outputs (flake-parts).
const flakeModules = "flake-parts"

// dependsOn finds out what a host is made of: its modules, what leads to its configuration, and what these import.
func dependsOn(u *usage, h *graph.Configuration) *dependence {
	d := &dependence{u: u, files: map[string]bool{}}
	g := u.g
	for _, m := range g.Modules {
		if h.Holds(m.In) {
			d.files[m.Path] = true
		}
	}
	// What leads to it: flake.nix → lib/hosts.nix, where nixosSystem is called.
	leads := map[string]bool{h.At.File: true}
	// Modules of the flake itself make hosts, whatever they are written in.
	for _, conf := range g.Configurations {
		if conf.Class == flakeModules {
			for _, m := range conf.Modules {
				leads[m] = true
			}
		}
	}
	for more := true; more; {
		more = false
		for _, i := range g.Imports {
			if leads[i.To] && !leads[i.From] && !i.Disabled {
				leads[i.From], more = true, true
			}
		}
	}
	if u.flake {
		leads["flake.nix"] = true
	}
	for f := range leads {
		if g.Files[f] != nil {
			d.files[f] = true
		}
	}
	module := map[string]bool{}
	for _, m := range g.Modules {
		module[m.Path] = module[m.Path] || m.Role == "module"
	}
	d.close(func(i *graph.Import) bool { return h.Holds(i.In) || i.In.Empty() && !module[i.To] })
	for f := range d.files {
		// What another host sets may be part of this one.
		if t := u.of(f); t.others != nil && module[f] {
			d.code = least(d.code, fmt.Sprintf("%s:%d reads another configuration", f, t.others.Line))
		}
	}
	for f := range d.files {
		t := u.of(f)
		d.namings = append(d.namings, t.namings...)
		if t.revision != nil {
			d.commit = least(d.commit, fmt.Sprintf("%s:%d", f, t.revision.Line))
		}
		if t.whole != nil {
			d.whole = least(d.whole, fmt.Sprintf("%s:%d takes the flake's source as a whole", f, t.whole.Line))
		}
	}
	slices.SortFunc(d.namings, func(a, b naming) int { return graph.ComparePlaces(a.at, b.at) })
	for _, p := range g.Problems {
		switch {
		case p.Kind == "io" || p.Kind == "syntax" || p.Kind == "fault":
			if p.At.File == "" || d.files[p.At.File] {
				d.whole = least(d.whole, p.At.File+" could not be read")
			}
		case p.Kind == "limit" && (p.At.File == "" || d.files[p.At.File]):
			d.code = least(d.code, fmt.Sprintf("what %s:%d leads to is not known", p.At.File, p.At.Line))
		}
	}
	return d
}

// least is the reason that comes first, so that it is the same every time.
func least(a, b string) string {
	if a == "" || b < a {
		return b
	}
	return a
}

// close takes in what the files import.
func (d *dependence) close(holds func(*graph.Import) bool) {
	for more := true; more; {
		more = false
		for _, i := range d.u.g.Imports {
			if d.files[i.From] && i.To != "" && !d.files[i.To] && !i.Disabled && holds(i) {
				d.files[i.To], more = true, true
			}
		}
	}
}

// why says why a host depends on a file that differs, "" if it does not.
func (d *dependence) why(f File) string {
	names := []string{f.Name}
	if f.Was != "" {
		names = append(names, f.Was)
	}
	for _, name := range names {
		if why := d.whyName(f, name); why != "" {
			return why
		}
	}
	return ""
}

func (d *dependence) whyName(f File, name string) string {
	if f.Code && d.files[name] && (!f.Layout || d.u.of(name).positions) {
		return name + " " + did(f)
	}
	if name == "flake.lock" {
		return "" // its inputs are told by name
	}
	for _, n := range d.namings {
		if !n.names(name) || n.imported && name == n.name {
			continue
		}
		there := f.How != Changed // a name came or went
		switch {
		case !n.listed, n.listed && there && (strings.HasPrefix(name, n.name+"/") || n.name == "" || n.open) && !(n.imported && !n.folder(d.u.g)):
			if f.Code && f.Layout && n.listed {
				continue
			}
			return fmt.Sprintf("%s %s, and %s:%d names it", name, did(f), n.file, n.at.Line)
		}
	}
	if d.whole != "" {
		return name + " " + did(f) + ", and " + d.whole
	}
	if f.Code && !f.Layout && d.code != "" {
		return name + " " + did(f) + ", and " + d.code
	}
	return ""
}

// folder says whether a literal leads to a folder of which more than its default.nix is read.
func (n naming) folder(g *graph.Graph) bool {
	return g.Files[n.name] == nil && g.Files[n.name+"/default.nix"] == nil
}

// did is what became of a file.
func did(f File) string {
	switch f.How {
	case Added:
		return "is new"
	case Removed:
		return "is gone"
	case Renamed:
		return "was moved"
	}
	return "changed"
}
