package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOutputs(t *testing.T) {
	names := []string{"text", "json", "svg"}
	guess := func(ext string) string { return map[string]string{".json": "json", ".svg": "svg"}[ext] }
	tests := []struct {
		formats []string
		file    string
		want    []outFile
		err     string
	}{
		{nil, "", []outFile{{"text", ""}}, ""},
		{nil, "a.svg", []outFile{{"svg", "a.svg"}}, ""},
		{nil, "A.SVG", []outFile{{"svg", "A.SVG"}}, ""},
		{nil, "-", []outFile{{"text", ""}}, ""},
		{[]string{"json"}, "", []outFile{{"json", ""}}, ""},
		{[]string{"json"}, "a.svg", []outFile{{"json", "a.svg"}}, ""}, // what is said beats what is guessed
		{[]string{"json=a", "svg=b"}, "", []outFile{{"json", "a"}, {"svg", "b"}}, ""},
		{[]string{"json=a", "svg"}, "b", []outFile{{"json", "a"}, {"svg", "b"}}, ""},
		{[]string{"svg=-"}, "", []outFile{{"svg", ""}}, ""},
		{[]string{"json=a=b"}, "", []outFile{{"json", "a=b"}}, ""},
		{[]string{"json=a"}, "b", nil, "a file of its own already"},
		{[]string{"json", "text"}, "", nil, "both go to standard output"},
		{[]string{"json="}, "", nil, "names no file"},
		{[]string{"jsn"}, "", nil, `did you mean "json"?`},
		{nil, "a.txt", nil, "does not tell the format"},
		{nil, "Makefile", nil, "does not tell the format"},
		{nil, "a.PNG", nil, "rsvg-convert"},
		{[]string{"pdf"}, "", nil, "rsvg-convert"},
	}
	for _, tt := range tests {
		got, err := outputs(tt.formats, tt.file, names, guess, "text")
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("outputs(%q, %q): error %v, want one with %q", tt.formats, tt.file, err, tt.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("outputs(%q, %q) = %v, %v, want %v", tt.formats, tt.file, got, err, tt.want)
		}
	}
}

func TestWriteFile(t *testing.T) {
	a := newApp(nil, nil, nil)
	dir := t.TempDir()
	file, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Fatal(err)
	}
	if err := a.writeFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != "new" {
		t.Errorf("the link's target holds %q", got)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, was 0600", info.Mode())
	}
	if err := a.writeFile(dir, nil); err == nil {
		t.Error("a folder was written to")
	}
	if err := a.writeFile(filepath.Join(dir, "no", "such"), nil); err == nil {
		t.Error("a folder was made")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("files left over: %v", entries)
	}
}

// An output that cannot be made must not leave the ones that could be half done, nor an empty file.
func TestEmitWritesNothingOnError(t *testing.T) {
	var stdout bytes.Buffer
	a := newApp(nil, &stdout, nil)
	file := filepath.Join(t.TempDir(), "out")
	want := errors.New("broken")
	err := a.emit([]outFile{{"text", ""}, {"svg", file}}, func(o outFile, w io.Writer) error {
		_, err := io.WriteString(w, "half a ")
		if o.format == "svg" {
			return want
		}
		return err
	})
	if !errors.Is(err, want) || stdout.Len() != 0 {
		t.Errorf("error %v, standard output %q", err, stdout.String())
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the file was written")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestStandardOutputFails(t *testing.T) {
	tests := []struct {
		err    error
		status int
		stderr string
	}{
		{syscall.EPIPE, exitClean, ""}, // the reader has seen enough
		{syscall.ENOSPC, exitWrong, "nixsink: write to standard output: no space left on device\n"},
	}
	for _, tt := range tests {
		var stderr bytes.Buffer
		if got := Main([]string{"version"}, nil, failing{tt.err}, &stderr); got != tt.status || stderr.String() != tt.stderr {
			t.Errorf("%v: status %d, standard error %q", tt.err, got, stderr.String())
		}
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	p := &progress{w: &b, on: true, start: now, now: func() time.Time { return now }}
	p.update(1, 9)
	if b.Len() > 0 {
		t.Error("a run of no time shows progress")
	}
	now = now.Add(2 * time.Second)
	p.update(5, 9)
	p.update(6, 9) // at the same moment: not shown
	if got := b.String(); strings.Count(got, "\r") != 1 || !strings.Contains(got, "5 of 9 files") {
		t.Errorf("shown: %q", got)
	}
	p.stop()
	now = now.Add(2 * time.Second)
	p.update(7, 9)
	if got := b.String(); !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("after stop: %q", got)
	}
	off := newProgress(&b) // no terminal
	off.now = func() time.Time { return now.Add(time.Hour) }
	b.Reset()
	off.update(1, 2)
	if b.Len() > 0 {
		t.Errorf("no terminal, yet %q", b.String())
	}
}

func TestColor(t *testing.T) {
	a := newApp(nil, &bytes.Buffer{}, &bytes.Buffer{})
	for _, tt := range []struct {
		flag string
		want bool
	}{{"auto", false}, {"always", true}, {"never", false}} {
		a.color = tt.flag
		if got := a.wantsColor(); got != tt.want {
			t.Errorf("--color=%s on a buffer: %v", tt.flag, got)
		}
	}
}
