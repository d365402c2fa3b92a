// A module of its own, so that nixsink's stays free of cgo: this is a peer to measure against, built by internal/bench/compare alone.
module nixsink/internal/bench/treesitter

go 1.26

require github.com/tree-sitter/go-tree-sitter v0.25.0

require github.com/mattn/go-pointer v0.0.1 // indirect
