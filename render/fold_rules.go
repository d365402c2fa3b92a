package render

import (
	"strings"

	"nixsink/graph"
)

// A folder (of nodes) names what a node is folded into: "" leaves it alone.
type foldRule struct {
	name string // for people: "options by service"
	into func(n *node) string
}

func byFolder(n *node) string {
	if n.kind != moduleNode {
		return ""
	}
	return n.folder + "/"
}

func byLayer(n *node) string {
	if n.kind != moduleNode {
		return ""
	}
	if n.group == "" {
		return "(no layer)"
	}
	return n.group
}

func byService(n *node) string {
	if n.kind != optionNode {
		return ""
	}
	return n.group
}

// byNames folds options or values by their first so many names.
func byNames(k kind, depth int) func(n *node) string {
	return func(n *node) string {
		if n.kind != k {
			return ""
		}
		parts := graph.SplitPath(strings.TrimSuffix(n.names[0], ".*"))
		if n.holds > 0 && len(parts) <= depth {
			return strings.Join(parts, ".") + ".*"
		}
		return strings.Join(parts[:min(depth, max(1, len(parts)-1))], ".") + ".*"
	}
}

// byTopFolder folds modules by so many folders from the top. The default.nix of a folder is that folder as Nix sees it, so
// it lies in the folder above.
func byTopFolder(depth int) func(n *node) string {
	return func(n *node) string {
		if n.kind != moduleNode {
			return ""
		}
		file := strings.TrimSuffix(n.names[0], "/default.nix")
		parts := strings.Split(strings.TrimSuffix(file, "/"), "/")
		if strings.HasSuffix(file, "/") && len(parts) <= depth {
			return file
		}
		if len(parts) == 1 {
			return "./"
		}
		return strings.Join(parts[:min(len(parts)-1, depth)], "/") + "/"
	}
}

// ladders are the ways to fold each kind, finest first.
var ladders = map[kind][]foldRule{
	optionNode: {{"options by service", byService}, {"options by their first name", byNames(optionNode, 1)}},
	moduleNode: {{"modules by folder", byTopFolder(8)}, {"modules by folder", byTopFolder(4)}, {"modules by folder", byTopFolder(3)},
		{"modules by folder", byTopFolder(2)}, {"modules by folder", byTopFolder(1)}},
	valueNode: {{"values by namespace", byNames(valueNode, 8)}, {"values by namespace", byNames(valueNode, 4)}, {"values by namespace", byNames(valueNode, 3)},
		{"values by namespace", byNames(valueNode, 2)}, {"values by namespace", byNames(valueNode, 1)}},
}
