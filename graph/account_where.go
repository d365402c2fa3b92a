package graph

import (
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// surround is what a read stands in, the innermost first: a binding, a function, a call.
type surround struct {
	up     *surround
	path   []parse.AttrName // the binding's
	let    bool             // of let
	lambda *parse.Lambda
	callee string
}

// calleeName is the last name of what is called: runNixOSTest of pkgs.testers.runNixOSTest { … }.
func calleeName(e *parse.Apply) string {
	switch f := e.Fn.(type) {
	case *parse.Ident:
		return f.Name
	case *parse.Select:
		return f.Path[len(f.Path)-1].Name
	case *parse.Apply:
		return calleeName(f)
	}
	return ""
}

// Reasons for which no configuration evaluates a read, told by where it stands.
const (
	inTest     = "in a test"
	inTemplate = "in a template"
	inFlake    = "in a flake that is not followed"
	inFunction = "in a function that nothing calls"
	inModule   = "in a module that no configuration takes"
	inBinding  = "in a binding that nothing uses"
	inGap      = "in a file that does not parse"
	inNothing  = "in an expression that no configuration asks for"
)

// testCallers are functions that make a NixOS test (NixOS manual, "Writing Tests"; nixpkgs, nixos/lib/testing).
var testCallers = []string{"runNixOSTest", "nixosTest", "makeTest", "runTest", "runTestOn", "simpleTest", "makeTest'"}

// placeReason says why no configuration evaluates what stands at a place, from the place alone.
func (t *tree) placeReason(r *textRead, entries []string) string {
	if r.file.Errors.Syntax() {
		return inGap
	}
	if r.bare {
		return inBinding
	}
	dirs := strings.Split(path.Dir(r.file.Name), "/")
	named := func(names ...string) bool {
		return slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(names, d) })
	}
	if named("templates", "template") {
		return inTemplate
	}
	base := strings.TrimSuffix(path.Base(r.file.Name), ".nix")
	if named("tests", "test", "checks") || base == "test" || base == "tests" || strings.HasSuffix(base, "-test") || strings.HasSuffix(base, "_test") {
		return inTest
	}
	for s := r.at; s != nil; s = s.up {
		if slices.Contains(testCallers, s.callee) {
			return inTest
		}
		for i := range s.path {
			if n := s.path[i].Name; n == "testScript" || n == "nodes" && len(s.path) > i+1 || n == "checks" {
				return inTest
			}
			if n := s.path[i].Name; n == "templates" {
				return inTemplate
			}
		}
	}
	for d := path.Dir(r.file.Name); d != "." && d != "/"; d = path.Dir(d) {
		if name := d + "/flake.nix"; t.byName[name] != nil && !slices.Contains(entries, name) {
			return inFlake
		}
	}
	for s := r.at; s != nil; s = s.up {
		if s.lambda == nil {
			continue
		}
		if fs := s.lambda.Formals; fs != nil && slices.ContainsFunc(fs.List, func(f parse.Formal) bool { return slices.Contains(configNames, f.Name) || f.Name == "options" }) {
			return inModule
		}
		return inFunction
	}
	return inNothing
}
