package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// grammarVersion is the tree-sitter-nix that the npm registry has.
const grammarVersion = "0.0.2"

// buildTreesitter builds ../treesitter in a copy, with the grammar that npm brings, and returns the program's path.
func (c *comparison) buildTreesitter(ctx context.Context) (string, error) {
	dir := filepath.Join(c.dir, "treesitter")
	if err := os.CopyFS(dir, os.DirFS("internal/bench/treesitter")); err != nil {
		return "", err
	}
	for _, argv := range [][]string{
		{"npm", "pack", "--silent", "tree-sitter-nix@" + grammarVersion},
		{"tar", "xzf", "tree-sitter-nix-" + grammarVersion + ".tgz"},
		{"mv", "package/src", "grammar"},
		{"go", "build", "-o", "treesitter", "."},
	} {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %.200s", argv[0], err, out)
		}
	}
	return filepath.Join(dir, "treesitter"), nil
}
