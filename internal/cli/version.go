package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Packages that are built without a git tree set these: -ldflags "-X nixsink/internal/cli.buildVersion=1.2.3 -X nixsink/internal/cli.buildRevision=0123abc".
// A revision that ends in -dirty is one with changes of its own, as Nix writes it.
var buildVersion, buildRevision string

// current is the version that the source is of, or is going to be. A release sets buildVersion to the same (internal/cmd/release checks it).
const current = "0.1.0"

// built says what the program was built from and with.
type built struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of git; "" where nobody said
	Modified bool   `json:"modified"`           // the tree had changes that the revision does not
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// tagged is the version of a release as Go writes it. What stands for a commit between two releases is none: v0.1.1-0.20261128100609-2ec8e6c00000.
var tagged = func() *regexp.Regexp { return regexp.MustCompile(`^v(\d+\.\d+\.\d+(-[a-z]+[.a-z0-9]*)?)$`) }

// build reads what the linker was told and what Go wrote down.
func build() built {
	b := built{Version: buildVersion, Revision: buildRevision, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.read(info)
	}
	if b.Version == "" {
		b.Version = current
	}
	b.Version = strings.TrimPrefix(b.Version, "v")
	if rev, dirty := strings.CutSuffix(b.Revision, "-dirty"); dirty {
		b.Revision, b.Modified = rev, true
	}
	return b
}

// read takes from Go's build information what the linker was not told.
func (b *built) read(info *debug.BuildInfo) {
	if m := tagged().FindStringSubmatch(info.Main.Version); b.Version == "" && m != nil {
		b.Version = m[1]
	}
	if b.Revision != "" {
		return
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
}

// String is one line: nixsink 0.1.0 (go1.26.8, linux/amd64, commit 0123456789ab, modified).
func (b built) String() string {
	facts := []string{b.Go, b.OS + "/" + b.Arch}
	if b.Revision != "" {
		facts = append(facts, "commit "+b.Revision[:min(len(b.Revision), 12)])
	}
	if b.Modified {
		facts = append(facts, "modified")
	}
	return "nixsink " + b.Version + " (" + strings.Join(facts, ", ") + ")"
}

func newVersion(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what nixsink was built from",
		Example: `  nixsink --version                               the same in short
  nixsink version --json                          version, revision, modified, go, os, arch`,
		Args: between(0, 0, "no arguments"),
		RunE: does(func(context.Context, []string) error {
			if !asJSON {
				fmt.Fprintln(a.out, build())
				return nil
			}
			text, err := json.Marshal(build())
			if err != nil {
				return fmt.Errorf("write version: %w", err)
			}
			fmt.Fprintf(a.out, "%s\n", text)
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}
