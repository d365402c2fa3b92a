package graph

import (
	"slices"

	"nixsink/parse"
)

// measureCoverage computes the coverages of docs/annotations.md. An empty denominator stays empty: it is no 100 %.
func measureCoverage(g *Graph, spans *spanIndex) {
	byFile := map[string][]*Annotation{}
	for _, a := range g.Annotations {
		byFile[a.File] = append(byFile[a.File], a)
	}
	c := &g.Coverage
	*c = Coverage{ByLayer: map[string]Ratio{}, ByModule: map[string]Ratio{}}
	coverReferences(g, spans, byFile)
	c.Declaration = declarationCoverage(g, byFile)
	c.Sink = sinkCoverage(g, byFile)
	for _, a := range g.Annotations {
		if a.Keyword == parse.Waiver || a.Keyword == parse.HeaderKey {
			continue // they speak of findings and of the file, not of values
		}
		c.Precision.Total++
		if a.State == OK {
			c.Precision.Covered++
		}
	}
	c.DocModules, c.DocOptions = documentationCoverage(g)
}

// coverReferences marks the references that an annotation with their id covers, and counts them: in all, by layer and
// by module. A guard is no read of the value.
func coverReferences(g *Graph, spans *spanIndex, byFile map[string][]*Annotation) {
	several := map[Place]bool{} // reads of one of several values: no name in the text says which
	first := map[Place]*Value{}
	for _, r := range g.References {
		if v := first[r.At]; v == nil {
			first[r.At] = r.Value
		} else if v != r.Value {
			several[r.At] = true
		}
	}
	covers := func(a *Annotation, r *Reference) bool {
		switch unnamed := r.Kind == Dynamic || several[r.At]; {
		case a.Keyword == parse.Waiver || a.Malformed != "":
			return false
		case slices.Contains(a.Values, r.Value):
			return unnamed || spans.names(a, r.Value)
		default: // attrValues config.my.ports reads CFG.ports
			return slices.ContainsFunc(a.Values, func(v *Value) bool {
				return unnamed && within(r.Value, v) || r.Value.Path == v.Path+".*" || several[r.At] && InHome(r.Value.Path) == v.Path
			})
		}
	}
	layers := map[string]string{}
	for _, m := range g.Modules {
		layers[m.Path] = m.Layer
	}
	for _, layer := range g.Layers {
		g.Coverage.ByLayer[layer] = Ratio{}
	}
	count := func(file string, add Ratio) {
		g.Coverage.SourceID = g.Coverage.SourceID.plus(add)
		g.Coverage.ByModule[file] = g.Coverage.ByModule[file].plus(add)
		g.Coverage.ByLayer[layers[file]] = g.Coverage.ByLayer[layers[file]].plus(add)
	}
	for _, r := range g.References {
		r.Covered = slices.ContainsFunc(byFile[r.At.File], func(a *Annotation) bool {
			return covers(a, r) && a.Anchor.Span.Contains(r.At.Span)
		}) || slices.ContainsFunc(byFile[r.ViaAt.File], func(a *Annotation) bool {
			return covers(a, r) && readsThrough(r, a)
		})
		if r.Kind == Guard {
			continue
		}
		add := Ratio{Total: 1}
		if r.Covered {
			add.Covered = 1
		}
		count(r.At.File, add)
	}
	for _, u := range g.Unresolved {
		count(u.At.File, Ratio{Unresolved: 1})
	}
}

// names reports whether an annotation's ids mean v: by its own name, or by a pattern that several values read here fit.
func (x *spanIndex) names(a *Annotation, v *Value) bool {
	if !slices.ContainsFunc(a.IDs, func(id parse.Word) bool { return isPattern(id.Text) }) {
		return true
	}
	read := slices.DeleteFunc(x.readIn(a), func(v *Value) bool { return !slices.Contains(a.Values, v) })
	return len(read) > 1 || slices.ContainsFunc(a.IDs, func(id parse.Word) bool {
		return plainPath(id.Text) == v.Path || slices.ContainsFunc(v.IDs, func(have ID) bool { return have.Name == id.Text })
	})
}

func (r Ratio) plus(o Ratio) Ratio {
	return Ratio{Covered: r.Covered + o.Covered, Total: r.Total + o.Total, Unresolved: r.Unresolved + o.Unresolved}
}

// declarationCoverage counts the values that carry their id where they are declared. A value that is read and never
// declared cannot carry one there: it is a finding, not a value of the repository.
func declarationCoverage(g *Graph, byFile map[string][]*Annotation) (c Ratio) {
	for _, v := range g.Values {
		if len(v.Declared) == 0 {
			continue
		}
		c.Total++
		if slices.ContainsFunc(v.Declared, func(p Place) bool {
			return slices.ContainsFunc(byFile[p.File], func(a *Annotation) bool {
				return a.Keyword == parse.SourceID && a.Anchor.Span.Contains(p.Span) && slices.ContainsFunc(a.Values, func(w *Value) bool {
					return w == v || InHome(v.Path) == w.Path // one text declares it for the system and for a home
				})
			})
		}) {
			c.Covered++
		}
	}
	return c
}

// sinkCoverage counts the pairs of a value and an option that it flows into directly, by module; a pair is covered if
// the definition, or the binding that the value is read or passed on through, carries a sink annotation. A header's
// stands at no definition, and counts only for what is read in no binding; one that names other values or, being stale, nothing
// real, does not count.
func sinkCoverage(g *Graph, byFile map[string][]*Annotation) (c Ratio) {
	type pair struct {
		from   *Value
		to, in string
	}
	covered := map[pair]bool{}
	unbound := map[Place]bool{}
	for _, r := range g.References {
		if r.Anchor == r.At {
			unbound[r.At] = true
		}
	}
	type sinkAt struct {
		option string
		at     Place
	}
	atSink := map[sinkAt]bool{}
	told := slices.ContainsFunc(g.Annotations, func(a *Annotation) bool { return a.Keyword == parse.SinkKey })
	for _, f := range g.Flows.Direct() {
		if f.ToValue != nil {
			continue
		}
		carries := func(p Place) bool {
			return slices.ContainsFunc(byFile[p.File], func(a *Annotation) bool {
				return a.Keyword == parse.SinkKey && a.State != StaleSink && (a.Annotation.Anchor.Kind != parse.AnchorFile || unbound[p]) &&
					a.Anchor.Span.Contains(p.Span) && (len(a.IDs) == 0 || slices.Contains(a.Values, f.From))
			})
		}
		ok := told && (carries(f.At) || slices.ContainsFunc(f.Way(), func(s Step) bool { return carries(s.At) }))
		p := pair{f.From, f.To, f.At.File}
		covered[p] = covered[p] || ok
		if ok {
			atSink[sinkAt{f.To, f.At}] = true
		}
	}
	for _, ok := range covered {
		c.Total++
		if ok {
			c.Covered++
		}
	}
	for _, s := range g.Sinks {
		s.Covered = atSink[sinkAt{s.Option, s.At}]
	}
	return c
}

// documentationCoverage counts modules with a header or a leading comment, and options with a description. Instances
// of a factory share one text: the file counts once.
func documentationCoverage(g *Graph) (modules, options Ratio) {
	seen := map[string]bool{}
	for _, m := range g.Modules {
		if seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		modules.Total++
		if m.Documented {
			modules.Covered++
		}
	}
	for _, o := range g.Declared {
		options.Total++
		if o.Description != "" {
			options.Covered++
		}
	}
	return modules, options
}
