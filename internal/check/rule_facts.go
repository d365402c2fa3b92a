package check

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"nixsink/graph"
)

// Fact is one option definition as rules see it. The same names are variables of a rule's expressions, for the definition it looks at.
type Fact struct {
	Option      string   `cel:"option"`      // services.nginx.enable; an unknown segment is *
	Segments    []string `cel:"segments"`    // ["services", "nginx", "enable"]
	Value       any      `cel:"value"`       // null where it is not known; string, int, double, bool, list or map as far as it is
	Known       bool     `cel:"known"`       // value is complete
	Conditional bool     `cel:"conditional"` // under mkIf, optionalAttrs or if
	Sources     []string `cel:"sources"`     // central values that flow into it
	Module      string   `cel:"module"`      // the file, with the instance of a factory behind #
	Layer       string   `cel:"layer"`       // "" if it has none
	Hosts       []string `cel:"hosts"`       // names of the hosts that have it
	File        string   `cel:"file"`
	Line        int64    `cel:"line"`
}

// ValueFact is a central value as rules over values see it.
type ValueFact struct {
	Path     string   `cel:"path"`
	IDs      []string `cel:"ids"`
	Type     string   `cel:"type"`     // as written, "" if not known
	Literals []string `cel:"literals"` // what it is known to be set to, its default included
	Sinks    []string `cel:"sinks"`    // options that it ends up in
	Readers  []string `cel:"readers"`  // files that read it
	Hosts    []string `cel:"hosts"`    // names of the hosts that declare it
	Layer    string   `cel:"layer"`    // of the module that declares it
	File     string   `cel:"file"`     // where it is declared, "" if nowhere
	Line     int64    `cel:"line"`
}

// OptionFact is an option that the tree defines as rules over options see it.
type OptionFact struct {
	Path        string   `cel:"path"`
	Segments    []string `cel:"segments"`
	Sources     []string `cel:"sources"`     // central values that end up in it
	Definitions []Fact   `cel:"definitions"` // all that the tree makes of it
	Hosts       []string `cel:"hosts"`       // names of the hosts that have one of these
}

// HostFact is a machine that the tree builds as rules over hosts see it.
type HostFact struct {
	Name        string   `cel:"name"`  // nixosConfigurations.tower
	Class       string   `cel:"class"` // nixos, darwin
	Modules     []string `cel:"modules"`
	Homes       []string `cel:"homes"`       // home-manager.users.anna
	Definitions []Fact   `cel:"definitions"` // that hold on it
	File        string   `cel:"file"`        // where it is made
	Line        int64    `cel:"line"`
}

// FindingFact is a finding of another check as rules over findings see it.
type FindingFact struct {
	Check    string `cel:"check"`
	Severity string `cel:"severity"`
	Message  string `cel:"message"`
	Value    string `cel:"value"`
	File     string `cel:"file"`
	Line     int64  `cel:"line"`
}

// FlowFact is one definition that a central value or a secret becomes part of, directly or through others, as rules over flows see it.
type FlowFact struct {
	Source  string   `cel:"source"`  // the value, a secret's option, or the file whose contents are secret
	Sink    string   `cel:"sink"`    // the option that is defined
	What    string   `cel:"what"`    // of the source: value, path, contents, hash, name, existence; the first where nobody calls it a secret
	Way     []string `cel:"way"`     // line by line, from where the source is read: "modules/a.nix:3 reads my.x"
	Through []string `cel:"through"` // the options on the way
	Hosts   []string `cel:"hosts"`   // names of the hosts on which all of the way holds
	File    string   `cel:"file"`    // of the definition
	Line    int64    `cel:"line"`
}

// AccountFact is what the analysis did not see, for rules that claim that there is none of something.
type AccountFact struct {
	Complete   bool   `cel:"complete"`   // nothing was lost and every import was followed
	Lost       string `cel:"lost"`       // what could not be read or followed to its end, "" if nothing
	Unfollowed string `cel:"unfollowed"` // an import that could not be followed, "" if there is none
	Unresolved int64  `cel:"unresolved"` // reads of values that could not be resolved
	Hosts      int64  `cel:"hosts"`      // machines that the tree builds, as far as is known
}

// subjects are what a rule may be over, with the variables that its expressions have besides definitions, definitionsOf and account.
var subjects = map[string][]cel.EnvOption{
	"definition": {
		cel.Variable("option", cel.StringType),
		cel.Variable("segments", cel.ListType(cel.StringType)),
		cel.Variable("value", cel.DynType),
		cel.Variable("known", cel.BoolType),
		cel.Variable("conditional", cel.BoolType),
		cel.Variable("sources", cel.ListType(cel.StringType)),
		cel.Variable("module", cel.StringType),
		cel.Variable("layer", cel.StringType),
		cel.Variable("hosts", cel.ListType(cel.StringType)),
		cel.Variable("file", cel.StringType),
		cel.Variable("line", cel.IntType),
	},
	"value":   {cel.Variable("value", cel.ObjectType("check.ValueFact"))},
	"option":  {cel.Variable("option", cel.ObjectType("check.OptionFact"))},
	"host":    {cel.Variable("host", cel.ObjectType("check.HostFact"))},
	"flow":    {cel.Variable("flow", cel.ObjectType("check.FlowFact"))},
	"finding": {cel.Variable("finding", cel.ObjectType("check.FindingFact"))},
}

// ruleEnv declares what the expressions of a rule over something may use.
func ruleEnv(over string, facts *factSet) (*cel.Env, error) {
	vars, ok := subjects[over]
	if !ok {
		return nil, fmt.Errorf("over: a rule is over definition, value, option, host, flow or finding, not %q", over)
	}
	list := cel.ListType(cel.ObjectType("check.Fact"))
	env, err := cel.NewEnv(append(slices.Clone(vars),
		ext.NativeTypes(reflect.TypeFor[Fact](), reflect.TypeFor[ValueFact](), reflect.TypeFor[OptionFact](), reflect.TypeFor[HostFact](), reflect.TypeFor[FindingFact](), reflect.TypeFor[FlowFact](),
			reflect.TypeFor[AccountFact](), ext.ParseStructTags(true)),
		ext.Strings(), ext.Lists(), ext.Sets(),
		cel.Variable("definitions", list),
		cel.Variable("account", cel.ObjectType("check.AccountFact")),
		cel.Function("definitionsOf", cel.Overload("definitions_of_string", []*cel.Type{cel.StringType}, list,
			cel.UnaryBinding(func(path ref.Val) ref.Val {
				name, _ := path.Value().(string)
				return facts.adapter.NativeToValue(facts.byOption[name])
			}))),
	)...)
	if err != nil {
		return nil, err
	}
	facts.adapter = env.CELTypeAdapter()
	return env, nil
}

// subject is one thing that a rule looks at.
type subject struct {
	at     graph.Place
	name   string // of the finding about it: an option, a value, what another finding speaks of
	value  any    // what {value} stands for in the message
	unsure bool   // what cannot be decided of it breaks no rule
	vars   map[string]any
}

func (s *factSet) fill(p *Pass) {
	s.byOption, s.hosts = map[string][]Fact{}, map[*graph.ConfSet][]string{}
	into := map[graph.Place][]string{}
	for _, f := range p.Graph.Flows.Direct() {
		if f.Kind == graph.Data && f.ToValue == nil {
			into[f.At] = append(into[f.At], f.From.Path)
		}
	}
	for _, d := range p.Graph.Definitions {
		f := Fact{
			Option: d.Option, Segments: d.Segments, Value: d.Value, Known: d.Known, Conditional: d.Conditional, Sources: into[d.At],
			Hosts: s.hostsOf(p, d.In), File: d.At.File, Line: int64(d.At.Line),
		}
		if m := d.Module; m != nil {
			f.Module, f.Layer = m.Path, m.Layer
			if m.Instance != "" {
				f.Module += "#" + m.Instance
			}
		}
		s.all = append(s.all, f)
		s.byOption[d.Option] = append(s.byOption[d.Option], f)
	}
	lost, unknown := first(p, p.account().lost, nil, whatever), first(p, p.account().unknown, nil, whatever)
	s.account = AccountFact{Complete: lost == "" && unknown == "", Lost: lost, Unfollowed: unknown, Unresolved: int64(len(p.Graph.Unresolved)), Hosts: int64(len(p.Graph.Hosts()))}
}

// hostsOf are the names of the hosts in a set, made once for each.
func (s *factSet) hostsOf(p *Pass, in *graph.ConfSet) []string {
	out, ok := s.hosts[in]
	if !ok {
		out = p.Graph.HostsOf(in)
		s.hosts[in] = out
	}
	return out
}

// hostsOfAll are the hosts that have one of some definitions, sorted.
func hostsOfAll(facts []Fact) []string {
	var out []string
	for _, f := range facts {
		out = append(out, f.Hosts...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// over lists what a rule looks at, in a fixed order.
func (s *factSet) over(p *Pass, kind string) []subject {
	var out []subject
	add := func(at graph.Place, name string, value any, vars map[string]any) *subject {
		vars["definitions"], vars["account"] = s.all, s.account
		out = append(out, subject{at: at, name: name, value: value, vars: vars})
		return &out[len(out)-1]
	}
	switch kind {
	case "definition":
		for i, d := range p.Graph.Definitions {
			f := s.all[i]
			vars := map[string]any{
				"option": f.Option, "segments": f.Segments, "value": f.Value, "known": f.Known, "conditional": f.Conditional, "sources": f.Sources,
				"module": f.Module, "layer": f.Layer, "hosts": f.Hosts, "file": f.File, "line": f.Line,
			}
			if !f.Known {
				// CEL then stops at whatever needs the value, and only there: `known || …` and `option == …` still have an answer.
				delete(vars, "value")
			}
			add(d.At, d.Option, d.Value, vars).unsure = !f.Known
		}
	case "value":
		for _, v := range p.Graph.Values {
			in, _ := p.confsOf(v)
			f := ValueFact{Path: v.Path, Type: v.Type, Hosts: s.hostsOf(p, in)}
			for _, id := range v.IDs {
				f.IDs = append(f.IDs, id.Name)
			}
			for _, l := range v.Literals {
				f.Literals = append(f.Literals, l.Text)
			}
			for option, to := range p.Graph.Flows.Ends(v) {
				if to == nil {
					f.Sinks = append(f.Sinks, option)
				}
			}
			for _, r := range p.readers[v] {
				if !slices.Contains(f.Readers, r.At.File) && r.Kind != graph.Guard {
					f.Readers = append(f.Readers, r.At.File)
				}
			}
			at := p.entry()
			if len(v.Declared) > 0 {
				at = v.Declared[0]
				f.File, f.Line = at.File, int64(at.Line)
				if m := p.modules[at.File]; m != nil {
					f.Layer = m.Layer
				}
			}
			add(at, v.Path, v.Path, map[string]any{"value": f})
		}
	case "option":
		sources := map[string][]string{}
		for _, v := range p.Graph.Values {
			for option, to := range p.Graph.Flows.Ends(v) {
				if to == nil {
					sources[option] = append(sources[option], v.Path)
				}
			}
		}
		told := map[string]bool{}
		for _, d := range p.Graph.Definitions {
			if told[d.Option] {
				continue
			}
			told[d.Option] = true
			add(d.At, d.Option, d.Option, map[string]any{"option": OptionFact{
				Path: d.Option, Segments: d.Segments, Sources: sources[d.Option], Definitions: s.byOption[d.Option], Hosts: hostsOfAll(s.byOption[d.Option]),
			}})
		}
	case "host":
		for _, c := range p.Graph.Hosts() {
			f := HostFact{Name: c.Name, Class: c.Class, Modules: c.Modules, File: c.At.File, Line: int64(c.At.Line)}
			for _, k := range c.Kids {
				if k.Class == "homeManager" {
					f.Homes = append(f.Homes, k.Name)
				}
			}
			for i, d := range p.Graph.Definitions {
				if c.Holds(d.In) {
					f.Definitions = append(f.Definitions, s.all[i])
				}
			}
			at := c.At
			if at.File == "" {
				at = p.entry()
			}
			add(at, c.Name, c.Name, map[string]any{"host": f})
		}
	case "flow":
		for _, t := range p.flowTracks() {
			f := s.flow(p, t)
			add(t.At, f.Sink, f.Source, map[string]any{"flow": f})
		}
	case "finding":
		for _, f := range p.found {
			add(f.At, f.Value, f.Message, map[string]any{"finding": FindingFact{f.Check, f.Severity.String(), f.Message, f.Value, f.At.File, int64(f.At.Line)}})
		}
	}
	return out
}

// flowTracks are the tracks of central values and of secrets.
func (p *Pass) flowTracks() []*graph.Track {
	tests := p.testsOnly()
	var roots [][]string
	for _, r := range p.Graph.Roots {
		roots = append(roots, strings.Split(r.Path, "."))
	}
	tracks := p.Graph.Track(func(path []string) bool {
		_, secret := p.labelOf(path)
		return secret || slices.ContainsFunc(roots, func(root []string) bool { return len(path) > len(root) && slices.Equal(path[:len(root)], root) })
	})
	return slices.DeleteFunc(tracks, func(t *graph.Track) bool { return tests(t.In) || t.Argument })
}

func (s *factSet) flow(p *Pass, t *graph.Track) FlowFact {
	f := FlowFact{Source: t.Source.File, Sink: t.Option, What: partNames[t.Part], Hosts: s.hostsOf(p, t.In), File: t.At.File, Line: int64(t.At.Line)}
	if f.Source == "" {
		f.Source = strings.Join(t.Source.Path, ".")
	}
	if l, what := p.partOf(t); l.Secret != "" {
		f.What = string(what)
	}
	for _, step := range t.Steps {
		f.Way = append(f.Way, fmt.Sprintf("%s:%d %s", step.At.File, step.At.Line, step.What))
	}
	for b := t.Before; b != nil; b = b.Before {
		f.Through = append(f.Through, b.Option)
	}
	slices.Reverse(f.Through)
	return f
}
