package cli

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"nixsink/internal/budget"
	"nixsink/internal/check"
	"nixsink/internal/config"
	"nixsink/internal/door"
	"nixsink/internal/fault"
	"nixsink/internal/lsp"
	"nixsink/internal/resident"
)

// newLSP is the server for editors.
func newLSP(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Answer an editor: hover, references, rename, findings and more (Language Server Protocol)",
		Long: `Lsp speaks the Language Server Protocol on standard input and output. An editor starts it and asks about what stands at the cursor: a
read of a value, its declaration and definitions, an id in a comment, an option. It stands beside a server for the Nix language and does nothing that those do.

What is not saved counts. Nothing is written but by the editor.`,
		Example: `  nixsink lsp            # as the command of a language server; docs/editors.md has the settings of editors`,
		Args:    between(0, 0, "no arguments"),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		server := lsp.New(lsp.Options{
			Version: build().Version,
			Open:    func(dir string) (*resident.Model, error) { return a.model(cmd, dir), nil },
			Root:    rootAround,
			Fault:   func(f *fault.Fault) { a.tellFault(f) },
		})
		return server.Run(cmd.Context(), a.in, nopCloser{a.out.w})
	}
	a.tree.add(cmd.Flags())
	return cmd
}

// nopCloser is a stream that somebody else closes.
type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// analysisTime bounds one analysis of a server.
const analysisTime = 5 * time.Minute

// model keeps the tree at a folder in memory. Its configuration is read anew for each analysis.
func (a *app) model(cmd *cobra.Command, dir string) *resident.Model {
	return resident.New(func() (resident.Settings, error) {
		t, err := a.locate(cmd, dir)
		if err != nil {
			return resident.Settings{}, err
		}
		s := resident.Settings{Dir: t.dir, Options: t.opts, Check: t.cfg.Check, Config: t.cfg.Path}
		if here := filepath.Join(t.dir, baselineName); isRegular(here) {
			text, err := a.readNear(here, door.MaxData)
			if err != nil {
				return s, err
			}
			b, err := check.ParseBaseline(text)
			if err != nil {
				return s, err
			}
			s.Baseline = &b
		}
		return s, nil
	}, budget.Limits{Memory: int64(a.limits.memory), Time: analysisTime})
}

func isRegular(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

// rootAround is the folder of the tree that a file belongs to: the nearest one above it with a configuration file, else with a flake, else a git
// working tree; "" where there is none, so that no folder of other things is read as a whole.
func rootAround(file string) string {
	for _, mark := range []string{config.Name, "flake.nix", ".git"} {
		for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
			if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
				return dir
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return ""
}
