//go:build !linux

package main

import "os"

// peak is the most memory that an ended process held at once; 0, as it is told in other ways here.
func peak(*os.ProcessState) int64 { return 0 }
