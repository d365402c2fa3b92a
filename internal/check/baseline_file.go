package check

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"nixsink/graph"
)

// baselineFile is a baseline as it is stored.
type baselineFile struct {
	Version  int              `toml:"version"`
	Coverage map[string]Share `toml:"coverage"`
	Known    []Known          `toml:"known"`
}

func newBaseline(g *graph.Graph, r Report) Baseline {
	b := Baseline{Coverage: map[string]Share{}}
	for name, ratio := range coverages(g) {
		if v, ok := ratio.LowerBound(); ok {
			b.Coverage[name] = Share{round4(v)}
		}
	}
	at := map[Known]int{}
	for _, f := range r.Findings {
		if f.Waived {
			continue
		}
		k := f.known()
		i, ok := at[k]
		if !ok {
			i = len(b.Known)
			at[k] = i
			b.Known = append(b.Known, k)
		}
		b.Known[i].Count++
	}
	for i := range b.Known {
		if b.Known[i].Count == 1 {
			b.Known[i].Count = 0
		}
	}
	b.sort()
	return b
}

// known is a finding's identity: what it is and where, without lines.
func (f Finding) known() Known {
	return Known{Check: f.Check, File: f.At.File, Value: f.Value, Anchor: f.Anchor}
}

// moved is what stays of an identity when code goes to another file; false if that is too little to know it by. A finding about a file as a whole
// keeps the file's own name.
func (k Known) moved() (Known, bool) {
	if k.Value == k.File {
		k.Value = path.Base(k.File)
		if k.Value == "default.nix" {
			return k, false
		}
	}
	k.File = ""
	return k, k.Value != "" || k.Anchor != ""
}

func (b *Baseline) sort() {
	slices.SortFunc(b.Known, func(x, y Known) int {
		return cmp.Or(cmp.Compare(x.Check, y.Check), cmp.Compare(x.File, y.File), cmp.Compare(x.Value, y.Value), cmp.Compare(x.Anchor, y.Anchor))
	})
}

func (b Baseline) apply(r *Report) []Known {
	left := map[Known]int{}
	for _, k := range b.Known {
		n := max(1, k.Count)
		k.Count = 0
		left[k] += n
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Baselined, f.MovedFrom = false, "" // a report may be held against it twice
		if k := f.known(); !f.Waived && left[k] > 0 {
			left[k]--
			f.Baselined = true
		}
	}
	// What is new here and gone elsewhere, of the same check, value and binding, has been moved.
	gone := map[Known][]Known{}
	for k, n := range left {
		if key, ok := k.moved(); ok && n > 0 {
			gone[key] = append(gone[key], k)
		}
	}
	for _, from := range gone {
		slices.SortFunc(from, func(x, y Known) int { return cmp.Compare(x.File, y.File) })
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		key, ok := f.known().moved()
		if f.Waived || f.Baselined || !ok {
			continue
		}
		if j := slices.IndexFunc(gone[key], func(k Known) bool { return left[k] > 0 }); j >= 0 {
			left[gone[key][j]]--
			f.Baselined, f.MovedFrom = true, gone[key][j].File
		}
	}
	var stale []Known
	for k, n := range left {
		if n > 0 {
			if n > 1 {
				k.Count = n
			}
			stale = append(stale, k)
		}
	}
	s := Baseline{Known: stale}
	s.sort()
	return s.Known
}

func parseBaseline(text []byte) (Baseline, error) {
	var f baselineFile
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields().EnableUnmarshalerInterface()
	if err := d.Decode(&f); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, column := at.Position()
			return Baseline{}, fmt.Errorf("read baseline: line %d, column %d: %s", line, column, strings.TrimPrefix(at.Error(), "toml: "))
		}
		return Baseline{}, fmt.Errorf("read baseline: %w", err)
	}
	if f.Version != 1 {
		return Baseline{}, fmt.Errorf("read baseline: version %d is not known; `nixsink baseline -w` writes the file anew", f.Version)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Coverage)) {
		if _, ok := coverages(&graph.Graph{})[name]; !ok {
			return Baseline{}, fmt.Errorf("read baseline: no coverage is called %q", name)
		}
	}
	for _, k := range f.Known {
		if _, err := NewCount(k.Count); err != nil {
			return Baseline{}, fmt.Errorf("read baseline: %s in %s: count: %w", k.Check, k.File, err)
		}
	}
	b := Baseline{Coverage: f.Coverage, Known: f.Known}
	b.sort()
	return b, nil
}

// bytes writes the file by hand: one blank line between entries and nothing that moves when another entry comes or goes.
func (b Baseline) bytes() []byte {
	var w bytes.Buffer
	w.WriteString("# Findings that were known when this was written: they fail no gate. `nixsink baseline -w` writes it anew.\nversion = 1\n")
	if len(b.Coverage) > 0 {
		w.WriteString("\n[coverage]\n")
		for _, name := range slices.Sorted(maps.Keys(b.Coverage)) {
			fmt.Fprintf(&w, "%s = %s\n", name, strconv.FormatFloat(b.Coverage[name].Float(), 'f', 4, 64))
		}
	}
	for _, k := range b.Known {
		fmt.Fprintf(&w, "\n[[known]]\ncheck = %s\nfile = %s\n", tomlString(k.Check), tomlString(k.File))
		if k.Value != "" {
			fmt.Fprintf(&w, "value = %s\n", tomlString(k.Value))
		}
		if k.Anchor != "" {
			fmt.Fprintf(&w, "anchor = %s\n", tomlString(k.Anchor))
		}
		if k.Count > 1 {
			fmt.Fprintf(&w, "count = %d\n", k.Count)
		}
	}
	return w.Bytes()
}

// tomlString quotes by TOML's rules, which know \u and \U but not Go's \x.
func tomlString(s string) string {
	var w bytes.Buffer
	w.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.WriteByte('\\')
			w.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&w, "\\u%04X", r)
		default:
			w.WriteRune(r)
		}
	}
	w.WriteByte('"')
	return w.String()
}
