package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"nixsink/internal/docs"
	"nixsink/internal/rewrite"
)

// everywhere gives a command and those below it what all commands understand: --version beside -q and -v, which the root has.
func everywhere(cmd *cobra.Command) {
	cmd.Version = current // what is printed is found out when it is asked for
	for _, c := range cmd.Commands() {
		everywhere(c)
	}
}

// writeJSON writes one JSON document on standard output.
func (a *app) writeJSON(doc any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// jsonFlag adds --json to a command that has no formats.
func jsonFlag(cmd *cobra.Command, to *bool, what string) {
	cmd.Flags().BoolVar(to, "json", false, what)
}

// fileStates are changes of whole files as JSON: each is new, changed or no longer wanted.
func fileStates(changes []docs.Change) any {
	type state struct {
		File  string `json:"file"`
		State string `json:"state"`
	}
	files := []state{}
	for _, c := range changes {
		s := state{c.Name, "changed"}
		if c.Old == nil {
			s.State = "new"
		} else if c.New == nil {
			s.State = "unwanted"
		}
		files = append(files, s)
	}
	return map[string]any{"files": files}
}

// jsonPlan is a plan of changes to comments as JSON: what replaces the bytes from start up to end of a file, and why.
func jsonPlan(p *rewrite.Plan, written bool) any {
	type edit struct {
		Kind  rewrite.Kind `json:"kind"`
		File  string       `json:"file"`
		Line  int          `json:"line"`
		Start int32        `json:"start"`
		End   int32        `json:"end"`
		New   string       `json:"new"`
		Why   string       `json:"why"`
	}
	edits := []edit{}
	for _, f := range p.Files {
		for _, c := range f.Changes {
			edits = append(edits, edit{c.Kind, f.Name, c.Line, c.Span.Start, c.Span.End, c.New, c.Why})
		}
	}
	return map[string]any{"changes": edits, "written": written}
}
