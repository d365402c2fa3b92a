//go:build unix

// Package replace writes a file whole or not at all: who reads it meanwhile sees the old bytes or the new ones.
package replace

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File gives a file new bytes; perm (before the umask) is for one that was not there. A failure leaves the old one.
// The temporary file lies beside its target, as a rename does not cross file systems.
func File(path string, data []byte, perm os.FileMode) error {
	return From(path, bytes.NewReader(data), perm)
}

// From is File with bytes that are read.
func From(path string, data io.Reader, perm os.FileMode) (err error) {
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(perm), renameio.WithExistingPermissions(), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Cleanup()) }()
	if _, err := io.Copy(f, data); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}
