package check

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"nixsink/graph"
)

var conflictingDefinitions = Check{
	Name:    "conflicting-definitions",
	Summary: "an option is defined twice, to different values",
	Default: Error,
	InForce: true,
	Doc: `Two definitions of one option, unconditional and of the same priority, set it to different values in one configuration: Nix stops with "conflicting
definition values". Keep one of them, or let it win with ` + "`mkForce`" + `. Numbers and truth values conflict in any option; texts do in an option that the tree
declares to hold one, and in the few of NixOS that everybody sets (` + "`networking.hostName`" + `), as others put texts together. It is information where a type may take several:
one that the tree makes itself (a merge of its own, coercedTo, a name for another type), attrs, none at all for truth values, and ` + "`nixpkgs.config` and `boot.kernel.sysctl`" + ` of NixOS.

` + "```nix" + `
-- default.nix --
{
  imports = [ ./base.nix ];
  services.openssh.enable = true; # <- here
}
-- base.nix --
{ services.openssh.enable = false; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, d := range p.plain().all {
			if !d.single && isText(d.Value) {
				continue
			}
			for e := range p.plain().meeting(d) {
				if d.Priority != e.Priority || d.Value == e.Value || graph.ComparePlaces(e.At, d.At) >= 0 || d.Module.Home != e.Module.Home || !p.inForce(d.Definition, e.Definition) ||
					p.outweighed(d.Definition, e.Definition) {
					continue
				}
				f := Finding{
					At: d.At, Value: d.Option,
					Message: fmt.Sprintf("%s is %v here and %v in %s, with the same priority%s: Nix rejects that; keep one, or let it win with mkForce",
						d.Option, d.Value, e.Value, e.At.File, p.onHosts(d.In, e.In)),
					Related: []Related{{At: e.At, Message: fmt.Sprintf("%s is %v here", e.Option, e.Value)}},
				}
				if why := p.mergesNumbers(d.Option, d.Value); why != "" && !isText(d.Value) {
					f.Severity = Info
					f.dependOn(why)
				}
				if d.At.File != e.At.File && (p.isPart(d.Definition) || p.isPart(e.Definition)) {
					f.Severity = Info
					f.Message = fmt.Sprintf("%s is %v here and %v in %s, with the same priority: Nix rejects that on hosts that take both parts", d.Option, d.Value, e.Value, e.At.File)
				}
				out = append(out, f)
				break
			}
		}
		return out
	},
}

var overriddenDefinition = Check{
	Name:    "overridden-definition",
	Summary: "a definition never holds, because another one overrides it",
	Default: Warning,
	InForce: true,
	Doc: `Wherever this definition is, other ones of the option are too, unconditional and of a stronger priority (` + "`mkForce`" + `, or a plain one beside
` + "`mkDefault`" + `). It holds nowhere: remove it. It is a warning where the stronger one stands in the same module or in one that this module imports. What a module from
above overrides (a host, a profile) is information, and so is a ` + "`mkDefault`" + `, which is there to give way, and one whose value is the one that holds.

` + "```nix" + `
-- default.nix --
{ lib, ... }:
{
  imports = [ ./policy.nix ];
  services.openssh.settings.PermitRootLogin = "yes"; # <- here
}
-- policy.nix --
{ lib, ... }:
{ services.openssh.settings.PermitRootLogin = lib.mkForce "no"; }
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		var out []Finding
		for _, d := range p.plain().all {
			if below(d.Option, rawOptions) {
				continue
			}
			// Several may share the work: each host its own.
			var by []*graph.Definition
			var in *graph.ConfSet
			for e := range p.plain().meeting(d) {
				if e.Priority < d.Priority && e.Module.Home == d.Module.Home && p.inForce(d.Definition, e.Definition) {
					if len(by) == 0 {
						in = e.In
					}
					in = p.Graph.Union(in, e.In)
					by = append(by, e.Definition)
				}
			}
			if len(by) == 0 || !d.In.Within(in) || !slices.ContainsFunc(by, func(e *graph.Definition) bool { return p.belongs(d.Definition, e) }) && !p.onlyMachines(d.In) {
				continue
			}
			e := by[0]
			f := Finding{At: d.At, Value: d.Option}
			f.Message = fmt.Sprintf("%s is never %v: %s sets it to %v with a stronger priority, and is there wherever this is; remove this", d.Option, d.Value, e.At.File, e.Value)
			if len(by) > 1 {
				f.Message = fmt.Sprintf("%s is never %v: %s set it with a stronger priority, wherever this is; remove this", d.Option, d.Value, count(len(by), "definition"))
			}
			if d.Priority == defaultPriority || !slices.ContainsFunc(by, func(e *graph.Definition) bool { return p.belongs(d.Definition, e) }) {
				f.Severity = Info
			}
			if !slices.ContainsFunc(by, func(e *graph.Definition) bool { return e.Value != d.Value }) {
				f.Severity = Info
				f.Message = fmt.Sprintf("%s is %v without this, too: %s sets it to that with a stronger priority, and is there wherever this is", d.Option, d.Value, e.At.File)
			}
			for _, e := range by {
				f.Related = append(f.Related, Related{At: e.At, Message: fmt.Sprintf("%v holds", e.Value)})
			}
			out = append(out, f)
		}
		return out
	},
}

// defaultPriority is that of mkDefault (lib/modules.nix).
const defaultPriority = 1000

var idleDefault = Check{
	Name:    "idle-default",
	Summary: "mkDefault gives an option the value that it has anyway",
	Default: Info,
	InForce: true,
	Doc: "`mkDefault`" + ` sets an option to the default of its own declaration, so that it decides nothing: whatever else sets the option outweighs both. Remove it, or
set the option outright if that is meant to hold.

` + "```nix" + `
-- default.nix --
{ lib, config, ... }:
{
  options.my.wiki.port = lib.mkOption { type = lib.types.port; default = 8080; };
  config.my.wiki.port = lib.mkDefault 8080; # <- here
  config.services.wiki.port = config.my.wiki.port;
}
` + "```" + `
`,
	Run: func(p *Pass) []Finding {
		defaults := map[string]graph.Literal{}
		for _, v := range p.Graph.Values {
			for _, l := range v.Literals {
				if old, ok := defaults[v.Path]; l.Default && (!ok || old.Text == l.Text) {
					defaults[v.Path] = l
				} else if l.Default {
					defaults[v.Path] = graph.Literal{} // declared in several ways
				}
			}
		}
		var out []Finding
		for _, d := range p.Graph.Definitions {
			l, ok := defaults[d.Option]
			if !ok || d.Priority != defaultPriority || !d.Known || l.Kind == "" || l.Text != fmt.Sprint(d.Value) || l.At == d.At || !d.In.Within(l.In) {
				continue
			}
			out = append(out, Finding{
				At: d.At, Value: d.Option, Message: fmt.Sprintf("%s is %v by default: mkDefault changes nothing here", d.Option, d.Value),
				Related: []Related{{At: l.At, Message: "the default"}},
			})
		}
		return out
	},
}

func isText(v any) bool { _, ok := v.(string); return ok }

// plainDefinitions are those that set an option to one value, and always do.
type plainDefinitions struct {
	all []plainDefinition // by option, then by place
	of  map[string]*definedOption
}

// definedOption is an option with its plain definitions.
type definedOption struct {
	all []plainDefinition
	// By configuration, the definitions that hold there and in few others, and those that hold in many: where every host has a
	// definition of its own, it is held against what that host has, not against those of all hosts. nil for few definitions.
	in   map[int][]int
	wide []int
}

// manyDefinitions is from how many definitions on those of an option are looked up by configuration.
const manyDefinitions = 16

// fewConfigurations is the number of configurations up to which a definition is listed with each of them.
const fewConfigurations = 16

// isWide says that a definition holds in many configurations.
func (d *plainDefinition) isWide() bool {
	if d.In == nil {
		return true
	}
	n := 0
	for range d.In.All() {
		if n++; n > fewConfigurations {
			return true
		}
	}
	return false
}

// meeting are the definitions of d's option that may hold where d does, in their order.
func (ps *plainDefinitions) meeting(d plainDefinition) iter.Seq[plainDefinition] {
	o := ps.of[d.Option]
	if o.in == nil || d.isWide() {
		return slices.Values(o.all)
	}
	found := slices.Clone(o.wide)
	for c := range d.In.All() {
		found = append(found, o.in[c]...)
	}
	slices.Sort(found)
	return func(yield func(plainDefinition) bool) {
		for _, i := range slices.Compact(found) {
			if !yield(o.all[i]) {
				return
			}
		}
	}
}

// index prepares meeting.
func (o *definedOption) index() {
	if len(o.all) < manyDefinitions {
		return
	}
	o.in = map[int][]int{}
	for i, d := range o.all {
		if d.isWide() {
			o.wide = append(o.wide, i)
			continue
		}
		for c := range d.In.All() {
			o.in[c] = append(o.in[c], i)
		}
	}
}

type plainDefinition struct {
	*graph.Definition
	single bool // the option holds one text, and does not put several together
}

func (p *Pass) makePlain() *plainDefinitions {
	out := &plainDefinitions{of: map[string]*definedOption{}}
	texts := map[string]bool{}
	for _, o := range p.Graph.Declared {
		texts[o.Path] = texts[o.Path] || holdsOneText(o.Type)
	}
	for _, option := range slices.Sorted(maps.Keys(p.definitionsOf())) {
		all := p.definitionsOf()[option]
		if len(all) < 2 || strings.Contains(option, "*") {
			continue
		}
		for _, d := range all {
			if d.Module != nil && !d.In.Empty() && p.isPlainDefinition(d) && !p.dormant(d.At.File) {
				out.all = append(out.all, plainDefinition{d, texts[option] || slices.Contains(oneText, option)})
			}
		}
	}
	for _, d := range out.all {
		o := out.of[d.Option]
		if o == nil {
			o = &definedOption{}
			out.of[d.Option] = o
		}
		o.all = append(o.all, d)
	}
	for _, o := range out.of {
		o.index()
	}
	return out
}

// oneText are options of NixOS that hold one text (nixos/modules), of those that most configurations set.
var oneText = []string{"networking.hostName", "networking.domain", "time.timeZone", "i18n.defaultLocale", "system.stateVersion", "home.stateVersion", "home.username", "home.homeDirectory", "console.keyMap"}

// holdsOneText reports whether a type, as written, takes one text and no more (lib/types.nix).
func holdsOneText(typ string) bool {
	last := typ[strings.LastIndexAny(typ, ". (")+1:]
	for _, many := range []string{"listOf", "attrsOf", "either", "oneOf", "lines", "commas", "envVar", "separatedString", "submodule"} {
		if strings.Contains(typ, many) {
			return false
		}
	}
	return slices.Contains([]string{"str", "path", "singleLineStr", "nonEmptyStr", "passwdEntry"}, strings.TrimRight(last, ")")) || strings.Contains(typ, "enum ")
}

// onHosts says on which hosts two definitions meet, "" if there is nothing to tell apart.
func (p *Pass) onHosts(a, b *graph.ConfSet) string {
	var names []string
	all := 0
	for _, c := range p.Graph.Configurations {
		if !c.Host {
			continue
		}
		if all++; c.Holds(a) && c.Holds(b) {
			names = append(names, c.Name[strings.LastIndexByte(c.Name, '.')+1:])
		}
	}
	switch n := len(names); {
	case n == 0 || n == all:
		return ""
	case n > 3:
		return fmt.Sprintf(" on %d of %d hosts", n, all)
	}
	return " on " + words(names)
}

// inForce reports whether two definitions meet: on some machine, or because who has one module has the other.
func (p *Pass) inForce(d, e *graph.Definition) bool {
	return d.In.Meets(e.In) && (p.onMachine(d.In, e.In) || p.belongs(d, e) || p.belongs(e, d))
}

// isPart reports whether a definition stands in a module that is a value of its file (flake.modules.nixos.web = { … }, an aspect's nixos = { … }): which hosts take
// that one, a framework decides, and is known no better than its conventions are.
func (p *Pass) isPart(d *graph.Definition) bool {
	o := p.outline(d.At.File)
	if o == nil {
		return false
	}
	names := strings.TrimPrefix(o.name(d.At.Span), "config.")
	return strings.HasSuffix(names, "."+strings.Join(d.Segments, ".")) // the option as it is written, dots in its names and all
}

// outweighed reports whether definitions of a stronger priority may stand wherever two others meet: neither of the two counts there.
func (p *Pass) outweighed(d, e *graph.Definition) bool {
	left := p.Graph.Intersection(d.In, e.In)
	for _, s := range p.definitionsOf()[d.Option] {
		if (s.Priority < 0 || s.Priority < d.Priority) && !left.Empty() {
			left = p.Graph.Difference(left, s.In)
		}
	}
	return left.Empty() || !slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return !c.Open && c.Holds(left) }) &&
		slices.ContainsFunc(p.Graph.Configurations, func(c *graph.Configuration) bool { return !c.Open && c.Holds(d.In) && c.Holds(e.In) })
}

// belongs reports whether whoever has a definition has another one: it stands in the same module, or in one that this imports.
func (p *Pass) belongs(d, e *graph.Definition) bool {
	atTop := func(d *graph.Definition) bool {
		o := p.outline(d.At.File)
		return o != nil && strings.TrimPrefix(o.name(d.At.Span), "config.") == d.Option // what stands deeper may be of a module of its own
	}
	return atTop(d) && atTop(e) && (e.At.File == d.At.File || p.brings(d.At.File, e.At.File, d.In))
}

// brings reports whether whoever has a file in some configurations has another one by its imports.
func (p *Pass) brings(file, other string, in *graph.ConfSet) bool {
	known := map[string]bool{file: true}
	for queue := []string{file}; len(queue) > 0; queue = queue[1:] {
		for _, im := range p.importsOf()[queue[0]] {
			if known[im.To] || im.Disabled || im.External || !in.Within(im.In) {
				continue
			}
			if im.To == other {
				return true
			}
			known[im.To] = true
			queue = append(queue, im.To)
		}
	}
	return false
}

// isPlainDefinition reports whether a definition sets one value, and always does.
func (p *Pass) isPlainDefinition(d *graph.Definition) bool {
	if !d.Known || d.Conditional || d.Doubt || d.Priority <= 0 || d.Module != nil && d.Module.Instance != "" {
		return false
	}
	switch d.Value.(type) {
	case bool, int64, float64, string:
	default:
		return false
	}
	// What is decided by something else than an option (isDarwin, an argument) is no condition to the graph.
	if slices.ContainsFunc(p.syntax(d.At.File).guards, func(g guarded) bool { return g.body.Contains(d.At.Span) }) {
		return false
	}
	return true
}
