package main

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// inside runs a program in a folder that it sees as the root of all files, as a container would.
func inside(t *testing.T, root string, args []string) string {
	t.Helper()
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: "/", Env: []string{"PATH=/"}, SysProcAttr: &syscall.SysProcAttr{Chroot: root}}
	if os.Getuid() != 0 {
		id := []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.Cloneflags, cmd.SysProcAttr.UidMappings = syscall.CLONE_NEWUSER, id
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", args, err, out)
	}
	return string(out)
}
