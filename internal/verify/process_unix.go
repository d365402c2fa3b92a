//go:build unix

package verify

import (
	"os/exec"
	"syscall"
)

// processGroup puts a child into a process group of its own, all of which is killed when its time is over.
func processGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd) }
}

func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
