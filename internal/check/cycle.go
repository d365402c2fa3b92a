package check

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

var importCycle = Check{
	Name:    "import-cycle",
	Summary: "modules import each other in a circle",
	Default: Warning,
	InForce: true,
	Doc: `Module A imports B, and B imports A, perhaps through others. Imports whose files are computed (a folder's contents) do not count, nor files
that are read with ` + "`import`" + ` as functions or data. The module system imports each file once and so survives it, yet none of
them can be understood, tested or moved without the rest. Import them from above instead.

` + "```nix" + `
-- default.nix --
{ imports = [ ./a.nix ]; }
-- a.nix --
{ imports = [ ./b.nix ]; } # <- here
-- b.nix --
{ imports = [ ./a.nix ]; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var written []*graph.Import
		for _, im := range p.Graph.Imports {
			if p.writtenOut(im) {
				written = append(written, im)
			}
		}
		var out []Finding
		for _, cycle := range circles(written) {
			var names []string
			f := Finding{At: cycle[0].At, Value: cycle[0].From}
			for i, im := range cycle {
				names = append(names, im.From)
				if i > 0 {
					f.Related = append(f.Related, Related{At: im.At, Message: fmt.Sprintf("%s imports %s", im.From, im.To)})
				}
			}
			f.Message = circle(names) + ": import them from above instead"
			out = append(out, f)
		}
		return out
	},
}

var valueCycle = Check{
	Name:    "value-cycle",
	Summary: "central values are defined by each other in a circle",
	Default: Error,
	InForce: true,
	Doc: `A value is defined or defaults by way of another one, which takes it from the first: Nix stops with "infinite recursion encountered" as
soon as it is read. Set one of them outright. Where a condition stands before one of the reads (` + "`a && b`" + `, if), it is a warning.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.host = lib.mkOption { type = lib.types.str; default = config.my.fqdn; }; # <- here
  options.my.fqdn = lib.mkOption { type = lib.types.str; default = "${config.my.host}.example"; };
  config.networking.hostName = config.my.host;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		if !cyclic(func(yield func(from, to *graph.Value) bool) {
			for _, f := range p.Graph.Flows.Direct() {
				if f.ToValue != nil && !yield(f.From, f.ToValue) {
					return
				}
			}
		}) {
			return nil
		}
		var out []Finding
		for _, cycle := range p.Graph.Network().ValueCycles() {
			// What only decides whether a definition is made is no part of what it is made of: mkIf may look at the value's sibling.
			if slices.ContainsFunc(cycle, func(f *graph.Flow) bool { return f.Kind == graph.Control }) {
				continue
			}
			first := slices.MinFunc(cycle, func(a, b *graph.Flow) int { return graph.ComparePlaces(a.At, b.At) })
			f := Finding{At: first.At, Value: first.ToValue.Path}
			var names []string
			for _, fl := range cycle {
				names = append(names, fl.From.Path)
				if fl != first {
					f.Related = append(f.Related, Related{At: fl.At, Message: fmt.Sprintf("%s takes it from %s here", fl.ToValue.Path, fl.From.Path)})
				}
			}
			f.Message = circle(names) + ": set one of them outright"
			switch {
			case isNested(names):
				continue // a set and what is in it: one member may well take from another one
			case slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "*") }) ||
				slices.ContainsFunc(cycle, func(f *graph.Flow) bool { return p.need(f) == unknownNeed }):
				// Of a template's members, each may take it from another one; what lies in a set or goes to a function may never be asked for.
				f.Severity = Info
			case slices.ContainsFunc(cycle, func(f *graph.Flow) bool { return p.need(f) == sometimes }):
				f.Severity = Warning
				f.Message = circle(names) + ", unless a condition is false: infinite recursion for whoever makes it true; set one of them outright"
			}
			out = append(out, f)
		}
		return out
	},
}

// isNested reports whether one of some paths lies in another one.
func isNested(paths []string) bool {
	return slices.ContainsFunc(paths, func(a string) bool {
		return slices.ContainsFunc(paths, func(b string) bool { return strings.HasPrefix(a, b+".") })
	})
}

// need says whether a value has to be known for what it flows into to be known.
type need uint8

const (
	always      need = iota
	sometimes        // where a condition holds: the right side of &&, a branch of if
	unknownNeed      // it lies in a set or a list, goes to a function, or is read elsewhere
)

// strictFunctions need their last argument to say anything.
var strictFunctions = []string{"toString", "toLower", "toUpper", "removePrefix", "removeSuffix", "optionalString", "escapeShellArg", "toInt", "length", "head", "mkDefault", "mkForce", "mkOptionDefault", "mkOverride"}

// need asks the text between a flow's definition and the reads in it.
func (p *Pass) need(f *graph.Flow) need {
	file := p.Graph.Files[f.At.File]
	if file == nil {
		return unknownNeed
	}
	out := unknownNeed
	found := false
	var visit func(e parse.Expr, n need)
	visit = func(e parse.Expr, n need) {
		if e == nil || !e.Range().Contains(f.At.Span) && !f.At.Span.Contains(e.Range()) {
			return
		}
		for _, r := range p.refs[f.At.File] {
			if r.Value == f.From && r.At.Span.Start == e.Range().Start && f.At.Span.Contains(r.At.Span) {
				if _, ok := e.(*parse.Select); ok || e.Range() == r.At.Span {
					if !found || n < out {
						out = n
					}
					found = true
					return
				}
			}
		}
		switch e := e.(type) {
		case *parse.Paren:
			visit(e.X, n)
		case *parse.String:
			for _, part := range e.Parts {
				visit(part.Expr, n)
			}
		case *parse.Unary:
			visit(e.X, n)
		case *parse.Binary:
			visit(e.X, n)
			switch e.Op {
			case parse.OpAnd, parse.OpOr, parse.OpImpl:
				visit(e.Y, max(n, sometimes))
			default:
				visit(e.Y, n)
			}
		case *parse.If:
			visit(e.Cond, n)
			visit(e.Then, max(n, sometimes))
			visit(e.Else, max(n, sometimes))
		case *parse.With:
			visit(e.Body, n)
		case *parse.Let:
			visit(e.Body, n)
		case *parse.Assert:
			visit(e.Body, n)
		case *parse.Apply:
			if slices.Contains(strictFunctions, calledName(e.Fn)) {
				visit(e.Arg, n)
			}
		}
	}
	// From the definition's own expression inwards.
	parse.Walk(file.Expr, func(node parse.Node) bool {
		if e, ok := node.(parse.Expr); ok && f.At.Span.Contains(e.Range()) {
			visit(e, always)
			return false
		}
		return node.Range().Start < f.At.Span.End && f.At.Span.Start < node.Range().End
	})
	return out
}

// circles are shortest ways of imports that lead back to where they begin, each file in one of them at most, sorted by the file that is
// first by name.
func circles(imports []*graph.Import) [][]*graph.Import {
	next := map[string][]*graph.Import{}
	for _, im := range imports {
		next[im.From] = append(next[im.From], im)
	}
	if !cyclic(func(yield func(from, to string) bool) {
		for _, im := range imports {
			if !yield(im.From, im.To) {
				return
			}
		}
	}) {
		return nil
	}
	var out [][]*graph.Import
	told := map[string]bool{}
	for _, start := range slices.Sorted(maps.Keys(next)) {
		came := map[string]*graph.Import{} // the import by which a file was first reached
		queue := []string{start}
		for len(queue) > 0 && came[start] == nil && !told[start] {
			for _, im := range next[queue[0]] {
				if came[im.To] == nil {
					came[im.To] = im
					queue = append(queue, im.To)
				}
			}
			queue = queue[1:]
		}
		if came[start] == nil || told[start] {
			continue
		}
		cycle := []*graph.Import{came[start]}
		for cycle[0].From != start {
			cycle = slices.Insert(cycle, 0, came[cycle[0].From])
		}
		for _, im := range cycle {
			told[im.From] = true
		}
		out = append(out, cycle)
	}
	return out
}

// writtenOut reports whether an import is a path in a list of imports, ./a.nix, as it stands.
func (p *Pass) writtenOut(im *graph.Import) bool {
	s := p.syntax(im.From)
	return s != nil && !im.Disabled && !im.External && s.modules[p.Graph.Text(im.At)]
}

// cyclic reports whether edges lead back to where one of them began. Hardly any tree has a cycle, and to know that is much
// cheaper than to build the network that finds the shortest.
func cyclic[N comparable](edges iter.Seq2[N, N]) bool {
	to := map[N][]N{}
	into := map[N]int{} // edges that end in a node
	for a, b := range edges {
		to[a] = append(to[a], b)
		into[a] += 0
		into[b]++
	}
	var free []N // nodes that no edge from a node that is left leads to
	for node, n := range into {
		if n == 0 {
			free = append(free, node)
		}
	}
	left := len(into)
	for ; len(free) > 0; left-- {
		node := free[len(free)-1]
		free = free[:len(free)-1]
		for _, next := range to[node] {
			if into[next]--; into[next] == 0 {
				free = append(free, next)
			}
		}
	}
	return left > 0
}

func circle(cycle []string) string {
	return strings.Join(append(slices.Clone(cycle), cycle[0]), " → ")
}
