package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"
)

var update = flag.Bool("update", false, "rewrite vendorHash in package.nix")

// program finds what a test cannot do without: without it the test is skipped, and fails in CI.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, err.Error())
	}
	return path
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// built is this program, static as every recipe builds it.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "nixsink-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "nixsink"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return os.ReadFile(filepath.Join(dir, "nixsink"))
})

// install puts the program into a folder and gives its path.
func install(t *testing.T, dir string) string {
	t.Helper()
	data, err := built()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "nixsink")
	write(t, path, string(data), 0o755)
	return path
}

var vendorHash = regexp.MustCompile(`vendorHash = "(sha256-[^"]*)";`)

// vendorHash in package.nix is the NAR hash of what `go mod vendor` makes, which is how nixpkgs fetches Go modules. `nix hash path` says the same.
func TestVendorHash(t *testing.T) {
	if _, err := os.Stat("vendor"); err == nil {
		t.Skip("these modules are vendored already: there is nothing to compare with")
	}
	dir := filepath.Join(t.TempDir(), "vendor")
	if out, err := exec.Command("go", "mod", "vendor", "-o", dir).CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s", err, out)
	}
	hash := sha256.New()
	if err := nar.DumpPath(hash, dir); err != nil {
		t.Fatal(err)
	}
	want := "sha256-" + base64.StdEncoding.EncodeToString(hash.Sum(nil))
	text, err := os.ReadFile("package.nix")
	if err != nil {
		t.Fatal(err)
	}
	m := vendorHash.FindSubmatch(text)
	if m == nil {
		t.Fatal("package.nix has no vendorHash")
	}
	if string(m[1]) != want && *update {
		if err := os.WriteFile("package.nix", bytes.Replace(text, m[1], []byte(want), 1), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(m[1]) != want {
		t.Errorf("vendorHash in package.nix is %s, but the modules of go.mod give %s: run go test -run TestVendorHash . -update", m[1], want)
	}
	if nix, err := exec.LookPath("nix"); err == nil {
		out, err := exec.Command(nix, "--extra-experimental-features", "nix-command", "hash", "path", "--sri", dir).Output()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("nix hash path: %s %v; want %s", out, err, want)
		}
	}
}

// A flake is evaluated and its derivations are built by the real nix in a store of their own, without a network and with stand-ins for its inputs
// (testdata/nix).
type flake struct {
	nix, dir, src string
	env           []string
}

// run runs a nix command on an attribute of a folder's flake.
func (f *flake) run(args ...string) (stdout, stderr string, err error) {
	args = slices.Insert(slices.Clone(args), 1, "--store", filepath.Join(f.dir, "root"), "--offline", "--no-write-lock-file",
		"--override-input", "nixpkgs", "path:"+filepath.Join(f.dir, "nixpkgs"))
	cmd := exec.Command(f.nix, args...)
	cmd.Env = f.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// build gives where the result lies outside the store.
func (f *flake) build(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, err := f.run(append([]string{"build", "--json", "--no-link"}, args...)...)
	if err != nil {
		t.Fatalf("nix build %s: %v\n%s", args, err, errs)
	}
	var results []struct{ Outputs struct{ Out string } }
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		t.Fatalf("nix build %s: %v\n%s", args, err, out)
	}
	return f.outside(t, results[0].Outputs.Out)
}

// outside follows a store path and the links between store paths to where they lie.
func (f *flake) outside(t *testing.T, path string) string {
	t.Helper()
	for {
		path = filepath.Join(f.dir, "root", path)
		target, err := os.Readlink(path)
		if err != nil {
			return path
		}
		path = target
	}
}

func newFlake(t *testing.T) *flake {
	t.Helper()
	if runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		t.Skip("the stand-in for nixpkgs is for x86_64-linux")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &flake{nix: program(t, "nix"), dir: dir, src: filepath.Join(dir, "nixsink")}
	git, busybox := program(t, "git"), program(t, "busybox")
	t.Cleanup(func() { // the store is read-only
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(path, 0o755)
			}
			return nil
		})
	})

	files, err := exec.Command(git, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		missing(t, "git ls-files: "+err.Error())
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		copyFile(t, name, filepath.Join(f.src, name))
	}
	for _, name := range []string{"nixpkgs", "flake-parts", "consumer"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("testdata/nix", name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "nixpkgs/lib"), os.DirFS("testdata/evalmodules")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, busybox, filepath.Join(dir, "nixpkgs/shell/busybox"))
	install(t, filepath.Join(dir, "nixpkgs/bin"))
	f.env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "NIX_CONF_DIR="+dir, "NIX_USER_CONF_FILES=",
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsubstituters =\nflake-registry =\nsandbox-fallback = false")
	return f
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Lstat(from)
	if os.IsNotExist(err) {
		return // removed, and not yet told git
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil && info.Mode()&os.ModeSymlink != 0 {
		target, rerr := os.Readlink(from)
		if filepath.IsAbs(from) { // a program, not a part of the tree
			copyFile(t, filepath.Join(filepath.Dir(from), target), to)
			return
		}
		if err = rerr; err == nil {
			err = os.Symlink(target, to)
		}
	} else if err == nil {
		var data []byte
		if data, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, data, info.Mode().Perm())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFlake(t *testing.T) {
	f := newFlake(t)
	self := "path:" + f.src

	pkg := f.build(t, self+"#nixsink")
	for _, name := range []string{"bin/nixsink", "share/man/man1/nixsink-check.1", "share/bash-completion/completions/nixsink.bash",
		"share/fish/vendor_completions.d/nixsink.fish", "share/zsh/site-functions/_nixsink"} {
		if info, err := os.Stat(filepath.Join(pkg, name)); err != nil || info.Size() == 0 {
			t.Errorf("the package has no %s: %v", name, err)
		}
	}
	for _, attribute := range []string{"devShells.x86_64-linux.default", "packages.x86_64-linux.default", "checks.x86_64-linux.package"} {
		if out, errs, err := f.run("eval", "--raw", self+"#"+attribute+".drvPath"); err != nil || !strings.HasSuffix(out, ".drv") {
			t.Errorf("%s: %v\n%s", attribute, err, errs)
		}
	}
	if out, errs, err := f.run("eval", "--raw", self+"#apps.x86_64-linux.default.program"); err != nil || !strings.HasSuffix(out, "/bin/nixsink") {
		t.Errorf("app: %s %v\n%s", out, err, errs)
	}
	// What the documentation says to type where there is nothing but nix.
	tree := filepath.Join(f.src, "testdata/projects/homelab")
	if out, errs, err := f.run("run", self, "--", "report", tree); err != nil || !strings.Contains(out, "CFG.identity.domain") {
		t.Errorf("nix run: %v\n%s%s", err, out, errs)
	}
	report := f.build(t, self+"#checks.x86_64-linux.example")
	for _, name := range []string{"check.txt", "check.sarif", "junit.xml", "check.md", "report.md", "report.json", "values.svg", "explorer.html", "pages/index.md", "pages/SUMMARY.md"} {
		if info, err := os.Stat(filepath.Join(report, name)); err != nil || info.Size() == 0 {
			t.Errorf("the report has no %s: %v", name, err)
		}
	}
	if status := read(t, report, "status"); status != "1\n" {
		t.Errorf("the example passes: %q\n%s", status, read(t, report, "check.txt"))
	}
	t.Run("consumer", f.consume)
}

// consume has another repository use the gate, run as a derivation's builder.
func (f *flake) consume(t *testing.T) {
	consumer := filepath.Join(f.dir, "consumer")
	tree := wellKept
	write := func(name, text string) {
		t.Helper()
		write(t, filepath.Join(consumer, name), text, 0o644)
	}
	write("good/configuration.nix", tree)
	write("bad/configuration.nix", strings.Replace(tree, "1002", "1001", 1))
	write("nixsink.toml", "[gate]\nsource-id-coverage = 1.0\n")
	cmd := exec.Command(filepath.Join(f.dir, "nixpkgs/bin/nixsink"), "baseline", filepath.Join(consumer, "bad"), "-o", filepath.Join(consumer, "baseline.toml"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("baseline: %v\n%s", err, out)
	}
	inputs := []string{"--override-input", "nixsink", "path:" + f.src, "--override-input", "flake-parts", "path:" + filepath.Join(f.dir, "flake-parts")}
	of := func(attribute string) []string {
		return slices.Concat([]string{"path:" + consumer + "#" + attribute}, inputs)
	}

	for attribute, file := range map[string]string{
		"checks.x86_64-linux.good": "check.sarif", "checks.x86_64-linux.known": "junit.xml", "checks.x86_64-linux.nixsink": "gl-code-quality.json",
		"packages.x86_64-linux.nixsink-report": "gl-code-quality.json", "checks.x86_64-linux.bad.report": "check.md", "packages.x86_64-linux.overlaid": "bin/nixsink",
	} {
		if info, err := os.Stat(filepath.Join(f.build(t, of(attribute)...), file)); err != nil || info.Size() == 0 {
			t.Errorf("%s has no %s: %v", attribute, file, err)
		}
	}
	if _, errs, err := f.run(append([]string{"build", "--no-link", "-L"}, of("checks.x86_64-linux.bad")...)...); err == nil || !strings.Contains(errs, "port-collision") || !strings.Contains(errs, "bad-report") {
		t.Errorf("a gate that fails builds (%v), or does not say why:\n%s", err, errs)
	}
	if _, errs, err := f.run(append([]string{"build", "--no-link"}, of("checks.x86_64-linux.format")...)...); err == nil || !strings.Contains(errs, "sariff is not a format") {
		t.Errorf("an unknown format: %v\n%s", err, errs)
	}
	// The example that the documentation shows.
	example := filepath.Join(consumer, "example")
	write("example/flake.nix", strings.ReplaceAll(read(t, "ci/examples/flake.nix"), "github:", "path:/nowhere/"))
	write("example/configuration.nix", tree)
	for _, attribute := range []string{"checks.x86_64-linux.nixsink", "packages.x86_64-linux.nixsink-report", "hydraJobs.nixsink.x86_64-linux"} {
		args := append([]string{"eval", "--raw", "path:" + example + "#" + attribute + ".drvPath"}, inputs[:3]...)
		if out, errs, err := f.run(args...); err != nil || !strings.HasSuffix(out, ".drv") {
			t.Errorf("ci/examples/flake.nix, %s: %v\n%s", attribute, err, errs)
		}
	}
	out, errs, err := f.run(append([]string{"eval", "--json"}, of("hooks")...)...)
	if err != nil || !strings.Contains(out, "/bin/nixsink check --changed-since HEAD") {
		t.Errorf("hooks: %s %v\n%s", out, err, errs)
	}
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
