package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"path"
	"slices"
	"time"
)

// A file is one that an archive or a package holds.
type file struct {
	name string // slash-separated, relative
	mode int64  // permission bits
	data []byte
}

func byName(a, b file) int { return cmp.Compare(a.name, b.name) }

// archive writes a .tar.gz, or a .zip for Windows. Files lie at its top: `curl … | tar xz nixsink`.
func (r *release) archive(base string, t target, files []file) error {
	if t.os == "windows" {
		data, err := zipOf(files, r.date)
		if err != nil {
			return err
		}
		return r.write(base+".zip", data)
	}
	data, err := tarOf(files, r.date)
	if err == nil {
		data, err = compressed(data, r.level)
	}
	if err != nil {
		return err
	}
	return r.write(base+".tar.gz", data)
}

// tarOf gives an uncompressed archive; folders come before what is in them.
func tarOf(files []file, date time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	made := map[string]bool{".": true}
	var folder func(dir string) error
	folder = func(dir string) error {
		if made[dir] {
			return nil
		}
		made[dir] = true
		if err := folder(path.Dir(dir)); err != nil {
			return err
		}
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: date, Format: tar.FormatUSTAR})
	}
	for _, f := range files {
		if err := folder(path.Dir(f.name)); err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.data)), ModTime: date, Format: tar.FormatUSTAR}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func compressed(data []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level) // its header has neither a name nor a time
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func zipOf(files []file, date time.Time) ([]byte, error) {
	// A zip file knows no time before 1980.
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); date.Before(first) {
		date = first
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: date}
		entry, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(entry, bytes.NewReader(f.data)); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// installTree is where a Linux package puts everything, by name.
func installTree(program []byte, share []file) []file {
	files := []file{{"usr/bin/nixsink", 0o755, program}}
	for _, f := range share {
		dir, name := path.Split(f.name)
		switch {
		case f.name == "LICENSE":
			f.name = "usr/share/doc/nixsink/copyright"
		case dir == "man/":
			f.name = "usr/share/man/man1/" + name
		case name == "nixsink.bash":
			f.name = "usr/share/bash-completion/completions/nixsink"
		case name == "nixsink.fish":
			f.name = "usr/share/fish/vendor_completions.d/nixsink.fish"
		case name == "_nixsink":
			f.name = "usr/share/zsh/vendor-completions/_nixsink"
		default:
			continue
		}
		files = append(files, f)
	}
	slices.SortFunc(files, byName)
	return files
}
