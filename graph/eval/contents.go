package eval

import (
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

// What is made of the contents of a file that an option names comes from that option's Contents. What tells only about those, or about what
// the option holds (a hash, a comparison), comes from its Digest.

// filesRoot is where the files of the tree, and of the machine, have paths of one name each: they are origins where what they hold is secret.
func (ev *Evaluator) filesRoot() *Path {
	if ev.fileTree == nil {
		ev.fileTree = ev.newPath(nil, "", &Root{Files: true})
	}
	return ev.fileTree
}

// contents are the origins of what the file holds whose path a value is.
func (ev *Evaluator) contents(v Val) Origins {
	org := ev.deep(v).asking(Contents, func(a Aspect) bool { return a == Whole })
	if ev.Secret == nil {
		return org
	}
	name, inside := ev.insidePath(v)
	if !inside {
		name = ev.asText(v)
	}
	return union(org, ev.secretFile(name))
}

// writers are functions that make a file of what they are given: in it, the path of a secret is a path and no more (Nixpkgs pkgs/build-support/trivial-builders,
// pkgs/pkgs-lib/formats.nix).
var writers = []string{"toFile", "writeText", "writeTextFile", "writeTextDir", "writeScript", "writeShellScript", "writeShellScriptBin", "writeShellApplication", "writeJSON", "writeYAML",
	"writeTOML", "generate", "replaceVars", "substituteAll", "substitute", "runCommand", "runCommandLocal", "runCommandNoCC", "mkDerivation"}

// writes reports whether an expression is a call that makes a file, or a name for one.
func (ev *Evaluator) writes(t *thunk, depth int) bool {
	if t == nil || t.expr == nil || t.env == nil || depth > maxNames {
		return false
	}
	switch e := unparenthesized(t.expr).(type) {
	case *parse.Ident:
		return ev.writes(t.env.lookup(e.Name), depth+1)
	case *parse.Apply:
		switch fn := parse.Callee(e).(type) {
		case *parse.Ident:
			return slices.Contains(writers, fn.Name)
		case *parse.Select:
			return len(fn.Path) > 0 && slices.Contains(writers, fn.Path[len(fn.Path)-1].Name)
		}
	}
	return false
}

// maxNames is how many names for one thing are followed.
const maxNames = 8

// contentsOf are the origins of what the file holds whose path an argument is.
func (ev *Evaluator) contentsOf(t *thunk) Origins {
	if ev.writes(t, 0) {
		return ev.all(t)
	}
	return ev.contents(ev.force(t))
}

// secretFile is the origin of what a file holds, if that is secret.
func (ev *Evaluator) secretFile(name string) Origins {
	if ev.Secret == nil || !known(name) || !ev.Secret(name) {
		return nil
	}
	return Origins{from(ev.child(ev.filesRoot(), name), Contents, nil)}
}

// digested are the origins of what tells about a value without holding it.
func (ev *Evaluator) digested(org Origins) Origins {
	return org.asking(Digest, func(a Aspect) bool { return a == Whole || a == Contents })
}

// asking lets the origins that are part of a value and ask what is true of is ask another aspect.
func (os Origins) asking(a Aspect, is func(Aspect) bool) Origins {
	var out Origins
	for _, o := range os {
		if o.kind == Data && is(o.asks()) {
			o.rank = o.rank&^(1<<aspectBits-1) | uint32(a)
		}
		// Only aspects of one path change their order, and may now be the same.
		i := len(out)
		for i > 0 && out[i-1].rank > o.rank {
			i--
		}
		switch {
		case i > 0 && out[i-1].rank == o.rank:
			if out[i-1].kind < o.kind {
				out[i-1] = o
			}
		case i == len(out):
			out = append(out, o)
		default:
			out = append(out[:i], append(Origins{o}, out[i:]...)...)
		}
	}
	return out
}

func libHash(ev *Evaluator, a []*thunk, at site) Val {
	v := ev.force(a[1])
	return unknown(union(ev.all(a[0]), ev.digested(ev.deep(v))))
}

func libHashFile(ev *Evaluator, a []*thunk, at site) Val {
	org := ev.contentsOf(a[1])
	return unknown(union(ev.all(a[0]), org.asking(Digest, func(a Aspect) bool { return a == Contents })))
}

func libImportTOML(ev *Evaluator, a []*thunk, at site) Val {
	return unknown(ev.contentsOf(a[0]))
}

// copiedPrefix stands in strings for the copy of a file in the store, as "${./x}" gives it: insidePath takes it for the file.
const copiedPrefix = SelfPrefix + "//"

// inText is what a value is where it is put into a string: a path is copied into the store (Nix manual, "String interpolation").
func (ev *Evaluator) inText(v Val) string {
	if p, ok := v.shape.(*pathShape); ok && p.inside {
		return copiedPrefix + p.s
	}
	return ev.asText(v)
}

// A Held is a file whose path is in a definition.
type Held struct {
	Name   string // slash-separated and relative to the root of the tree; absolute for a file of the machine
	Copied bool   // the definition holds a path, or a string that a path was put into: evaluation copies the file into the store
}

// filesIn are the files that a value names.
func (ev *Evaluator) filesIn(v Val) []Held {
	switch s := v.shape.(type) {
	case *pathShape:
		if known(s.s) && !strings.HasPrefix(s.s, "<") {
			return []Held{{s.s, true}}
		}
	case *strShape:
		return filesInText(s.s)
	case *listShape:
		var out []Held
		for _, t := range s.elems {
			x := ev.force(t)
			if _, list := x.shape.(*listShape); !list { // lists may hold each other, or the same one twice
				out = append(out, ev.filesIn(x)...)
			}
		}
		return out
	}
	return nil
}

// filesInText are the files of the tree that a string names.
func filesInText(s string) (out []Held) {
	for {
		i := strings.Index(s, SelfPrefix)
		if i < 0 {
			return out
		}
		copied := strings.HasPrefix(s[i:], copiedPrefix)
		s = strings.TrimLeft(s[i+len(SelfPrefix):], "/")
		end := strings.IndexAny(s, hole+" \t\n\"'`;:,)}$")
		if end < 0 {
			end = len(s)
		}
		if name := path.Clean(s[:end]); end > 0 && (end == len(s) || s[end] != hole[0]) {
			out = append(out, Held{name, copied})
		}
		s = s[end:]
	}
}
