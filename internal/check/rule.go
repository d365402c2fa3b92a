package check

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
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
	Module      string   `cel:"module"`      // the file, with the instance of a factory behind #
	Layer       string   `cel:"layer"`       // "" if it has none
	File        string   `cel:"file"`
	Line        int64    `cel:"line"`
}

// compile turns a rule into a check.
func (r Rule) compile() (Check, error) {
	if r.Name == "" {
		return Check{}, errors.New("it has no name")
	}
	if r.Expr == "" && !r.Required {
		return Check{}, errors.New("it has neither expr nor required = true")
	}
	facts := &factSet{}
	env, err := ruleEnv(facts)
	if err != nil {
		return Check{}, err
	}
	when, err := compileCEL(env, "when", r.When)
	if err != nil {
		return Check{}, err
	}
	expr, err := compileCEL(env, "expr", r.Expr)
	if err != nil {
		return Check{}, err
	}
	severity := r.Severity
	if severity == Off {
		severity = Warning
	}
	summary := r.Summary
	if summary == "" {
		summary = r.Message
	}
	return Check{
		Name: r.Name, Summary: summary, Default: severity,
		Doc: fmt.Sprintf("A rule of this repository's configuration.\n\n    when: %s\n    expr: %s\n", orDash(r.When), orDash(r.Expr)),
		Run: func(p *Pass) []Finding { return r.run(p, facts, when, expr) },
	}, nil
}

// ruleEnv declares what the expressions may use: the fields of Fact, definitions, and definitionsOf(path).
func ruleEnv(facts *factSet) (*cel.Env, error) {
	fact := cel.ObjectType("check.Fact")
	list := cel.ListType(fact)
	env, err := cel.NewEnv(
		ext.NativeTypes(reflect.TypeFor[Fact](), ext.ParseStructTags(true)),
		ext.Strings(), ext.Lists(), ext.Sets(),
		cel.Variable("option", cel.StringType),
		cel.Variable("segments", cel.ListType(cel.StringType)),
		cel.Variable("value", cel.DynType),
		cel.Variable("known", cel.BoolType),
		cel.Variable("conditional", cel.BoolType),
		cel.Variable("module", cel.StringType),
		cel.Variable("layer", cel.StringType),
		cel.Variable("file", cel.StringType),
		cel.Variable("line", cel.IntType),
		cel.Variable("definitions", list),
		cel.Function("definitionsOf", cel.Overload("definitions_of_string", []*cel.Type{cel.StringType}, list,
			cel.UnaryBinding(func(path ref.Val) ref.Val {
				name, _ := path.Value().(string)
				return facts.adapter.NativeToValue(facts.byOption[name])
			}))),
	)
	if err != nil {
		return nil, err
	}
	facts.adapter = env.CELTypeAdapter()
	return env, nil
}

// factSet is every definition of the tree that is looked at.
type factSet struct {
	adapter  types.Adapter
	all      []Fact
	byOption map[string][]Fact
}

func (s *factSet) fill(p *Pass) {
	s.byOption = map[string][]Fact{}
	for _, d := range p.Graph.Definitions {
		f := Fact{
			Option: d.Option, Segments: d.Segments, Value: d.Value, Known: d.Known, Conditional: d.Conditional,
			File: d.At.File, Line: int64(d.At.Line),
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
}

// compileCEL checks an expression's types and makes a program of it; nil for "".
func compileCEL(env *cel.Env, field, text string) (cel.Program, error) {
	if text == "" {
		return nil, nil
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%s: %w", field, issues.Err())
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("%s: it gives %s, not a truth value", field, t)
	}
	return env.Program(ast, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptTrackCost))
}

// Steps of a rule, by CEL's own count (a visit of a list's element is one or a few): of one evaluation, and of a rule over the whole tree,
// some ten seconds of work. A rule that needs more is not decided.
const (
	maxCost      = 1_000_000
	maxCostInAll = 50_000_000
)

// errCost tells that a rule takes too long.
var errCost = errors.New("too expensive")

func (r Rule) run(p *Pass, facts *factSet, when, expr cel.Program) []Finding {
	facts.fill(p)
	var out []Finding
	matched := false
	left := uint64(maxCostInAll)
	for i, d := range p.Graph.Definitions {
		f := facts.all[i]
		vars := map[string]any{
			"option": f.Option, "segments": f.Segments, "value": f.Value, "known": f.Known, "conditional": f.Conditional,
			"module": f.Module, "layer": f.Layer, "file": f.File, "line": f.Line, "definitions": facts.all,
		}
		if !f.Known {
			// CEL then stops at whatever needs the value, and only there: `known || …` and `option == …` still have an answer.
			delete(vars, "value")
		}
		if when != nil {
			ok, err := holds(when, vars, &left)
			if errors.Is(err, errCost) {
				return append(out, r.undecided(d))
			}
			if err != nil || !ok {
				continue // a `when` that cannot be decided does not speak of this definition
			}
		}
		matched = true
		if expr == nil {
			continue
		}
		ok, err := holds(expr, vars, &left)
		switch {
		case errors.Is(err, errCost):
			return append(out, r.undecided(d))
		case ok || err != nil && !f.Known:
			// A value that evaluation alone knows breaks no rule.
		case err != nil:
			out = append(out, Finding{At: d.At, Value: d.Option, Message: r.text(d.Option, d.Value) + " (the rule cannot be decided: " + err.Error() + ")"})
		default:
			out = append(out, Finding{At: d.At, Value: d.Option, Message: r.text(d.Option, d.Value)})
		}
	}
	if r.Required && !matched {
		out = append(out, Finding{At: p.entry(), Message: r.text("", nil) + " (no definition matches)", Anchor: "-"})
	}
	return out
}

// undecided is what is found where a rule takes too long: it says nothing about the definitions from here on.
func (r Rule) undecided(d *graph.Definition) Finding {
	return Finding{
		At: d.At, Value: d.Option,
		Message: fmt.Sprintf("the rule cannot be decided: too expensive (over %d steps for one definition, or %d in all), and so says nothing from here on; make `when` say which definitions are meant", maxCost, maxCostInAll),
	}
}

// holds evaluates an expression and takes what it cost off what is left.
func holds(prog cel.Program, vars map[string]any, left *uint64) (bool, error) {
	v, details, err := prog.Eval(vars)
	spent := uint64(maxCost)
	if cost := details.ActualCost(); cost != nil {
		spent = *cost
	}
	if spent >= maxCost || spent >= *left {
		return false, errCost
	}
	*left -= spent
	if err != nil {
		return false, err
	}
	b, ok := v.Value().(bool)
	if !ok {
		return false, fmt.Errorf("it gives %s, not a truth value", v.Type().TypeName())
	}
	return b, nil
}

func (r Rule) text(option string, value any) string {
	m := r.Message
	if m == "" {
		m = r.Summary
	}
	if m == "" {
		m = r.Name
	}
	return strings.NewReplacer("{option}", option, "{value}", fmt.Sprint(value)).Replace(m)
}

// entry is where a finding about the tree as a whole stands: the first entry point, else the first module.
func (p *Pass) entry() graph.Place {
	for _, m := range p.Graph.Modules {
		if m.Role == "entry" {
			return p.top(m.Path)
		}
	}
	if len(p.Graph.Modules) > 0 {
		return p.top(p.Graph.Modules[0].Path)
	}
	return graph.Place{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return strings.TrimSpace(s)
}
