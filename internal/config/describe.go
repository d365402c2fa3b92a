package config

import (
	_ "embed"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"nixsink/graph"
	"nixsink/internal/check"
)

// Key is a key that a configuration file may hold, with what the manual says of it.
type Key struct {
	Path    string   // dotted, as Keys has it
	Table   bool     // it has keys of its own: [path]
	List    bool     // it is a list of tables: [[path]]
	Type    string   // of its value, as the manual calls it; "" of a table
	Meaning string   // Markdown, one paragraph; "" of a table
	Values  []string // all that it may be, in the order in which people read them; nil if anything
	Names   []string // of a table whose names the user chooses: those that are known to mean something; nil if none is known
}

// manualText is the tables of docs/configuration.md: key, type and meaning, between tabs. TestManualText holds it against the manual.
//
//go:embed manual.tsv
var manualText string

// known are the values that no type tells.
var known = map[string]func() []string{
	"loader.class":       func() []string { return graph.LoaderClasses },
	"rule.over":          check.RuleSubjects,
	"taint.parts":        check.TaintParts,
	"check.ignore.check": check.Names,
}

// names are the names within tables that mean something of themselves.
var names = map[string]func() []string{"check.severity": check.Names}

// Describe lists every key, sorted by path.
var Describe = sync.OnceValue(func() []Key {
	told := map[string][]string{}
	for line := range strings.Lines(manualText) {
		if key, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			told[key] = strings.SplitN(rest, "\t", 2)
		}
	}
	types := map[string]reflect.Type{}
	typesOf(reflect.TypeFor[Config](), "", types)
	var out []Key
	for _, path := range slices.Sorted(maps.Keys(types)) {
		t := types[path]
		k := Key{Path: path, Table: isTable(elem(t)) || t.Kind() == reflect.Map}
		k.List = k.Table && t.Kind() == reflect.Slice
		if m := told[path]; len(m) == 2 {
			k.Type, k.Meaning = m[0], m[1]
		}
		switch elem(t) {
		case reflect.TypeFor[check.Severity]():
			k.Values = check.SeverityNames()
		case reflect.TypeFor[bool]():
			k.Values = []string{"true", "false"}
		}
		if of := known[path]; of != nil {
			k.Values = of()
		}
		if of := names[path]; of != nil {
			k.Names = of()
		}
		out = append(out, k)
	}
	return out
})

// KeyOf is the key of a path in a file: names that the user chose are any.
func KeyOf(path []string) (Key, bool) {
	for _, k := range Describe() {
		if k.is(path) {
			return k, true
		}
	}
	return Key{}, false
}

func (k Key) is(path []string) bool {
	segments := strings.Split(k.Path, ".")
	return len(segments) == len(path) && k.begins(path)
}

// begins says whether a path is the key's, or above it.
func (k Key) begins(path []string) bool {
	segments := strings.Split(k.Path, ".")
	if len(segments) < len(path) {
		return false
	}
	for i, name := range path {
		if segments[i] != name && segments[i] != "*" {
			return false
		}
	}
	return true
}

// Below are the keys within a table, at any depth, by what their path goes on with.
func Below(table []string) map[string]Key {
	out := map[string]Key{}
	for _, k := range Describe() {
		if segments := strings.Split(k.Path, "."); len(segments) > len(table) && k.begins(table) {
			out[strings.Join(segments[len(table):], ".")] = k
		}
	}
	return out
}
