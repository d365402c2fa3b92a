//go:build !unix

package graph

import (
	"io"
	"os"
	"unsafe"
)

// readSource reads a file into a string that is never copied.
func readSource(path string, maxBytes int64) (src string, exec bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", false, err
	}
	if !info.Mode().IsRegular() {
		return "", false, errNotRegular
	}
	if info.Size() > maxBytes {
		return "", false, tooLarge(info.Size())
	}
	buf := make([]byte, info.Size())
	if _, err := io.ReadFull(f, buf); err != nil {
		return "", false, err
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf)), info.Mode()&0o100 != 0, nil
}
