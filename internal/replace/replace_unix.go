//go:build unix

// Package replace writes a file whole or not at all: who reads it meanwhile sees the old bytes or the new ones.
package replace

import (
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File gives a file new bytes; perm (before the umask) is for one that was not there. A failure leaves the old one.
// The temporary file lies beside its target, as a rename does not cross file systems.
func File(path string, data []byte, perm os.FileMode) error {
	return renameio.WriteFile(path, data, perm, renameio.WithTempDir(filepath.Dir(path)))
}
