//go:build unix

package rewrite

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the new file the old one's owner and group, as far as we may.
func keepOwner(f *os.File, old fs.FileInfo) error {
	is, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	err := f.Chown(int(is.Uid), int(is.Gid))
	if errors.Is(err, fs.ErrPermission) {
		// A file of another's would silently become ours.
		if now, serr := f.Stat(); serr == nil {
			if st, ok := now.Sys().(*syscall.Stat_t); ok && st.Uid == is.Uid {
				return nil
			}
		}
	}
	return err
}

// running reports whether a process of that number is there.
func running(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
