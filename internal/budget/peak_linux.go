package budget

import (
	"os"
	"syscall"
)

// Peak is the most memory in bytes that an ended process held at once; 0 where the system does not tell.
func Peak(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return u.Maxrss * 1024 // Linux counts in KB
}
