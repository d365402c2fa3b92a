package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"nixsink/internal/check"
	"nixsink/internal/config"
	"nixsink/internal/fault"
	"nixsink/internal/resident"
)

// Severities and tags of diagnostics.
const (
	tagUnnecessary = 1
	tagDeprecated  = 2
)

var severities = map[check.Severity]int{check.Error: 1, check.Warning: 2, check.Info: 4}

var tags = map[string][]int{"unused-value": {tagUnnecessary}, "overridden-definition": {tagUnnecessary}, "idle-default": {tagUnnecessary}, "stale-sink": {tagDeprecated}, "unused-waiver": {tagUnnecessary}}

// made tells the editor of a new state, or of why there is none.
func (s *Server) made(ctx context.Context, t *folderTree, st *resident.State, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		if f := (*fault.Fault)(nil); errors.As(err, &f) {
			s.fault(f)
		}
		t.mu.Lock()
		again := t.failed == err.Error()
		t.failed = err.Error()
		t.mu.Unlock()
		if !again {
			s.show(1, fmt.Sprintf("nixsink: %v", err))
		}
		return
	}
	t.mu.Lock()
	t.failed = ""
	t.mu.Unlock()
	s.fault(st.Graph.Faults...)
	s.fault(st.Report.Faults...)
	x := t.of(st)
	t.mu.Lock()
	held := t.kept != nil && x.broken()
	if !held {
		t.kept = keep(x)
	}
	t.mu.Unlock()
	if held {
		return
	}
	caps := s.client.Capabilities
	if s.pulls() {
		s.ask(ctx, "workspace/diagnostic/refresh")
	} else {
		s.publish(ctx, t, x)
		s.tellConfigurations(t)
	}
	if caps.Workspace.CodeLens.RefreshSupport {
		s.ask(ctx, "workspace/codeLens/refresh")
	}
	if caps.Workspace.InlayHint.RefreshSupport {
		s.ask(ctx, "workspace/inlayHint/refresh")
	}
}

// pulls says that the editor asks for diagnostics itself, and hears when it has to.
func (s *Server) pulls() bool {
	caps := s.client.Capabilities
	return caps.TextDocument.Diagnostic != nil && caps.Workspace.Diagnostics.RefreshSupport
}

// kept are the findings of the newest tree that was whole, with the texts of the files that they speak of. Its graph goes: somebody may type for long.
type kept struct {
	findings []check.Finding
	texts    map[string]string
}

func keep(x *index) *kept {
	k := &kept{texts: map[string]string{}}
	text := func(name string) {
		if f := x.Graph.Files[name]; f != nil {
			k.texts[name] = f.Src
		}
	}
	for _, f := range x.Report.Findings {
		if !shown(f) {
			continue
		}
		k.findings = append(k.findings, f)
		text(f.At.File)
		for _, r := range f.Related {
			text(r.At.File)
		}
	}
	return k
}

// broken says that a file is being typed in and does not parse. What code means that is not whole is a guess, so findings stay what they were until
// it is.
func (x *index) broken() bool {
	for name := range x.Texts {
		if f := x.Graph.Files[name]; f != nil && f.Errors.Syntax() {
			return true
		}
	}
	return false
}

// ask asks the editor for something, and waits elsewhere.
func (s *Server) ask(ctx context.Context, method string) {
	s.later(func() { _, _ = s.rpc.Callback(ctx, method, nil) })
}

// publish tells of the files whose findings are others than before.
func (s *Server) publish(ctx context.Context, t *folderTree, x *index) {
	v := s.viewOf(t, x, "")
	by := map[string][]check.Finding{}
	for _, f := range x.Report.Findings {
		if f.At.File != config.Name { // tellConfigurations has these
			by[f.At.File] = append(by[f.At.File], f)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	files := slices.Collect(maps.Keys(by))
	for name := range t.published {
		if by[name] == nil {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	for _, name := range files {
		c := v.file(name)
		if c == nil {
			delete(t.published, name)
			continue
		}
		p := publishParams{URI: c.uri, Version: c.version, Diagnostics: v.diagnostics(by[name])}
		text, _ := json.Marshal(p.Diagnostics)
		if old, ok := t.published[name]; ok && old == string(text) || !ok && len(p.Diagnostics) == 0 {
			continue
		}
		if t.published[name] = string(text); len(p.Diagnostics) == 0 {
			delete(t.published, name)
		}
		_ = s.rpc.Notify(ctx, "textDocument/publishDiagnostics", p)
	}
}

// shown says whether a finding is shown in an editor. Syntax is told there by others.
func shown(f check.Finding) bool { return !f.Waived && !f.Baselined && f.Check != "parse-error" }

// diagnostics are findings of one file. Those at a place that was edited since wait for the next state.
func (v *view) diagnostics(findings []check.Finding) []Diagnostic {
	out := []Diagnostic{}
	for _, f := range findings {
		if d, ok := v.diagnostic(f); ok {
			out = append(out, d)
		}
	}
	return out
}

func (v *view) diagnostic(f check.Finding) (Diagnostic, bool) {
	if !shown(f) || severities[f.Severity] == 0 {
		return Diagnostic{}, false
	}
	r, ok := v.rangeOf(f.At.File, f.At.Span)
	if !ok {
		return Diagnostic{}, false
	}
	d := Diagnostic{Range: r, Severity: severities[f.Severity], Code: f.Check, Source: "nixsink", Message: f.Message, Tags: tags[f.Check]}
	for _, rel := range f.Related {
		if l, ok := v.location(rel.At.File, rel.At.Span); ok {
			d.RelatedInformation = append(d.RelatedInformation, relatedInfo{l, rel.Message})
		}
	}
	return d, true
}

// pulled answers a request for the diagnostics of a file, with all that was typed.
func (s *Server) pulled(ctx context.Context, p *ofParams) (any, error) {
	if v := s.configuration(p.TextDocument.URI); v != nil {
		return v.pulledFaults(), nil
	}
	report := diagnosticReport{Kind: "full", Items: []Diagnostic{}}
	v, err := s.view(ctx, p.TextDocument.URI)
	if v == nil {
		return report, err
	}
	st, err := v.t.model.Fresh(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return report, nil
	}
	x := v.t.of(st)
	v = s.viewOf(v.t, x, v.name)
	findings := x.Report.Findings
	if v.t.mu.Lock(); v.t.kept != nil && x.broken() {
		v.kept, findings = v.t.kept, v.t.kept.findings
	}
	v.t.mu.Unlock()
	report.ResultID = fmt.Sprint(st.Version)
	for _, f := range findings {
		if f.At.File == v.name {
			if d, ok := v.diagnostic(f); ok {
				report.Items = append(report.Items, d)
			}
		}
	}
	return report, nil
}
