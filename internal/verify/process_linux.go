package verify

import (
	"os"
	"os/exec"
	"syscall"
)

// hasNamespaces tells whether this system may give a process networks of its own.
const hasNamespaces = true

// ownGroup gives a child a process group of its own; offline, with a network of its own, in which there is nothing.
func ownGroup(cmd *exec.Cmd, offline bool) {
	processGroup(cmd)
	if offline {
		uid, gid := os.Getuid(), os.Getgid()
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
}
