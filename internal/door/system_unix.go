//go:build unix

package door

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// noBlock keeps a pipe that stands where a file should from blocking the open until somebody writes to it, and a terminal from becoming ours.
const noBlock = syscall.O_NONBLOCK | syscall.O_NOCTTY

// links is how many names a file has.
func links(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Nlink)
	}
	return 1
}

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

// Running reports whether a process of that number is there.
func Running(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
