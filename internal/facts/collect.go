package facts

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/internal/change"
	"nixsink/internal/check"
	"nixsink/internal/secrets"
)

// analysis is what one snapshot's rows are made of.
type analysis struct {
	row   Snapshot
	g     *graph.Graph
	found []check.Finding
	kept  []*check.Secret
	lock  []byte // what flake.lock holds, nil if there is none
	most  int    // flows that are listed; 0: all

	sets map[*graph.ConfSet]string // names of those that rows named
	of   map[string][]string       // and the configurations that each consists of
}

// set is the name of a set of configurations, "" of the empty one.
func (a *analysis) set(in *graph.ConfSet) string {
	if name, ok := a.sets[in]; ok {
		return name
	}
	if a.sets == nil {
		a.sets, a.of = map[*graph.ConfSet]string{}, map[string][]string{}
	}
	names := a.g.Names(in)
	name := ""
	if len(names) > 0 {
		name = digest([]byte(strings.Join(names, "\x00")))
		a.of[name] = names
	}
	a.sets[in] = name
	return name
}

// each makes a row of each item.
func each[T, R any](items []T, row func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, item := range items {
			if !yield(row(item)) {
				return
			}
		}
	}
}

func (a *analysis) configurations() iter.Seq[Configuration] {
	return func(yield func(Configuration) bool) {
		var list func(cs []*graph.Configuration, within string) bool
		list = func(cs []*graph.Configuration, within string) bool {
			for _, c := range cs {
				row := Configuration{Name: c.Name, Within: within, Class: c.Class, Host: c.Host, Open: c.Open, Build: c.Build, File: c.At.File, Line: int32(c.At.Line)}
				if !yield(row) || !list(c.Kids, c.Name) {
					return false
				}
			}
			return true
		}
		list(a.g.Configurations, "")
	}
}

// setMembers are those of all sets that rows named so far.
func (a *analysis) setMembers() iter.Seq[SetMember] {
	return func(yield func(SetMember) bool) {
		for _, name := range slices.Sorted(maps.Keys(a.of)) {
			for _, c := range a.of[name] {
				if !yield(SetMember{Set: name, Configuration: c}) {
					return
				}
			}
		}
	}
}

func (a *analysis) modules() iter.Seq[Module] {
	return each(a.g.Modules, func(m *graph.Module) Module {
		return Module{Path: m.Path, Instance: m.Instance, Layer: m.Layer, Role: m.Role, Lines: int32(m.Lines), Reachable: m.Reachable, Home: m.Home,
			Documented: m.Documented, Options: int32(m.Options), Set: a.set(m.In)}
	})
}

func (a *analysis) values() iter.Seq[Value] {
	return each(a.g.Values, func(v *graph.Value) Value {
		row := Value{Path: v.Path, Type: v.Type, Default: v.Default, Registry: v.Registry, Member: v.Member, Declared: len(v.Declared) > 0,
			Reads: int32(v.FanOut.Reads), Modules: int32(v.FanOut.Modules), Sinks: int32(v.FanOut.Sinks), Reach: int32(v.FanOut.Reach), Rank: v.Rank, Critical: v.Critical}
		for _, id := range v.IDs {
			row.IDs = append(row.IDs, id.Name)
		}
		if len(v.Declared) > 0 {
			row.File, row.Line = v.Declared[0].File, int32(v.Declared[0].Line)
		}
		return row
	})
}

func (a *analysis) literals() iter.Seq[Literal] {
	return func(yield func(Literal) bool) {
		for _, v := range a.g.Values {
			for _, l := range v.Literals {
				if !yield(Literal{Value: v.Path, Text: l.Text, Kind: l.Kind, Default: l.Default, Below: l.Below, Set: a.set(l.In), File: l.At.File, Line: int32(l.At.Line)}) {
					return
				}
			}
		}
	}
}

func (a *analysis) references() iter.Seq[Reference] {
	return each(a.g.References, func(r *graph.Reference) Reference {
		return Reference{Value: r.Value.Path, Kind: string(r.Kind), Via: r.Via, Binding: r.Name, Covered: r.Covered, Set: a.set(r.In),
			File: r.At.File, Line: int32(r.At.Line), Column: int32(r.At.Column)}
	})
}

func (a *analysis) definitions() iter.Seq[Definition] {
	return each(a.g.Definitions, func(d *graph.Definition) Definition {
		row := Definition{Option: d.Option, Known: d.Known, Conditional: d.Conditional, Priority: int32(d.Priority), Set: a.set(d.In), File: d.At.File, Line: int32(d.At.Line)}
		// What is known in part may have come out of a file that is kept encrypted.
		if d.Known && len(d.Segments) > 0 {
			if text, err := json.Marshal(hide(d.Value, d.Segments[len(d.Segments)-1])); err == nil { // a number that JSON does not have is none
				row.Value = string(text)
			}
		}
		return row
	})
}

// hide takes away every text that is called a secret, whatever it looks like: tables of many repositories are handed on.
func hide(v any, name string) any {
	switch v := v.(type) {
	case string:
		if v != "" && secrets.KindOf(name) != "" {
			return "‹hidden›"
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = hide(x, name)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = hide(x, k)
		}
		return out
	}
	return v
}

func (a *analysis) edges() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for e := range a.g.Flows.Edges() {
			if !yield(Edge{From: e.From, To: e.To, ToValue: e.ToValue != nil, Kind: string(e.Kind), Set: a.set(e.In), File: e.At.File, Line: int32(e.At.Line)}) {
				return
			}
		}
	}
}

func (a *analysis) flows() iter.Seq[Flow] {
	row := func(f *graph.Flow) Flow {
		return Flow{From: f.From.Path, To: f.To, ToValue: f.ToValue != nil, Kind: string(f.Kind), Through: int32(len(f.Through)), Set: a.set(f.In), File: f.At.File, Line: int32(f.At.Line)}
	}
	if a.most > 0 && a.g.Flows.Len() > a.most {
		return each(a.g.Flows.Direct(), row)
	}
	return func(yield func(Flow) bool) {
		for f := range a.g.Flows.All() {
			if !yield(row(f)) {
				return
			}
		}
	}
}

func (a *analysis) imports() iter.Seq[Import] {
	return each(a.g.Imports, func(i *graph.Import) Import {
		return Import{From: i.From, To: i.To, Disabled: i.Disabled, Missing: i.Missing, External: i.External, LeftOut: i.LeftOut, Set: a.set(i.In), Line: int32(i.At.Line)}
	})
}

func (a *analysis) annotations() iter.Seq[Annotation] {
	return each(a.g.Annotations, func(n *graph.Annotation) Annotation {
		row := Annotation{State: string(n.State), File: n.File, Line: int32(n.At.Line)}
		for _, v := range n.Values {
			row.Values = append(row.Values, v.Path)
		}
		if p := n.Annotation; p != nil {
			row.Keyword, row.Text, row.Binding = string(p.Keyword), p.Text, p.Anchor.Name
			for _, w := range p.IDs {
				row.IDs = append(row.IDs, w.Text)
			}
		}
		return row
	})
}

func (a *analysis) findings() iter.Seq[Finding] {
	return each(a.found, func(f check.Finding) Finding {
		return Finding{Check: f.Check, Severity: f.Severity.String(), Value: f.Value, Message: f.Message, Depends: f.Depends, Waived: f.Waived, Binding: f.Anchor,
			File: f.At.File, Line: int32(f.At.Line)}
	})
}

func (a *analysis) unresolved() iter.Seq[Unresolved] {
	return each(a.g.Unresolved, func(u *graph.Unresolved) Unresolved {
		return Unresolved{Path: u.Path, Reason: u.Reason, File: u.At.File, Line: int32(u.At.Line)}
	})
}

func (a *analysis) problems() iter.Seq[Problem] {
	return each(a.g.Problems, func(p graph.Problem) Problem {
		return Problem{Kind: p.Kind, Message: p.Msg, File: p.At.File, Line: int32(p.At.Line)}
	})
}

func (a *analysis) inputs() iter.Seq[Input] {
	return each(change.Locked(a.lock), func(l change.LockedInput) Input {
		return Input{Name: l.Name, Direct: !strings.Contains(l.Name, "/"), Type: l.Type, Of: l.Of, Ref: l.Ref, Revision: l.Revision, NARHash: l.NARHash, Time: l.LastModified}
	})
}

func (a *analysis) secrets() iter.Seq[Secret] {
	return each(a.kept, func(s *check.Secret) Secret {
		field := func(f check.Field) string {
			if f.Set && f.Text == "" {
				return "*"
			}
			return f.Text
		}
		row := Secret{Tool: s.Tool, Name: s.Name, Home: s.Home, Template: s.Template, Kept: s.File, Owner: field(s.Owner), Group: field(s.Group), Mode: field(s.Mode),
			Set: a.set(s.In), File: s.At.File, Line: int32(s.At.Line)}
		for _, u := range s.Uses {
			row.Options = append(row.Options, u.Option)
			if u.Unit != "" {
				row.Units = append(row.Units, u.Unit)
			}
		}
		for _, u := range s.Around {
			row.Around = append(row.Around, u.Option)
		}
		for _, list := range []*[]string{&row.Options, &row.Units, &row.Around} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		return row
	})
}
