package verify

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"nixsink/graph"
	"nixsink/parse"
)

// compareDeclared holds what is declared below the namespaces against the text.
func (r *Result) compareDeclared(g *graph.Graph, base *observation, n *Nix, in func(*graph.ConfSet) bool, values []*graph.Value) {
	r.Declared.Known, r.Types.Known, r.Defaults.Known, r.Described.Known = true, true, true, true
	known := map[*graph.Value]bool{}
	for _, d := range base.Declared {
		name := written(d.Loc)
		i := slices.IndexFunc(values, func(v *graph.Value) bool { return same(v.Segments, d.Loc) && len(v.Declared) > 0 })
		if i < 0 {
			if slices.ContainsFunc(d.Files, func(f string) bool { _, ours := n.Relative(f); return ours }) {
				r.Declared.Miss = append(r.Declared.Miss, Difference{Name: name, File: firstOf(n, d.Files)})
			}
			continue
		}
		v := values[i]
		known[v] = true
		at := v.Declared[0]
		r.Declared.Same++
		if text := typeName(v.Type); text != "" && d.TypeName != "" {
			if slices.Contains(typeNames(text), d.TypeName) {
				r.Types.Same++
			} else {
				r.Types.False = append(r.Types.False, Difference{name, at.File, at.Line, v.Type, d.Type})
			}
		}
		if (v.Default != "") != d.HasDefault {
			r.Defaults.False = append(r.Defaults.False, Difference{name, at.File, at.Line, has(v.Default != ""), has(d.HasDefault)})
		} else if word, ok := literal(v.Default); ok && d.Default != "" && !sameWord(word, d.Default) {
			r.Defaults.False = append(r.Defaults.False, Difference{name, at.File, at.Line, v.Default, "another value"})
		} else if v.Default != "" {
			r.Defaults.Same++
		}
		if sameWords(v.Description, d.Description) && v.Description != "" {
			r.Described.Same++
		} else if v.Description != "" && d.Description != "" {
			r.Described.False = append(r.Described.False, Difference{name, at.File, at.Line, "", ""})
		}
	}
	// Fields of submodules and members of registries are no options of their own for evaluation.
	for _, v := range values {
		if len(v.Declared) == 0 || v.Member || known[v] || slices.Contains(v.Segments, "*") || !declaredHere(v, in) {
			continue
		}
		inner := slices.ContainsFunc(base.Declared, func(d declared) bool { return len(d.Loc) < len(v.Segments) && under(d.Loc, v.Segments) })
		if !inner && slices.ContainsFunc(v.Instances, func(i graph.Instance) bool { return i.Path == v.Path }) {
			r.Declared.False = append(r.Declared.False, Difference{Name: v.Path, File: v.Declared[0].File, Line: v.Declared[0].Line})
		}
	}
}

// sameWords compares descriptions without their layout: the text joins their lines. Of mkEnableOption the text has what is enabled.
func sameWords(a, b string) bool {
	b = strings.TrimPrefix(b, "Whether to enable ")
	a = strings.TrimPrefix(a, "Whether to enable ")
	words := func(s string) string { return strings.TrimRight(strings.Join(strings.Fields(s), " "), " .") }
	return words(a) == words(b)
}

func declaredHere(v *graph.Value, in func(*graph.ConfSet) bool) bool {
	return slices.ContainsFunc(v.Instances, func(i graph.Instance) bool { return in(i.In) })
}

func has(b bool) string {
	if b {
		return "a default"
	}
	return "no default"
}

func firstOf(n *Nix, files []string) string {
	for _, f := range files {
		if rel, ok := n.Relative(f); ok {
			return rel
		}
	}
	return ""
}

// typeName is the name of a type as the text has it: port of lib.types.port, nullOr of types.nullOr (types.str). "" where it is something else.
func typeName(text string) string {
	head, _, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(text), "("), " ")
	head = strings.Trim(head, "()")
	parts := strings.Split(head, ".")
	last := parts[len(parts)-1]
	if !graph.Identifier(last) || len(parts) == 1 && !slices.Contains(plainTypes, last) || len(parts) > 1 && !slices.Contains(parts[:len(parts)-1], "types") && parts[0] != "t" {
		return ""
	}
	if len(parts) > 1 && parts[len(parts)-2] == "ints" {
		return "ints." + last
	}
	return last
}

// plainTypes are those that stand without a prefix under with lib.types.
var plainTypes = []string{"str", "bool", "int", "port", "enum", "listOf", "attrsOf", "nullOr", "submodule", "lines", "package", "attrs", "anything", "float"}

// typeNames are what the module system of nixpkgs, in one version or another, calls a type; those that are not here are called as they are written.
func typeNames(text string) []string {
	switch text {
	case "port":
		return []string{"unsignedInt16", "int", "port"}
	case "ints.positive":
		return []string{"positiveInt", "int"}
	case "ints.unsigned":
		return []string{"unsignedInt", "int"}
	case "ints.between":
		return []string{"intBetween", "int"}
	case "ints.u8":
		return []string{"unsignedInt8", "int"}
	case "ints.u16":
		return []string{"unsignedInt16", "int"}
	case "ints.u32":
		return []string{"unsignedInt32", "int"}
	case "ints.s8", "ints.s16", "ints.s32":
		return []string{"signedInt" + strings.TrimPrefix(text, "ints.s"), "int"}
	case "lines", "commas", "envVar", "separatedString":
		return []string{"separatedString", "lines", text}
	case "oneOf":
		return []string{"either", "enum"}
	case "strMatching":
		return []string{"strMatching", "str"}
	case "submoduleWith":
		return []string{"submodule"}
	case "nonEmptyListOf":
		return []string{"listOf", "nonEmptyListOf"}
	case "nonEmptyStr", "singleLineStr", "nonEmptyStr'":
		return []string{text, "str"}
	case "deferredModuleWith":
		return []string{"deferredModule"}
	case "attrsWith":
		return []string{"attrsOf", "lazyAttrsOf", "attrsWith"}
	case "lazyAttrsOf":
		return []string{"lazyAttrsOf", "attrsOf"}
	case "pathWith", "pathInStore", "externalPath", "path":
		return []string{"path", "pathInStore", "externalPath", "pathWith"}
	case "number":
		return []string{"either", "int", "number"}
	case "attrTag", "coercedTo", "addCheck", "unique", "uniq", "nonEmptyAttrs":
		return []string{text, "str", "int", "listOf", "attrsOf", "submodule", "path", "package", "enum", "nullOr", "unique", "uniq"}
	case "luaInline", "raw", "optionType", "unspecified":
		return []string{text}
	}
	return []string{text}
}

// literal is a default's text as JSON, false where it is no plain literal.
func literal(text string) (string, bool) {
	text = strings.TrimSpace(text)
	switch {
	case text == "true" || text == "false" || text == "null":
		return text, true
	case len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' && !strings.ContainsAny(text[1:len(text)-1], "\"\\$"):
		return text, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n, 10), true
	}
	return "", false
}

// sameWord compares two values in JSON.
func sameWord(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	return x == y
}

// compareFinals tells what the values come to, and whether the text knows that.
func (r *Result) compareFinals(g *graph.Graph, base *observation, in func(*graph.ConfSet) bool, values []*graph.Value) {
	for _, l := range base.Values {
		if l.Kind == "registry" {
			continue
		}
		f := FinalValue{Path: written(l.Loc), Kind: l.Kind, Text: "unknown"}
		if l.Kind != "string" && l.Kind != "path" {
			f.Value = l.Word
		}
		for _, v := range values {
			if !same(v.Segments, l.Loc) {
				continue
			}
			for _, text := range v.Literals {
				if text.Below || !in(text.In) || text.Kind == "path" {
					continue
				}
				word := text.Text
				if text.Kind == "string" {
					quoted, _ := json.Marshal(text.Text)
					word = string(quoted)
				}
				if sameWord(word, l.Word) {
					f.Text, f.Value = "same", l.Word
				} else if f.Text == "unknown" {
					f.Text = "other"
				}
			}
		}
		r.Finals = append(r.Finals, f)
	}
	slices.SortFunc(r.Finals, func(a, b FinalValue) int { return strings.Compare(a.Path, b.Path) })
}

// compareImports holds which files take part, and who imports whom, against the text.
func (r *Result) compareImports(g *graph.Graph, base *observation, n *Nix, in func(*graph.ConfSet) bool) {
	if r.Imports.Known = base.Graph; !base.Graph {
		return
	}
	took := map[string]bool{}
	edges := map[edge]bool{}
	for _, e := range base.Imports {
		to, ours := n.Relative(e.To)
		if !ours {
			continue
		}
		took[to] = true
		if from, ours := n.Relative(e.From); ours && from != to {
			edges[edge{from, to}] = true
		}
	}
	text := map[edge]bool{}
	for _, i := range g.Imports {
		if i.Disabled || i.Missing || i.External || !in(i.In) {
			continue
		}
		e := edge{i.From, i.To}
		if text[e] {
			continue
		}
		text[e] = true
		if edges[e] {
			r.Imports.Same++
		}
	}
	module := map[string]bool{}
	for _, m := range g.Modules {
		if in(m.In) {
			module[m.Path] = true
		}
	}
	for e := range edges {
		if !text[e] {
			r.Imports.Miss = append(r.Imports.Miss, Difference{Name: e.To, File: e.From})
		}
	}
	for to := range took {
		if !module[to] && !slices.ContainsFunc(r.Imports.Miss, func(d Difference) bool { return d.Name == to }) {
			r.Imports.Miss = append(r.Imports.Miss, Difference{Name: to})
		}
	}
	sortDifferences(r.Imports.Miss)
}

// compareDefinitions holds which file defines which option against the text: the tree's own definitions that take part as it is written.
func (r *Result) compareDefinitions(g *graph.Graph, base *observation, n *Nix, in func(*graph.ConfSet) bool) {
	r.Definitions.Known = true
	type def struct {
		segments []string
		d        *graph.Definition
	}
	byFile := map[string][]def{}
	var all []def
	for _, d := range g.Definitions {
		if in(d.In) {
			x := def{parse.PathNames(d.Option), d}
			byFile[d.At.File] = append(byFile[d.At.File], x)
			all = append(all, x)
		}
	}
	seen := map[string]bool{}
	for _, d := range base.Definitions {
		file, ours := n.Relative(d.File)
		some := byFile[file]
		if !ours {
			file, some = "", all // evaluation does not tell whose it is
		}
		name := written(d.Loc)
		if seen[file+"\x00"+name] {
			continue
		}
		seen[file+"\x00"+name] = true
		if slices.ContainsFunc(some, func(x def) bool { in, _ := within(x.segments, d.Loc); return in }) ||
			// A module that is written within another file has the name of that one, or what a function hands on.
			ours && slices.ContainsFunc(all, func(x def) bool { in, _ := within(x.segments, d.Loc); return in }) {
			r.Definitions.Same++
		} else if !r.isDefault(g, d.Loc) {
			r.Definitions.Miss = append(r.Definitions.Miss, Difference{Name: name, File: file})
		}
	}
	sortDifferences(r.Definitions.Miss)
}

// isDefault tells whether a definition may be the default of an option that the tree declares.
func (r *Result) isDefault(g *graph.Graph, loc []string) bool {
	return slices.ContainsFunc(g.Declared, func(o *graph.Option) bool { in, _ := within(parse.PathNames(o.Path), loc); return in })
}

func sortDifferences(all []Difference) {
	slices.SortFunc(all, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
