package door

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAttributesStay(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setxattr(name, "user.nixsink", []byte("kept"), 0); err != nil {
		t.Skip("no extended attributes here: ", err)
	}
	if note, err := Replace(name, []byte("new")); err != nil || note != "" {
		t.Fatal(note, err)
	}
	value := make([]byte, 10)
	n, err := syscall.Getxattr(name, "user.nixsink", value)
	if err != nil || string(value[:n]) != "kept" {
		t.Errorf("%q, %v", value[:max(n, 0)], err)
	}
}
