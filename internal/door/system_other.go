//go:build !unix

package door

import (
	"io/fs"
	"os"
)

const noBlock = 0

func links(fs.FileInfo) int { return 1 }

func keepOwner(*os.File, fs.FileInfo) error { return nil }

// Running takes every process to be there: what is left stays.
func Running(int) bool { return true }
