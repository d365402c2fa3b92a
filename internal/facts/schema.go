package facts

import (
	"fmt"
	"reflect"
	"strings"
)

// Document writes what the tables are, as Markdown: docs/facts.md between its marks.
func Document() string {
	var b strings.Builder
	for _, t := range allTables() {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n| column | type | |\n|---|---|---|\n", t.name, t.doc)
		for i := range t.row.NumField() {
			f := t.row.Field(i)
			if f.Anonymous {
				continue // the same in all tables
			}
			b.WriteString(documentColumn(f))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// documentHead is the columns that all tables begin with.
func documentHead() string {
	b := strings.Builder{}
	for i := range reflect.TypeFor[Head]().NumField() {
		b.WriteString(documentColumn(reflect.TypeFor[Head]().Field(i)))
	}
	return b.String()
}

func documentColumn(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
	doc := f.Tag.Get("doc")
	switch {
	case f.Tag.Get("key") != "":
		doc += "; **key**"
	case f.Tag.Get("place") != "":
		doc += "; no part of `fact`"
	}
	return fmt.Sprintf("| `%s` | %s | %s |\n", name, typeName(f.Type), doc)
}

// typeName is what engines call a column's type.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + typeName(t.Elem())
	case reflect.Int32:
		return "int"
	case reflect.Int64:
		return "bigint"
	case reflect.Float64:
		return "double"
	case reflect.Bool:
		return "boolean"
	}
	return "text"
}
