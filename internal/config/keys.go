package config

import (
	"encoding"
	"maps"
	"reflect"
	"slices"
	"strings"

	"nixsink/internal/suggest"
)

// Keys lists every key that a configuration file may hold, dotted and sorted. A key of a table that has names of the user's choosing
// ends in *: aliases.*.
func Keys() []string {
	types := map[string]reflect.Type{}
	typesOf(reflect.TypeFor[Config](), "", types)
	return slices.Sorted(maps.Keys(types))
}

// typesOf walks the struct's toml tags, so that the list cannot differ from what is decoded.
func typesOf(t reflect.Type, prefix string, types map[string]reflect.Type) {
	for f := range fieldsOf(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if tag == "-" || !f.IsExported() {
			continue
		}
		if f.Anonymous && tag == "" {
			typesOf(f.Type, prefix, types)
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		key := prefix + tag
		types[key] = f.Type
		switch ft := elem(f.Type); {
		case isTable(ft):
			typesOf(ft, key+".", types)
		case ft.Kind() == reflect.Map:
			types[key+".*"] = ft.Elem()
			if v := elem(ft.Elem()); isTable(v) {
				typesOf(v, key+".*.", types)
			}
		}
	}
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// isTable reports whether t has keys of its own: a struct that is not written as one string.
func isTable(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// elem strips pointers and slices: a list of tables has the keys of one.
func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// nearestKey returns the known key that an unknown one was probably meant to be, "" if none is near. A typing slip keeps the table, so
// only the keys beside it are asked first; then all of them by their last part, for a key that stands in the wrong table.
func nearestKey(key string) string {
	if near := suggest.Nearest(key, Keys()); near != "" {
		return near
	}
	last := key[strings.LastIndex(key, ".")+1:]
	for _, k := range Keys() {
		if k[strings.LastIndex(k, ".")+1:] == last {
			return k
		}
	}
	return ""
}
