package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"nixsink/parse"
)

var dependentImports = Check{
	Name:    "dependent-imports",
	Summary: "what a module imports, or which options it defines, depends on the configuration",
	Default: Error,
	InForce: true,
	Doc: `A list of imports can only be made with a look at ` + "`config` or `options`" + `, and those are not known before every import is: Nix stops with
"infinite recursion encountered". Import the module always, and let it ask with ` + "`mkIf`" + ` whether it is wanted; or decide by something that is passed to
the modules (` + "`specialArgs`" + `). The same holds for what a module consists of, and for the names of what it defines: ` + "`config = lib.optionalAttrs config.my.x { … }`" + ` and
` + "`if config.my.x then { … } else { }`" + ` have to look at the configuration to know which options are defined, where ` + "`mkIf`" + ` looks later.

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
			src := p.Graph.Files[file]
			tell := func(what string, x parse.Expr) {
				text := oneLine(src.Text(x.Range()))
				on := text
				if !strings.HasPrefix(text, "config") && !strings.HasPrefix(text, "options") {
					on += ", which comes from the configuration"
				}
				f := Finding{At: p.place(file, x.Range()), Value: text}
				f.Message = fmt.Sprintf("%s on %s: infinite recursion; decide inside it with mkIf", what, on)
				if strings.HasPrefix(what, "imports") {
					f.Message = fmt.Sprintf("%s on %s: infinite recursion; import the module always, and ask inside it with mkIf", what, on)
				}
				out = append(out, f)
			}
			parse.Walk(src.Expr, func(n parse.Node) bool {
				fn, ok := n.(*parse.Lambda)
				if !ok || fn.Formals == nil || !fn.Formals.Ellipsis {
					return true
				}
				forced := newForcing(fn)
				if len(forced.args) == 0 {
					return true
				}
				sets, names := forced.body(fn.Body)
				if names != nil && fn == src.Expr {
					tell("what the module consists of depends", names)
				}
				for _, set := range sets {
					for _, b := range set.Bindings {
						a, ok := b.(*parse.Attr)
						if !ok || len(a.Path) != 1 {
							continue
						}
						switch a.Path[0].Name {
						case "imports":
							if x := forced.list(a.Value); x != nil {
								tell("imports depends", x)
							}
						case "config":
							if x := forced.definitions(a.Value); x != nil && fn == src.Expr {
								tell("which options the module defines depends", x)
							}
						}
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
		sets, _ := (&forcing{lets: map[string]parse.Expr{}}).body(e)
		if len(sets) != 1 {
			return
		}
		out = append(out, sets[0])
		for _, b := range sets[0].Bindings {
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
			within := map[*parse.Binary]bool{} // operators whose result another one takes: a // (b // c)
			names(p.Graph.Files[file].Expr, nil, func(b *parse.Binary, bound bindings) {
				operands := updated(b, within)
				if within[b] {
					return
				}
				kept, last := "", -1
				for i, e := range operands {
					if name := bound.property(e); name != "" {
						kept, last = name, i
					}
				}
				var lost []parse.Expr
				side := "right"
				for i, e := range operands {
					if i != last && !isEmptySet(e) && !makesFunctor(e) && !holdsNever(e) {
						if lost = append(lost, e); i < last {
							side = "left"
						}
					}
				}
				if kept == "" || len(lost) == 0 {
					return
				}
				f := Finding{
					At: p.place(file, lost[0].Range()), Value: kept,
					Message: fmt.Sprintf("what stands on the %s of // is dropped: the module system takes only what %s wraps; write mkMerge [ … ] in place of //", side, kept),
				}
				if len(lost) > 1 {
					f.Message = fmt.Sprintf("%s of // are dropped: the module system takes only what the last %s wraps; write mkMerge [ … ] in place of //", count(len(lost), "operand"), kept)
				}
				for _, e := range lost[1:] {
					f.Related = append(f.Related, Related{At: p.place(file, e.Range()), Message: "dropped, too"})
				}
				out = append(out, f)
			})
		}
		return out
	},
}

// updated are the operands of a // b // c, from left to right, however they are put together. The operators within are noted: they are part of this one.
func updated(b *parse.Binary, within map[*parse.Binary]bool) (operands []parse.Expr) {
	for _, e := range []parse.Expr{b.X, b.Y} {
		if inner, ok := unwrapped(e).(*parse.Binary); ok && inner.Op == parse.OpUpdate {
			within[inner] = true
			operands = append(operands, updated(inner, within)...)
			continue
		}
		operands = append(operands, e)
	}
	return operands
}

// unwrapped is an expression without the parentheses around it.
func unwrapped(e parse.Expr) parse.Expr {
	for paren, ok := e.(*parse.Paren); ok; paren, ok = e.(*parse.Paren) {
		e = paren.X
	}
	return e
}

// holdsNever reports whether an expression is switched off as it stands: mkIf false { … }.
func holdsNever(e parse.Expr) bool {
	call, ok := unwrapped(e).(*parse.Apply)
	if !ok || property(call) != "mkIf" {
		return false
	}
	inner, ok := call.Fn.(*parse.Apply)
	if !ok {
		return false
	}
	cond, ok := unwrapped(inner.Arg).(*parse.Ident)
	return ok && cond.Name == "false"
}

// bindings are the names that hold at a place in the text, with what they are bound to; nil where that does not stand there.
type bindings []map[string]parse.Expr

// names visits every update of an expression, with the names that hold there.
func names(e parse.Expr, bound bindings, visit func(*parse.Binary, bindings)) {
	with := func(bs []parse.Binding) bindings {
		own := map[string]parse.Expr{}
		for _, b := range bs {
			switch b := b.(type) {
			case *parse.Attr:
				own[b.Path[0].Name] = nil
				if len(b.Path) == 1 {
					own[b.Path[0].Name] = b.Value
				}
			case *parse.Inherit:
				for _, n := range b.Names {
					own[n.Name] = nil
				}
			}
		}
		return append(slices.Clip(bound), own)
	}
	switch e := e.(type) {
	case nil:
		return
	case *parse.Let:
		bound = with(e.Bindings)
	case *parse.Set:
		if e.Rec {
			bound = with(e.Bindings)
		}
	case *parse.Lambda:
		own := map[string]parse.Expr{}
		if e.Arg != nil {
			own[e.Arg.Name] = nil
		}
		if e.Formals != nil {
			for _, f := range e.Formals.List {
				own[f.Name] = nil
			}
		}
		bound = append(slices.Clip(bound), own)
	case *parse.Binary:
		if e.Op == parse.OpUpdate {
			visit(e, bound)
		}
	}
	parse.Walk(e, func(n parse.Node) bool {
		if n == parse.Node(e) {
			return true
		}
		if x, ok := n.(parse.Expr); ok {
			names(x, bound, visit)
			return false
		}
		return true
	})
}

// property is the function of lib that an expression is a full call of, be it by name, "" if it is none of a property.
func (bs bindings) property(e parse.Expr) string {
	e = unwrapped(e)
	if b, ok := e.(*parse.Binary); ok && b.Op == parse.OpUpdate {
		return cmp.Or(bs.property(b.Y), bs.property(b.X)) // (mkIf c { … } // { … }) is what mkIf gives, still
	}
	if id, ok := e.(*parse.Ident); ok {
		for i := len(bs) - 1; i >= 0; i-- {
			if x, ok := bs[i][id.Name]; ok {
				if x == nil {
					return ""
				}
				return property(x)
			}
		}
	}
	return property(e)
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
	s, ok := unwrapped(e).(*parse.Set)
	return ok && len(s.Bindings) == 0
}

// makesFunctor reports whether a set makes what it is merged into a function: a property that can be called, and which the module system takes for what it is.
func makesFunctor(e parse.Expr) bool {
	s, ok := e.(*parse.Set)
	return ok && slices.ContainsFunc(s.Bindings, func(b parse.Binding) bool {
		a, ok := b.(*parse.Attr)
		return ok && a.Path[0].Name == "__functor"
	})
}
