package check

import (
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// annotated makes a finding of every annotation in a state.
func annotated(p *Pass, state graph.State, message func(*graph.Annotation) string) []Finding {
	var out []Finding
	for _, a := range p.Graph.Annotations {
		if a.State != state || a.Keyword == parse.Waiver || state == graph.Unwanted && p.flowsInto(a) {
			continue
		}
		f := Finding{At: a.At, Message: message(a), Value: idsOf(a), Anchor: p.anchorName(a)}
		if a.Anchor.Line > 0 && a.Anchor.Line != a.At.Line {
			f.Related = append(f.Related, Related{At: a.Anchor, Message: "the annotation stands at this"})
		}
		for _, v := range a.Values {
			f.Related = append(f.Related, declared(v)...)
		}
		out = append(out, f)
	}
	return out
}

// flowsInto reports whether a value that an annotation names arrives in what it stands at, if through a binding that reads it elsewhere:
// such a comment is redundant, not wrong.
func (p *Pass) flowsInto(a *graph.Annotation) bool {
	return slices.ContainsFunc(a.Values, func(v *graph.Value) bool {
		return slices.ContainsFunc(p.Graph.Flows.Of(v), func(f *graph.Flow) bool {
			return f.At.File == a.File && a.Anchor.Span.Contains(f.At.Span)
		})
	})
}

// anchorName is the full name of the binding that an annotation stands at.
func (p *Pass) anchorName(a *graph.Annotation) string {
	if o := p.outline(a.File); o != nil && a.Annotation.Anchor.Kind != parse.AnchorFile {
		if name := o.name(a.Annotation.Anchor.Span); name != "" {
			return name
		}
	}
	return a.Annotation.Anchor.Name
}

func idsOf(a *graph.Annotation) string {
	var names []string
	for _, w := range a.IDs {
		names = append(names, w.Text)
	}
	if len(names) == 0 {
		for _, w := range a.Paths {
			names = append(names, w.Text)
		}
	}
	return strings.Join(names, " ")
}

// because adds the engine's own explanation to a message.
func because(message string, a *graph.Annotation) string {
	if a.Why == "" {
		return message
	}
	return message + ": " + a.Why
}

func pathsOf(vs []*graph.Value) []string {
	var out []string
	for _, v := range vs {
		out = append(out, described(v))
	}
	return out
}

// innermost leaves out what only leads to another value of the list: a test for my.identity says nothing beside one for my.identity.user.
func innermost(vs []*graph.Value) []*graph.Value {
	return slices.DeleteFunc(slices.Clone(vs), func(v *graph.Value) bool {
		return slices.ContainsFunc(vs, func(o *graph.Value) bool { return strings.HasPrefix(o.Path, v.Path+".") })
	})
}

// words joins for a sentence: "a", "a and b", "a, b and c".
func words(items []string) string {
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
}
