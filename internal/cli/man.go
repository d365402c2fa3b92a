package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manDate stands in the manual's footer. The day of the build would make every build of the same source differ.
var manDate = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

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
			page, err := manPage(target)
			if err != nil {
				return err
			}
			_, _ = a.out.Write(page)
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
			page, err := manPage(c)
			if err != nil {
				return err
			}
			if err := a.writeFile(filepath.Join(dir, manName(c)+".1"), page); err != nil {
				return err
			}
		}
		return nil
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "write the pages of all commands to this `folder`")
	return cmd
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func manPage(c *cobra.Command) ([]byte, error) {
	c.DisableAutoGenTag = true // it is a date
	date := manDate
	var b bytes.Buffer
	header := &doc.GenManHeader{Title: strings.ToUpper(manName(c)), Section: "1", Date: &date, Source: "nixsink " + Version, Manual: "nixsink"}
	if err := doc.GenMan(c, header, &b); err != nil {
		return nil, fmt.Errorf("write manual: %w", err)
	}
	return b.Bytes(), nil
}
