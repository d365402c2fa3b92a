package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nixsink/internal/suggest"
)

// action is what a command does once its flags are read.
type action func(ctx context.Context, args []string) error

// newRoot builds the tree of commands. Without a command's name, the arguments are those of report.
func newRoot(a *app) *cobra.Command {
	root := newReport(a, "nixsink [PATH]")
	root.Short = "Show where a NixOS repository's central values end up"
	root.Long = `nixsink reads the Nix files below PATH (or the current folder), finds every read of a central value (config.my.*), and
shows which modules read it, whether their comments say so, and where it ends up.

Without a command, nixsink reports: 'nixsink PATH' is 'nixsink report PATH'.`
	root.Example = `  nixsink                                         report on this repository
  nixsink graph --format svg=values.svg           draw it
  nixsink trace CFG.ports.ssh                     where does this value come from, and where does it go?
  nixsink check                                   fail if traceability got worse`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetHelpCommandGroupID("about")
	root.SetCompletionCommandGroupID("about")
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colours: auto, always or never (NO_COLOR is respected)")
	root.PersistentFlags().BoolVar(&a.noPager, "no-pager", false, "on a terminal, do not show results with a pager (NIXSINK_PAGER, PAGER, less)")
	must(root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp)))
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "say nothing on standard error but what keeps the command from its work")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "say all that could not be read or followed, not the first of each kind")
	root.PersistentFlags().Bool("version", false, "print the version, and what nixsink was built from")
	a.profiles.flags(root.PersistentFlags())
	a.limits.flags(root.PersistentFlags())
	root.SetVersionTemplate("{{built}}\n")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if a.color != "auto" && a.color != "always" && a.color != "never" {
			return usagef("--color is auto, always or never, not %q", a.color)
		}
		if a.quiet && a.verbose {
			return usagef("-q and -v ask for the opposite")
		}
		if err := a.start(cmd); err != nil {
			return err
		}
		return a.profiles.start()
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{msg: err.Error() + nearFlag(cmd, err), help: cmd.CommandPath()}
	})
	root.SetHelpCommand(newHelp())
	root.SetUsageTemplate(strings.NewReplacer(
		".LocalFlags.FlagUsages", "flags .LocalFlags",
		".InheritedFlags.FlagUsages", "flags .InheritedFlags",
	).Replace(root.UsageTemplate()))
	for _, g := range groups() {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, build := range g.commands {
			cmd := build(a)
			cmd.GroupID = g.id
			cmd.DisableFlagsInUseLine = true
			root.AddCommand(cmd)
		}
	}
	root.DisableFlagsInUseLine = true
	everywhere(root)
	return root
}

func init() {
	cobra.AddTemplateFunc("built", func() string { return build().String() })
	// Help that runs off the side of a terminal is hard to read.
	cobra.AddTemplateFunc("flags", func(f *pflag.FlagSet) string { return f.FlagUsagesWrapped(120) })
}

// nearFlag suggests a flag for one that does not exist.
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near := suggest.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return "; did you mean --" + near + "?"
	}
	return ""
}

// newHelp is cobra's help command with an answer to a mistyped name.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Args:  between(0, 2, "at most one COMMAND"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			found, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 || len(args) > 0 && found == root {
				return usagef("no command is called %q%s", strings.Join(args, " "), didYouMean(strings.Join(args, " "), commandNames(root)))
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// group is some commands with a title.
type group struct {
	id, title string
	commands  []func(*app) *cobra.Command
}

// groups are the commands as help shows them.
func groups() []group {
	return []group{
		{"look", "Look:", []func(*app) *cobra.Command{
			func(a *app) *cobra.Command { return newReport(a, "report [PATH]") }, newReview, newGraph, newTrace, newImpact, newDiff, newHosts, newExposure, newSecrets, newHistory, newServe, newLSP, newMCP,
		}},
		{"guard", "Guard:", []func(*app) *cobra.Command{newCheck, newExplain, newBaseline, newVerify}},
		{"write", "Write:", []func(*app) *cobra.Command{newDocs, newInject, newMdBook, newFacts}},
		{"change", "Change:", []func(*app) *cobra.Command{newInit, newAnnotate, newRenameValue, newRename}},
		{"about", "About nixsink:", []func(*app) *cobra.Command{newMan, newVersion}},
	}
}

// does makes a cobra run function of an action.
func does(run action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args) }
}

// between accepts from least to most arguments; most < 0 is any number. what names them in the message.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return &usageError{msg: cmd.Name() + " needs " + what, help: cmd.CommandPath()}
		case most >= 0 && len(args) > most && most == 0:
			return &usageError{msg: cmd.Name() + " takes no arguments", help: cmd.CommandPath()}
		case most >= 0 && len(args) > most && cmd == cmd.Root() && suggest.Nearest(args[0], commandNames(cmd)) != "":
			return &usageError{msg: fmt.Sprintf("no command is called %q; did you mean %q?", args[0], suggest.Nearest(args[0], commandNames(cmd)))}
		case most >= 0 && len(args) > most:
			return &usageError{msg: cmd.Name() + " takes " + what + ", not also " + args[most], help: cmd.CommandPath()}
		}
		return nil
	}
}

// must is for what can only fail by our own mistake.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
