//go:build !unix

package replace

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
)

// File gives a file new bytes; perm is for one that was not there. A failure leaves the old one. On Windows a file that another program
// holds open cannot be replaced: that is an error.
func File(path string, data []byte, perm os.FileMode) error {
	return From(path, bytes.NewReader(data), perm)
}

// From is File with bytes that are read.
func From(path string, data io.Reader, perm os.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		perm = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone if all went well
	if _, err = io.Copy(temp, data); err == nil {
		err = temp.Chmod(perm)
	}
	if cerr := temp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
