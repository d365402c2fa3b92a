package eval

import (
	"cmp"
	"strings"
)

// maxOptionDepth is how many sets, types and submodules within each other options are declared in: a submodule may have an option of
// its own type.
const maxOptionDepth = 40

// options declares what a set of options holds (rule 10).
func (ev *Evaluator) options(m *Module, p *Path, v Val, at site, depth int) {
	if depth > maxOptionDepth {
		ev.limit(at.file, at.span, tooManyLevels)
		return
	}
	if ev.spent(at) {
		return
	}
	switch s := v.shape.(type) {
	case *altShape:
		for _, t := range s.alts {
			ev.options(m, p, ev.force(t), at, depth+1)
		}
	case *optShape:
		ev.declare(m, p, s, at, depth)
	case nil:
		// What a function that is not known makes under a namespace is an option of which nothing more is known.
		if p.Len() >= m.Base.Len()+2 && at.file != nil {
			ev.declare(m, p, &optShape{args: ready(v), at: at}, at, depth)
		}
	case *optionsShape:
		// options.my.x = options.networking.firewall.trustedInterfaces: an option like that one. Its own declaration is seldom of this tree.
		if p != s.path && at.file != nil {
			ev.declare(m, p, &optShape{args: ready(Val{org: v.org}), at: at}, at, depth)
		}
	case *setShape:
		if s.base != nil && s.base.shape == nil && describesOption(s) && at.file != nil {
			// What a function that is not known made of an option, with some of it replaced.
			ev.declare(m, p, &optShape{args: ready(v), at: at}, at, depth)
			return
		}
		for i := range s.attrs {
			a := &s.attrs[i]
			ev.options(m, ev.child(p, a.name), ev.force(a.val), cmp.Or(a.site, at), depth+1)
		}
		if s.base != nil {
			ev.options(m, p, *s.base, at, depth+1)
		}
	}
}

// describesOption says whether a set has the attributes of mkOption's argument rather than options of those names.
func describesOption(s *setShape) bool {
	for _, name := range []string{"default", "type", "description"} {
		if a, ok := s.get(name); ok {
			if _, option := a.val.val.shape.(*optShape); !option {
				return true
			}
		}
	}
	return false
}

// exprText is the text that an attribute is bound to, and where it stands: with inherit, or from another file, that is not beside the binding.
func exprText(a *attr) (string, site) {
	if x := a.val; x.expr != nil && x.env != nil {
		at := site{x.env.file, x.expr.Range()}
		return at.file.Text(at.span), at
	}
	at := a.site
	if at.file == nil {
		return "", site{}
	}
	t := at.file.Text(at.span)
	i := strings.Index(t, "=")
	if i < 0 || !strings.HasSuffix(t, ";") {
		return "", site{}
	}
	raw := t[i+1 : len(t)-1]
	text := strings.TrimSpace(raw)
	at.span.Start += int32(i + 1 + len(raw) - len(strings.TrimLeft(raw, " \t\r\n")))
	at.span.End = at.span.Start + int32(len(text))
	return text, at
}

// declare takes up an option. One that a helper makes (port = mkPort 22) is declared where it is bound: the helper's mkOption is many's.
func (ev *Evaluator) declare(m *Module, p *Path, o *optShape, at site, depth int) {
	d := &Declaration{Module: m, Path: p, File: m.File}
	args := ev.force(o.args)
	set, _ := args.shape.(*setShape)
	if o.over != nil {
		over := ev.force(o.over)
		if set != nil {
			over = ev.update(args, over)
		}
		set, _ = over.shape.(*setShape)
	}
	d.File, d.Span = o.site().file, o.site().span
	if at.file != nil && !(at.file == d.File && at.span.Contains(d.Span)) {
		d.File, d.Span = at.file, at.span
	}
	if d.File == nil {
		d.File = m.File
	}
	ev.Declarations = append(ev.Declarations, d)
	ev.take(p, d, true)
	switch o.kind {
	case "mkEnableOption":
		d.Type, d.Kind, d.Default, d.holds = "bool", "bool", "false", boolType
		d.Description = ev.asText(args)
	case "mkPackageOption":
		d.Type, d.Kind = "package", "package"
	}
	if set == nil {
		return
	}
	if t, ok := set.get("type"); ok {
		d.Type, _ = exprText(t)
		ev.typed(m, p, d, ev.force(t.val), depth)
	}
	if t, ok := set.get("description"); ok {
		v := ev.force(t.val)
		d.Description = strings.TrimSpace(strings.ReplaceAll(ev.asText(v), hole, "…"))
		if d.Description == "…" {
			d.Description = ""
		}
	}
	if t, ok := set.get("default"); ok {
		d.Default, d.dfltAt = exprText(t)
		at := t.site
		if at.file == nil {
			at = o.site()
		}
		d.dflt = t.val
		ev.define(m, p, ev.force(t.val), args.org, at, true, 0)
	}
	if t, ok := set.get("apply"); ok {
		at := t.site
		if at.file == nil {
			at = o.site()
		}
		ev.transformed(m, p, d, t.val, at)
	}
}

// transformed notes what a function mixes into what an option is set to: its apply, or that of types.coercedTo. Readers get what
// it makes, so what it makes under a name is part of the member of that name.
func (ev *Evaluator) transformed(m *Module, p *Path, d *Declaration, f *thunk, at site) {
	before := len(ev.Definitions)
	given := Val{}
	if d.Registry && p == d.Path {
		s := &setShape{}
		s.add(attr{name: hole, val: ready(Val{})})
		given.shape = s
	}
	ev.define(m, p, ev.apply(ev.force(f), ready(given), at), nil, at, true, 0)
	made := ev.Definitions[before:]
	ev.Definitions = ev.Definitions[:before]
	for _, x := range made {
		if x.Derived() {
			x.Default, x.Apply, x.Value, x.Known = true, true, nil, false
			ev.Definitions = append(ev.Definitions, x)
		}
	}
}

// typed follows an option's type to registries and submodules (rule 11).
func (ev *Evaluator) typed(m *Module, p *Path, d *Declaration, t Val, depth int) {
	d.holds = ev.heldBy(t, 0)
	for range 8 {
		t = ev.mainType(t)
		s, ok := t.shape.(*typeShape)
		if !ok {
			if a, ok := t.shape.(*altShape); ok && len(a.alts) > 0 {
				t = ev.force(a.alts[0])
				continue
			}
			return
		}
		switch s.name {
		case "nullOr", "uniq":
			t = ev.force(s.elem)
			continue
		case "coercedTo":
			ev.transformed(m, p, d, s.with, site{d.File, d.Span})
			t = ev.force(s.elem)
			continue
		case "attrsOf", "lazyAttrsOf", "loaOf", "dagOf":
			d.Registry = true
			p = ev.child(p, hole)
			t = ev.mainType(ev.force(s.elem))
			d.membersHold = ev.heldBy(ev.force(s.elem), 0)
			d.Mixed = !d.membersHold.always(setType | nullType)
			if e, ok := t.shape.(*typeShape); ok {
				switch e.name {
				case "anything", "attrs", "unspecified", "raw", "attrsOf", "lazyAttrsOf":
					d.Open = true
				}
			} else {
				d.Open = true
			}
			e, ok := t.shape.(*typeShape)
			ev.take(p, nil, !ok || d.Mixed || e.name != "submodule" && e.name != "submoduleWith")
			continue
		case "submodule", "submoduleWith", "attrTag":
			d.Kind = "submodule"
			d.Nested = true
			mod := ev.force(s.elem)
			switch s.name {
			case "attrTag":
				ev.options(m, p, mod, site{d.File, d.Span}, depth+1)
			case "submoduleWith":
				if b, ok := ev.sel(mod, "shorthandOnlyDefinesConfig").shape.(*boolShape); !ok || !b.b {
					d.whole = true
				}
				ev.submodule(m, p, d, ev.orUnknown(ev.sel(mod, "modules")), ev.sel(mod, "specialArgs"), depth+1)
			default:
				ev.submodule(m, p, d, mod, Val{}, depth+1)
			}
			return
		case "listOf", "nonEmptyListOf", "functionTo":
			d.Kind = s.name
			ev.unlisted(m, s.elem, depth)
			return
		default:
			d.Kind = s.name
			return
		}
	}
}

// unlisted enters the submodules below a listOf, where a path stops: their own config is not the system's.
func (ev *Evaluator) unlisted(m *Module, elem *thunk, depth int) {
	if elem == nil {
		return
	}
	if depth > maxOptionDepth {
		ev.limit(m.File, m.File.Expr.Range(), tooManyLevels)
		return
	}
	t, ok := ev.mainType(ev.force(elem)).shape.(*typeShape)
	if !ok || t.elem == nil {
		return
	}
	if t.name != "submodule" {
		ev.unlisted(m, t.elem, depth+1)
		return
	}
	if mod := ev.force(t.elem); mod.shape != nil {
		if _, ok := mod.shape.(*closure); ok {
			args := &setShape{base: &Val{shape: &moduleArgs{m}}}
			args.add(attr{name: "config", val: ready(Val{})})
			args.add(attr{name: "name", val: ready(Val{})})
			mod = ev.apply(mod, ready(Val{shape: args}), site{m.File, m.File.Expr.Range()})
		}
	}
}

func (o *optShape) site() site { return o.at }
