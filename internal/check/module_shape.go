package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

var dependentImports = Check{
	Name:    "dependent-imports",
	Summary: "what a module imports depends on the configuration",
	Default: Error,
	InForce: true,
	Doc: `A list of imports can only be made with a look at ` + "`config` or `options`" + `, and those are not known before every import is: Nix stops with
"infinite recursion encountered". Import the module always, and let it ask with ` + "`mkIf`" + ` whether it is wanted; or decide by something that is passed to
the modules (` + "`specialArgs`" + `).

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  imports = lib.optional config.my.wiki.enable ./wiki.nix; # <- here
  options.my.wiki.enable = lib.mkEnableOption "the wiki";
}
-- wiki.nix --
{ services.wiki.enable = true; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, file := range p.files() {
			if !p.isModule(file) {
				continue
			}
			parse.Walk(p.Graph.Files[file].Expr, func(n parse.Node) bool {
				fn, ok := n.(*parse.Lambda)
				if !ok || fn.Formals == nil || !fn.Formals.Ellipsis {
					return true
				}
				forced := forcing{args: map[string]bool{}, lets: map[string]parse.Expr{}}
				for _, f := range fn.Formals.List {
					if f.Name == "config" || f.Name == "options" {
						forced.args[f.Name] = true
					}
				}
				set := forced.body(fn.Body)
				if set == nil || len(forced.args) == 0 {
					return true
				}
				for _, b := range set.Bindings {
					a, ok := b.(*parse.Attr)
					if !ok || len(a.Path) != 1 || a.Path[0].Name != "imports" {
						continue
					}
					if x := forced.list(a.Value); x != nil {
						text := oneLine(p.Graph.Files[file].Text(x.Range()))
						what := text
						if !strings.HasPrefix(text, "config") && !strings.HasPrefix(text, "options") {
							what += ", which comes from the configuration"
						}
						out = append(out, Finding{
							At: p.place(file, x.Range()), Value: text,
							Message: fmt.Sprintf("imports depends on %s: infinite recursion; import the module always, and ask inside it with mkIf", what),
						})
					}
				}
				return true
			})
		}
		return out
	},
}

// isModule reports whether a file is a module beyond doubt: it stands in a list of imports or modules as a path, or it is an entry point and looks
// like one. Other programs have module systems of their own, which look alike and have other rules.
func (p *Pass) isModule(file string) bool {
	m := p.modules[file]
	if m == nil || path.Base(file) == "flake.nix" || m.Role == "helper" || m.Role == "unparsed" {
		return false
	}
	if m.Role == "entry" {
		fn, ok := p.Graph.Files[file].Expr.(*parse.Lambda)
		return path.Base(file) != "default.nix" || ok && fn.Formals != nil && fn.Formals.Ellipsis
	}
	return p.listed()[file]
}

// listedFiles are the files that stand in a list of imports or modules as paths.
func (p *Pass) listedFiles() map[string]bool {
	out := map[string]bool{}
	for _, im := range p.Graph.Imports {
		if p.writtenOut(im) {
			out[im.To] = true
		}
	}
	return out
}

// forcing finds what of a module's arguments has to be known for a value to be known at all.
type forcing struct {
	args map[string]bool       // config, options
	lets map[string]parse.Expr // bindings around the module's set
	deep int
}

// body is the set that a module's function gives, with the let bindings around it taken note of; nil if it is none.
func (f *forcing) body(e parse.Expr) *parse.Set {
	switch e := e.(type) {
	case *parse.Set:
		return e
	case *parse.Paren:
		return f.body(e.X)
	case *parse.With:
		return f.body(e.Body)
	case *parse.Assert:
		return f.body(e.Body)
	case *parse.Let:
		f.bind(e.Bindings)
		return f.body(e.Body)
	}
	return nil
}

func (f *forcing) bind(bs []parse.Binding) {
	for _, b := range bs {
		switch b := b.(type) {
		case *parse.Attr:
			if len(b.Path) == 1 && b.Path[0].Static() {
				f.lets[b.Path[0].Name] = b.Value
			}
		case *parse.Inherit:
			for _, n := range b.Names {
				if b.From != nil && n.Static() {
					f.lets[n.Name] = b.From // where it comes from has to be known first
				}
			}
		}
	}
}

// list is what has to be known of the arguments for a list of imports, and for each of its elements, to be known.
func (f *forcing) list(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.list(e.X)
	case *parse.List:
		for _, x := range e.Elems {
			if at := f.element(x); at != nil {
				return at
			}
		}
		return nil
	case *parse.Binary:
		if e.Op == parse.OpConcat {
			return or(f.list(e.X), func() parse.Expr { return f.list(e.Y) })
		}
	case *parse.If:
		return or(f.value(e.Cond), func() parse.Expr { return or(f.list(e.Then), func() parse.Expr { return f.list(e.Else) }) })
	case *parse.Let:
		f.bind(e.Bindings)
		return f.list(e.Body)
	case *parse.With:
		return f.list(e.Body)
	case *parse.Apply:
		name := calledName(e.Fn)
		inner, curried := e.Fn.(*parse.Apply)
		switch {
		case curried && (name == "optional" || name == "optionals"):
			return or(f.value(inner.Arg), func() parse.Expr {
				if name == "optional" {
					return f.element(e.Arg)
				}
				return f.list(e.Arg)
			})
		case curried && (name == "map" || name == "concatMap" || name == "filter"):
			return f.value(e.Arg)
		case !curried && (name == "flatten" || name == "concatLists"):
			return f.list(e.Arg)
		case !curried && (name == "attrValues" || name == "attrNames"):
			return f.value(e.Arg)
		}
		return nil
	}
	return f.value(e)
}

// element is what has to be known for one import to be known.
func (f *forcing) element(e parse.Expr) parse.Expr {
	switch e := e.(type) {
	case *parse.Paren:
		return f.element(e.X)
	case *parse.If:
		return or(f.value(e.Cond), func() parse.Expr { return or(f.element(e.Then), func() parse.Expr { return f.element(e.Else) }) })
	case *parse.Apply:
		switch inner, curried := e.Fn.(*parse.Apply); {
		case calledName(e.Fn) == "import":
			return f.value(e.Arg)
		case curried && calledName(e.Fn) == "optionalAttrs":
			return f.value(inner.Arg) // which names a module has is asked before the configuration is known; mkIf is asked later
		}
		return nil
	case *parse.Path, *parse.Select, *parse.String:
		return f.value(e)
	case *parse.Binary:
		if e.Op == parse.OpAdd {
			return f.value(e)
		}
	}
	return nil
}

// value is what has to be known for an expression to be known, as far as its outside goes.
func (f *forcing) value(e parse.Expr) parse.Expr {
	f.deep++
	defer func() { f.deep-- }()
	if f.deep > 50 {
		return nil
	}
	switch e := e.(type) {
	case *parse.Ident:
		if x, ok := f.lets[e.Name]; ok && f.value(x) != nil || !ok && f.args[e.Name] {
			return e
		}
	case *parse.Select:
		if x := f.value(e.X); x != nil {
			if x == e.X {
				return e // config.my.x as it stands, not config alone
			}
			return x
		}
	case *parse.HasAttr:
		return f.value(e.X)
	case *parse.Unary:
		return f.value(e.X)
	case *parse.Paren:
		return f.value(e.X)
	case *parse.If:
		return f.value(e.Cond)
	case *parse.Binary:
		x := f.value(e.X)
		switch e.Op {
		case parse.OpAnd, parse.OpOr, parse.OpImpl, parse.OpUpdate:
			return x // the other side may not be looked at
		}
		return or(x, func() parse.Expr { return f.value(e.Y) })
	case *parse.String:
		return f.parts(e.Parts)
	case *parse.Path:
		return f.parts(e.Parts)
	}
	return nil
}

func (f *forcing) parts(parts []parse.Part) parse.Expr {
	for _, part := range parts {
		if part.Expr != nil {
			if x := f.value(part.Expr); x != nil {
				return x
			}
		}
	}
	return nil
}

func or(x parse.Expr, otherwise func() parse.Expr) parse.Expr {
	if x != nil {
		return x
	}
	return otherwise()
}

var mixedModule = Check{
	Name:    "mixed-module",
	Summary: "definitions stand beside config or options",
	Default: Error,
	InForce: true,
	Doc: `A module has ` + "`config` or `options`" + ` at its top, and definitions beside them: Nix rejects it ("Module has an unsupported attribute"). With
either of the two, every definition belongs into ` + "`config`" + `.

` + "```nix" + `
-- default.nix --
{ lib, ... }:
{
  options.my.ports.ssh = lib.mkOption { type = lib.types.port; default = 22; };
  networking.hostName = "tower"; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, file := range p.files() {
			for _, set := range p.moduleBodies(file) {
				if f, ok := p.mixed(file, set); ok {
					out = append(out, f)
				}
			}
		}
		return out
	},
}

// mixed tells of what stands beside config or options in a module.
func (p *Pass) mixed(file string, set *parse.Set) (Finding, bool) {
	top := ""
	var beside []*parse.Attr
	for _, b := range set.Bindings {
		a, ok := b.(*parse.Attr)
		if !ok || !a.Path[0].Static() {
			continue
		}
		switch name := a.Path[0].Name; {
		case name == "config" || name == "options":
			if top == "" {
				top = name
			}
		case !slices.Contains(moduleAttributes, name):
			beside = append(beside, a)
		}
	}
	if top == "" || len(beside) == 0 {
		return Finding{}, false
	}
	f := Finding{At: p.place(file, beside[0].Span), Value: strings.Join(namesOf(beside[0].Path), ".")}
	f.Message = fmt.Sprintf("%s stands beside %s, and Nix rejects the module: move it into config", f.Value, top)
	for _, a := range beside[1:] {
		f.Related = append(f.Related, Related{At: p.place(file, a.Span), Message: strings.Join(namesOf(a.Path), ".") + ", too"})
	}
	return f, true
}

// moduleBodies are the sets of a file that are modules beyond doubt: the file's own, what stands in its list of imports, and what submodules are made of.
func (p *Pass) moduleBodies(file string) []*parse.Set {
	if !p.isModule(file) {
		return nil
	}
	var out []*parse.Set
	var add func(e parse.Expr)
	add = func(e parse.Expr) {
		for paren, ok := e.(*parse.Paren); ok; paren, ok = e.(*parse.Paren) {
			e = paren.X
		}
		if fn, ok := e.(*parse.Lambda); ok {
			e = fn.Body
		}
		set := (&forcing{lets: map[string]parse.Expr{}}).body(e)
		if set == nil {
			return
		}
		out = append(out, set)
		for _, b := range set.Bindings {
			a, ok := b.(*parse.Attr)
			if !ok || len(a.Path) != 1 || a.Path[0].Name != "imports" {
				continue
			}
			if list, ok := a.Value.(*parse.List); ok {
				for _, x := range list.Elems {
					add(x)
				}
			}
		}
	}
	add(p.Graph.Files[file].Expr)
	parse.Walk(p.Graph.Files[file].Expr, func(n parse.Node) bool {
		if call, ok := n.(*parse.Apply); ok && calledName(call.Fn) == "submodule" {
			if _, curried := call.Fn.(*parse.Apply); !curried {
				add(call.Arg)
			}
		}
		return true
	})
	return out
}

// moduleAttributes are what may stand beside config and options (lib/modules.nix, unifyModuleSyntax).
var moduleAttributes = []string{"_class", "_file", "key", "disabledModules", "imports", "meta", "freeformType"}

var lostDefinition = Check{
	Name:    "lost-definition",
	Summary: "definitions are merged into mkIf or its like, and lost",
	Default: Error,
	InForce: true,
	Doc: `One side of ` + "`//`" + ` is what ` + "`mkIf`, `mkMerge`, `mkForce`" + ` or another property of the module system gives. That is a set of its own kind (` + "`_type`" + `,
and what was wrapped below ` + "`content`" + `), and the module system takes what it wraps and nothing else: the definitions of the other side are dropped without a
word. Write ` + "`mkMerge [ (mkIf c { … }) { … } ]`" + `.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  services.wiki = lib.mkIf config.services.openssh.enable { port = 28081; } // { host = "localhost"; }; # <- here
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, file := range p.files() {
			if m := p.modules[file]; m == nil || m.Role == "helper" || m.Role == "unparsed" {
				continue
			}
			f := p.Graph.Files[file]
			parse.Walk(f.Expr, func(n parse.Node) bool {
				b, ok := n.(*parse.Binary)
				if !ok || b.Op != parse.OpUpdate {
					return true
				}
				left, right := property(b.X), property(b.Y)
				kept, lost, side := right, b.X, "left"
				if right == "" {
					kept, lost, side = left, b.Y, "right"
				}
				if kept == "" || isEmptySet(lost) {
					return true
				}
				out = append(out, Finding{
					At: p.place(file, lost.Range()), Value: kept,
					Message: fmt.Sprintf("what stands on the %s of // is dropped: the module system takes only what %s wraps; write mkMerge [ … ] in place of //", side, kept),
				})
				return true
			})
		}
		return out
	},
}

// properties are the functions of lib whose result is a property of the module system, with how many arguments they take.
var properties = map[string]int{"mkIf": 2, "mkMerge": 1, "mkForce": 1, "mkDefault": 1, "mkOverride": 2, "mkBefore": 1, "mkAfter": 1, "mkOrder": 2, "mkVMOverride": 1, "mkOptionDefault": 1}

// property is the function of lib that an expression is a full call of, "" if it is none of a property.
func property(e parse.Expr) string {
	args := 0
	for {
		switch x := e.(type) {
		case *parse.Paren:
			if args > 0 {
				return ""
			}
			e = x.X
		case *parse.Apply:
			args++
			e = x.Fn
		case *parse.Ident:
			if n, ok := properties[x.Name]; ok && n == args {
				return x.Name
			}
			return ""
		case *parse.Select:
			if lib, ok := x.X.(*parse.Ident); ok && lib.Name == "lib" && x.Default == nil && len(x.Path) > 0 {
				name := x.Path[len(x.Path)-1].Name
				if n, ok := properties[name]; ok && n == args {
					return name
				}
			}
			return ""
		default:
			return ""
		}
	}
}

func isEmptySet(e parse.Expr) bool {
	s, ok := e.(*parse.Set)
	return ok && len(s.Bindings) == 0
}
