// Package collector says when Go's garbage collector runs. It knows nothing of what is collected.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// firstCollection is the size of the heap at which the first collection starts, in percent of Go's 4 MB.
	firstCollection = 4000
	// growth is how much the heap may grow between later collections, in percent of what was live. Go's 100 collects more often than
	// pays: parsing ten copies of home-manager takes a fifth more time with it, for two percent less memory in an analysis.
	growth = 150
)

// Late keeps the garbage collector away until the heap has 160 MB: most runs are over by then, and a collection there costs more
// than it frees. From then on it collects nearly as usual, so that a large tree takes hardly more memory.
func Late() {
	if os.Getenv("GOGC") != "" {
		return // whoever runs us has decided
	}
	debug.SetGCPercent(firstCollection)
	// The sentinel dies in the first collection.
	sentinel := new([16]byte)
	runtime.AddCleanup(sentinel, func(percent int) { debug.SetGCPercent(percent) }, growth)
}
