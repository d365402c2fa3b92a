package render

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"slices"

	"nixsink/graph"
	"nixsink/parse"
)

// Schema names the version of the JSON format. docs/schema.json describes it.
const Schema = "nixsink/2"

// An object is a JSON object: encoding/json writes the keys of maps sorted, so the order of the code does not matter.
type object = map[string]any

// writeJSON writes everything that the other formats show. Lists are in the graph's order, which is sorted.
func writeJSON(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	doc := object{
		"schema": Schema,
		"source": object{"narHash": g.Source.NARHash, "files": g.Source.Files, "bytes": g.Source.Bytes,
			"lines": g.Source.Lines, "incomplete": g.Source.Incomplete},
		"empty":          g.Empty,
		"layers":         each(g.Layers, func(s string) any { return s }),
		"ordered":        g.Ordered,
		"roots":          each(g.Roots, func(r graph.Root) any { return object{"path": r.Path, "argument": r.Argument, "why": r.Why} }),
		"configurations": each(g.Configurations, jsonConfiguration),
		"modules":        each(g.Modules, func(m *graph.Module) any { return jsonModule(g, m) }),
		"values":         each(g.Values, func(v *graph.Value) any { return jsonValue(g, v) }),
		"references":     each(g.References, func(r *graph.Reference) any { return jsonReference(g, r) }),
		"unresolved":     each(g.Unresolved, jsonUnresolved),
		"sinks":          each(g.Sinks, jsonSink),
		"hidden":         each(g.Hidden, jsonHidden),
		"flowCount":      g.Flows.Len(),
		"flows":          jsonFlows(g, o.AllFlows),
		"edges":          through(g.Flows.Edges(), func(e graph.FlowEdge) any { return jsonEdge(g, e) }),
		"components":     through(g.Flows.Components(), jsonComponent),
		"hubs":           each(g.Flows.Hubs(), jsonHub),
		"imports":        each(g.Imports, func(i *graph.Import) any { return jsonImport(g, i) }),
		"annotations":    each(g.Annotations, jsonAnnotation),
		"coverage":       jsonCoverage(g.Coverage),
		"account":        jsonAccount(g.Account),
		"metrics": each(Metrics(g, o.Benchmarks), func(m Metric) any {
			return object{"name": m.Name, "value": m.Value, "benchmark": m.Benchmark, "verdict": m.Verdict, "note": m.Note}
		}),
		"ports":    each(Ports(g), jsonPort),
		"findings": each(o.Findings, jsonFinding),
		"problems": each(g.Problems, func(p graph.Problem) any {
			return located(p.At, object{"message": p.Msg, "kind": p.Kind})
		}),
	}
	b := bufio.NewWriter(w)
	err := writeDocument(b, doc)
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// writeDocument writes an object whose lists may be long: an item a line, each made when it is written. That reads
// well in a diff, and a tree with a hundred thousand flows does not have to fit into memory twice.
func writeDocument(b *bufio.Writer, doc object) error {
	// HTML escapes stay on: the text may be put into a page, where </script> would end it.
	b.WriteString("{")
	for i, key := range slices.Sorted(maps.Keys(doc)) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, "\n  %q: ", key)
		items, ok := doc[key].(iter.Seq[any])
		if !ok {
			text, err := json.Marshal(doc[key])
			if err != nil {
				return err
			}
			b.Write(text)
			continue
		}
		b.WriteString("[")
		n := 0
		for item := range items {
			text, err := json.Marshal(item)
			if err != nil {
				return err
			}
			if n > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n    ")
			b.Write(text)
			n++
		}
		if n > 0 {
			b.WriteString("\n  ")
		}
		b.WriteString("]")
	}
	_, err := b.WriteString("\n}\n")
	return err
}

// through makes items of what is gone through once.
func through[T any](in iter.Seq[T], f func(T) any) iter.Seq[any] {
	return func(yield func(any) bool) {
		for v := range in {
			if !yield(f(v)) {
				return
			}
		}
	}
}

// each is list for the long lists of the document.
func each[T any](in []T, f func(T) any) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, v := range in {
			if !yield(f(v)) {
				return
			}
		}
	}
}

// list turns a slice into JSON's values; an empty one is [], never null.
func list[T any](in []T, f func(T) any) []any {
	out := make([]any, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

// located adds a place to an object.
func located(p graph.Place, o object) object {
	o["file"], o["line"], o["column"] = p.File, p.Line, p.Column
	return o
}

func place(p graph.Place) any { return located(p, object{}) }

// inside adds in which configurations something holds, unless it does in all hosts.
func inside(g *graph.Graph, in *graph.ConfSet, o object) object {
	if !g.Everywhere(in) {
		o["in"] = g.Names(in)
	}
	return o
}

func jsonConfiguration(c *graph.Configuration) any {
	return located(c.At, object{"name": c.Name, "class": c.Class, "host": c.Host, "open": c.Open, "build": c.Build,
		"modules": list(c.Modules, func(s string) any { return s }), "within": list(c.Kids, jsonConfiguration)})
}

func jsonModule(g *graph.Graph, m *graph.Module) any {
	return inside(g, m.In, object{"path": m.Path, "instance": m.Instance, "layer": m.Layer, "lines": m.Lines, "reachable": m.Reachable,
		"why": m.Why, "role": m.Role, "home": m.Home, "documented": m.Documented, "header": jsonHeader(m.Header)})
}

func jsonHeader(h *parse.Header) any {
	if h == nil {
		return nil
	}
	return object{"title": h.Title, "owner": h.Owner, "status": h.Status, "layer": h.Layer, "summary": h.Summary,
		"ids": list(h.IDs, wordText), "meta": plainYAML(h.Meta)}
}

func wordText(w parse.Word) any { return w.Text }

// plainYAML turns what YAML gives into what JSON can say: keys become text, and numbers that JSON does not have become text.
func plainYAML(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := object{}
		for k, e := range v {
			out[k] = plainYAML(e)
		}
		return out
	case map[any]any:
		out := object{}
		for k, e := range v {
			out[fmt.Sprint(k)] = plainYAML(e)
		}
		return out
	case []any:
		return list(v, plainYAML)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case nil, string, bool, int, int64, uint64:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func jsonValue(g *graph.Graph, v *graph.Value) any {
	return object{
		"path":        v.Path,
		"ids":         list(v.IDs, func(id graph.ID) any { return id.Name }),
		"evidence":    list(v.IDs, func(id graph.ID) any { return id.Evidence }),
		"declared":    list(v.Declared, place),
		"registry":    v.Registry,
		"member":      v.Member,
		"type":        v.Type,
		"default":     v.Default,
		"description": v.Description,
		"literals": list(v.Literals, func(l graph.Literal) any {
			return inside(g, l.In, located(l.At, object{"text": l.Text, "kind": l.Kind, "default": l.Default}))
		}),
		"instances": list(v.Instances, func(i graph.Instance) any { return inside(g, i.In, object{"path": i.Path}) }),
		"fanOut":    object{"reads": v.FanOut.Reads, "modules": v.FanOut.Modules, "sinks": v.FanOut.Sinks, "reach": v.FanOut.Reach},
		"rank":      v.Rank,
		"critical":  v.Critical,
	}
}

func jsonReference(g *graph.Graph, r *graph.Reference) any {
	o := object{"value": r.Value.Path, "kind": r.Kind, "covered": r.Covered, "via": r.Via, "name": r.Name, "unevaluated": r.Unevaluated}
	if r.Across {
		o["of"] = g.Names(r.Of)
	}
	return inside(g, r.In, located(r.At, o))
}

func jsonUnresolved(u *graph.Unresolved) any {
	return located(u.At, object{"path": u.Path, "reason": u.Reason})
}

func jsonHidden(h *graph.Hidden) any {
	from := make([]string, len(h.From))
	for i, v := range h.From {
		from[i] = v.Path
	}
	return located(h.At, object{"option": h.Option, "from": from, "why": h.Why, "by": located(h.By, object{})})
}

func jsonSink(s *graph.Sink) any {
	return located(s.At, object{"option": s.Option, "covered": s.Covered})
}

// mostListedFlows is how many flows are listed unasked. Edges and components tell the rest in a fraction of the room.
const mostListedFlows = 100_000

func jsonFlows(g *graph.Graph, all bool) any {
	if g.Flows.Len() > mostListedFlows && !all {
		return nil
	}
	return through(g.Flows.All(), func(f *graph.Flow) any { return jsonFlow(g, f) })
}

func jsonEdge(g *graph.Graph, e graph.FlowEdge) any {
	o := object{"from": e.From, "to": e.To, "value": e.ToValue != nil, "kind": e.Kind}
	if e.Across {
		o["of"] = g.Names(e.Of)
	}
	return inside(g, e.In, located(e.At, o))
}

func jsonComponent(c graph.FlowComponent) any {
	number := func(n int) any { return n }
	return object{"strength": c.Strength, "values": list(c.Values, func(v *graph.Value) any { return v.Path }),
		"edges": list(c.Edges, number), "next": list(c.Next, number)}
}

func jsonHub(h graph.Hub) any {
	return object{"option": h.Option, "value": h.Value != nil, "in": h.In, "out": h.Out}
}

func jsonFlow(g *graph.Graph, f *graph.Flow) any {
	// The steps of a flow through other values are those of the direct flows that it is made of.
	var steps []graph.Step
	if len(f.Through) == 0 {
		steps = f.Way()
	}
	return inside(g, f.In, located(f.At, object{"from": f.From.Path, "to": f.To, "value": f.ToValue != nil, "kind": f.Kind,
		"through": list(f.Through, func(s string) any { return s }),
		"steps":   list(steps, func(s graph.Step) any { return located(s.At, object{"what": s.What}) })}))
}

func jsonImport(g *graph.Graph, i *graph.Import) any {
	return inside(g, i.In, object{"from": i.From, "to": i.To, "line": i.At.Line, "disabled": i.Disabled, "missing": i.Missing,
		"external": i.External, "reason": i.Reason, "leftOut": i.LeftOut})
}

func jsonAnnotation(a *graph.Annotation) any {
	values := func(v *graph.Value) any { return v.Path }
	o := object{"file": a.File, "line": a.At.Line, "state": a.State, "why": a.Why,
		"values": list(a.Values, values), "actual": list(a.Actual, values)}
	if p := a.Annotation; p != nil {
		o["keyword"], o["text"], o["ids"] = p.Keyword, p.Text, list(p.IDs, wordText)
		o["anchor"] = object{"name": p.Anchor.Name, "line": a.Anchor.Line}
	}
	return o
}

func jsonRatio(r graph.Ratio) object {
	o := object{"covered": r.Covered, "total": r.Total, "ratio": nil}
	// An empty denominator is null: not 0, and never 1.
	if v, ok := r.Value(); ok {
		o["ratio"] = round(v)
	}
	return o
}

func jsonSourceID(r graph.Ratio) any {
	o := jsonRatio(r)
	o["unresolved"], o["lowerBound"] = r.Unresolved, nil
	if v, ok := r.LowerBound(); ok {
		o["lowerBound"] = round(v)
	}
	return o
}

// round keeps six decimals: enough to gate on, and the same on every machine.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func jsonCoverage(c graph.Coverage) any {
	ratios := func(m map[string]graph.Ratio) object {
		out := object{}
		for k, r := range m {
			out[k] = jsonSourceID(r)
		}
		return out
	}
	return object{
		"sourceId":      jsonSourceID(c.SourceID),
		"declaration":   jsonRatio(c.Declaration),
		"sink":          jsonRatio(c.Sink),
		"precision":     jsonRatio(c.Precision),
		"documentation": object{"modules": jsonRatio(c.DocModules), "options": jsonRatio(c.DocOptions)},
		"byLayer":       ratios(c.ByLayer),
		"byModule":      ratios(c.ByModule),
	}
}

func jsonPort(p Port) any {
	return located(p.At, object{"port": p.Number, "value": p.Value.Path, "readers": list(p.Readers, func(s string) any { return s })})
}

func jsonFinding(f Finding) any {
	return object{"check": f.Check, "severity": f.Severity, "file": f.File, "line": f.Line, "column": f.Column,
		"endLine": f.EndLine, "endColumn": f.EndColumn, "message": f.Message,
		"related": list(f.Related, func(r Related) any {
			return object{"file": r.File, "line": r.Line, "column": r.Column, "message": r.Message}
		}),
		"fixes": list(f.Fixes, func(x Fix) any {
			return object{"message": x.Message, "edits": list(x.Edits, func(e Edit) any {
				return object{"file": e.File, "start": e.Start, "end": e.End, "text": e.Text}
			})}
		})}
}
