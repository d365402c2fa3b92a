//go:build !linux

package budget

import "os"

// Peak is the most memory in bytes that an ended process held at once; 0, as it is told in other ways here.
func Peak(*os.ProcessState) int64 { return 0 }
