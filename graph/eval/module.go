package eval

import (
	"slices"

	"nixsink/parse"
)

// Module is one module of the configuration: a file, a set written inline, or one call of a function that makes modules.
type Module struct {
	File      *parse.File
	Instance  string // what tells this call of a factory apart, "" for the file itself
	Base      *Path  // where what it defines lands
	Home      bool   // a home-manager module
	Inline    bool   // written inside another module
	Reachable bool
	Why       string
	Doubt     bool // a condition decides whether it takes part

	Summary *Summary

	source
	from   site    // what asks for it
	by     *Module // which module does
	key    sourceKey
	conf   *Configuration
	ctl    Origins // what decides over all that it defines
	config []part
}

// part is a piece of a module's definitions with what decides over it.
type part struct {
	val Val
	ctl Origins
}

// Definition is one definition of an option: a leaf of a module's config, or the names of a set in it.
type Definition struct {
	In          Set // the configurations that nothing encloses and that it holds in
	Module      *Module
	Path        *Path
	File        *parse.File
	Span        parse.Span
	origins     Origins
	Names       bool // the origins are those of the attribute names below Path
	Conditional bool
	Default     bool  // an option's default
	Apply       bool  // an option's apply function
	Copies      *Path // the value is what an option holds, as it is: what is below that option lands below Path; nil if it is not
	Value       any   // what is known of its value: string, int64, float64, bool, nil, []any, map[string]any
	Known       bool  // Value is all of it, and comes from no option
	Priority    int   // what it weighs against others of the same option (mkOverride), less is stronger; -1 if that is not known
	Doubt       bool  // it may not be there, whatever the reason

	Hidden       string      // why the system never gets it, "" if it does: "overridden", "the same constant", "not imported"
	OverriddenBy *Definition // what the system gets in its place

	hiddenBy site // the import that leaves it out

	files []Held // see Files

	null  Origins // of origins, those that decide whether it is null
	size  Origins // those that decide how many elements or names it has
	gates *gate
	names *openName // those that are not known and have an identity
}

// Files are the files whose paths are what d holds, or in it.
func (d *Definition) Files() []Held { return d.files }

// Dropped is a place where options are defined by something that is not known, so that it is not known which.
type Dropped struct {
	File    *parse.File
	Span    parse.Span
	origins Origins
}

// Paths are the options that are part of it or decide over it.
func (ev *Evaluator) Paths(d *Dropped) []*Path {
	var out []*Path
	for _, o := range d.origins {
		if p := ev.pathOf[o.rank>>aspectBits].Itself(); len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// Derived says whether a definition comes from options at all.
func (d *Definition) Derived() bool { return len(d.origins) > 0 }

// Decided says whether a condition decides over the definition.
func (d *Definition) Decided() bool { return d.origins.has(Control) }

// Declaration is one option declaration.
type Declaration struct {
	In          Set
	Module      *Module
	Path        *Path
	File        *parse.File
	Span        parse.Span // the mkOption call
	Type        string
	Kind        string // innermost known type name: "port", "str", "submodule"
	Default     string
	Description string
	Registry    bool // attrsOf: members are values
	Open        bool // members have structure of their own (attrsOf anything, freeform)
	Nested      bool // a submodule: its fields are declared below
	Mixed       bool // of a registry of submodules: a member may be something else than a set

	inst        *instance // of a submodule: what its modules get
	whole       bool      // of a submodule: a set that defines it is a module, not just its config
	holds       typeSet   // the kinds of its values
	membersHold typeSet   // those of a registry's members
	dflt        *thunk    // what its default holds, nil if it has none
	dfltAt      site      // its text, which may stand in another file than the declaration
}

// DefaultAt tells where the text of the default stands; no file where it has none.
func (d *Declaration) DefaultAt() (*parse.File, parse.Span) { return d.dfltAt.file, d.dfltAt.span }

// moduleArgs answers for the arguments of a module that are not known when it is entered.
type moduleArgs struct{ m *Module }

func (ev *Evaluator) argument(m *Module, name string) Val {
	if r := ev.argRoots[name]; r != nil {
		return Val{shape: &refShape{path: r}}
	}
	c := m.conf
	if slices.Contains(c.Class.OS, name) {
		if c.Parent == nil && !c.Open {
			t := c.args[name]
			ev.ask(question{kind: whichArgument, name: name, thunk: t})
			if t == nil {
				return Val{shape: missing} // a home by itself has nothing around it
			}
			return ev.force(t)
		}
		return ev.around(c)
	}
	if name == "config" {
		return Val{shape: &refShape{path: c.Base}}
	}
	if name == "options" {
		return Val{shape: &optionsShape{c.Base}}
	}
	if name == "pkgs" {
		return Val{shape: &libShape{"pkgs"}}
	}
	t := c.args[name]
	ev.ask(question{kind: whichArgument, name: name, thunk: t})
	if name == "lib" {
		if t != nil {
			if v := ev.force(t); v.shape != nil && !isRef(v) {
				return v // what an option holds as lib is nixpkgs' lib, or one like it
			}
		}
		return Val{shape: &libShape{"lib"}}
	}
	if t != nil {
		return ev.force(t)
	}
	if c.Class == FlakeParts && (name == "withSystem" || name == "moduleWithSystem") {
		return ev.libFunction(name)
	}
	if f := c.flake; f != nil {
		switch name {
		case "self":
			return f.self
		case "inputs":
			return f.inputs
		}
	}
	return Val{}
}

// around is the config of what encloses a configuration, or would.
func (ev *Evaluator) around(c *Configuration) Val {
	if ev.cur != nil {
		ev.cur.os = true
	}
	if c.Parent != nil {
		return Val{shape: &refShape{path: c.Parent.Base}}
	}
	return Val{shape: &refShape{path: ev.Config}}
}

// demanded is an argument that a module cannot do without and that nobody passes: it is one that is only there within another configuration,
// and read as if there were one.
func (ev *Evaluator) demanded(args Val, name string) Val {
	if s, ok := args.shape.(*setShape); ok && s.base != nil {
		if a, ok := s.base.shape.(*moduleArgs); ok && slices.Contains(a.m.conf.Class.OS, name) {
			return ev.around(a.m.conf)
		}
	}
	return Val{}
}

// argsOf is the argument set that the module system passes to m.
func (ev *Evaluator) argsOf(m *Module) *thunk {
	return ready(Val{shape: &setShape{base: &Val{shape: &moduleArgs{m}}}})
}
