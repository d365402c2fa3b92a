package facts

import (
	"os"
	"syscall"
)

// peak is the most memory in bytes that a process had resident.
func peak(p *os.ProcessState) int64 {
	if u, ok := p.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}
