//go:build !unix

package layout

import (
	"errors"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

// ours cannot tell who owns a folder here, so no folder is kept.
func ours(string) error { return errors.ErrUnsupported }
