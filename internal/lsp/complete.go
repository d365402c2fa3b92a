package lsp

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/parse"
)

// maxItems is how many completions one answer holds; further letters make it fewer.
const maxItems = 300

// here stands at the cursor while what it would belong to is looked for: code is not whole while somebody types.
const here = "nixsinkCursor"

// comment finds the keyword of an annotation on a line that ends at the cursor.
var comment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:#|/\*|\*)[^:]*?\b(source-ids?|source|sinks?|sink-ids?)\s*:\s*([^#]*)$`)
})

// complete offers the names below a namespace wherever code or a comment would read them. Anywhere else it offers nothing: others do.
func (v *view) complete(p Position) any {
	c := v.file(v.name)
	if c == nil || !strings.HasSuffix(v.name, ".nix") {
		return nil
	}
	off := c.text.offset(p, v.enc)
	line := c.text.src[c.text.lines[min(p.Line, len(c.text.lines)-1)]:off]
	if m := comment().FindStringSubmatch(line); m != nil {
		return v.words(c, off, strings.ToLower(m[1]), m[2])
	}
	base, keys, ok := v.group(c.text.src, off)
	if !ok {
		return nil
	}
	start := off
	for start > 0 && nameByte(c.text.src[start-1]) {
		start--
	}
	prefix := strings.ToLower(c.text.src[start:off])
	replace := Range{c.text.position(start, v.enc), p}
	out := CompletionList{Items: []CompletionItem{}}
	for _, m := range v.members(base, keys) {
		if !strings.HasPrefix(strings.ToLower(m.name), prefix) {
			continue
		}
		if len(out.Items) == maxItems {
			out.IsIncomplete = true
			break
		}
		item := CompletionItem{Label: m.name, Kind: completionModule, TextEdit: &TextEdit{replace, m.name}}
		if m.value != nil {
			item.Kind, item.Detail = completionProperty, cmp.Or(m.value.Type, fanOut(m.value))
			item.Documentation = &MarkupContent{"markdown", v.x.hovers().Value(m.value, v.x.reads[m.value], v.x.sets[m.value])}
		} else {
			item.Detail = counted(m.below, "value")
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func nameByte(b byte) bool {
	return b == '_' || b == '-' || b == '\'' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// member is a name in a group.
type member struct {
	name  string
	value *graph.Value // nil: a group
	below int          // values in it
}

// members are the names in a group of values, sorted. With keys, only what modules define: nothing that is read and never declared.
func (v *view) members(base []string, keys bool) []member {
	by := map[string]*member{}
	for _, value := range v.x.Graph.Values {
		if !within(value, base) || keys && len(value.Declared) == 0 {
			continue
		}
		name := value.Segments[len(base)]
		if strings.Contains(name, "*") {
			continue // any member of a registry
		}
		m := by[name]
		if m == nil {
			m = &member{name: name}
			by[name] = m
		}
		if len(value.Segments) == len(base)+1 {
			m.value = value
		} else {
			m.below++
		}
	}
	var out []member
	for _, name := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[name])
	}
	return out
}

// words completes what an annotation names: ids and values, and behind sink options as well.
func (v *view) words(c *current, off int, keyword, said string) any {
	word := said[strings.LastIndexAny(said, " ,\t")+1:]
	replace := Range{c.text.position(off-len(word), v.enc), c.text.position(off, v.enc)}
	out := CompletionList{Items: []CompletionItem{}}
	seen := map[string]bool{}
	add := func(name, detail string, kind int) {
		if seen[name] || !strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) || strings.ContainsAny(name, " \t\n") {
			return
		}
		seen[name] = true
		if len(out.Items) == maxItems {
			out.IsIncomplete = true
			return
		}
		out.Items = append(out.Items, CompletionItem{Label: name, Kind: kind, Detail: detail, TextEdit: &TextEdit{replace, name}})
	}
	for _, value := range v.x.Graph.Values {
		for _, id := range value.IDs {
			add(id.Name, value.Path, completionConstant)
		}
		if len(value.IDs) == 0 {
			add(v.x.Graph.SuggestID(value), value.Path, completionConstant)
		}
		add(value.Path, fanOut(value), completionProperty)
	}
	if !strings.HasPrefix(keyword, "source") {
		for _, name := range v.x.Graph.Flows.Options() {
			add(name, "option", completionProperty)
		}
	}
	return out
}

// group is the group of values whose names could stand at a place of a text; keys tells that a definition is written there, not a read.
func (v *view) group(src string, off int) (base []string, keys, ok bool) {
	base, keys, ok = v.groupIn(src[:off]+here+src[off:], off)
	if !ok {
		// A binding is begun, and has no value yet.
		base, keys, ok = v.groupIn(src[:off]+here+" = 0;"+src[off:], off)
		ok = ok && keys
	}
	return base, keys, ok
}

func (v *view) groupIn(src string, off int) (base []string, keys, ok bool) {
	f := parse.Parse(v.name, src)
	at := parse.Span{Start: int32(off), End: int32(off + len(here))}
	var around []parse.Node
	parse.Around(f.Expr, at, func(n parse.Node) { around = append(around, n) })
	if len(around) == 0 {
		return nil, false, false
	}
	r := resolver{g: v.x.Graph, f: f}
	index := func(path []parse.AttrName) int {
		return slices.IndexFunc(path, func(a parse.AttrName) bool { return a.Start <= at.Start && at.End <= a.End && a.Static() })
	}
	for i := len(around) - 1; i >= 0; i-- {
		switch n := around[i].(type) {
		case *parse.Select:
			if k := index(n.Path); k >= 0 {
				base, ok = r.path(n.X, around[:i], 0)
				return append(slices.Clone(base), staticNames(n.Path[:k])...), false, ok
			}
		case *parse.HasAttr:
			if k := index(n.Path); k >= 0 {
				base, ok = r.path(n.X, around[:i], 0)
				return append(slices.Clone(base), staticNames(n.Path[:k])...), false, ok
			}
		case *parse.Inherit:
			if index(n.Names) >= 0 && n.From != nil {
				base, ok = r.path(n.From, around[:i], 0)
				return base, false, ok
			}
			return nil, false, false
		case *parse.Attr:
			if k := index(n.Path); k >= 0 {
				base, ok = r.defined(around[:i], staticNames(n.Path[:k]))
				return base, true, ok
			}
			return nil, false, false
		case *parse.Ident:
			// A bare name may come from the innermost with around it that holds values.
			for j := i - 1; j >= 0; j-- {
				if w, is := around[j].(*parse.With); is && w.Body.Range().Contains(at) {
					if base, ok = r.path(w.Env, around[:j], 0); ok {
						return base, false, true
					}
				}
			}
			return nil, false, false
		case *parse.String:
			return nil, false, false
		}
	}
	return nil, false, false
}

func staticNames(path []parse.AttrName) []string {
	var out []string
	for _, a := range path {
		out = append(out, a.Name)
	}
	return out
}

// resolver tells by the text alone which group of values an expression is: config.my.x, or a name for it.
type resolver struct {
	g *graph.Graph
	f *parse.File
}

// path is the group that an expression is, within the nodes around it.
func (r resolver) path(e parse.Expr, around []parse.Node, depth int) ([]string, bool) {
	if depth > 16 {
		return nil, false
	}
	switch x := e.(type) {
	case *parse.Paren:
		return r.path(x.X, around, depth+1)
	case *parse.Select:
		base, ok := r.path(x.X, around, depth+1)
		for i := range x.Path {
			ok = ok && x.Path[i].Static()
		}
		return append(slices.Clone(base), staticNames(x.Path)...), ok
	case *parse.Ident:
		return r.name(x.Name, around, depth)
	}
	return nil, false
}

// name is what a variable is bound to.
func (r resolver) name(name string, around []parse.Node, depth int) ([]string, bool) {
	for i := len(around) - 1; i >= 0; i-- {
		var bindings []parse.Binding
		switch n := around[i].(type) {
		case *parse.Let:
			bindings = n.Bindings
		case *parse.Set:
			if !n.Rec {
				continue
			}
			bindings = n.Bindings
		case *parse.Lambda:
			takes := n.Arg != nil && n.Arg.Name == name || n.Formals != nil && slices.ContainsFunc(n.Formals.List, func(a parse.Formal) bool { return a.Name == name })
			if !takes {
				continue
			}
			switch {
			case name == "config" || name == "osConfig" || name == "nixosConfig":
				return nil, true
			case slices.ContainsFunc(r.g.Roots, func(o graph.Root) bool { return o.Argument && strings.Split(o.Path, ".")[0] == name }):
				return []string{name}, true
			}
			return nil, false
		default:
			continue
		}
		for _, b := range bindings {
			switch b := b.(type) {
			case *parse.Attr:
				if len(b.Path) == 1 && b.Path[0].Name == name {
					return r.path(b.Value, around[:i+1], depth+1)
				}
			case *parse.Inherit:
				if b.From != nil && slices.ContainsFunc(b.Names, func(a parse.AttrName) bool { return a.Name == name }) {
					base, ok := r.path(b.From, around[:i+1], depth+1)
					return append(slices.Clone(base), name), ok
				}
			}
		}
	}
	return nil, false
}

// defined is the group that a binding stands in, if that is one of the module's definitions.
func (r resolver) defined(around []parse.Node, own []string) ([]string, bool) {
	var path []string
	for _, n := range around {
		switch n := n.(type) {
		case *parse.Let:
			path = nil // whether this is its body or a binding, what stands around is no option's name
		case *parse.Attr:
			for i := range n.Path {
				if !n.Path[i].Static() {
					return nil, false
				}
			}
			path = append(path, staticNames(n.Path)...)
		}
	}
	path = append(path, own...)
	if len(path) > 0 && path[0] == "config" {
		path = path[1:]
	}
	if len(path) == 0 {
		return nil, false
	}
	for _, root := range r.g.Roots {
		if segs := strings.Split(root.Path, "."); !root.Argument && len(path) >= len(segs) && slices.Equal(path[:len(segs)], segs) {
			return path, true
		}
	}
	return nil, false
}
