package eval

import (
	"slices"
)

// PassedSets are the module arguments that hold sets of plain values: what a flake passes as specialArgs in place of
// options. Flake inputs, packages and libraries are none.
func (ev *Evaluator) PassedSets() []string {
	var names []string
	for name, t := range ev.special {
		v := ev.force(t)
		s, ok := v.shape.(*setShape)
		if !ok || s.base != nil || len(s.attrs) == 0 || name == "inputs" || name == "self" || name == "lib" || name == "outputs" {
			continue
		}
		if x, _ := ev.literal(v, 0); plainData(x) && !ev.library(s) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Passed are the module arguments that hold plain values: PassedSets, and strings and numbers by themselves.
func (ev *Evaluator) Passed() []string {
	names := ev.PassedSets()
	for name, t := range ev.special {
		v := ev.force(t)
		if _, set := v.shape.(*setShape); set || name == "system" || name == "hostname" || name == "hostName" || name == "host" {
			continue // the last ones differ by host, and are no central values
		}
		switch x, known := ev.literal(v, 0); x.(type) {
		case string, int64, bool, float64:
			if known {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// library says that most of what a set holds are functions.
func (ev *Evaluator) library(s *setShape) bool {
	functions := 0
	for i := range s.attrs {
		if v := ev.force(s.attrs[i].val); isFunction(v) {
			functions++
		} else if _, ok := v.shape.(*builtin); ok {
			functions++
		}
	}
	return 2*functions > len(s.attrs)
}

// plainData says that a literal holds at least one plain value.
func plainData(x any) bool {
	switch x := x.(type) {
	case string, int64, bool, float64:
		return true
	case map[string]any:
		for _, y := range x {
			if plainData(y) {
				return true
			}
		}
	}
	return false
}
