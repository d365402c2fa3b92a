//go:build !unix

package rewrite

import (
	"io/fs"
	"os"
)

func keepOwner(*os.File, fs.FileInfo) error { return nil }

// running takes every process to be there: what is left stays.
func running(int) bool { return true }
