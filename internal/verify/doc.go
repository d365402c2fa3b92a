// Package verify holds what the text tells of a tree against what Nix makes of it.
//
// In: a graph, and a configuration that Nix can evaluate (a host of a flake, or what a file makes by evalModules). Out: a Result: what of the
// graph's imports, declarations, definitions, values and flows evaluation shows, what it shows to be false, and what the graph misses. A flow is
// tried by changing its value (extendModules) and looking at which of the tree's definitions differ.
//
// This is the one package that has Nix execute what stands in the analysed tree. Nothing is built and nothing is fetched: import from
// derivation is off, paths are restricted, the store is only read, and on Linux the evaluator has no network at all. It knows nothing of flags,
// and how a graph is made.
package verify
