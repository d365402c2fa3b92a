package main

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"strings"

	"github.com/google/rpmpack"
)

const summary = "Show where a NixOS repository's central values end up"

const description = `nixsink reads the Nix code of a repository, finds every read of its central values,
follows each to the NixOS options that it becomes part of, draws the picture, and
holds comments about it against the code. It evaluates nothing.`

// maintainer is a field that Debian asks for. It names nobody who could be written to: the place where a release is published vouches for it.
const maintainer = "the nixsink developers <noreply@nixsink.invalid>"

// deb gives a Debian package: an ar archive of a version, control data and the files (deb(5)).
func (r *release) deb(t target, files []file) ([]byte, error) {
	var sums bytes.Buffer
	size := 0
	data := make([]file, len(files))
	for i, f := range files {
		if strings.HasPrefix(f.name, "usr/share/man/") {
			packed, err := compressed(f.data, r.level)
			if err != nil {
				return nil, err
			}
			f.name, f.data = f.name+".gz", packed
		}
		data[i] = f
		size += len(f.data)
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.data), f.name) // dpkg --verify reads these, and trusts the package's signature, not them
	}
	control := fmt.Sprintf("Package: nixsink\nVersion: %s\nArchitecture: %s\nMaintainer: %s\nInstalled-Size: %d\nSection: devel\nPriority: optional\nRecommends: git\nDescription: %s\n %s\n",
		r.version, t.arch, maintainer, (size+1023)/1024, summary, strings.ReplaceAll(description, "\n", "\n "))
	members := []file{{name: "debian-binary", data: []byte("2.0\n")}}
	for _, m := range []struct {
		name  string
		files []file
	}{{"control.tar.gz", []file{{"control", 0o644, []byte(control)}, {"md5sums", 0o644, sums.Bytes()}}}, {"data.tar.gz", data}} {
		for i := range m.files {
			m.files[i].name = "./" + m.files[i].name
		}
		packed, err := tarOf(m.files, r.date)
		if err == nil {
			packed, err = compressed(packed, r.level)
		}
		if err != nil {
			return nil, err
		}
		members = append(members, file{name: m.name, data: packed})
	}
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, r.date.Unix(), 0, 0, "100644", len(m.data))
		b.Write(m.data)
		if len(m.data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes(), nil
}

// rpmArch are Red Hat's names.
var rpmArch = map[string]string{"amd64": "x86_64", "arm64": "aarch64"}

func (r *release) rpm(t target, files []file) ([]byte, error) {
	p, err := rpmpack.NewRPM(rpmpack.RPMMetaData{
		Name: "nixsink", Version: r.version, Release: "1", Arch: rpmArch[t.arch], OS: "linux",
		Summary: summary, Description: description, Licence: "MIT", Group: "Development/Tools",
		BuildHost: "localhost", BuildTime: r.date, Compressor: fmt.Sprint("gzip:", r.level),
	})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		kind := rpmpack.GenericFile
		switch {
		case f.name == "usr/share/doc/nixsink/copyright":
			f.name, kind = "usr/share/licenses/nixsink/LICENSE", rpmpack.LicenceFile
		case f.name == "usr/share/zsh/vendor-completions/_nixsink":
			f.name = "usr/share/zsh/site-functions/_nixsink"
		}
		p.AddFile(rpmpack.RPMFile{Name: "/" + f.name, Body: f.data, Mode: uint(f.mode), Owner: "root", Group: "root", MTime: uint32(r.date.Unix()), Type: kind})
	}
	var b bytes.Buffer
	err = p.Write(&b)
	return b.Bytes(), err
}
