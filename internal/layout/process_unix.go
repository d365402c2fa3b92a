//go:build unix

package layout

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts a child into a process group of its own and kills all of that when its time is over.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// ours checks that a folder is a folder, belongs to us, and cannot be written by anybody else.
func ours(dir string) error {
	i, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := i.Sys().(*syscall.Stat_t)
	if !ok || !i.IsDir() || int(st.Uid) != os.Getuid() || i.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a private folder", dir)
	}
	return nil
}
