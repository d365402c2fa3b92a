package render

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// regroup finds better bands where layers are just the folders at the top, and most of what is drawn lies in one of them (modules/, nilla/):
// a picture of one band in one colour tells nothing. The largest group is parted by its next folder as long as it outweighs all others.
func (p *picture) regroup() {
	groups := map[string][]*node{}
	all := 0
	for _, n := range p.nodes {
		if n.kind == moduleNode && n.group != "" {
			groups[n.group] = append(groups[n.group], n)
			all++
		}
	}
	changed := false
	for all >= 8 && len(groups) < len(layerTones) {
		names := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
			return cmp.Or(cmp.Compare(len(groups[b]), len(groups[a])), strings.Compare(a, b))
		})
		largest := names[0]
		if 3*len(groups[largest]) < 2*all {
			break
		}
		parts := map[string][]*node{}
		for _, n := range groups[largest] {
			g := largest
			if rest, ok := strings.CutPrefix(n.names[0], largest+"/"); ok {
				if top, _, deeper := strings.Cut(rest, "/"); deeper {
					g = path.Join(largest, top)
				}
			}
			parts[g] = append(parts[g], n)
		}
		// What is small, or beyond the colours there are, stays together in the folder above.
		room := len(layerTones) - len(groups)
		for _, g := range slices.SortedFunc(maps.Keys(parts), func(a, b string) int {
			return cmp.Or(cmp.Compare(len(parts[b]), len(parts[a])), strings.Compare(a, b))
		}) {
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
	if !changed {
		return
	}
	p.heading[moduleNode] = "modules by folder"
	p.layers = slices.Sorted(maps.Keys(groups))
	p.tones = map[string]int{}
	bySize := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(groups[b]), len(groups[a])), strings.Compare(a, b))
	})
	for i, g := range bySize {
		p.tones[g] = i
		for _, n := range groups[g] {
			n.group = g
			if n.holds == 0 {
				n.label = moduleLabel(n.names[0], g)
			}
		}
	}
}
