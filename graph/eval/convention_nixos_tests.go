package eval

import (
	"cmp"

	"nixsink/parse"
)

// NixOS tests (NixOS manual, "Writing Tests"; nixos/lib/testing): each node of one is a configuration of its own, and the script reads
// them as `nodes`. A test is a module, or a function that gives one.
func nixosTestConvention() convention {
	c := convention{files: map[string]string{"/make-test-python.nix": "make-test-python"}}
	for _, name := range []string{"runNixOSTest", "runTest", "nixosTest", "makeTest"} {
		c.rows = append(c.rows, row{name, 1, libNixOSTest})
		c.anywhere = append(c.anywhere, name)
	}
	// nixos/tests/make-test-python.nix takes the test first, then what pkgs and system are.
	c.rows = append(c.rows, row{"make-test-python", 2, libNixOSTest})
	return c
}

const (
	maxTestParts = 64 // modules of one test that are looked at for nodes
	maxTestNodes = 64

	fuelForScripts = 1_000_000 // for the scripts of all tests together
)

// nixosTest is one test while its nodes are made.
type nixosTest struct {
	at    site
	name  string
	args  *thunk  // what its modules get
	parts []*part // what they say
	seen  map[any]bool
	names []string
	nodes map[string]*Configuration
	all   *thunk // `nodes`
}

func libNixOSTest(ev *Evaluator, a []*thunk, at site) Val {
	t := &nixosTest{at: at, seen: map[any]bool{}, nodes: map[string]*Configuration{}}
	t.all = lazily(func() Val { return t.asNodes(ev) })
	given := &setShape{base: &Val{}}
	for _, name := range []string{"pkgs", "hostPkgs"} {
		given.add(attr{name: name, val: ready(Val{shape: &libShape{"pkgs"}})})
	}
	given.add(attr{name: "lib", val: ready(Val{shape: &libShape{"lib"}})})
	given.add(attr{name: "nodes", val: t.all})
	config := &setShape{base: &Val{}}
	config.add(attr{name: "nodes", val: t.all})
	given.add(attr{name: "config", val: ready(Val{shape: config})})
	t.args = ready(Val{shape: given})
	t.take(ev, ev.force(a[0]), nil)
	if !t.isTest(ev) {
		return joinArgs(ev, a, at)
	}
	t.make(ev)
	// The script is read when the nodes are there: what it asks of them is known then.
	flake, building := ev.flake, ev.building
	ev.scripts = append(ev.scripts, func() {
		before, was := ev.flake, ev.building
		ev.flake, ev.building = flake, building
		defer func() { ev.flake, ev.building = before, was }()
		ev.refuel(min(fuelPerModule, fuelForScripts-ev.scripted))
		t.script(ev)
		ev.scripted += ev.steps
	})
	out := &setShape{base: &Val{}}
	out.add(attr{name: "nodes", val: t.all})
	return Val{shape: out}
}

// take looks at one module of a test, and at those that it imports.
func (t *nixosTest) take(ev *Evaluator, v Val, ctl Origins) {
	if len(t.parts) >= maxTestParts {
		ev.limit(t.at.file, t.at.span, tooManyModules)
		return
	}
	ctl = union(ctl, v.org.atMost(Control))
	for range 3 {
		switch s := v.shape.(type) {
		case *laterShape:
			v = ev.force(s.t)
		case *closure:
			v = ev.apply(v, t.args, t.at)
		case *pathShape, *strShape:
			name, ok := ev.insidePath(v)
			f := (*parse.File)(nil)
			if ok && known(name) {
				f = ev.host.File(ev.resolveFile(name))
			}
			if f == nil {
				return
			}
			v = ev.fileValue(f)
		}
	}
	switch s := v.shape.(type) {
	case *listShape:
		for _, e := range s.elems {
			t.take(ev, ev.force(e), ctl)
		}
	case *altShape:
		for _, e := range s.alts {
			t.take(ev, ev.force(e), ctl)
		}
	case *setShape:
		if t.seen[s] {
			return
		}
		t.seen[s] = true
		t.parts = append(t.parts, &part{v, ctl})
		for _, name := range []string{"imports", "config"} {
			if more := ev.sel(v, name); more.shape != nil && more.shape != missing {
				t.take(ev, more, ctl)
			}
		}
	}
}

// each gives what the modules of a test say at an attribute.
func (t *nixosTest) each(ev *Evaluator, path ...string) []part {
	var out []part
	for _, p := range t.parts {
		v := p.val
		for _, name := range path {
			v = ev.sel(v, name)
		}
		if v.shape != nil && v.shape != missing {
			out = append(out, part{v, p.ctl})
		}
	}
	return out
}

// isTest says whether what a function of a test's name was given is one.
func (t *nixosTest) isTest(ev *Evaluator) bool {
	for _, name := range []string{"nodes", "machine", "testScript", "node"} {
		if len(t.each(ev, name)) > 0 {
			return true
		}
	}
	return false
}

// make makes the nodes.
func (t *nixosTest) make(ev *Evaluator) {
	for _, p := range t.each(ev, "name") {
		if s, ok := p.val.shape.(*strShape); ok && known(s.s) {
			t.name = s.s
		}
	}
	for _, output := range []string{"nodes", "containers"} {
		for _, p := range t.each(ev, output) {
			as, _, org := ev.entries(p.val)
			for _, a := range as {
				t.node(ev, a.name, ev.force(a.val), union(p.ctl, union(a.key, org).atMost(Control)), cmp.Or(a.site, t.at))
			}
		}
	}
	for _, p := range t.each(ev, "machine") {
		t.node(ev, "machine", p.val, p.ctl, t.at)
	}
	for _, every := range []string{"defaults", "extraBaseModules"} {
		for _, p := range t.each(ev, every) {
			for _, name := range t.names {
				c := t.nodes[name]
				c.sources = append(c.sources, ev.want(p.val, site{c.File, c.Span}, nil, p.ctl)...)
			}
		}
	}
	for _, p := range t.each(ev, "node", "specialArgs") {
		for _, name := range t.names {
			ev.passAll(t.nodes[name], p.val)
		}
	}
}

// node adds a module to a node.
func (t *nixosTest) node(ev *Evaluator, name string, v Val, ctl Origins, at site) {
	c := t.nodes[name]
	if c == nil {
		if len(t.names) >= maxTestNodes {
			ev.limit(at.file, at.span, tooManyBuilt)
			return
		}
		c = ev.newConfiguration(TestNode, at)
		c.Name = "nodes." + segmentText(name)
		if t.name != "" {
			c.Name = segmentText(t.name) + "." + c.Name
		}
		c.args["nodes"] = t.all
		c.args["name"] = ready(str(name))
		t.nodes[name] = c
		t.names = append(t.names, name)
	}
	c.sources = append(c.sources, ev.want(v, at, nil, ctl)...)
}

// asNodes is what a test's script gets as `nodes`: the config of each node, which is also its attribute config.
func (t *nixosTest) asNodes(ev *Evaluator) Val {
	out := &setShape{}
	for _, name := range t.names {
		c := t.nodes[name]
		config := Val{shape: &refShape{path: ev.viewOf(c)}}
		node := &setShape{base: &config, conf: c}
		node.add(attr{name: "config", val: ready(config)})
		out.add(attr{name: name, val: ready(Val{shape: node})})
	}
	if len(out.attrs) == 0 {
		out.base = &Val{}
	}
	return Val{shape: out}
}

// script reads a test's script.
func (t *nixosTest) script(ev *Evaluator) {
	given := &setShape{base: &Val{}}
	given.add(attr{name: "nodes", val: t.all})
	for _, name := range []string{"testScript", "extraPythonPackages", "interactive"} {
		for _, p := range t.each(ev, name) {
			v := p.val
			if _, ok := v.shape.(*closure); ok {
				v = ev.apply(v, ready(Val{shape: given}), t.at)
			}
			ev.deep(v)
		}
	}
}
