package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstCollection is the size of the heap at which the first collection starts, in percent of Go's 4 MB.
const firstCollection = 1600

// collectLate keeps the garbage collector away until the heap has 64 MB: most runs are over by then, and a collection
// there costs more than it frees. From then on it collects as usual, so that a large tree takes no more memory.
func collectLate() {
	if os.Getenv("GOGC") != "" {
		return // whoever runs us has decided
	}
	usual := debug.SetGCPercent(firstCollection)
	// The sentinel dies in the first collection.
	sentinel := new([16]byte)
	runtime.AddCleanup(sentinel, func(percent int) { debug.SetGCPercent(percent) }, usual)
}
