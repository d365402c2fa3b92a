package door

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// keepAttributes copies a file's extended attributes to the one that is to take its place. It names the first that is lost. The system's own
// (security.selinux) are given anew by the system.
func (t *Tree) keepAttributes(to *os.File, name string) (lost string) {
	from, err := t.root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|noBlock, 0)
	if err != nil {
		return ""
	}
	defer from.Close()
	// The system calls for open files are not in package syscall; /proc leads to them.
	source, target := fmt.Sprintf("/proc/self/fd/%d", from.Fd()), fmt.Sprintf("/proc/self/fd/%d", to.Fd())
	list := make([]byte, 64<<10)
	n, err := syscall.Listxattr(source, list)
	if err != nil || n <= 0 {
		return ""
	}
	value := make([]byte, 64<<10)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		if strings.HasPrefix(name, "security.") {
			continue
		}
		n, err := syscall.Getxattr(source, name, value)
		if err == nil {
			err = syscall.Setxattr(target, name, value[:n], 0)
		}
		if err != nil && lost == "" {
			lost = name
		}
	}
	return lost
}
