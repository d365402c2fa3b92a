package check

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"nixsink/graph"
)

// compile turns a rule into a check.
func (r Rule) compile() (Check, error) {
	if r.Name == "" {
		return Check{}, errors.New("it has no name")
	}
	if r.Expr == "" && !r.Required {
		return Check{}, errors.New("it has neither expr nor required = true")
	}
	over := r.Over
	if over == "" {
		over = "definition"
	}
	facts := &factSet{}
	env, err := ruleEnv(over, facts)
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
		Doc:  fmt.Sprintf("A rule of this repository's configuration.\n\n    when: %s\n    expr: %s\n", orDash(r.When), orDash(r.Expr)),
		Late: over == "finding",
		Run:  func(p *Pass) []Finding { return r.run(p, facts, over, when, expr) },
	}, nil
}

// factSet is every definition of the tree that is looked at.
type factSet struct {
	adapter  types.Adapter
	all      []Fact
	byOption map[string][]Fact
	account  AccountFact
	hosts    map[*graph.ConfSet][]string // their names, by set
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

func (r Rule) run(p *Pass, facts *factSet, over string, when, expr cel.Program) []Finding {
	facts.fill(p)
	var out []Finding
	matched := false
	left := uint64(maxCostInAll)
	for _, s := range facts.over(p, over) {
		if when != nil {
			ok, err := holds(when, s.vars, &left)
			if errors.Is(err, errCost) {
				return append(out, r.undecided(s))
			}
			if err != nil || !ok {
				continue // a `when` that cannot be decided does not speak of this
			}
		}
		matched = true
		if expr == nil {
			continue
		}
		ok, err := holds(expr, s.vars, &left)
		switch {
		case errors.Is(err, errCost):
			return append(out, r.undecided(s))
		case ok || err != nil && s.unsure:
			// A value that evaluation alone knows breaks no rule.
		case err != nil:
			out = append(out, Finding{At: s.at, Value: s.name, Message: r.text(s.name, s.value) + " (the rule cannot be decided: " + err.Error() + ")"})
		default:
			out = append(out, Finding{At: s.at, Value: s.name, Message: r.text(s.name, s.value)})
		}
	}
	if r.Required && !matched {
		out = append(out, Finding{At: p.entry(), Message: r.text("", nil) + " (nothing matches)", Anchor: "-"})
	}
	return out
}

// undecided is what is found where a rule takes too long: it says nothing from here on.
func (r Rule) undecided(s subject) Finding {
	return Finding{
		At: s.at, Value: s.name,
		Message: fmt.Sprintf("the rule cannot be decided: too expensive (over %d steps for one evaluation, or %d in all), and so says nothing from here on; make `when` say what is meant", maxCost, maxCostInAll),
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
