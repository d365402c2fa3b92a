package graph

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// measureLayers gives every module its layer: from the configuration's globs; else from the topmost folder on its
// path whose name begins with a number (00-core); else its top-level folder, which groups but does not order.
func measureLayers(g *Graph, layers []Layer) {
	switch {
	case len(layers) > 0:
		g.Ordered = true
		for _, l := range layers {
			g.Layers = append(g.Layers, l.Name)
		}
		for _, m := range g.Modules {
			m.Layer = layerByGlob(m.Path, layers)
		}
	case slices.ContainsFunc(g.Modules, func(m *Module) bool { return numberedFolder(m.Path) != "" }):
		g.Ordered = true
		for _, m := range g.Modules {
			m.Layer = numberedFolder(m.Path)
		}
		g.Layers = layerNames(g.Modules)
		slices.SortFunc(g.Layers, func(a, b string) int {
			return cmp.Or(cmp.Compare(layerNumber(a), layerNumber(b)), strings.Compare(a, b))
		})
	default:
		for _, m := range g.Modules {
			m.Layer, _, _ = cutFolder(m.Path)
		}
		g.Layers = layerNames(g.Modules)
		slices.Sort(g.Layers)
	}
}

// LayerRank is a layer's height, lowest 0; false if layers have no order or there is no such layer. Two folders with
// the same number (10-network, 10-storage) are equally high.
func (g *Graph) LayerRank(layer string) (rank int, ok bool) {
	i := slices.Index(g.Layers, layer)
	if !g.Ordered || i < 0 {
		return 0, false
	}
	for i > 0 && layerNumber(g.Layers[i]) >= 0 && layerNumber(g.Layers[i]) == layerNumber(g.Layers[i-1]) {
		i--
	}
	return i, true
}

func layerByGlob(path string, layers []Layer) string {
	for _, l := range layers {
		for _, glob := range l.Globs {
			if ok, _ := doublestar.Match(strings.TrimPrefix(glob, "./"), path); ok {
				return l.Name
			}
		}
	}
	return ""
}

// layerNames is the distinct layers of the modules, unsorted.
func layerNames(modules []*Module) []string {
	var names []string
	for _, m := range modules {
		if m.Layer != "" && !slices.Contains(names, m.Layer) {
			names = append(names, m.Layer)
		}
	}
	return names
}

// numberedFolder is the topmost folder on a file's path whose name begins with a number. A name that is nothing but a
// number is a layer at the top only: further down it is a month or a version (news/2025/01).
func numberedFolder(path string) string {
	top := true
	for folder, rest, ok := cutFolder(path); ok; folder, rest, ok = cutFolder(rest) {
		if layerNumber(folder) >= 0 && (top || strings.Trim(folder, "0123456789") != "") {
			return folder
		}
		top = false
	}
	return ""
}

// cutFolder takes the first folder off a file's path; there is none for a file alone.
func cutFolder(path string) (folder, rest string, ok bool) {
	folder, rest, ok = strings.Cut(path, "/")
	if !ok {
		return "", path, false
	}
	return folder, rest, true
}

// layerNumber is the number at the start of a folder's name, -1 if there is none. At most three digits, and a
// separator behind them: 2024-07-archive and 3d-printer are no layers.
func layerNumber(name string) int {
	digits := 0
	for digits < len(name) && '0' <= name[digits] && name[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 3 || digits < len(name) && !strings.ContainsRune("-_. ", rune(name[digits])) {
		return -1
	}
	n, _ := strconv.Atoi(name[:digits])
	return n
}
