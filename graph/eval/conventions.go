package eval

// convention is what a framework brings along: functions, options and inputs that mean configurations or modules. There is one in each
// file convention_*.go; what finds configurations reads these tables and names no framework.
type convention struct {
	makers   map[string]maker  // functions that make one configuration of the modules that they are given
	rows     []row             // functions that do something else
	anywhere []string          // those of them that are known by name even where they come from an input of which nothing is known
	places   []place           // options that hold configurations
	inputs   map[string]string // inputs of flakes that are functions themselves, by the name that everybody gives them
	files    map[string]string // files outside of the tree that are functions, by how their path ends
}

// conventions are all of them.
func conventions() []convention {
	return []convention{
		nixosConvention(), darwinConvention(), evalModulesConvention(), homeManagerConvention(), flakePartsConvention(), nixosTestConvention(),
		importTreeConvention(),
	}
}

var (
	makers           = map[string]maker{}
	places           []place
	deepestPlace     int // the number of names of the longest of them
	anywhere         = map[string]bool{}
	inputConventions = map[string]string{}
	outsideFiles     = map[string]string{}
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
		for input, function := range c.inputs {
			inputConventions[input] = function
		}
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
