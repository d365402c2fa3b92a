// Release makes what is published of one version: an archive for each system, packages for Debian and Red Hat, an image, lists of parts and checksums.
//
//	go run ./internal/cmd/release -o dist              everything
//	go run ./internal/cmd/release -o dist -targets linux/amd64
//	go run ./internal/cmd/release -notes               the changelog's section of this version
//	go run ./internal/cmd/release -owner NAME          name whose repository this is, in documents and examples
//
// The same source built by the same Go gives the same bytes, on any machine, in any folder: nothing of the machine and no time but -date is in them.
// It goes no further than the folder: .github/workflows/release.yml publishes.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nixsink/internal/cli"
)

// targets are the systems that a release is made for.
var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// A release is a version on its way to dist.
type release struct {
	version  string // 0.1.0
	revision string // of git, "" for unknown
	date     time.Time
	source   string // the module's folder
	dist     string
	level    int                          // of compression, 1 fast to 9 small
	sums     map[string][sha256.Size]byte // of what lies in dist
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	r := &release{level: gzip.BestCompression, sums: map[string][sha256.Size]byte{}}
	flags.StringVar(&r.source, "C", ".", "the `folder` of the source")
	flags.StringVar(&r.dist, "o", "dist", "write to this `folder`, which is made anew")
	flags.StringVar(&r.version, "version", "", "fail unless the source is of this `version`")
	flags.StringVar(&r.revision, "revision", "", "the git `revision` of the source")
	date := flags.Int64("date", 0, "the time of every file, in `seconds` since 1970 (SOURCE_DATE_EPOCH)")
	only := flags.String("targets", "", "a comma-separated `list` of os/arch (default: all)")
	notes := flags.Bool("notes", false, "print the changelog's section of this version, and make nothing")
	whose := flags.String("owner", "", "put this `name` in wherever documents and examples name the repository's owner, and make nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *whose != "" {
		return setOwner(r.source, *whose)
	}
	r.date = time.Unix(*date, 0).UTC()
	version, err := sourceVersion()
	if err != nil {
		return err
	}
	if want := strings.TrimPrefix(r.version, "v"); want != "" && want != version {
		return fmt.Errorf("the source is of version %s, not %s: change it in internal/cli/version.go and package.nix", version, want)
	}
	r.version = version
	if *notes {
		text, err := os.ReadFile(filepath.Join(r.source, "CHANGELOG.md"))
		if err != nil {
			return err
		}
		section, err := notesOf(string(text), version)
		fmt.Print(section)
		return err
	}
	wanted := targets
	if *only != "" {
		wanted = nil
		for name := range strings.SplitSeq(*only, ",") {
			i := slices.IndexFunc(targets, func(t target) bool { return t.String() == name })
			if i < 0 {
				return fmt.Errorf("no release is made for %q", name)
			}
			wanted = append(wanted, targets[i])
		}
	}
	return r.make(ctx, wanted)
}

// make fills dist.
func (r *release) make(ctx context.Context, wanted []target) error {
	if err := os.RemoveAll(r.dist); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dist, 0o755); err != nil {
		return err
	}
	share, err := shared(r.source)
	if err != nil {
		return err
	}
	var images []platformImage
	for _, t := range wanted {
		program, err := r.build(ctx, t, "nixsink", ".")
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %5.1f MB\n", t, float64(len(program))/1e6)
		base := fmt.Sprintf("nixsink_%s_%s_%s", r.version, t.os, t.arch)
		if err := r.archive(base, t, append([]file{{t.executable("nixsink"), 0o755, program}}, share...)); err != nil {
			return err
		}
		parts, err := bill(program, r.version, t)
		if err != nil {
			return err
		}
		if err := r.write(base+".cdx.json", parts); err != nil {
			return err
		}
		// Graphviz's layouts, for those who ask for them: an archive of its own.
		layout, err := r.build(ctx, t, "nixsink-layout", "./internal/cmd/nixsink-layout")
		if err != nil {
			return err
		}
		license := share[slices.IndexFunc(share, func(f file) bool { return f.name == "LICENSE" })]
		if err := r.archive(fmt.Sprintf("nixsink-layout_%s_%s_%s", r.version, t.os, t.arch), t, []file{{t.executable("nixsink-layout"), 0o755, layout}, license}); err != nil {
			return err
		}
		if t.os != "linux" {
			continue
		}
		installed := installTree(program, share)
		deb, err := r.deb(t, installed)
		if err != nil {
			return err
		}
		if err := r.write(fmt.Sprintf("nixsink_%s_%s.deb", r.version, t.arch), deb); err != nil {
			return err
		}
		rpm, err := r.rpm(t, installed)
		if err != nil {
			return err
		}
		if err := r.write(fmt.Sprintf("nixsink-%s-1.%s.rpm", r.version, rpmArch[t.arch]), rpm); err != nil {
			return err
		}
		images = append(images, platformImage{t, program})
	}
	if len(images) > 0 {
		layout, err := r.image(images)
		if err != nil {
			return err
		}
		if err := r.write(fmt.Sprintf("nixsink_%s_oci.tar", r.version), layout); err != nil {
			return err
		}
	}
	return r.write("SHA256SUMS", r.checksums())
}

// sourceVersion asks the command line that is linked in here, which is the one that will be built.
func sourceVersion() (string, error) {
	out, err := ask("version", "--json")
	if err != nil {
		return "", err
	}
	var v struct{ Version string }
	if err := json.Unmarshal(out, &v); err != nil {
		return "", fmt.Errorf("read version: %w", err)
	}
	return v.Version, nil
}

// ask runs a nixsink command in process.
func ask(args ...string) ([]byte, error) {
	var out, errs bytes.Buffer
	if status := cli.Main(args, strings.NewReader(""), &out, &errs); status != 0 {
		return nil, fmt.Errorf("nixsink %s: status %d: %s", strings.Join(args, " "), status, errs.String())
	}
	return out.Bytes(), nil
}

// write puts a file into dist.
func (r *release) write(name string, data []byte) error {
	r.sums[name] = sha256.Sum256(data)
	return os.WriteFile(filepath.Join(r.dist, name), data, 0o644)
}

// checksums are lines as sha256sum reads them, by name.
func (r *release) checksums() []byte {
	var b bytes.Buffer
	for _, name := range sortedNames(r.sums) {
		fmt.Fprintf(&b, "%x  %s\n", r.sums[name], name)
	}
	return b.Bytes()
}
