package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/creachadair/jrpc2"

	"nixsink/graph"
	"nixsink/internal/check"
	"nixsink/internal/rename"
	"nixsink/internal/rewrite"
	"nixsink/parse"
)

// edits are the changes of a plan as the editor makes them. Each file must be what the plan was made of.
func (v *view) edits(files []*rewrite.File) (*WorkspaceEdit, bool) {
	out := &WorkspaceEdit{}
	for _, f := range files {
		t, uri := newText(f.Old), uriOf(filepath.Join(v.t.dir, filepath.FromSlash(f.Name)))
		var version *int
		if c := v.file(f.Name); c != nil {
			if c.text.src != f.Old {
				return nil, false
			}
			uri, version = c.uri, c.version
		}
		var edits []TextEdit
		for _, c := range f.Changes {
			edits = append(edits, TextEdit{t.span(c.Span, v.enc), c.New})
		}
		v.put(out, uri, version, edits)
	}
	return out, true
}

// put adds the edits of one file, in the form that the editor understands.
func (v *view) put(out *WorkspaceEdit, uri string, version *int, edits []TextEdit) {
	if v.s.client.Capabilities.Workspace.WorkspaceEdit.DocumentChanges {
		out.DocumentChanges = append(out.DocumentChanges, TextDocumentEdit{versioned{uri, version}, edits})
		return
	}
	if out.Changes == nil {
		out.Changes = map[string][]TextEdit{}
	}
	out.Changes[uri] = append(out.Changes[uri], edits...)
}

// renamable is the name at a place that rename gives another one: of a value its last name, of an id all of it.
func (v *view) renamable(at spot) (span parse.Span, old string, ok bool) {
	if at.value == nil && at.kind != names {
		return parse.Span{}, "", false
	}
	f := v.x.Graph.Files[v.name]
	switch at.kind {
	case names:
		return at.Span, at.option, true
	case reads:
		span = parse.LastName(f, at.Span)
	default:
		span = at.last
	}
	old = at.value.Segments[len(at.value.Segments)-1]
	return span, old, strings.Trim(f.Text(span), `"`) == old
}

func (v *view) prepareRename(p Position) any {
	at, ok := v.at(p)
	if !ok {
		return nil
	}
	span, old, ok := v.renamable(at)
	if !ok {
		return nil
	}
	r, ok := v.rangeOf(v.name, span)
	if !ok {
		return nil
	}
	return map[string]any{"range": r, "placeholder": old}
}

// rename gives a value or an id another name everywhere, from a state that has all that was typed, or says why it cannot be done.
func (s *Server) rename(ctx context.Context, p *renameParams) (any, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if v == nil {
		return nil, err
	}
	st, err := v.t.model.Fresh(ctx)
	if err != nil {
		return nil, jrpc2.Errorf(codeRequestFailed, "%v", err)
	}
	v = s.viewOf(v.t, v.t.of(st), v.name)
	at, ok := v.at(p.Position)
	if !ok {
		return nil, jrpc2.Errorf(codeRequestFailed, "no value, id or option stands here")
	}
	if _, _, ok := v.renamable(at); !ok {
		return nil, jrpc2.Errorf(codeRequestFailed, "what stands here is no name of a value: an alias, perhaps, which nixd or nil rename")
	}
	g := st.Graph
	var plan *rewrite.Plan
	if at.kind == names && (at.value == nil || at.option != at.value.Path) {
		if fault := rewrite.ValidID(p.NewName); fault != "" {
			return nil, jrpc2.Errorf(codeRequestFailed, "%s", fault)
		}
		plan, err = rewrite.Rename(g, at.option, p.NewName)
	} else {
		var name string
		if name, err = rename.Path(at.value, p.NewName); err == nil {
			var r *rename.Renaming
			if r, err = rename.Value(g, at.value, name, false, nil, func(texts map[string]string) (*graph.Graph, error) { return v.t.model.If(ctx, st, texts) }); err == nil {
				plan = r.Plan
			}
		}
	}
	if err != nil {
		return nil, jrpc2.Errorf(codeRequestFailed, "%v", err)
	}
	edit, ok := s.viewOf(v.t, v.x, v.name).edits(plan.Files)
	if !ok {
		return nil, jrpc2.Errorf(codeContentModified, "a file was edited meanwhile")
	}
	return edit, nil
}

// fixAll is the kind of action that makes a file's comments complete and true.
const fixAll = "source.fixAll.nixsink"

// actions are what can be done about the findings at a place; and, asked for by its kind, what makes all comments of the file complete and true.
func (s *Server) actions(ctx context.Context, p *actionParams) (any, error) {
	out := []CodeAction{}
	v, err := s.view(ctx, p.TextDocument.URI)
	if v == nil {
		return out, err
	}
	wants := func(kind string) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(o string) bool { return kind == o || strings.HasPrefix(kind, o+".") })
	}
	if len(p.Context.Only) > 0 && wants(fixAll) {
		plan, err := rewrite.Annotate(v.x.Graph, rewrite.Options{Module: v.name, Keep: func(rewrite.Change) bool { return true }}, nil)
		if err == nil && !plan.Empty() {
			if edit, ok := v.edits(plan.Files); ok {
				out = append(out, CodeAction{Title: "Write and repair the annotations of this file", Kind: fixAll, Edit: edit})
			}
		}
	}
	if !wants("quickfix") {
		return out, nil
	}
	for _, f := range v.x.Report.Findings {
		if f.At.File != v.name || !shown(f) {
			continue
		}
		d, ok := v.diagnostic(f)
		if !ok || before(d.Range.End, p.Range.Start) || before(p.Range.End, d.Range.Start) {
			continue
		}
		out = append(out, v.answers(f, d)...)
	}
	return out, nil
}

// answers are the changes that settle a finding.
func (v *view) answers(f check.Finding, d Diagnostic) []CodeAction {
	var out []CodeAction
	offer := func(title string, edit *WorkspaceEdit) {
		out = append(out, CodeAction{Title: title, Kind: "quickfix", Diagnostics: []Diagnostic{d}, Edit: edit})
	}
	for _, fix := range f.Fixes {
		if edit, ok := v.splice(fix.Edits); ok {
			offer(fix.Message, edit)
		}
	}
	if rewrite.Repairs(f.Check) {
		plan, err := rewrite.Annotate(v.x.Graph, rewrite.Options{Module: v.name, Keep: func(c rewrite.Change) bool { return rewrite.Answers(c, f) }}, nil)
		if err == nil && !plan.Empty() {
			if edit, ok := v.edits(plan.Files); ok {
				offer("Write or repair the annotation", edit)
			}
		}
	}
	if e, ok := v.central(f); ok {
		if edit, ok := v.splice([]check.Edit{e}); ok {
			offer("Read "+e.New+" here", edit)
		}
	}
	if at, indent, ok := v.lineOf(f.At); ok {
		edit := &WorkspaceEdit{}
		c := v.file(v.name)
		v.put(edit, c.uri, c.version, []TextEdit{{Range{at, at}, indent + "# nixsink: ignore " + f.Check + " because REASON" + rewrite.LineBreak(c.text.src)}})
		offer("Ignore "+f.Check+" here, and say why", edit)
	}
	return out
}

// splice makes edits of what was analysed edits of what is in the editor.
func (v *view) splice(edits []check.Edit) (*WorkspaceEdit, bool) {
	out := &WorkspaceEdit{}
	by := map[string][]TextEdit{}
	var order []string
	for _, e := range edits {
		r, ok := v.rangeOf(e.At.File, e.At.Span)
		if !ok {
			return nil, false
		}
		if by[e.At.File] == nil {
			order = append(order, e.At.File)
		}
		by[e.At.File] = append(by[e.At.File], TextEdit{r, e.New})
	}
	for _, name := range order {
		c := v.file(name)
		v.put(out, c.uri, c.version, by[name])
	}
	return out, len(order) > 0
}

// lineOf is the beginning of the line that a finding stands on, and its indentation; not where that is in a string, which a comment would be part of.
func (v *view) lineOf(at graph.Place) (Position, string, bool) {
	f := v.x.Graph.Files[at.File]
	r, ok := v.rangeOf(at.File, at.Span)
	if f == nil || !ok {
		return Position{}, "", false
	}
	start := int32(strings.LastIndexByte(f.Src[:at.Span.Start], '\n') + 1)
	inside := false
	parse.Around(f.Expr, parse.Span{Start: start, End: start}, func(n parse.Node) {
		if s, ok := n.(*parse.String); ok && s.Start < start && start < s.End {
			inside = true
		}
	})
	line, _ := v.file(at.File).text.line(r.Start.Line)
	return Position{Line: r.Start.Line}, line[:len(line)-len(strings.TrimLeft(line, " \t"))], !inside
}

// central replaces a copy by a read of the value, where the copy is the whole of a number or string and the module has config at hand.
func (v *view) central(f check.Finding) (check.Edit, bool) {
	value := v.x.values[f.Value]
	file := v.x.Graph.Files[f.At.File]
	if f.Check != "hard-coded-copy" || value == nil || file == nil {
		return check.Edit{}, false
	}
	fn, ok := file.Expr.(*parse.Lambda)
	if !ok || fn.Formals == nil || !slices.ContainsFunc(fn.Formals.List, func(a parse.Formal) bool { return a.Name == "config" }) {
		return check.Edit{}, false
	}
	for _, r := range v.x.Graph.Roots {
		if r.Argument && (value.Path == r.Path || strings.HasPrefix(value.Path, r.Path+".")) {
			return check.Edit{}, false
		}
	}
	for _, m := range v.x.Graph.Modules {
		if m.Path == f.At.File && m.Home {
			return check.Edit{}, false // its config is the home's
		}
	}
	var literal parse.Expr
	hidden := false
	parse.Around(file.Expr, f.At.Span, func(n parse.Node) {
		switch x := n.(type) {
		case *parse.Int, *parse.String:
			literal = x.(parse.Expr)
		case *parse.Let:
			hidden = hidden || slices.ContainsFunc(x.Bindings, bindsConfig)
		}
	})
	if literal == nil || hidden {
		return check.Edit{}, false
	}
	whole := file.Text(literal.Range())
	for _, l := range value.Literals {
		if whole == l.Text || whole == `"`+l.Text+`"` {
			return check.Edit{At: graph.PlaceIn(file, literal.Range()), New: "config." + value.Path}, true
		}
	}
	return check.Edit{}, false
}

func bindsConfig(b parse.Binding) bool {
	switch x := b.(type) {
	case *parse.Attr:
		return x.Path[0].Name == "config"
	case *parse.Inherit:
		return slices.ContainsFunc(x.Names, func(n parse.AttrName) bool { return n.Name == "config" })
	}
	return false
}
