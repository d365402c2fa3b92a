package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var linux = target{"linux", "amd64"}

func version(t *testing.T) string {
	t.Helper()
	v, err := sourceVersion()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newRelease(t *testing.T) *release {
	t.Helper()
	return &release{version: version(t), revision: "0123456789abcdef", date: time.Unix(1795860000, 0).UTC(), source: "../../..", dist: t.TempDir(), level: gzip.BestSpeed, sums: map[string][sha256.Size]byte{}}
}

// built is nixsink for this machine. The flags of a release would have everything compiled once more; .ci/run makes real releases.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "nixsink-release-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "nixsink")
	cmd := exec.Command("go", "build", "-o", file, "../../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return os.ReadFile(file)
})

func static(t *testing.T) []byte {
	t.Helper()
	if runtime.GOOS+"/"+runtime.GOARCH != linux.String() {
		t.Skip("the packages are tried on linux/amd64")
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// tool runs a program that the test is skipped without, and fails without where CI is set.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// All places that say the version say the same, and the changelog has something to say about it.
func TestVersion(t *testing.T) {
	text, err := os.ReadFile("../../../package.nix")
	if err != nil {
		t.Fatal(err)
	}
	v := version(t)
	if m := regexp.MustCompile(`version = "([^"]*)"`).FindSubmatch(text); m == nil || string(m[1]) != v {
		t.Errorf("package.nix has version %q, the program is %s", m, v)
	}
	for name, pattern := range map[string]string{"action.yml": `default: "(\d[^"]*)"`, "templates/nixsink.yml": `default: "(\d[^"]*)"`} {
		text, err := os.ReadFile("../../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(pattern).FindSubmatch(text); m == nil || string(m[1]) != v {
			t.Errorf("%s has version %q, the program is %s", name, m, v)
		}
	}
	if err := run(t.Context(), []string{"-C", "../../..", "-notes", "-version", "v" + v}); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"-version", "99.0.0"}, {"-targets", "plan9/386", "-C", "../../.."}} {
		if err := run(t.Context(), append(args, "-o", t.TempDir())); err == nil {
			t.Errorf("%s is no error", args)
		}
	}
}

func TestNotes(t *testing.T) {
	const log = "# Changes\n\n## 0.2.0, not yet released\n\n- new\n\n### Details\n\nmore\n\n## 0.1.0\n\n- first\n\n## 0.0.9, 2026-01-01\n"
	for version, want := range map[string]string{"0.2.0": "- new\n\n### Details\n\nmore\n", "0.1.0": "- first\n", "0.0.9": "", "0.3.0": "", "0.2": ""} {
		if got, err := notesOf(log, version); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", version, got, err, want)
		}
	}
}

func TestPackages(t *testing.T) {
	program, r := static(t), newRelease(t)
	share, err := shared(r.source)
	if err != nil {
		t.Fatal(err)
	}
	files := installTree(program, share)

	deb, err := r.deb(linux, files)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.deb(linux, files); err != nil || !bytes.Equal(deb, again) {
		t.Errorf("the same files give another package: %v", err)
	}
	if err := r.write("nixsink.deb", deb); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(r.dist, "nixsink.deb")
	if info := tool(t, "dpkg-deb", "--info", file); !strings.Contains(info, "Package: nixsink\n") || !strings.Contains(info, "Version: "+r.version) {
		t.Error(info)
	}
	if list := tool(t, "dpkg-deb", "--contents", file); !strings.Contains(list, "-rwxr-xr-x root/root") && !strings.Contains(list, "-rwxr-xr-x 0/0") || !strings.Contains(list, "./usr/share/man/man1/nixsink-check.1.gz") {
		t.Error(list)
	}
	root := t.TempDir()
	tool(t, "dpkg-deb", "--extract", file, root)
	if out := tool(t, filepath.Join(root, "usr/bin/nixsink"), "--version"); !strings.HasPrefix(out, "nixsink "+r.version) {
		t.Error(out)
	}

	rpm, err := r.rpm(linux, files)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.rpm(linux, files); err != nil || !bytes.Equal(rpm, again) {
		t.Errorf("the same files give another package: %v", err)
	}
	if err := r.write("nixsink.rpm", rpm); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(r.dist, "nixsink.rpm")
	if out := tool(t, "rpm", "-K", "--nosignature", file); !strings.Contains(out, "OK") {
		t.Error(out)
	}
	list := tool(t, "rpm", "-qlp", "--nosignature", file)
	for _, f := range []string{"/usr/bin/nixsink", "/usr/share/licenses/nixsink/LICENSE", "/usr/share/man/man1/nixsink.1", "/usr/share/zsh/site-functions/_nixsink"} {
		if !strings.Contains(list, f+"\n") {
			t.Errorf("no %s in the package:\n%s", f, list)
		}
	}
}

func TestArchives(t *testing.T) {
	r := newRelease(t)
	share, err := shared(r.source)
	if err != nil {
		t.Fatal(err)
	}
	for _, sys := range []target{linux, {"windows", "arm64"}} {
		files := append([]file{{sys.executable("nixsink"), 0o755, []byte("program")}}, share...)
		if err := r.archive("x", sys, files); err != nil {
			t.Fatal(err)
		}
		var names []string
		if sys.os == "windows" {
			z, err := zip.OpenReader(filepath.Join(r.dist, "x.zip"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range z.File {
				names = append(names, f.Name)
			}
			z.Close()
		} else {
			data, err := os.ReadFile(filepath.Join(r.dist, "x.tar.gz"))
			if err != nil {
				t.Fatal(err)
			}
			for name := range untar(t, gunzip(t, data)) {
				names = append(names, name)
			}
		}
		for _, want := range []string{sys.executable("nixsink"), "LICENSE", "man/nixsink.1", "completions/nixsink.bash"} {
			if !slices.Contains(names, want) {
				t.Errorf("%s: no %s in %s", sys, want, names)
			}
		}
	}
	if sums := string(r.checksums()); !regexp.MustCompile(`^[0-9a-f]{64}  x\.tar\.gz\n[0-9a-f]{64}  x\.zip\n$`).MatchString(sums) {
		t.Error(sums)
	}
}

// The image is what its digests say, and its program runs where there is nothing else.
func TestImage(t *testing.T) {
	program, r := static(t), newRelease(t)
	data, err := r.image([]platformImage{{linux, program}, {target{"linux", "arm64"}, []byte("other")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.write("image.tar", data); err != nil {
		t.Fatal(err)
	}
	layout := untar(t, data)
	blob := func(d descriptor, v any) []byte {
		t.Helper()
		b, ok := layout["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")]
		if !ok || len(b) != d.Size || d.Digest != fmt.Sprintf("sha256:%x", sha256.Sum256(b)) {
			t.Fatalf("blob %+v", d)
		}
		if v != nil {
			if err := json.Unmarshal(b, v); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	var top, all index
	if err := json.Unmarshal(layout["index.json"], &top); err != nil || len(top.Manifests) != 1 {
		t.Fatal(err, string(layout["index.json"]))
	}
	blob(top.Manifests[0], &all)
	var m manifest
	var c imageConfig
	for i, arch := range []string{"amd64", "arm64"} {
		if p := all.Manifests[i].Platform; p == nil || *p != (platform{arch, "linux"}) {
			t.Errorf("platform %+v; want %s", p, arch)
		}
	}
	blob(all.Manifests[0], &m)
	blob(m.Config, &c)
	layer := gunzip(t, blob(m.Layers[0], nil))
	if c.RootFS.DiffIDs[0] != fmt.Sprintf("sha256:%x", sha256.Sum256(layer)) || c.OS != "linux" || c.Architecture != "amd64" {
		t.Errorf("%+v", c)
	}
	if _, err := exec.LookPath("skopeo"); err == nil {
		if out := tool(t, "skopeo", "inspect", "--override-arch", "amd64", "oci-archive:"+filepath.Join(r.dist, "image.tar")); !strings.Contains(out, r.version) {
			t.Error(out)
		}
	}
	root := t.TempDir()
	for name, data := range untar(t, layer) {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(root, "src"), os.DirFS("../../../testdata/projects/homelab")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--version"}, {"report", "/src"}} {
		if out := inside(t, root, append(c.Config.Entrypoint, args...)); !strings.Contains(out, "nixsink "+r.version) && !strings.Contains(out, "CFG.identity.domain") {
			t.Errorf("%s: %s", args, out)
		}
	}
}

func untar(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err == nil && h.Typeflag == tar.TypeReg {
			files[h.Name], err = io.ReadAll(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func gunzip(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		data, err = io.ReadAll(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBill(t *testing.T) {
	program := static(t)
	text, err := bill(program, "1.2.3", linux)
	if err != nil {
		t.Fatal(err)
	}
	var b bom
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	var refs []string
	for _, c := range b.Components {
		refs = append(refs, c.Ref)
	}
	if !slices.ContainsFunc(refs, func(r string) bool { return strings.HasPrefix(r, "pkg:golang/github.com/spf13/cobra@v1.") }) || !slices.ContainsFunc(refs, func(r string) bool { return strings.HasPrefix(r, "pkg:golang/std@1.") }) {
		t.Errorf("%s", refs)
	}
	if slices.ContainsFunc(refs, func(r string) bool { return strings.Contains(r, "chromedp") }) {
		t.Error("the list has what only tests use")
	}
	if !slices.Equal(refs, b.Dependencies[0].DependsOn) {
		t.Errorf("%s; want %s", b.Dependencies[0].DependsOn, refs)
	}

	dir := "testdata/npm/node_modules/@cyclonedx/cyclonedx-library/res/schema"
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("CycloneDX's schemas are not installed (npm install --prefix testdata/npm)")
	}
	compiler := jsonschema.NewCompiler()
	for _, name := range []string{"bom-1.6", "spdx", "jsf-0.82"} {
		schema, err := os.Open(filepath.Join(dir, name+".SNAPSHOT.schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(schema)
		schema.Close()
		if err == nil {
			err = compiler.AddResource("http://cyclonedx.org/schema/"+name+".SNAPSHOT.schema.json", doc)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.SNAPSHOT.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(doc)
	}
	if err != nil {
		t.Error(err)
	}
}
