package graph

import (
	"slices"

	"nixsink/parse"
)

// use is one place where a variable that a let or rec binds is used.
type use struct {
	at      parse.Span
	binding parse.Span // of the binding, or of the name where it is inherited
}

// scope is the names that a let, a rec set or a function binds. A function's have no span: what is passed for them is
// not in the text.
type scope struct {
	parse.Span
	names map[string]parse.Span
}

// usesIn finds out for every variable of a file which let or rec binding it means, in source order.
func usesIn(f *parse.File) []use {
	var uses []use
	var scopes []scope
	parse.Walk(f.Expr, func(n parse.Node) bool {
		// Nodes come in source order: a scope that does not hold this one is over.
		for len(scopes) > 0 && !scopes[len(scopes)-1].Contains(n.Range()) {
			scopes = scopes[:len(scopes)-1]
		}
		switch x := n.(type) {
		case *parse.Let:
			scopes = append(scopes, scope{x.Span, boundNames(x.Bindings)})
		case *parse.Set:
			if x.Rec || x.LegacyLet {
				scopes = append(scopes, scope{x.Span, boundNames(x.Bindings)})
			}
		case *parse.Lambda:
			scopes = append(scopes, scope{x.Span, formalNames(x)})
		case *parse.Ident:
			for i := len(scopes) - 1; i >= 0; i-- {
				if binding, ok := scopes[i].names[x.Name]; ok {
					if binding.Len() > 0 {
						uses = append(uses, use{x.Span, binding})
					}
					break
				}
			}
		}
		return true
	})
	return uses
}

func boundNames(bindings []parse.Binding) map[string]parse.Span {
	names := map[string]parse.Span{}
	for _, b := range bindings {
		switch b := b.(type) {
		case *parse.Attr:
			if b.Path[0].Static() {
				names[b.Path[0].Name] = b.Span
			}
		case *parse.Inherit:
			for _, n := range b.Names {
				names[n.Name] = n.Span
			}
		}
	}
	return names
}

func formalNames(l *parse.Lambda) map[string]parse.Span {
	names := map[string]parse.Span{}
	if l.Arg != nil {
		names[l.Arg.Name] = parse.Span{}
	}
	if l.Formals != nil {
		for _, f := range l.Formals.List {
			names[f.Name] = parse.Span{}
		}
	}
	return names
}

// throughLets is the distinct values that are read in the let bindings whose variables are used within a span, or in
// those that these use in turn: ports = [ sshPort ] uses what sshPort reads.
func (x *spanIndex) throughLets(file string, span parse.Span) []*Value {
	uses, ok := x.uses[file]
	if !ok && x.tree.byName[file] != nil {
		uses = usesIn(x.tree.byName[file])
		x.uses[file] = uses
	}
	var values []*Value
	spans := []parse.Span{span}
	for i := 0; i < len(spans); i++ {
		first, _ := slices.BinarySearchFunc(uses, spans[i].Start, func(u use, at int32) int { return int(u.at.Start) - int(at) })
		for _, u := range uses[first:] {
			if u.at.Start >= spans[i].End {
				break
			}
			if slices.Contains(spans, u.binding) {
				continue
			}
			spans = append(spans, u.binding)
			for _, r := range x.refs[file] {
				if u.binding.Contains(r.At.Span) && !slices.Contains(values, r.Value) {
					values = append(values, r.Value)
				}
			}
		}
	}
	return values
}
