package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"nixsink/graph/eval"
	"nixsink/parse"
)

// NoConfigurationError says that Options.Hosts names what the tree does not configure.
type NoConfigurationError struct {
	Name  string
	Known []string // names of all configurations, sorted
}

func (e *NoConfigurationError) Error() string {
	return fmt.Sprintf("no configuration is called %q", e.Name)
}

// matches says whether a glob names a configuration: all of its name, or the last part of it.
func (c *Configuration) matches(glob string) bool {
	last := c.Name
	if segs := strings.Split(c.Name, "."); !strings.Contains(c.Name, "/") && !strings.Contains(c.Name, `"`) {
		last = segs[len(segs)-1]
	}
	for _, name := range []string{c.Name, last} {
		if ok, err := doublestar.Match(glob, name); glob == name || err == nil && ok {
			return true
		}
	}
	return false
}

// chosen is what is left of a tree when some of its configurations are looked at.
type chosen struct {
	whole  map[int]bool             // configurations that nothing encloses, by number
	parts  map[int][]*Configuration // of the others, what is within them
	others map[string]bool          // modules of configurations that were not
	files  map[string]bool          // that take part
	paths  map[*eval.Path]bool      // that are read in parts
}

// choose narrows the configurations to those that some globs name.
func (g *Graph) choose(globs []string) (*chosen, error) {
	ch := &chosen{whole: map[int]bool{}, parts: map[int][]*Configuration{}, others: map[string]bool{}, files: map[string]bool{}, paths: map[*eval.Path]bool{}}
	take := func(c *Configuration) {
		for _, m := range c.Modules {
			ch.files[m] = true
		}
	}
	var takeAll func(c *Configuration)
	takeAll = func(c *Configuration) {
		take(c)
		for _, k := range c.Kids {
			takeAll(k)
		}
	}
	for _, glob := range globs {
		found := false
		var kids func(c *Configuration)
		kids = func(c *Configuration) {
			for _, k := range c.Kids {
				if k.matches(glob) {
					found = true
					ch.parts[k.number] = append(ch.parts[k.number], k)
					takeAll(k)
				} else {
					kids(k)
				}
			}
		}
		for _, c := range g.Configurations {
			if c.matches(glob) {
				found = true
				ch.whole[c.number] = true
				takeAll(c)
			} else {
				kids(c)
			}
		}
		if !found {
			return nil, &NoConfigurationError{glob, g.configurationNames()}
		}
	}
	var every func(cs []*Configuration)
	every = func(cs []*Configuration) {
		for _, c := range cs {
			for _, m := range c.Modules {
				ch.others[m] = !ch.files[m]
			}
			every(c.Kids)
		}
	}
	every(g.Configurations)
	var left []*Configuration
	for _, c := range g.Configurations {
		switch {
		case ch.whole[c.number]:
			delete(ch.parts, c.number)
		case len(ch.parts[c.number]) > 0:
			c.Kids, c.Modules = ch.parts[c.number], nil
		default:
			continue
		}
		if c.At.File != "" {
			ch.files[c.At.File] = true
		}
		left = append(left, c)
	}
	g.Configurations = left
	g.countEvery()
	return ch, nil
}

// configurationNames are the names of all configurations, those within others among them.
func (g *Graph) configurationNames() []string {
	var out []string
	var walk func(cs []*Configuration)
	walk = func(cs []*Configuration) {
		for _, c := range cs {
			out = append(out, c.Name)
			walk(c.Kids)
		}
	}
	walk(g.Configurations)
	slices.Sort(out)
	return slices.Compact(out)
}

// wholly says whether something that holds in a set does in a configuration that was chosen with all that is in it.
func (ch *chosen) wholly(in eval.Set) bool {
	for n := range ch.whole {
		if in.Has(n) {
			return true
		}
	}
	return false
}

// partly is the same for those of which a part was chosen.
func (ch *chosen) partly(in eval.Set, holds func(*Configuration) bool) bool {
	for n, parts := range ch.parts {
		if in.Has(n) && slices.ContainsFunc(parts, holds) {
			return true
		}
	}
	return false
}

// narrow takes away of a finished evaluation what holds in none of the configurations that were chosen.
func (ch *chosen) narrow(ev *eval.Evaluator) {
	has := func(file string) func(*Configuration) bool {
		return func(c *Configuration) bool { return slices.Contains(c.Modules, file) }
	}
	below := func(p *eval.Path) func(*Configuration) bool {
		return func(c *Configuration) bool {
			for q := p; q != nil; q = q.Parent {
				if q == c.base {
					return true
				}
			}
			return false
		}
	}
	ev.Imports = slices.DeleteFunc(ev.Imports, func(i *eval.Import) bool {
		from, _, _ := i.At()
		return !i.In.Empty() && !ch.wholly(i.In) && !ch.partly(i.In, has(from))
	})
	for changed := true; changed; {
		changed = false
		for _, i := range slices.Concat(ev.Imports, ev.Handed) {
			if from, _, _ := i.At(); ch.files[from] && i.To != "" && !ch.files[i.To] && !ch.others[i.To] {
				ch.files[i.To], changed = true, true
			}
		}
	}
	ev.Imports = slices.DeleteFunc(ev.Imports, func(i *eval.Import) bool {
		from, _, _ := i.At()
		return !ch.files[from] || i.In.Empty() && ch.others[i.To] // a flake names the modules of all its hosts
	})
	ev.Reads = slices.DeleteFunc(ev.Reads, func(r *eval.Read) bool {
		if ch.wholly(r.In) {
			return false
		}
		part := ch.partly(r.In, has(r.File.Name))
		if part {
			ch.paths[r.Path] = true
		}
		return !part
	})
	ev.Definitions = slices.DeleteFunc(ev.Definitions, func(d *eval.Definition) bool {
		return !ch.wholly(d.In) && !ch.partly(d.In, below(d.Path))
	})
	ev.Declarations = slices.DeleteFunc(ev.Declarations, func(d *eval.Declaration) bool {
		if ch.wholly(d.In) || ch.partly(d.In, below(d.Path)) {
			return false
		}
		// What a part reads of the configuration around it is declared there.
		return !ch.partly(d.In, func(*Configuration) bool {
			for q := d.Path; q != nil; q = q.Parent {
				if ch.paths[q] {
					return true
				}
			}
			return false
		})
	})
	ev.Modules = slices.DeleteFunc(ev.Modules, func(m *eval.Module) bool {
		return m.Summary == nil || !ch.wholly(m.Summary.In) && !ch.partly(m.Summary.In, has(m.File.Name))
	})
	ev.Dropped = slices.DeleteFunc(ev.Dropped, func(d *eval.Dropped) bool { return !ch.files[d.File.Name] })
	ev.Escapes = slices.DeleteFunc(ev.Escapes, func(e eval.Escape) bool { return !ch.files[e.File.Name] })
}

// only is the tree without the files that take no part.
func (ch *chosen) only(t *tree, g *Graph) *tree {
	few := *t
	few.files = slices.DeleteFunc(slices.Clone(t.files), func(f *parse.File) bool { return !ch.files[f.Name] })
	g.Files = map[string]*parse.File{}
	g.Source.Files, g.Source.Bytes, g.Source.Lines = len(few.files), 0, 0
	for _, f := range few.files {
		g.Files[f.Name] = f
		g.Source.Bytes += len(f.Src)
		g.Source.Lines += f.LineCount()
	}
	return &few
}
