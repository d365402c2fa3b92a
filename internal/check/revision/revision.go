// Package revision lays out another revision of a tree from its git history, so that it can be analysed like a folder.
package revision

import "context"

// Checkout writes the tree of revision rev, as far as it lies below dir, to a temporary folder. dir is a folder of a git working tree.
// Cleanup removes it again and is never nil. Errors say what to do where history is missing (a shallow clone).
func Checkout(ctx context.Context, dir, rev string) (root string, cleanup func(), err error) {
	return checkout(ctx, dir, rev)
}
