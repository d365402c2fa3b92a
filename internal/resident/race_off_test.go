//go:build !race

package resident

// raced says that the race detector watches: everything takes ten times as long.
const raced = false
