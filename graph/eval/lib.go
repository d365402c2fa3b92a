package eval

import (
	"strconv"
	"strings"
)

// spec is a function of nixpkgs' lib or of Nix itself.
type spec struct {
	name  string
	arity int
	call  func(ev *Evaluator, a []*thunk, at site) Val
	value *builtin // the function before it has any argument
}

// libSpaces are the namespaces below lib. Their functions are found by their last name alone.
var libSpaces = map[string]bool{
	"strings": true, "attrsets": true, "lists": true, "trivial": true, "options": true, "modules": true, "types": true,
	"generators": true, "meta": true, "versions": true, "filesystem": true, "path": true, "sources": true, "systems": true,
	"licenses": true, "maintainers": true, "cli": true, "asserts": true, "debug": true, "fixedPoints": true, "customisation": true,
	"derivations": true, "network": true, "hm": true, "dag": true, "gvariant": true, "platforms": true, "fileset": true, "teams": true,
	"nixos": true,
}

// globals are the names that Nix itself puts in scope.
var globals = map[string]bool{
	"abort": true, "baseNameOf": true, "break": true, "derivation": true, "derivationStrict": true, "dirOf": true, "fetchGit": true,
	"fetchMercurial": true, "fetchTarball": true, "fetchTree": true, "fromTOML": true, "import": true, "isNull": true, "map": true,
	"placeholder": true, "removeAttrs": true, "scopedImport": true, "throw": true, "toString": true,
}

func (ev *Evaluator) global(name string, en *env) (Val, bool) {
	switch name {
	case "true":
		return boolean(true), true
	case "false":
		return boolean(false), true
	case "null":
		return Val{shape: &nullShape{}}, true
	case "builtins":
		return Val{shape: &libShape{"builtins"}}, true
	case "import", "scopedImport":
		f := en.file
		n := 1
		if name == "scopedImport" {
			n = 2
		}
		return Val{shape: &builtin{spec: &spec{name: name, arity: n, call: func(ev *Evaluator, a []*thunk, at site) Val {
			return ev.importValue(ev.force(a[len(a)-1]), site{f, at.span})
		}}}}, true
	case "__curPos":
		return Val{}, true
	}
	if globals[name] || strings.HasPrefix(name, "__") && libTable[name[2:]] != nil {
		return ev.libFunction(strings.TrimPrefix(name, "__")), true
	}
	return Val{}, false
}

func (ev *Evaluator) libFunction(name string) Val {
	if s := libTable[name]; s != nil {
		return Val{shape: s.value}
	}
	return Val{}
}

// libOffers says whether a namespace has a name.
func libOffers(space, name string) bool {
	switch space {
	case "lib.types":
		return typeNames[name] || typeMakers[name] > 0
	case "lib.fileset":
		return libTable["fileset."+name] != nil
	case "builtins":
		return libTable[name] != nil || globals[name] || name == "import"
	}
	if space == "lib" && libSpaces[name] {
		return true
	}
	return libTable[name] != nil || otherLib[name]
}

// otherLib are further names of lib, so that `with lib;` is known to offer them; what they do is not modelled (rule 8).
var otherLib = map[string]bool{
	"maintainers": true, "licenses": true, "platforms": true, "version": true, "trivial": true, "literalExpression": true, "literalMD": true, "mdDoc": true,
	"getExe": true, "getExe'": true, "getBin": true, "escapeShellArg": true, "escapeShellArgs": true, "concatLines": true, "makeBinPath": true,
	"hasAttrByPath": true, "isStorePath": true, "fakeHash": true, "fakeSha256": true, "evalModules": true, "makeLibraryPath": true, "escapeRegex": true, "escapeXML": true,
	"toHexString": true, "systems": true, "cartesianProduct": true, "versionAtLeast": true, "versionOlder": true, "types": true,
}

func (ev *Evaluator) libSelect(s *libShape, name string, org Origins) Val {
	switch {
	case s.name == "legacyPackages":
		if platform(name) {
			return Val{shape: &libShape{"pkgs." + name}, org: org}
		}
		return unknown(org) // for whatever platform: nothing depends on which one it is
	case s.name == "pkgs" || strings.HasPrefix(s.name, "pkgs."):
		switch name {
		case "stdenv", "system":
			if system := strings.TrimPrefix(s.name, "pkgs."); platform(system) {
				return ofPlatform(system, name).with(org)
			}
		case "lib":
			return Val{shape: &libShape{"lib"}, org: org}
		case "nixosTest":
			return ev.libFunction(name).with(org)
		case "nixos":
			return ev.libFunction("pkgs.nixos").with(org)
		}
		if strings.HasPrefix(name, "substituteAll") || name == "replaceVars" {
			return ev.libFunction("replaceVars").with(org)
		}
		return unknown(org)
	case s.name == "lib.types":
		if n := typeMakers[name]; n > 0 {
			return ev.typeMaker(name, n).with(org)
		}
		return Val{shape: &typeShape{name: name}, org: org}
	case s.name == "lib.fileset" && libTable["fileset."+name] != nil:
		return ev.libFunction("fileset." + name).with(org)
	case s.name == "lib.path" && libTable["path."+name] != nil:
		return ev.libFunction("path." + name).with(org)
	case s.name == "lib" && libSpaces[name] || s.name == "builtins" && name == "builtins":
		if name == "types" {
			return Val{shape: &libShape{"lib.types"}, org: org}
		}
		if s.name == "builtins" {
			return Val{shape: s, org: org}
		}
		return Val{shape: &libShape{"lib." + name}, org: org}
	case name == "import" && s.name == "builtins":
		return Val{shape: &builtin{spec: &spec{name: "import", arity: 1, call: func(ev *Evaluator, a []*thunk, at site) Val {
			return ev.importValue(ev.force(a[0]), at)
		}}}, org: org}
	case s.name == "builtins":
		if v, ok := constants[name]; ok {
			return v().with(org)
		}
	}
	return ev.libFunction(name).with(org)
}

var constants = map[string]func() Val{
	"true":  func() Val { return boolean(true) },
	"false": func() Val { return boolean(false) },
	"null":  func() Val { return Val{shape: &nullShape{}} },
}

// text is a string argument: exact if all of it is known.
func (ev *Evaluator) textOf(t *thunk) (string, bool) {
	v := ev.force(t)
	s, ok := v.shape.(*strShape)
	if !ok {
		if _, is := v.shape.(*pathShape); is {
			t := ev.asText(v)
			return t, known(t)
		}
		return hole, false
	}
	return s.s, known(s.s)
}

// all joins the deep origins of thunks.
func (ev *Evaluator) all(ts ...*thunk) Origins {
	var org gathering
	for _, t := range ts {
		org.add(ev.deep(ev.force(t)))
	}
	return org.done()
}

// controlled is v under the condition c.
func (ev *Evaluator) controlled(v Val, c *thunk) Val {
	return v.with(ev.deep(ev.force(c)).atMost(Control))
}

// truth is what a condition is known to be.
func (ev *Evaluator) truth(t *thunk) (value, ok bool) {
	b, is := ev.force(t).shape.(*boolShape)
	if !is {
		return false, false
	}
	return b.b, len(ev.force(t).org) == 0
}

var emptySet = func() Val { return Val{shape: &setShape{}} }
var emptyList = func() Val { return list(nil, true) }

// row is one function of the table.
type row struct {
	name  string
	arity int
	call  func(ev *Evaluator, a []*thunk, at site) Val
}

// libTable is what lib and builtins do with what goes into them, by last name, put together of the chapters below. Whatever
// is not here joins its arguments.
var libTable map[string]*spec

func init() { // not in the declaration: the functions look others up in the table
	libTable = map[string]*spec{}
	for _, chapter := range [][]row{
		modulesChapter(), functionsChapter(), stringsChapter(), listsChapter(), attrsetsChapter(), typesChapter(), filesChapter(), filesetChapter(), conventionRows(),
	} {
		for _, r := range chapter {
			s := &spec{name: r.name, arity: r.arity, call: r.call}
			s.value = &builtin{spec: s}
			libTable[r.name] = s
		}
	}
}

// joinArgs is a function of which nothing is known but how many arguments it takes (rule 8).
func joinArgs(ev *Evaluator, a []*thunk, at site) Val { return unknown(ev.all(a...)) }

func (ev *Evaluator) orUnknown(v Val) Val {
	if v.shape == missing {
		return unknown(v.org)
	}
	return v
}

func intText(n int64) string { return strconv.FormatInt(n, 10) }
