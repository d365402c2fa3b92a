package graph

import (
	"cmp"
	"slices"
	"strings"
)

// maxSuggestions bounds how many names are offered for a mistyped one.
const maxSuggestions = 3

// Lookup finds the value with this id or path; config. before a path may be there or not, and case matters only where
// two values differ in nothing else. Without one it suggests the nearest names, nearest first.
func (g *Graph) Lookup(idOrPath string) (v *Value, suggestions []string) {
	name := plainPath(strings.TrimSpace(idOrPath))
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, v := range g.Values {
			if same(v.Path, name) || slices.ContainsFunc(v.IDs, func(id ID) bool { return same(id.Name, name) }) {
				return v, nil
			}
		}
	}
	// An id that nobody wrote yet still names its value by the rules; so does a registry's member.
	b := binder{g: g, rules: g.IDRules, byPath: map[string]*Value{}}
	for _, v := range g.Values {
		b.byPath[v.Path] = v
	}
	if v := b.ruled(name); v != nil {
		return v, nil
	}
	return nil, g.nearest(name)
}

// nearest is the names of values that a mistyped one may mean.
func (g *Graph) nearest(name string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	lower := strings.ToLower(name)
	for _, v := range g.Values {
		names := []string{v.Path, g.SuggestID(v)}
		for _, id := range v.IDs {
			names = append(names, id.Name)
		}
		best := candidate{distance: -1}
		for _, n := range names {
			d := editDistance(lower, strings.ToLower(n))
			if strings.HasSuffix(strings.ToLower(n), "."+lower) {
				d = 0 // the end of a path is enough to recognise it
			}
			if d <= max(2, len(name)/4) && (best.distance < 0 || d < best.distance) {
				best = candidate{n, d}
			}
		}
		if best.distance >= 0 {
			near = append(near, best)
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	var suggestions []string
	for _, c := range near {
		if len(suggestions) < maxSuggestions && !slices.Contains(suggestions, c.name) {
			suggestions = append(suggestions, c.name)
		}
	}
	return suggestions
}

// editDistance counts the letters to insert, delete, change or swap with their neighbour to get from a to b
// (optimal string alignment).
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
