//go:build unix

package door

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe without a writer would block whoever opens it for ever.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "p"), 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Read(filepath.Join(dir, "p"), 100); !errors.Is(err, ErrNotRegular) {
		t.Errorf("read: %v", err)
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if _, err := tree.Read("p", 100); !errors.Is(err, ErrNotRegular) {
		t.Errorf("read below: %v", err)
	}
	if _, err := tree.Write("p", nil); !errors.Is(err, ErrNotRegular) {
		t.Errorf("write: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ro"), nil, 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Write("ro", nil); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a read-only file: %v", err)
	}
}
