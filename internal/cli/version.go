package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Version is the version of the program.
const Version = "0.1.0"

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  between(0, 0, "no arguments"),
		RunE: does(func(context.Context, []string) error {
			fmt.Fprintf(a.out, "nixsink %s (%s)\n", Version, strings.Join(build(), ", "))
			return nil
		}),
	}
}

// build says what the program was built from and with.
func build() []string {
	facts := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return facts
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			facts = append(facts, "commit "+s.Value[:min(len(s.Value), 12)])
		case s.Key == "vcs.modified" && s.Value == "true":
			facts = append(facts, "modified")
		}
	}
	return facts
}
