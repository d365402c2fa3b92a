package check

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/internal/budget"
	"nixsink/internal/suggest"
)

var undeclaredValue = Check{
	Name:    "undeclared-value",
	Summary: "a central value is read and nothing declares it",
	Default: Error,
	InForce: true,
	Doc: `The code reads a path below a root, and no module declares an option there. Correct the path, or declare the option. One finding per file
and path.

A read that has something to fall back on (` + "`?`, `or`, `attrByPath`" + `) evaluates all the same, with the fallback for ever: that is a warning where a
value of almost that name is declared, else information. So is what something unseen may declare where it is read: an import that could not be followed, a file that
could not be read, a module of another flake in whose namespace this tree declares nothing; and what lies below names of the systems' own (services, programs), to which a tree adds. Where a folder declares a set and reads it, nothing else does.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.configs.identity.user = lib.mkOption { type = lib.types.str; default = "anna"; };

  config.users.users.root.initialPassword = config.my.configs.identity.user;
  config.services.getty.autologinUser = config.my.identity.user or "anna"; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var known []string
		for _, v := range p.Graph.Values {
			if len(v.Declared) > 0 {
				known = append(known, v.Path)
			}
		}
		type key struct {
			value *graph.Value
			file  string
		}
		groups := map[key][]*graph.Reference{}
		var order []key
		// One expression may read the same field of many values, as a loop over services does: `service.port or null` is no mistake as long
		// as one of them has a port.
		loop := map[graph.Place]bool{}
		for _, r := range p.Graph.References {
			loop[r.At] = loop[r.At] || len(r.Value.Declared) > 0
		}
		for _, r := range p.Graph.References {
			if len(r.Value.Declared) > 0 || loop[r.At] || p.declaredAround(r.Value, known) || p.declaredApart(r.Value) {
				continue
			}
			k := key{r.Value, r.At.File}
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], r)
		}
		// A home-manager module is read from two sides: home-manager.users.*.my.x and my.x are one read, and the short path says it.
		paths := map[graph.Place][]string{}
		for _, k := range order {
			for _, r := range groups[k] {
				paths[r.At] = append(paths[r.At], k.value.Path)
			}
		}
		twice := func(k key) bool {
			return !slices.ContainsFunc(groups[k], func(r *graph.Reference) bool {
				return !slices.ContainsFunc(paths[r.At], func(path string) bool { return strings.HasSuffix(k.value.Path, "."+path) })
			})
		}
		alike := sync.OnceValue(func() *suggest.Paths {
			names := suggest.NewPaths(known)
			names.Until(func() bool { return p.budget.Over(budget.Rest) != nil })
			return names
		})
		var out []Finding
		at := map[graph.Place]int{} // findings, and how many values each speaks of
		more := map[int]int{}
		for _, k := range order {
			rs := groups[k]
			if twice(k) {
				continue
			}
			// The read itself is the better place than the test before it.
			first := rs[0]
			if i := slices.IndexFunc(rs, func(r *graph.Reference) bool { return r.Kind != graph.Guard }); i >= 0 {
				first = rs[i]
			} else if readDeeper(rs, p.refs[k.file]) {
				continue // config ? my.a && config ? my.a.b: the innermost test or read speaks for all
			}
			if i, ok := at[first.At]; ok {
				more[i]++ // a loop over values of which none has this
				continue
			}
			at[first.At] = len(out)
			f := Finding{At: first.At, Value: k.value.Path}
			f.Message = fmt.Sprintf("nothing declares %s", k.value.Path)
			near := alike().Nearest(k.value.Path)
			guarded := !slices.ContainsFunc(rs, func(r *graph.Reference) bool { return !p.fallsBack(r) })
			switch {
			case guarded && near != "" && isTypo(k.value.Path, near):
				f.Severity = Warning
				f.Message += fmt.Sprintf(", so that what it falls back on always holds: did you mean %s?", near)
			case guarded:
				f.Severity = Info
				f.Message += ": what it falls back on always holds"
			case near != "":
				f.Message += fmt.Sprintf(": did you mean %s?", near)
			default:
				f.Message += ": declare it with mkOption, or remove the read"
			}
			if near != "" {
				f.Related = append(f.Related, declared(p.values[near])...)
			}
			if why := p.account().mayDeclare(p, k.value, rs); why != "" {
				f.Severity = Info
				f.dependOn(why)
			}
			for _, r := range rs {
				if r != first {
					f.Related = append(f.Related, Related{At: r.At, Message: "also here"})
				}
			}
			out = append(out, f)
		}
		for i, n := range more {
			path := "nothing declares " + out[i].Value
			others := "the other value that is"
			if n > 1 {
				others = fmt.Sprintf("%d others that are", n)
			}
			out[i].Message = strings.Replace(out[i].Message, path, fmt.Sprintf("%s, nor %s read here", path, others), 1)
		}
		if len(out) > 0 && alike().Cut() {
			p.nearCut.Store(true) // a misspelt name may be told as one that nobody declares
		}
		return out
	},
}

// readIn are the configurations that some reads are evaluated in, nil if that is not known of one.
func (p *Pass) readIn(rs []*graph.Reference) *graph.ConfSet {
	in := rs[0].In
	for _, r := range rs {
		if r.In == nil || r.Unevaluated != "" || in == nil {
			return nil
		}
		in = p.Graph.Union(in, r.In)
	}
	return in
}

// isTypo reports whether a path is another one with a letter or two changed, or with a segment left out, put in or moved. Of a short name one letter: home is no
// name mistyped.
func isTypo(path, near string) bool {
	a, b := strings.Split(path, "."), strings.Split(near, ".")
	limit := 2
	if last := len(a) - 1; len(a) == len(b) && slices.Equal(a[:last], b[:last]) && len(a[last]) < 6 {
		limit = 1
	}
	if suggest.Within(path, near, limit) {
		return true
	}
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n >= 2 && max(len(a), len(b))-n <= 2
}

// spelledOptions are the paths below an attribute called options, however their values are made: a declaration may come out of a function
// that cannot be followed.
func (p *Pass) spelledOptions() map[string]bool {
	spelled := map[string]bool{}
	for _, file := range p.files() {
		var around []binding
		for _, b := range p.outline(file).bindings {
			for len(around) > 0 && !around[len(around)-1].Contains(b.Span) {
				around = around[:len(around)-1]
			}
			if around = append(around, b); around[0].path[0].Name == "options" {
				spelled[strings.TrimPrefix(strings.Join(bindingNames(around), "."), "options.")] = true
			}
		}
	}
	return spelled
}

// declaredAround reports whether something above or below the value is declared, so that reading it is sound: a test for a whole
// namespace (config ? my), a field of an option that holds a free-form set.
func (p *Pass) declaredAround(v *graph.Value, known []string) bool {
	if slices.Contains(v.Segments, "") {
		return true // a gap where the file does not parse
	}
	if p.spelled()[v.Path] {
		return true
	}
	for _, k := range known {
		if strings.HasPrefix(k, v.Path+".") || matchesPath(k, v.Path) {
			return true
		}
		if (strings.HasPrefix(v.Path, k+".") || strings.Contains(k, "*") && coversAbove(k, v.Path)) && (!p.values[k].Registry || p.computed(p.values[k])) {
			return true
		}
	}
	for _, o := range p.Graph.Declared {
		if o.Path == v.Path || strings.HasPrefix(o.Path, v.Path+".") {
			return true
		}
		if strings.HasPrefix(v.Path, o.Path+".") && (p.values[o.Path] == nil || !p.values[o.Path].Registry || p.computed(p.values[o.Path])) {
			return true
		}
	}
	return false
}

// computed reports whether the members of a registry cannot be known, because its default is not written out.
func (p *Pass) computed(v *graph.Value) bool {
	d := strings.TrimSpace(v.Default)
	return d != "" && !strings.HasPrefix(d, "{")
}

// declaredApart reports whether a home's option is declared in a module that no import reaches, or read in such modules alone: a module like that is
// looked at as one of NixOS, and may be one of home-manager.
func (p *Pass) declaredApart(v *graph.Value) bool {
	short, ok := strings.CutPrefix(v.Path, "home-manager.users.*.")
	if !ok {
		long := p.values["home-manager.users.*."+v.Path]
		return long != nil && len(long.Declared) > 0 && !slices.ContainsFunc(p.readers[v], func(r *graph.Reference) bool { return !p.apart(r) })
	}
	if p.values[short] == nil {
		return false
	}
	return slices.ContainsFunc(p.values[short].Declared, func(d graph.Place) bool {
		m := p.modules[d.File]
		return m != nil && !m.Reachable
	})
}

// apart reports whether a read is evaluated in no configuration, but for the one that modules are put in which nothing is seen to import.
func (p *Pass) apart(r *graph.Reference) bool {
	return !slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return !c.Open && c.Holds(r.In) })
}

// readDeeper reports whether the file reads or tests something below the value that rs test.
func readDeeper(rs, all []*graph.Reference) bool {
	for _, r := range all {
		if strings.HasPrefix(r.Value.Path, rs[0].Value.Path+".") {
			return true
		}
	}
	return false
}

// coversAbove reports whether a path with * for unknown segments covers something above another one.
func coversAbove(pattern, path string) bool {
	n := strings.Count(pattern, ".")
	for i, c := range path {
		if c == '.' {
			if n == 0 {
				return matchesPath(pattern, path[:i])
			}
			n--
		}
	}
	return false
}

// matchesPath reports whether a path with * for unknown segments covers another one, or something above it.
func matchesPath(pattern, path string) bool {
	if !strings.Contains(pattern, "*") {
		return false
	}
	ps, xs := strings.Split(pattern, "."), strings.Split(path, ".")
	if len(xs) > len(ps) {
		return false
	}
	for i := range xs {
		if ps[i] != "*" && xs[i] != "*" && ps[i] != xs[i] {
			return false
		}
	}
	return true
}
