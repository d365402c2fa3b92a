package eval

import (
	"slices"
	"strings"
)

// convention is what a framework brings along: functions, options and inputs that mean configurations or modules. There is one in each
// file convention_*.go; what finds configurations reads these tables and names no framework.
type convention struct {
	makers   map[string]maker                                    // functions that make one configuration of the modules that they are given
	rows     []row                                               // functions that do something else
	anywhere []string                                            // those of them that are known by name even where they come from an input of which nothing is known
	places   []place                                             // options that hold configurations
	inputs   []input                                             // inputs of flakes of which something is known
	outputs  []output                                            // outputs of flakes that hold more than configurations
	flakes   []flakeModule                                       // modules of flake-parts, by the option that they take
	entries  map[string]func(ev *Evaluator, v Val, at site) bool // files of the tree that start configurations, by name; false: not this one
	files    map[string]string                                   // files outside of the tree that are functions, by how their path ends
}

// input is a flake outside of the tree that a flake of the tree names as one of its inputs.
type input struct {
	repository string   // owner/name, as its URL has it
	names      []string // what everybody calls it, where the URL does not tell
	value      func(ev *Evaluator) Val
}

// output is an output of a flake that a framework makes configurations of.
type output struct {
	name string
	take func(ev *Evaluator, fl *flake, v Val, at site)
}

// is says whether an input of a flake is this one.
func (in *input) is(name, url string) bool {
	if i := strings.Index(strings.ToLower(url), in.repository); i >= 0 {
		end := url[i+len(in.repository):]
		if (i == 0 || url[i-1] == ':' || url[i-1] == '/') && (end == "" || strings.ContainsAny(end[:1], "/?.")) {
			return true
		}
	}
	return slices.Contains(in.names, name)
}

// conventions are all of them.
func conventions() []convention {
	return []convention{
		nixosConvention(), darwinConvention(), evalModulesConvention(), homeManagerConvention(), hjemConvention(), flakePartsConvention(), nixosTestConvention(),
		importTreeConvention(), snowfallConvention(), colmenaConvention(), haumeaConvention(), easyHostsConvention(),
		nixosUnifiedConvention(), blueprintConvention(), clanConvention(), adiosFlakeConvention(), ezConfigsConvention(), deployRsConvention(), denConvention(), flakeUtilsPlusConvention(), flakeUtilsConvention(),
	}
}

var (
	makers            = map[string]maker{}
	places            []place
	deepestPlace      int // the number of names of the longest of them
	anywhere          = map[string]bool{}
	knownInputs       []input
	outsideFiles      = map[string]string{}
	knownOutputs      []output
	knownFlakeModules []flakeModule
	knownEntries      = map[string]func(ev *Evaluator, v Val, at site) bool{}
)

func init() { // not in the declarations: the functions of the tables read the tables
	for _, c := range conventions() {
		for name, m := range c.makers {
			makers[name] = m
		}
		places = append(places, c.places...)
		for _, name := range c.anywhere {
			anywhere[name] = true
		}
		knownOutputs = append(knownOutputs, c.outputs...)
		knownFlakeModules = append(knownFlakeModules, c.flakes...)
		for name, take := range c.entries {
			knownEntries[name] = take
		}
		knownInputs = append(knownInputs, c.inputs...)
		for suffix, function := range c.files {
			outsideFiles[suffix] = function
		}
	}
	for _, p := range places {
		deepestPlace = max(deepestPlace, len(p.names))
	}
}

// conventionRows are the rows of the library's table that conventions bring.
func conventionRows() []row {
	var out []row
	for _, c := range conventions() {
		for name := range c.makers {
			out = append(out, row{name, 1, makesSystem(name)})
		}
		out = append(out, c.rows...)
	}
	return out
}
