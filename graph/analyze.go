package graph

import "context"

// Options steer an analysis. The zero value analyses with the defaults.
type Options struct {
	Roots       []string          // option namespaces; nil: `my`, or found by itself
	ArgRoots    []string          // module arguments that hold central values
	Entries     []string          // entry points relative to the root; nil: found by itself
	Exclude     []string          // globs (doublestar) relative to the root
	Layers      []Layer           // nil: from folders' names
	Aliases     map[string]string // id → value path
	IDRules     []IDRule          // nil: CFG. is my.configs. or else my.
	CriticalMin int               // reads from which a value is critical; 0: the default
	Progress    func(done, total int)
}

// Layer is an ordered group of modules by glob.
type Layer struct {
	Name  string
	Globs []string
}

// IDRule rewrites an id's prefix to value path prefixes, tried in order.
type IDRule struct {
	Prefix string   // "CFG."
	To     []string // "my.configs.", "my."
}

// Analyze reads the tree at dir and returns its graph. The error speaks of dir itself (it does not exist, is no folder);
// whatever is wrong inside the tree is in Graph.Problems.
func Analyze(ctx context.Context, dir string, opts Options) (*Graph, error) {
	panic("not written yet")
}
