package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"strings"
)

// A Record is what of one tree's analysis is kept.
type Record struct {
	Tree                                        string
	Values, References, Unresolved, Flows, Defs int
	ByValue                                     map[string]*Entry // by the hash of the value's name
}

// An Entry is what is kept of one value: its flows, each once, and the places that read it.
type Entry struct {
	Name         string // "" where only the hash is known
	Flows, Reads int
	Hash         uint64 // of the flows; 0 without any
	seen         []uint64
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

func (r *Record) entry(name string) *Entry {
	key := fmt.Sprintf("%016x", hash(name))
	e := r.ByValue[key]
	if e == nil {
		e = &Entry{Name: name}
		r.ByValue[key] = e
	}
	return e
}

// Decode reads the JSON of an analysis, one flow at a time.
func Decode(tree string, from io.Reader) (*Record, error) {
	r := &Record{Tree: tree, ByValue: map[string]*Entry{}}
	d := json.NewDecoder(from)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errors.New("this is no analysis"), err)
	}
	values := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch key {
		case "values":
			err = each(d, func(v struct{ Path string }) { values[v.Path] = true; r.entry(v.Path) })
		case "references":
			err = each(d, func(v struct{ Value string }) { r.References++; r.entry(v.Value).Reads++ })
		case "unresolved":
			err = each(d, func(struct{}) { r.Unresolved++ })
		case "sinks":
			err = each(d, func(struct{}) { r.Defs++ })
		case "flows":
			err = each(d, func(f struct {
				From, To, Kind string
				Hidden         any
			}) {
				if f.Hidden == nil || f.Hidden == false {
					e := r.entry(f.From)
					e.seen = append(e.seen, hash(f.To, f.Kind))
				}
			})
		default:
			var skip json.RawMessage
			err = d.Decode(&skip)
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", key, err)
		}
	}
	r.Values = len(values)
	for _, e := range r.ByValue {
		slices.Sort(e.seen)
		e.seen = slices.Compact(e.seen)
		e.Flows = len(e.seen)
		for _, h := range e.seen {
			e.Hash += h
		}
		e.seen = nil
		r.Flows += e.Flows
	}
	return r, nil
}

func each[T any](d *json.Decoder, do func(T)) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		do(v)
	}
	_, err = d.Token()
	return err
}

// Write writes the record, values in the order of their hashes or names.
func (r *Record) Write(w io.Writer, names bool) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "tree %s values %d references %d unresolved %d flows %d definitions %d\n", r.Tree, r.Values, r.References, r.Unresolved, r.Flows, r.Defs)
	for _, key := range slices.Sorted(maps.Keys(r.ByValue)) {
		e := r.ByValue[key]
		fmt.Fprintf(out, "%s %d %d %016x", key, e.Flows, e.Reads, e.Hash)
		if names && e.Name != "" {
			fmt.Fprintf(out, " %s", e.Name)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// Read reads what Write wrote, by tree.
func Read(from io.Reader) (map[string]*Record, error) {
	records := map[string]*Record{}
	var r *Record
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "tree "); ok {
			r = &Record{ByValue: map[string]*Entry{}}
			if _, err := fmt.Sscanf(rest, "%s values %d references %d unresolved %d flows %d definitions %d", &r.Tree, &r.Values, &r.References, &r.Unresolved, &r.Flows, &r.Defs); err != nil {
				return nil, fmt.Errorf("read the record: line %d: %w", n, err)
			}
			records[r.Tree] = r
			continue
		}
		var e Entry
		var key string
		if _, err := fmt.Sscanf(line, "%s %d %d %x", &key, &e.Flows, &e.Reads, &e.Hash); err != nil || r == nil {
			return nil, fmt.Errorf("read the record: line %d is not understood", n)
		}
		if _, name, ok := strings.Cut(line, fmt.Sprintf("%016x ", e.Hash)); ok {
			e.Name = name
		}
		r.ByValue[key] = &e
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return records, nil
}

// Diff says in which ways another record differs; nil if in none.
func (r *Record) Diff(now *Record) []string {
	var out []string
	count := func(what string, a, b int) {
		if a != b {
			out = append(out, fmt.Sprintf("%s %d → %d", what, a, b))
		}
	}
	count("values", r.Values, now.Values)
	count("references", r.References, now.References)
	count("unresolved", r.Unresolved, now.Unresolved)
	count("flows", r.Flows, now.Flows)
	count("definitions", r.Defs, now.Defs)

	all := maps.Clone(r.ByValue)
	maps.Copy(all, now.ByValue)
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		a, b := r.ByValue[key], now.ByValue[key]
		name := key
		for _, e := range []*Entry{a, b} {
			if e != nil && e.Name != "" {
				name = e.Name
			}
		}
		switch {
		case a == nil:
			lines = append(lines, fmt.Sprintf("%s: new: %d flows, %d reads", name, b.Flows, b.Reads))
		case b == nil:
			lines = append(lines, fmt.Sprintf("%s: gone: %d flows, %d reads", name, a.Flows, a.Reads))
		case a.Flows != b.Flows || a.Reads != b.Reads:
			lines = append(lines, fmt.Sprintf("%s: flows %d → %d, reads %d → %d", name, a.Flows, b.Flows, a.Reads, b.Reads))
		case a.Hash != b.Hash:
			lines = append(lines, fmt.Sprintf("%s: other flows, as many (%d)", name, a.Flows))
		}
	}
	slices.Sort(lines)
	return append(out, lines...)
}
