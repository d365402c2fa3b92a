package graph

import (
	"testing"

	"nixsink/parse"
)

// TestBindingsOf: a text is told at each binding that has it, whatever letters it ends in.
func TestBindingsOf(t *testing.T) {
	f := parse.Parse("a.nix", `{ users = [ { password = "nighttrain"; } { password = "other"; } { password = ''
    nighttrain
  ''; } { password = "${x}nighttrain"; } ]; }`)
	var lines []int
	for _, p := range bindingsOf(f, f.Expr.Range(), "password", "nighttrain") {
		lines = append(lines, p.Line)
	}
	if len(lines) != 2 || lines[0] != 1 || lines[1] != 1 {
		t.Errorf("bindings in lines %v", lines)
	}
}
