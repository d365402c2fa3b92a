package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// newMan is the command that writes the manual, made from the same text as --help.
func newMan(a *app) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man [COMMAND]",
		Short: "Print the manual page of nixsink or of one of its commands",
		Example: `  nixsink man | man -l -
  nixsink man trace | man -l -
  nixsink man -o share/man/man1                   all pages, for a package`,
		Args: between(0, 1, "at most one COMMAND"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		root := cmd.Root()
		if dir == "" {
			target := root
			if len(args) == 1 {
				found, _, err := root.Find(args)
				if err != nil || found == root {
					return usagef("no command is called %q%s", args[0], didYouMean(args[0], commandNames(root)))
				}
				target = found
			}
			_, _ = a.out.Write(manPage(target))
			return nil
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("write manual: %w", err)
		}
		commands := []*cobra.Command{root}
		for _, c := range root.Commands() {
			if c.IsAvailableCommand() {
				commands = append(commands, c)
			}
		}
		for _, c := range commands {
			if err := a.writeFile(filepath.Join(dir, manName(c)+".1"), manPage(c)); err != nil {
				return err
			}
		}
		return nil
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "write the pages of all commands to this `folder`")
	return cmd
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }
