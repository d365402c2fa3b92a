package main

import (
	"os"
	"syscall"
)

// peak is the most memory that an ended process held at once, in bytes; 0 where the system does not tell.
func peak(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return u.Maxrss * 1024 // Linux counts in KB
}
