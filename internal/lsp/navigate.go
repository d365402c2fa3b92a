package lsp

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/creachadair/jrpc2"

	"nixsink/graph"
	"nixsink/parse"
	"nixsink/render"
)

// maxPlaces is how many places an answer names: an editor's list is for people.
const maxPlaces = 2000

// requests are the methods that look at a state.
func (s *Server) requests() map[string]jrpc2.Handler {
	m := map[string]jrpc2.Handler{}
	for name, make := range map[string]func(*Server) jrpc2.Handler{
		"textDocument/hover":                request((*view).hover, (*view).hoverKey),
		"textDocument/definition":           request(func(v *view, p Position) any { return v.definition(p, true) }),
		"textDocument/declaration":          request(func(v *view, p Position) any { return v.definition(p, false) }),
		"textDocument/implementation":       request(func(v *view, p Position) any { return v.implementation(p) }),
		"textDocument/documentHighlight":    request(func(v *view, p Position) any { return v.highlight(p) }),
		"textDocument/prepareRename":        request(func(v *view, p Position) any { return v.prepareRename(p) }),
		"textDocument/prepareCallHierarchy": request(func(v *view, p Position) any { return v.prepareCalls(p) }),
		"textDocument/completion":           request((*view).complete, (*view).completeKeys),
		"textDocument/documentSymbol":       ofFile(func(v *view) any { return v.symbols() }),
		"textDocument/codeLens":             ofFile(func(v *view) any { return v.lenses() }),
		"textDocument/documentLink":         ofFile(func(v *view) any { return v.documentLinks() }),
		"textDocument/foldingRange":         ofFile(func(v *view) any { return v.folds() }),
		"textDocument/semanticTokens/full":  ofFile(func(v *view) any { return v.tokens() }),
	} {
		m[name] = make(s)
	}
	m["textDocument/references"] = guarded(s, "references", func(ctx context.Context, p *referenceParams) (any, error) {
		v, err := s.view(ctx, p.TextDocument.URI)
		if v == nil {
			return nil, err
		}
		return v.references(p.Position, p.Context.IncludeDeclaration), nil
	})
	m["textDocument/inlayHint"] = guarded(s, "inlayHint", func(ctx context.Context, p *rangeParams) (any, error) {
		v, err := s.view(ctx, p.TextDocument.URI)
		if v == nil {
			return nil, err
		}
		return v.hints(p.Range), nil
	})
	m["textDocument/rename"] = guarded(s, "rename", s.rename)
	m["textDocument/diagnostic"] = guarded(s, "diagnostic", s.pulled)
	m["textDocument/codeAction"] = guarded(s, "codeAction", s.actions)
	m["workspace/symbol"] = guarded(s, "symbol", s.workspaceSymbols)
	m["callHierarchy/incomingCalls"] = guarded(s, "incomingCalls", s.incoming)
	m["callHierarchy/outgoingCalls"] = guarded(s, "outgoingCalls", s.outgoing)
	return m
}

func (v *view) hover(p Position) any {
	at, ok := v.at(p)
	if !ok {
		return v.hoverGroup(p)
	}
	told := ""
	switch {
	case at.value != nil:
		told = v.x.hovers().Value(at.value, v.x.reads[at.value], v.x.sets[at.value])
		if at.kind == reads && at.ref.Unevaluated != "" {
			told += "\n\nThis read is " + at.ref.Unevaluated + ": no configuration evaluates it."
		}
		if at.note != nil && at.note.Why != "" {
			told += "\n\n" + render.HoverNote(at.note)
		}
	case at.kind == names:
		told = "`" + at.option + "` is bound to no value."
		if at.note != nil && at.note.Why != "" {
			told = render.HoverNote(at.note)
		}
	case at.kind == option:
		told = render.HoverOption(v.x.Graph, at.option, v.x.byName[at.option])
	}
	if told == "" {
		return v.hoverGroup(p)
	}
	h := Hover{Contents: MarkupContent{"markdown", told}}
	if r, ok := v.rangeOf(v.name, at.Span); ok {
		h.Range = &r
	}
	return h
}

// declaredAt are the places that declare a value, as the name that stands there.
func (v *view) declaredAt(value *graph.Value) []graph.Place {
	var out []graph.Place
	for _, at := range value.Declared {
		out = append(out, v.nameAt(at))
	}
	return out
}

// nameAt is a binding's path where a place is a binding's value.
func (v *view) nameAt(at graph.Place) graph.Place {
	if f := v.x.Graph.Files[at.File]; f != nil {
		if b, ok := parse.BindingAt(f, at.Span); ok {
			return graph.Place{File: at.File, Span: b.Path}
		}
	}
	return graph.Place{File: at.File, Span: at.Span}
}

// definition leads to where a value is declared; and, for the definition, to where it is set, if it is declared nowhere, or to where the cursor came from.
func (v *view) definition(p Position, set bool) any {
	at, ok := v.at(p)
	if !ok {
		return v.groupDefinition(p)
	}
	switch {
	case at.kind == imports:
		if c := v.file(at.to); c != nil {
			return []Location{{URI: c.uri}}
		}
	case at.value != nil:
		places := v.declaredAt(at.value)
		if set && (at.kind == declares || len(places) == 0) {
			// At the declaration already: where is it given its value?
			for _, d := range v.x.sets[at.value] {
				places = append(places, v.nameAt(d.At))
			}
		}
		return v.places(places)
	case at.kind == option:
		var places []graph.Place
		for _, o := range v.x.Graph.Declared {
			if o.Path == at.option {
				places = append(places, v.nameAt(o.At))
			}
		}
		if len(places) == 0 {
			for _, d := range v.x.byName[at.option] {
				places = append(places, v.nameAt(d.At))
			}
		}
		return v.places(places)
	}
	return nil
}

// implementation leads to the definitions that a value ends up in.
func (v *view) implementation(p Position) any {
	at, ok := v.at(p)
	if !ok || at.value == nil {
		return nil
	}
	var places []graph.Place
	for _, f := range v.x.Graph.Flows.Of(at.value) {
		if places = append(places, v.nameAt(f.At)); len(places) == maxPlaces {
			break
		}
	}
	return v.places(places)
}

// references are all reads of a value, through alias, inherit and with as well, its definitions, and the comments that name it; of an option
// that is no value, the comments that name it and its definitions.
func (v *view) references(p Position, declaration bool) any {
	at, ok := v.at(p)
	if !ok {
		return nil
	}
	var places []graph.Place
	if at.value == nil {
		if at.kind != option {
			return nil
		}
		for _, d := range v.x.byName[at.option] {
			places = append(places, v.nameAt(d.At))
		}
		for _, a := range v.x.Graph.Annotations {
			for _, w := range a.Paths {
				if w.Text == at.option {
					places = append(places, graph.Place{File: a.File, Span: w.Span})
				}
			}
		}
		return v.places(places)
	}
	for name, spots := range v.x.all(at.value) {
		for _, s := range spots {
			if s.kind != declares || declaration {
				places = append(places, graph.Place{File: name, Span: s.Span})
			}
		}
	}
	slices.SortFunc(places, graph.ComparePlaces)
	return v.places(places[:min(len(places), maxPlaces)])
}

func (v *view) highlight(p Position) any {
	at, ok := v.at(p)
	if !ok {
		return nil
	}
	out := []DocumentHighlight{}
	for _, s := range v.x.in(v.name) {
		if s.value != at.value || s.value == nil && (s.kind != option || s.option != at.option) {
			continue
		}
		kind := highlightRead
		if s.kind == declares || s.kind == sets || s.kind == option && s.note == nil {
			kind = highlightWrite
		}
		if r, ok := v.rangeOf(v.name, s.Span); ok {
			out = append(out, DocumentHighlight{r, kind})
		}
	}
	return out
}

func (v *view) documentLinks() any {
	out := []DocumentLink{}
	for _, i := range v.x.links[v.name] {
		r, ok := v.rangeOf(v.name, i.At.Span)
		if c := v.file(i.To); ok && c != nil {
			out = append(out, DocumentLink{Range: r, Target: c.uri, Tooltip: i.To})
		}
	}
	return out
}

// valueItem is a value in a call hierarchy: it calls the options that it ends up in.
func (v *view) valueItem(value *graph.Value) (CallHierarchyItem, bool) {
	at := v.declaredAt(value)
	if len(at) == 0 {
		for _, r := range v.x.reads[value] {
			at = append(at, r.At)
		}
	}
	for _, p := range at {
		if l, ok := v.location(p.File, p.Span); ok {
			return CallHierarchyItem{Name: value.Path, Kind: symbolConstant, Detail: "value", URI: l.URI, Range: l.Range, SelectionRange: l.Range, Data: itemData{Value: value.Path}}, true
		}
	}
	return CallHierarchyItem{}, false
}

func (v *view) optionItem(path string, at graph.Place) (CallHierarchyItem, bool) {
	p := v.nameAt(at)
	l, ok := v.location(p.File, p.Span)
	return CallHierarchyItem{Name: path, Kind: symbolProperty, Detail: "option", URI: l.URI, Range: l.Range, SelectionRange: l.Range, Data: itemData{Option: path}}, ok
}

func (v *view) prepareCalls(p Position) any {
	at, ok := v.at(p)
	if !ok {
		return nil
	}
	if at.value != nil {
		if item, ok := v.valueItem(at.value); ok {
			return []CallHierarchyItem{item}
		}
	}
	if at.kind == option {
		if defs := v.x.byName[at.option]; len(defs) > 0 {
			if item, ok := v.optionItem(at.option, defs[0].At); ok {
				return []CallHierarchyItem{item}
			}
		}
	}
	return nil
}

// incoming are the values that a value is made of, or that an option is decided by.
func (s *Server) incoming(ctx context.Context, p *itemParams) (any, error) {
	v, err := s.view(ctx, p.Item.URI)
	if v == nil {
		return nil, err
	}
	by := map[*graph.Value][]*graph.Flow{}
	for _, f := range v.x.Graph.Flows.Direct() {
		if p.Item.Data.Value != "" && f.ToValue != nil && f.ToValue.Path == p.Item.Data.Value || p.Item.Data.Option != "" && f.ToValue == nil && f.To == p.Item.Data.Option {
			by[f.From] = append(by[f.From], f)
		}
	}
	out := []incomingCall{}
	for _, value := range slices.SortedFunc(maps.Keys(by), func(a, b *graph.Value) int { return cmp.Compare(a.Path, b.Path) }) {
		item, ok := v.valueItem(value)
		if !ok {
			continue
		}
		call := incomingCall{From: item, FromRanges: []Range{}}
		// The ranges are in the file of the caller (specification): where that file reads, they are the reads.
		for _, f := range by[value] {
			call.FromRanges = append(call.FromRanges, v.stepIn(f, item.URI)...)
		}
		out = append(out, call)
	}
	return out, nil
}

// stepIn is the first step of a flow's way that stands in a file; none if no step does.
func (v *view) stepIn(f *graph.Flow, uri string) []Range {
	for _, step := range f.Way() {
		if r, ok := v.rangeOf(step.At.File, step.At.Span); ok && v.file(step.At.File).uri == uri {
			return []Range{r}
		}
	}
	return nil
}

// outgoing are the options and values that a value flows into next.
func (s *Server) outgoing(ctx context.Context, p *itemParams) (any, error) {
	v, err := s.view(ctx, p.Item.URI)
	if v == nil {
		return nil, err
	}
	out := []outgoingCall{}
	seen := map[string]int{}
	value := v.x.values[p.Item.Data.Value]
	if value == nil {
		return out, nil
	}
	for _, f := range v.x.Graph.Flows.DirectOf(value) {
		i, ok := seen[f.To]
		if !ok {
			var item CallHierarchyItem
			if f.ToValue != nil {
				item, ok = v.valueItem(f.ToValue)
			} else {
				item, ok = v.optionItem(f.To, f.At)
			}
			if !ok {
				continue
			}
			i = len(out)
			seen[f.To] = i
			out = append(out, outgoingCall{To: item, FromRanges: []Range{}})
		}
		out[i].FromRanges = append(out[i].FromRanges, v.stepIn(f, p.Item.URI)...)
	}
	return out, nil
}
