package check

import (
	"path"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// hosted says whether a configuration tells anything about which machines have what: one of which the name is computed, or that is only a file
// where imports begin, may stand for several. A flake's own modules are no machine's: they make those of machines.
func hosted(c *graph.Configuration) bool {
	return !c.Open && !c.Build && c.Class != flakeClass && !strings.Contains(c.Name, "*") && c.Name != c.At.File
}

// flakeClass is the class of a configuration whose options are the outputs of a flake.
const flakeClass = "flake-parts"

// makeMachines are the configurations that are one machine or one home for certain: known by a name of their own, or a host's file. What makes
// configurations in a loop may stand for many, with the modules of all of them, and so may a file that imports what lies in folders of several hosts.
func (p *Pass) makeMachines() map[*graph.Configuration]bool {
	out := map[*graph.Configuration]bool{}
	for _, c := range p.Graph.Configurations {
		switch {
		case hosted(c):
			out[c] = !strings.HasPrefix(c.Name, c.Class+" at ")
		case c.Host && c.Name == c.At.File:
			var hosts []string
			for _, m := range c.Modules {
				if h := p.hostOf(m); h != "" && !slices.Contains(hosts, h) {
					hosts = append(hosts, h)
				}
			}
			out[c] = len(hosts) < 2
		}
	}
	return out
}

// onMachine reports whether some machine has what holds in both sets.
func (p *Pass) onMachine(a, b *graph.ConfSet) bool {
	return slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return p.machines()[c] && c.Holds(a) && c.Holds(b) })
}

// onlyMachines reports whether every configuration of a set is one machine.
func (p *Pass) onlyMachines(in *graph.ConfSet) bool {
	return !slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return c.Holds(in) && !p.machines()[c] })
}

// meet reports whether what two files say may come together on one machine: in a configuration that has both, if some configuration is known to
// have the one and the other, else by the files' folders. A guest on a host is a machine of its own.
func (p *Pass) meet(a *graph.ConfSet, fileA string, b *graph.ConfSet, fileB string) bool {
	hasA, hasB := false, false
	for _, c := range p.Graph.Configurations {
		if !hosted(c) {
			continue
		}
		inA, inB := c.Holds(a), c.Holds(b)
		if inA && inB && !apartAsGuests(c, fileA, fileB) {
			return true
		}
		hasA, hasB = hasA || inA, hasB || inB
	}
	if hasA && hasB {
		return false
	}
	x, y := p.hostOf(fileA), p.hostOf(fileB)
	return x == "" || y == "" || x == y
}

// onOne reports whether two files are known to take part in one configuration. Of modules that nothing is seen to import, each may be another machine's: a
// guest's, say.
func (p *Pass) onOne(a *graph.ConfSet, fileA string, b *graph.ConfSet, fileB string) bool {
	if fileA == fileB || path.Dir(fileA) == path.Dir(fileB) && p.hostOf(fileA) != "" {
		return true
	}
	return slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return !c.Open && c.Holds(a) && c.Holds(b) })
}

// apartAsGuests reports whether one of two files is a module of a container that the other one is no module of.
func apartAsGuests(c *graph.Configuration, a, b string) bool {
	for _, k := range c.Kids {
		if k.Class == "container" && has(k, a) != has(k, b) && !(slices.Contains(c.Modules, a) && slices.Contains(c.Modules, b)) {
			return true
		}
	}
	return false
}

func has(c *graph.Configuration, file string) bool {
	return slices.Contains(c.Modules, file) || slices.ContainsFunc(c.Kids, func(k *graph.Configuration) bool { return has(k, file) })
}

// covers reports whether every host that has a file has what holds in a set; known is false where no host is known to have either.
func (p *Pass) covers(in *graph.ConfSet, file string) (all, known bool) {
	m := p.modules[file]
	if m == nil {
		return false, false
	}
	all = true
	some, other := false, false
	for _, c := range p.Graph.Configurations {
		if !hosted(c) {
			continue
		}
		here := c.Holds(m.In)
		some, other = some || here, other || c.Holds(in)
		all = all && (!here || c.Holds(in))
	}
	return all, some && other
}

// hostsOf are the machines that have what holds in a set and stands in a file, nil if all may: by their configurations, and where none is known to be
// a machine by the folder.
func (p *Pass) hostsOf(in *graph.ConfSet, file string) []string {
	var out []string
	any, all := false, true
	for _, c := range p.Graph.Configurations {
		if !p.machines()[c] {
			continue
		}
		any = true
		if c.Holds(in) {
			out = append(out, c.Name)
		} else {
			all = false
		}
	}
	switch h := p.hostOf(file); {
	case any && (all || len(out) == 0):
		return nil
	case any:
		return out
	case h != "":
		return []string{h}
	}
	return nil
}

// hostOf is the machine that a file belongs to by its folder: hosts/tower/ports.nix is tower's, and so is nixos/tower/ports.nix where a host of the
// tree is called tower. "" if it belongs to none in particular. A guest on a host is a machine of its own.
func (p *Pass) hostOf(file string) string {
	segs := strings.Split(file, "/")
	segs[len(segs)-1] = strings.TrimSuffix(segs[len(segs)-1], ".nix")
	for i, s := range segs {
		end := -1
		switch {
		case p.hostNames()[s]:
			end = i + 1
		case slices.Contains(hostFolders, s) && i+1 < len(segs):
			end = i + 2
			if end < len(segs) && slices.Contains(classFolders, segs[i+1]) {
				end++
			}
		}
		if end < 0 {
			continue
		}
		for k := end; k < len(segs); k++ {
			if slices.Contains(guestFolders, segs[k-1]) {
				end = k + 1
			}
		}
		return strings.Join(segs[:end], "/")
	}
	return ""
}

// Folders below which every entry is a machine; what groups machines below them; and those below a machine whose entries are machines, too.
var (
	hostFolders  = []string{"hosts", "machines", "systems"}
	classFolders = []string{"nixos", "darwin", "linux", "server", "servers", "desktop", "desktops", "laptop", "laptops", "x86_64-linux", "aarch64-linux", "aarch64-darwin"}
	guestFolders = []string{"guests", "guest", "containers", "microvms", "vms", "nodes"}
)

// makeHostNames are the names of the tree's hosts, as far as they are written out: nixosConfigurations.tower, networking.hostName = "tower".
func (p *Pass) makeHostNames() map[string]bool {
	out := map[string]bool{}
	for _, d := range p.definitionsOf()["networking.hostName"] {
		if name, ok := d.Value.(string); ok && !p.dormant(d.At.File) {
			out[name] = true
		}
	}
	for _, file := range p.files() {
		if path.Base(file) != "flake.nix" {
			continue
		}
		walk(p.Graph.Files[file].Expr, scope{}, func(_ parse.Expr, sc scope) {
			for i, name := range sc.Names[:max(0, len(sc.Names)-1)] {
				if name == "nixosConfigurations" || name == "darwinConfigurations" {
					out[sc.Names[i+1]] = true
				}
			}
		})
	}
	for _, common := range []string{"nixos", "*", "default", "common", "home", "modules"} {
		delete(out, common) // these are folders' names first
	}
	return out
}
