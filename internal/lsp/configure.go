package lsp

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nixsink/internal/check"
	"nixsink/internal/config"
)

// A configuration file is answered from its text alone, in whatever state it is: the tree may have no state because of it.

// configuration is a view of a configuration file that is open; nil if the URI names none. Its index is that of the newest state, or nil.
func (s *Server) configuration(uri string) *view {
	s.mu.Lock()
	d := s.docs[uri]
	if d == nil || path.Base(uri) != config.Name {
		s.mu.Unlock()
		return nil
	}
	version := d.version
	v := &view{s: s, t: d.tree, enc: s.enc, name: d.name, texts: map[string]*current{d.name: {uri: uri, version: &version, text: d.text}}}
	s.mu.Unlock() // whoever publishes takes the tree first
	if v.t != nil {
		v.t.mu.Lock()
		v.x = v.t.index
		v.t.mu.Unlock()
	}
	return v
}

// completeKeys offers tables, keys and values of a configuration.
func (v *view) completeKeys(p Position) any {
	t := v.texts[v.name].text
	at := config.At(t.src, t.offset(p, v.enc))
	replace := Range{t.position(at.Start, v.enc), t.position(at.End, v.enc)}
	out := CompletionList{Items: []CompletionItem{}}
	add := func(name, text string, k config.Key) {
		item := CompletionItem{Label: name, Kind: completionProperty, Detail: k.Type, TextEdit: &TextEdit{replace, text}}
		if k.Table {
			item.Kind = completionModule
		}
		if k.Meaning != "" {
			item.Documentation = &MarkupContent{"markdown", k.Meaning}
		}
		if strings.HasPrefix(name, at.Word) && !slices.ContainsFunc(out.Items, func(o CompletionItem) bool { return o.Label == name }) {
			out.Items = append(out.Items, item)
		}
	}
	switch at.Kind {
	case config.InHeader:
		below := config.Below(at.Path)
		for _, name := range slices.Sorted(maps.Keys(below)) {
			if k := below[name]; k.Table && k.List == at.List && !strings.Contains(name, "*") {
				add(name, name, k)
			}
		}
	case config.InKey:
		below := config.Below(at.Path)
		for _, name := range slices.Sorted(maps.Keys(below)) {
			if k := below[name]; !strings.ContainsAny(name, ".*") {
				add(name, name, k)
			}
		}
		for _, name := range v.keyNames(at.Path) {
			if k, ok := config.KeyOf(append(slices.Clone(at.Path), name)); ok {
				add(name, name, k)
			}
		}
	case config.InValue:
		k, ok := config.KeyOf(at.Path)
		if !ok {
			return out
		}
		for _, value := range v.keyValues(k) {
			text := value
			if !at.Quoted && k.Type != "true or false" && k.Type != "boolean" {
				text = `"` + value + `"`
			}
			item := CompletionItem{Label: value, Kind: completionConstant, TextEdit: &TextEdit{replace, text}}
			if c := checkOf(value); c != nil {
				item.Detail = c.Summary
			}
			if strings.HasPrefix(value, at.Word) {
				out.Items = append(out.Items, item)
			}
		}
	}
	return out
}

// keyNames are the names that a table of the user's names may have, as far as they are known: checks, layers.
func (v *view) keyNames(table []string) []string {
	k, ok := config.KeyOf(table)
	if !ok {
		return nil
	}
	if p := k.Path; v.x != nil && (p == "check.port-ranges" || p == "gate.layer-coverage") {
		return v.x.Graph.Layers
	}
	return k.Names
}

// keyValues are the values that a key may have, or some that it may: namespaces of the tree.
func (v *view) keyValues(k config.Key) []string {
	if v.x != nil && k.Path == "roots" {
		options, _ := v.x.Graph.RootNames()
		return options
	}
	return k.Values
}

// hoverKey tells what the manual says of a key, and what a check is that stands there.
func (v *view) hoverKey(p Position) any {
	t := v.texts[v.name].text
	at := config.At(t.src, t.offset(p, v.enc))
	named := at.Path
	if at.Kind == config.InKey || at.Kind == config.InHeader {
		if at.Word == "" {
			return nil
		}
		named = append(slices.Clone(at.Path), at.Word)
	}
	k, ok := config.KeyOf(named)
	if !ok || at.Kind == config.Nowhere {
		return nil
	}
	told := "**`" + strings.Join(named, ".") + "`**"
	if k.Type != "" {
		told += " · " + k.Type + "\n\n" + k.Meaning
	}
	if len(k.Values) > 0 && len(k.Values) < 8 {
		told += "\n\nOne of `" + strings.Join(k.Values, "`, `") + "`."
	}
	if k.Table {
		below := config.Below(named)
		for _, name := range slices.Sorted(maps.Keys(below)) {
			if b := below[name]; !b.Table {
				told += "\n- `" + name + "` · " + b.Type
			}
		}
	}
	if c := cmp.Or(checkOf(at.Word), checkOf(named[len(named)-1])); c != nil {
		told += "\n\n`" + c.Name + "`: " + c.Summary
	}
	return Hover{Contents: MarkupContent{"markdown", told}, Range: &Range{t.position(at.Start, v.enc), t.position(at.End, v.enc)}}
}

func checkOf(name string) *check.Check {
	for i := range check.All {
		if check.All[i].Name == name {
			return &check.All[i]
		}
	}
	return nil
}

// faults are what is wrong with a configuration, and what checks find in it if the newest state was made by it.
func (v *view) faults() []Diagnostic {
	t := v.texts[v.name].text
	out := []Diagnostic{}
	add := func(line, column int, severity int, code, message string) {
		start := 0
		if line > 0 && line <= len(t.lines) {
			_, begin := t.line(line - 1)
			start = min(begin+max(0, column-1), len(t.src))
		}
		end := start + len(strings.TrimRight(strings.SplitN(t.src[start:], "\n", 2)[0], " \r"))
		out = append(out, Diagnostic{Range: Range{t.position(start, v.enc), t.position(end, v.enc)}, Severity: severity, Code: code, Source: "nixsink", Message: message})
	}
	_, err := config.Parse(config.Name, []byte(t.src))
	var list config.ErrorList
	switch {
	case errors.As(err, &list):
		for _, e := range list {
			add(e.Line, e.Column, 1, "configuration", e.Msg)
		}
	case err != nil:
		add(0, 0, 1, "configuration", err.Error())
	case v.x != nil && v.x.Check.Text == t.src:
		for _, f := range v.x.Report.Findings {
			if f.At.File == config.Name && shown(f) && severities[f.Severity] != 0 {
				add(f.At.Line, f.At.Column, severities[f.Severity], f.Check, f.Message)
			}
		}
	}
	return out
}

// tellFaults publishes what is wrong with a configuration that is open, or was: then nothing is.
func (s *Server) tellFaults(uri string) {
	if path.Base(uri) != config.Name || s.pulls() {
		return
	}
	s.later(func() {
		s.telling.Lock() // the newest word is the last one
		defer s.telling.Unlock()
		p := publishParams{URI: uri, Diagnostics: []Diagnostic{}}
		if v := s.configuration(uri); v != nil {
			p.Version, p.Diagnostics = v.texts[v.name].version, v.faults()
		}
		_ = s.rpc.Notify(s.ctx, "textDocument/publishDiagnostics", p)
	})
}

// tellConfigurations publishes the faults of the configurations of a tree that are open.
func (s *Server) tellConfigurations(t *folderTree) {
	s.mu.Lock()
	var open []string
	for uri, d := range s.docs {
		if d.tree == t && path.Base(uri) == config.Name {
			open = append(open, uri)
		}
	}
	s.mu.Unlock()
	slices.Sort(open)
	for _, uri := range open {
		s.tellFaults(uri)
	}
}

// pulledFaults answers a request for the diagnostics of a configuration.
func (v *view) pulledFaults() any {
	version := 0
	if v.x != nil {
		version = v.x.Version
	}
	return diagnosticReport{Kind: "full", ResultID: fmt.Sprintf("%d.%d", version, *v.texts[v.name].version), Items: v.faults()}
}
