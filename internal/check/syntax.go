package check

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// syntax is what a file's tree alone says, where the graph keeps only the result: what a read falls back on, which imports are looked for
// first, what reads options in place of config.
type syntax struct {
	fallbacks []parse.Span    // reads that something else takes the place of: x.a of `x.a or b`, the call of attrByPath
	guards    []guarded       // what is evaluated only where a condition holds
	options   []optionsRead   // options.a.b, and options as a whole
	selects   []selection     // x.a.b, the names at its end
	modules   map[string]bool // text of paths that stand in a list of imports or modules as they are: ./a.nix

	takes map[string]bool // arguments of its functions, by name

	takesOptions  bool // a function of the file takes an argument called options
	takesOSConfig bool // and one called osConfig
}

// guarded is an expression and what decides whether it is evaluated.
type guarded struct{ cond, body parse.Span }

// optionsRead is a read of options in place of config: options.my.user.definitions. Without names, options as a whole goes somewhere.
type optionsRead struct {
	at    parse.Span
	names []string
}

// selection is x.a.b: what it selects from, and the names, "*" for one that is computed.
type selection struct {
	at    parse.Span
	from  string // the variable x, "" for another expression
	names []string
	part  bool // names of it are inherited, and are selections of their own
}

func syntaxOf(f *parse.File) *syntax {
	s := &syntax{modules: map[string]bool{}, takes: map[string]bool{}}
	guard := func(cond, body parse.Expr) {
		if cond != nil && body != nil {
			s.guards = append(s.guards, guarded{cond.Range(), body.Range()})
		}
	}
	whole := map[parse.Span]bool{} // variables that are selected from, not handed over
	parse.Walk(f.Expr, func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.Lambda:
			if n.Formals != nil {
				for _, f := range n.Formals.List {
					s.takes[f.Name] = true
				}
				s.takesOSConfig = s.takesOSConfig || slices.ContainsFunc(n.Formals.List, func(f parse.Formal) bool { return f.Name == "osConfig" })
				s.takesOptions = s.takesOptions || slices.ContainsFunc(n.Formals.List, func(f parse.Formal) bool { return f.Name == "options" })
			}
		case *parse.Select:
			if n.Default != nil && len(n.Path) > 0 {
				s.fallbacks = append(s.fallbacks, parse.Span{Start: n.Start, End: n.Path[len(n.Path)-1].End})
			}
			sel := selection{at: n.Span, names: namesOf(n.Path), part: whole[n.Span]}
			if x, ok := n.X.(*parse.Ident); ok {
				sel.from = x.Name
				whole[x.Span] = true
				if x.Name == "options" {
					s.options = append(s.options, optionsRead{n.Span, sel.names})
				}
			}
			s.selects = append(s.selects, sel)
		case *parse.HasAttr:
			if x, ok := n.X.(*parse.Ident); ok {
				whole[x.Span] = true // options ? a reads no value
			}
		case *parse.If:
			guard(n.Cond, n.Then)
			guard(n.Cond, n.Else)
		case *parse.Assert:
			guard(n.Cond, n.Body)
		case *parse.Binary:
			if n.Op == parse.OpAnd || n.Op == parse.OpOr || n.Op == parse.OpImpl {
				guard(n.X, n.Y)
			}
		case *parse.Apply:
			switch name := calledName(n.Fn); {
			case name == "attrByPath" || name == "hasAttrByPath" || name == "tryEval":
				s.fallbacks = append(s.fallbacks, n.Span)
			case strings.HasPrefix(name, "optional") || name == "mkIf":
				if fn, ok := n.Fn.(*parse.Apply); ok {
					guard(fn.Arg, n.Arg)
				}
			}
		case *parse.Ident:
			if n.Name == "options" && !whole[n.Span] {
				s.options = append(s.options, optionsRead{at: n.Span})
			}
		case *parse.Inherit:
			if x, ok := n.From.(*parse.Ident); ok {
				whole[x.Span] = true
				for _, name := range n.Names {
					sel := selection{at: n.Span, from: x.Name, names: namesOf([]parse.AttrName{name})}
					s.selects = append(s.selects, sel)
					if x.Name == "options" {
						s.options = append(s.options, optionsRead{n.Span, sel.names})
					}
				}
			} else {
				from := ""
				var names []string
				if x, ok := n.From.(*parse.Select); ok {
					whole[x.Span] = true
					names = namesOf(x.Path)
					if v, ok := x.X.(*parse.Ident); ok {
						from = v.Name
					}
				}
				for _, name := range n.Names {
					switch {
					case n.From != nil:
						s.selects = append(s.selects, selection{at: n.Span, from: from, names: append(slices.Clip(names), namesOf([]parse.AttrName{name})...)})
					case name.Name == "options":
						s.options = append(s.options, optionsRead{at: n.Span})
					}
				}
			}
		}
		return true
	})
	walk(f.Expr, scope{}, func(e parse.Expr, sc scope) {
		if p, ok := e.(*parse.Path); ok && len(p.Parts) == 1 && !p.Search && !sc.Argument && (slices.Contains(sc.Names, "imports") || slices.Contains(sc.Names, "modules")) {
			s.modules[p.Parts[0].Text] = true
		}
	})
	return s
}

func namesOf(path []parse.AttrName) []string {
	out := make([]string, len(path))
	for i := range path {
		out[i] = "*"
		if path[i].Static() {
			out[i] = path[i].Name
		}
	}
	return out
}

// fallsBack reports whether something stands in for a read where nothing is declared: `or`, attrByPath, or a test for the value, or for
// what it lies in, that decides whether the read is evaluated.
func (p *Pass) fallsBack(r *graph.Reference) bool {
	s := p.syntax(r.At.File)
	if r.Kind == graph.Guard || s == nil {
		return r.Kind == graph.Guard
	}
	// A read's own span may take in what stands behind `or`; it begins where the other one does, or within.
	falls := func(r *graph.Reference) bool {
		return slices.ContainsFunc(s.fallbacks, func(in parse.Span) bool { return in.Start <= r.At.Span.Start && r.At.Span.Start < in.End })
	}
	if falls(r) {
		return true
	}
	for _, g := range s.guards {
		if !g.body.Contains(r.At.Span) {
			continue
		}
		for _, o := range p.refs[r.At.File] {
			if !g.cond.Contains(o.At.Span) || !isWithin(r.Value.Path, o.Value.Path) {
				continue
			}
			if o.Kind == graph.Guard || falls(o) {
				return true
			}
		}
	}
	return false
}

// isWithin reports whether a path is another one or lies below it.
func isWithin(path, above string) bool {
	return path == above || strings.HasPrefix(path, above) && path[len(above)] == '.'
}

// mentionsName reports whether a name is used in a part of a file, as a variable or as an attribute that is selected.
func (p *Pass) mentionsName(file string, in parse.Span, name string) bool {
	f := p.Graph.Files[file]
	if f == nil {
		return false
	}
	found := false
	parse.Walk(f.Expr, func(n parse.Node) bool {
		if r := n.Range(); found || r.End <= in.Start || in.End <= r.Start {
			return false
		}
		switch n := n.(type) {
		case *parse.Ident:
			found = found || n.Name == name && in.Contains(n.Span)
		case *parse.Select:
			for _, a := range n.Path {
				found = found || a.Name == name && in.Contains(a.Span)
			}
		}
		return !found
	})
	return found
}
