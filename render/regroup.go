package render

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// regroup finds better bands where layers are just the folders at the top, and most of what is drawn lies in one of them (modules/, nilla/):
// a picture of one band in one colour tells nothing.
func (p *picture) regroup() {
	groups := map[string][]*node{}
	for _, n := range p.nodes {
		if n.kind == moduleNode && n.group != "" {
			groups[n.group] = append(groups[n.group], n)
		}
	}
	groups, changed := partLargest(groups, func(n *node) string { return n.names[0] })
	if !changed {
		return
	}
	p.layers, p.tones = namesAndTones(groups)
	for g, nodes := range groups {
		for _, n := range nodes {
			n.group = g
			if n.holds == 0 {
				n.label = moduleLabel(n.names[0], g)
			}
		}
	}
}

// regroupLayers does the same for a picture whose nodes are layers: it parts the folder that most modules lie in which read or declare something.
func (s *sketch) regroupLayers() {
	groups := map[string][]string{}
	seen := map[string]bool{}
	add := func(file string) {
		if l := s.layers.of[file]; l != "" && !seen[file] {
			seen[file] = true
			groups[l] = append(groups[l], file)
		}
	}
	for _, r := range s.g.References {
		add(r.At.File)
		add(s.decl.at(r.Value).File)
	}
	if len(groups) == 0 {
		for _, i := range s.g.Imports {
			add(i.From)
			add(i.To)
		}
	}
	groups, changed := partLargest(groups, func(file string) string { return file })
	if !changed {
		return
	}
	of := maps.Clone(s.layers.of)
	for file, layer := range of {
		best := layer
		for g := range groups { // the longest that it lies in
			if len(g) > len(best) && strings.HasPrefix(file, g+"/") {
				best = g
			}
		}
		of[file] = best
	}
	for g, files := range groups {
		for _, file := range files {
			of[file] = g
		}
	}
	s.layers.of = of
	s.picture.layers, s.tones = namesAndTones(groups)
}

// partLargest parts the largest group by its next folder as long as it outweighs all others together twice.
func partLargest[T any](groups map[string][]T, file func(T) string) (_ map[string][]T, changed bool) {
	all := 0
	for _, g := range groups {
		all += len(g)
	}
	for all >= 8 && len(groups) < len(layerTones) {
		largest := bySize(groups)[0]
		if 3*len(groups[largest]) < 2*all {
			break
		}
		parts := map[string][]T{}
		for _, n := range groups[largest] {
			g := largest
			if rest, ok := strings.CutPrefix(file(n), largest+"/"); ok {
				if top, _, deeper := strings.Cut(rest, "/"); deeper {
					g = path.Join(largest, top)
				}
			}
			parts[g] = append(parts[g], n)
		}
		// What is small, or beyond the colours there are, stays together in the folder above.
		room := len(layerTones) - len(groups)
		for _, g := range bySize(parts) {
			if g == largest {
				continue
			}
			if room--; room < 0 || len(parts[g]) < 3 && len(parts) > 3 {
				parts[largest] = append(parts[largest], parts[g]...)
				delete(parts, g)
			}
		}
		if len(parts[largest]) == len(groups[largest]) {
			break
		}
		delete(groups, largest)
		maps.Copy(groups, parts)
		changed = true
	}
	return groups, changed
}

// bySize are the names of groups, the largest first.
func bySize[T any](groups map[string][]T) []string {
	return slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(groups[b]), len(groups[a])), strings.Compare(a, b))
	})
}

// namesAndTones gives groups their order and their colours, the largest the first.
func namesAndTones[T any](groups map[string][]T) (names []string, tones map[string]int) {
	tones = map[string]int{}
	for i, g := range bySize(groups) {
		tones[g] = i
	}
	return slices.Sorted(maps.Keys(groups)), tones
}
