package lsp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// maxSymbols is how many symbols one answer holds.
const maxSymbols = 300

// symbols are the values that a file declares and sets, and the options that it gives out of values.
func (v *view) symbols() any {
	out := []DocumentSymbol{}
	for _, s := range v.x.in(v.name) {
		sym := DocumentSymbol{Kind: symbolConstant}
		switch {
		case s.kind == declares:
			sym.Name, sym.Detail = s.value.Path, fanOut(s.value)
		case s.kind == sets:
			sym.Name, sym.Detail = s.value.Path, "set"
		case s.kind == option && s.note == nil:
			sym.Name, sym.Kind = s.option, symbolProperty
		default:
			continue
		}
		whole, ok := v.rangeOf(v.name, s.whole)
		name, too := v.rangeOf(v.name, s.Span)
		if !too || sym.Name == "" {
			continue
		}
		if !ok {
			whole = name
		}
		sym.Range, sym.SelectionRange = whole, name
		out = append(out, sym)
	}
	return out
}

func (s *Server) workspaceSymbols(ctx context.Context, p *queryParams) (any, error) {
	s.mu.Lock()
	trees := slices.Clone(s.trees)
	s.mu.Unlock()
	out := []WorkspaceSymbol{}
	for _, t := range trees {
		x, err := t.newest(ctx)
		if err != nil {
			continue
		}
		v := s.viewOf(t, x, "")
		add := func(name, in string, kind int, places []graph.Place) {
			if len(out) == maxSymbols || !matches(name, p.Query) {
				return
			}
			for _, at := range places {
				if l, ok := v.location(at.File, at.Span); ok {
					out = append(out, WorkspaceSymbol{Name: name, Kind: kind, ContainerName: in, Location: l})
					return
				}
			}
		}
		for _, value := range x.Graph.Values {
			at := v.declaredAt(value)
			if len(at) == 0 {
				for _, r := range x.reads[value] {
					at = append(at, r.At)
				}
			}
			add(value.Path, "value", symbolConstant, at)
			for _, id := range value.IDs {
				if id.Name != value.Path {
					add(id.Name, value.Path, symbolKey, at)
				}
			}
		}
		for _, c := range x.Graph.Hosts() {
			add(c.Name, c.Class, symbolModule, []graph.Place{c.At})
		}
	}
	return out, nil
}

// matches says whether a name holds the letters of a query in their order, whatever their case: what editors sort out further.
func matches(name, query string) bool {
	name = strings.ToLower(name)
	for _, r := range strings.ToLower(query) {
		i := strings.IndexRune(name, r)
		if i < 0 {
			return false
		}
		name = name[i+1:]
	}
	return true
}

// fanOut is "7 reads · 5 options".
func fanOut(v *graph.Value) string {
	return counted(v.FanOut.Reads, "read") + " · " + counted(v.FanOut.Reach, "option")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// lenses stand above declarations: "7 reads · 5 options · 3 hosts".
func (v *view) lenses() any {
	out := []CodeLens{}
	v.s.mu.Lock()
	off := v.s.settings.CodeLens != nil && !*v.s.settings.CodeLens
	v.s.mu.Unlock()
	if off {
		return out
	}
	for _, s := range v.x.in(v.name) {
		if s.kind != declares {
			continue
		}
		r, ok := v.rangeOf(v.name, s.Span)
		if !ok {
			continue
		}
		title := fanOut(s.value)
		hosts := map[string]bool{}
		for _, f := range v.x.Graph.Flows.DirectOf(s.value) {
			for _, h := range v.x.Graph.HostsOf(f.In) {
				hosts[h] = true
			}
		}
		if len(v.x.Graph.Hosts()) > 1 && len(hosts) > 0 {
			title += " · " + counted(len(hosts), "host")
		}
		out = append(out, CodeLens{Range: r, Command: &Command{Title: title, Command: "nixsink.showReferences", Arguments: []any{v.file(v.name).uri, r.Start}}})
	}
	return out
}

// hints are the literals behind reads, where one is all that a value can be. They are off unless asked for.
func (v *view) hints(within Range) any {
	out := []InlayHint{}
	v.s.mu.Lock()
	on := v.s.settings.InlayHints != nil && *v.s.settings.InlayHints
	v.s.mu.Unlock()
	if !on {
		return out
	}
	for _, s := range v.x.in(v.name) {
		if s.kind != reads || s.ref.Kind == graph.Guard || s.value.Registry {
			continue
		}
		text := v.literal(s.ref)
		r, ok := v.rangeOf(v.name, s.Span)
		if text == "" || !ok || before(r.End, within.Start) || before(within.End, r.Start) {
			continue
		}
		out = append(out, InlayHint{Position: r.End, Label: "= " + text, Tooltip: s.value.Path, PaddingLeft: true})
	}
	return out
}

func before(a, b Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// literal is what a value is where it is read, "" unless the text tells just one.
func (v *view) literal(r *graph.Reference) string {
	set, dflt := "", ""
	for _, l := range r.Value.Literals {
		if l.In != nil && r.In != nil && !l.In.Meets(r.In) {
			continue
		}
		text := l.Text
		if l.Kind == "string" {
			text = `"` + text + `"`
		}
		if l.Default {
			dflt = text
			continue
		}
		if set != "" && set != text {
			return ""
		}
		set = text
	}
	known := len(v.x.sets[r.Value])
	for _, d := range v.x.sets[r.Value] {
		if !d.Known || d.Conditional {
			return "" // it may be something else
		}
	}
	text := set
	if known == 0 {
		text = cmp.Or(set, dflt)
	}
	if len(text) > 40 || strings.ContainsAny(text, "\n\r") {
		return ""
	}
	return text
}

// legend names the kinds of semantic tokens: the keyword of an annotation, ids, option paths.
var legend = semanticLegend{TokenTypes: []string{"keyword", "variable", "property", "comment"}, TokenModifiers: []string{"deprecated"}}

// tokens are the words of annotations. Those that the code contradicts are marked.
func (v *view) tokens() any {
	out := semanticTokens{Data: []uint32{}}
	type token struct {
		Range
		kind, mod uint32
	}
	var all []token
	add := func(s parse.Span, kind uint32, mod uint32) {
		if r, ok := v.rangeOf(v.name, s); ok && r.Start.Line == r.End.Line && r.End.Character > r.Start.Character {
			all = append(all, token{r, kind, mod})
		}
	}
	for _, a := range v.x.notes[v.name] {
		mod := uint32(0)
		switch a.State {
		case graph.Mismatched, graph.Orphaned, graph.StaleSink, graph.Unwanted:
			mod = 1
		}
		add(parse.Span{Start: a.Annotation.Start, End: a.Annotation.Start + int32(len(a.Spelling))}, 0, 0)
		for _, w := range a.IDs {
			add(w.Span, 1, mod)
		}
		for _, w := range a.Paths {
			add(w.Span, 2, mod)
		}
	}
	slices.SortFunc(all, func(a, b token) int {
		return cmp.Or(cmp.Compare(a.Start.Line, b.Start.Line), cmp.Compare(a.Start.Character, b.Start.Character))
	})
	last := Position{}
	for _, t := range all {
		line, char := t.Start.Line-last.Line, t.Start.Character
		if line == 0 {
			if char -= last.Character; char < 0 {
				continue
			}
		}
		out.Data = append(out.Data, uint32(line), uint32(char), uint32(t.End.Character-t.Start.Character), t.kind, t.mod)
		last = t.Start
	}
	return out
}

// folds are headers of modules.
func (v *view) folds() any {
	out := []FoldingRange{}
	for _, m := range v.x.Graph.Modules {
		if m.Path != v.name || m.Header == nil {
			continue
		}
		if r, ok := v.rangeOf(v.name, m.Header.Span); ok && r.End.Line > r.Start.Line {
			return append(out, FoldingRange{r.Start.Line, r.End.Line, "comment"})
		}
	}
	return out
}
