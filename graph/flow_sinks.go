package graph

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// sinks are the options outside the roots that values flow into, once for each file that defines them: by file, place and option.
// Of several definitions in a file the first is told that a flow ends in. What only decides over an option, where another
// definition in the file is made of the value, is no end of a flow.
func (fl *flows) sinks(direct []*Flow) []*Sink {
	type key struct{ option, file string }
	found := map[key]*Sink{}
	note := func(option string, at Place) {
		k := key{option, at.File}
		s := found[k]
		if s == nil {
			s = &Sink{Option: option, At: at, Module: fl.mods[at.File]}
			found[k] = s
		}
		if at.Span.Start < s.At.Span.Start {
			s.At = at
		}
	}
	for _, f := range direct {
		if f.ToValue == nil {
			note(f.To, f.At)
		}
	}
	strongest := make([]int, len(fl.targets))
	each := func(visit func(*edge)) {
		for _, edges := range fl.bundles {
			for _, e := range edges {
				if e.to.option != nil && !fl.inward(e.target) {
					visit(e)
				}
			}
		}
	}
	each(func(e *edge) { strongest[e.target] = max(strongest[e.target], strength(e.kind)) })
	each(func(e *edge) {
		if e.from.option != nil && strength(e.kind) == strongest[e.target] {
			note(fl.names[e.target], PlaceIn(e.def.File, e.def.Span))
		}
	})
	// A target of which nothing was told yet is reached by ways that are weaker than their last step.
	told := maps.Clone(found)
	each(func(e *edge) {
		if told[key{fl.names[e.target], e.def.File.Name}] == nil {
			note(fl.names[e.target], PlaceIn(e.def.File, e.def.Span))
		}
	})
	return slices.SortedFunc(maps.Values(found), func(a, b *Sink) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Span.Start, b.At.Span.Start), strings.Compare(a.Option, b.Option))
	})
}
