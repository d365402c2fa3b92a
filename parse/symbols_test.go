package parse

import (
	"fmt"
	"testing"
)

// A table that grew in one file knows the base symbols in the next one, wherever their hashes put them.
func TestSymbolsAfterGrowth(t *testing.T) {
	var table symbolTable
	for file := range 200 {
		table.reset()
		for i := range 400 + 37*file {
			table.intern(fmt.Sprintf("name-%d-%d", file, i))
		}
		table.reset()
		for want := range baseSymbols {
			if got := table.intern(baseSymbols[want].name); int(got) != want {
				t.Fatalf("after file %d, %s is symbol %d, not %d", file, baseSymbols[want].name, got, want)
			}
		}
		if file%5 == 4 {
			table = symbolTable{}
		}
	}
}
