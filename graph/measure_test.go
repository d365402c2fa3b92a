package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"nixsink/parse"
)

// marked builds a graph from files in which marks stand for what the engine finds out:
//
//	«r my.x|config.my.x»          a read; «g …» a guard; «y …» a computed name; «r my.x @cfg|cfg.x» a read through let binding cfg
//	«= cfg|cfg = config.my;»      that binding
//	«d my.x|mkOption { }»         a declaration; «D …» a registry's; «m my.x|1» a member, declared by its definition
//	«u my.*|config.my.${n}»       a reference that could not be resolved
//	«f my.x services.y|1»         a flow into an option, «k» a key, «c» a control flow; «f my.x my.y|…» into a value
//	«s my.x|1»                    a definition of a value
func marked(t *testing.T, files map[string]string) (*Graph, *tree) {
	t.Helper()
	g := &Graph{Roots: []Root{{Path: "my"}}}
	tr := &tree{byName: map[string]*parse.File{}, dirs: map[string][]dirEntry{}, notes: map[string]notes{}}
	values, bindings := map[string]*Value{}, map[string]Place{}
	value := func(path string) *Value {
		if values[path] == nil {
			values[path] = &Value{Path: path, Segments: SplitPath(path)}
		}
		return values[path]
	}
	type mark struct {
		words []string
		start int
		at    Place
	}
	var marks []mark
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var src strings.Builder
		var open, closed []mark
		for rest := files[name]; rest != ""; {
			i := strings.IndexAny(rest, "«»")
			if i < 0 {
				src.WriteString(rest)
				break
			}
			src.WriteString(rest[:i])
			if rest = rest[i:]; strings.HasPrefix(rest, "»") {
				m := open[len(open)-1]
				open = open[:len(open)-1]
				m.at.Span = parse.Span{Start: int32(m.start), End: int32(src.Len())}
				closed = append(closed, m)
				rest = rest[len("»"):]
				continue
			}
			words, after, _ := strings.Cut(rest[len("«"):], "|")
			open = append(open, mark{words: strings.Fields(words), start: src.Len()})
			rest = after
		}
		f := parse.Parse(name, src.String())
		if len(f.Errors) > 0 {
			t.Fatalf("%v\n%s", f.Errors, src.String())
		}
		tr.files = append(tr.files, f)
		tr.byName[name] = f
		tr.notes[name] = readNotes(f)
		g.Modules = append(g.Modules, &Module{Path: name, Role: "module"})
		for _, m := range closed {
			m.at = PlaceIn(f, m.at.Span)
			if m.words[0] == "=" {
				bindings[m.words[1]] = m.at
			}
			marks = append(marks, m)
		}
	}
	kinds := map[string]FlowKind{"f": Data, "k": Key, "c": Control}
	var flows []*Flow
	for _, m := range marks {
		switch what := m.words[0]; what {
		case "r", "g", "y":
			r := &Reference{Value: value(m.words[1]), At: m.at, Kind: Direct}
			switch what {
			case "g":
				r.Kind = Guard
			case "y":
				r.Kind = Dynamic
			}
			if len(m.words) > 2 {
				r.Via, r.Kind = m.words[2][1:], Alias
				r.ViaAt = bindings[r.Via]
			}
			g.References = append(g.References, r)
		case "d", "D", "m":
			v := value(m.words[1])
			v.Declared = append(v.Declared, m.at)
			v.Registry, v.Member = what == "D", what == "m"
		case "u":
			g.Unresolved = append(g.Unresolved, &Unresolved{Path: m.words[1], At: m.at, Reason: "the name is computed"})
		case "f", "k", "c":
			f := &Flow{From: value(m.words[1]), To: m.words[2], At: m.at, Kind: kinds[what]}
			if strings.HasPrefix(f.To, "my.") {
				f.ToValue = value(f.To)
			}
			flows = append(flows, f)
		case "s":
			g.Definitions = append(g.Definitions, &Definition{Option: value(m.words[1]).Path, At: m.at})
		}
	}
	g.Flows = FlowsOf(flows...)
	for _, path := range slices.Sorted(maps.Keys(values)) {
		g.Values = append(g.Values, values[path])
	}
	return g, tr
}

// measured is marked, and measured.
func measured(t *testing.T, files map[string]string, opts Options) *Graph {
	t.Helper()
	g, tr := marked(t, files)
	measure(g, tr, opts)
	return g
}

func TestAnnotationStates(t *testing.T) {
	const decl = "{ options.my = { ports.ssh = «d my.ports.ssh|1»; ports.http = «d my.ports.http|2»; configs.domain = «d my.configs.domain|3»; }; }"
	tests := []struct {
		name, src string
		opts      Options
		want      []string // keyword and ids: state; a part of why
	}{
		{"ok", "{ config }: {\n# source-id: CFG.ports.ssh\na = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{"CFG.ports.ssh: ok my.ports.ssh"}},
		{"configs first", "{ config }: {\n# source-id: CFG.domain\na = «r my.configs.domain|config.my.configs.domain»; }", Options{}, []string{"CFG.domain: ok"}},
		{"a path is an id", "{ config }: {\n# source-id: my.ports.ssh\na = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{"my.ports.ssh: ok"}},
		{"mismatched", "{ config }: {\n# source-id: CFG.ports.ssh\na = «r my.ports.http|config.my.ports.http»; }", Options{}, []string{"CFG.ports.ssh: mismatched the code reads my.ports.http"}},
		{"unwanted", "{\n# source-id: CFG.ports.ssh\na = 22; }", Options{}, []string{"CFG.ports.ssh: unwanted"}},
		{"orphaned", "{ config }: {\n# source-id: CFG.gone\na = «r my.ports.http|config.my.ports.http»; }", Options{}, []string{"CFG.gone: orphaned CFG.gone is bound to no value; the code reads my.ports.http"}},
		{"several", "{ config }: {\n# source-id: CFG.ports.http / CFG.ports.ssh\na = [ «r my.ports.http|config.my.ports.http» «r my.ports.ssh|config.my.ports.ssh» ]; }", Options{}, []string{"CFG.ports.http CFG.ports.ssh: ok"}},
		{"one too many", "{ config }: {\n# source-id: CFG.ports.http / CFG.ports.ssh\na = «r my.ports.http|config.my.ports.http»; }", Options{}, []string{"CFG.ports.http CFG.ports.ssh: mismatched CFG.ports.ssh is my.ports.ssh, which is not read here"}},
		{"let binding", "{ config }: let\n# source-id: CFG.ports.ssh\n«= cfg|cfg = config.my.ports;» in { a = «r my.ports.ssh @cfg|cfg.ssh»; }", Options{}, []string{"CFG.ports.ssh: ok"}},
		{"where it is used", "{ config }: let p = «r my.ports.ssh|config.my.ports.ssh»; in {\n# source-id: CFG.ports.ssh\na = «f my.ports.ssh a|[ p ]»; }", Options{}, []string{"CFG.ports.ssh: ok"}},
		{"in a part of what is defined", "{ config }: let p = «r my.ports.ssh|config.my.ports.ssh»; q = p + 1; in { a = «f my.ports.ssh a|[ {\n# source-id: CFG.ports.ssh\nb = q; } ]»; }", Options{}, []string{"CFG.ports.ssh: ok"}},
		{"a variable of the same name", "{ config }: let p = «r my.ports.ssh|config.my.ports.ssh»; in { a = map (p: {\n# source-id: CFG.ports.ssh\nb = p; }) [ ]; }", Options{}, []string{"CFG.ports.ssh: unwanted"}},
		{"an inherited variable", "{ config }: let inherit (config.my.ports) «r my.ports.ssh|ssh» «r my.ports.http|http»; in { \n# source-id: CFG.ports.ssh\na = ssh; \n# source-id: CFG.ports.ssh\nb = http; }", Options{}, []string{"CFG.ports.ssh: ok", "CFG.ports.ssh: mismatched the code reads my.ports.http"}},
		{"a condition around is no use", "{ config }: let p = «r my.ports.ssh|config.my.ports.ssh»; in {\n# source-id: CFG.ports.ssh\na = «c my.ports.ssh a|[ ]»; }", Options{}, []string{"CFG.ports.ssh: unwanted"}},
		{"where it is set", "{\n# source-id: CFG.ports.ssh\nmy.ports.ssh = «s my.ports.ssh|22»; }", Options{}, []string{"CFG.ports.ssh: ok"}},
		{"guard", "{ config }: {\n# source-id: CFG.ports.ssh\na = «g my.ports.ssh|config ? my.ports.ssh»; }", Options{}, []string{"CFG.ports.ssh: ok"}},
		{"unresolved", "{ config, n }: {\n# source-id: CFG.ports.ssh\na = «u my.ports.*|config.my.ports.${n}»; }", Options{}, []string{"CFG.ports.ssh: unverifiable my.ports.* is read here, which could not be resolved: the name is computed"}},
		{"unresolved, but of another place", "{ config, n }: {\n# source-id: CFG.domain\na = «u my.ports.*|config.my.ports.${n}»; }", Options{}, []string{"CFG.domain: unwanted"}},
		{"none", "{\n# source-id: none\na = 1; }", Options{}, []string{": ok"}},
		{"not none", "{ config }: {\n# source-id: none\na = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{": mismatched the code reads my.ports.ssh"}},
		{"alias", "{ config }: {\n# source-id: X.ssh\na = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: X.ssh\nb = 1; }", Options{Aliases: map[string]string{"X.ssh": "config.my.ports.ssh"}}, []string{"X.ssh: ok", "X.ssh: unwanted"}},
		{"a rule of one's own", "{ config }: {\n# source-id: P.ssh\na = «r my.ports.ssh|config.my.ports.ssh»; }", Options{IDRules: []IDRule{{"P.", []string{"my.ports."}}}}, []string{"P.ssh: ok"}},
		{"reads agree", "{ config }: {\n# source-id: CFG.sshd\na = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: CFG.sshd\nb = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: CFG.sshd\nc = «r my.ports.http|config.my.ports.http» + «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{"CFG.sshd: ok", "CFG.sshd: ok", "CFG.sshd: ok"}},
		{"reads disagree", "{ config }: {\n# source-id: CFG.x\na = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: CFG.x\nb = «r my.ports.http|config.my.ports.http»; }", Options{}, []string{"CFG.x: ambiguous my.ports.ssh, my.ports.http", "CFG.x: ambiguous"}},
		{"a named value takes no second name", "{ config }: {\n# source-id: CFG.ports.ssh\na = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: CFG.x\nb = «r my.ports.ssh|config.my.ports.ssh»;\n# source-id: CFG.x\nc = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{"CFG.ports.ssh: ok", "CFG.x: orphaned", "CFG.x: orphaned"}},
		{"a pattern", "{ config, n }: {\n# source-id: CFG.sites.*.port\nx = «r my.sites.a.port|1»;\n# source-id: CFG.ports.*\ny = «r my.ports.ssh|config.my.ports.${n}»;\n# source-id: CFG.ports.*\nz = 1;\n# source-id: CFG.nothing.*\nw = 1;\n# source-id: CFG.sites.*\nv = «r my.sites.b.port|1»; }", Options{}, []string{"CFG.sites.*.port: ok my.sites.a.port", "CFG.ports.*: ok", "CFG.ports.*: unwanted no central value is read here", "CFG.nothing.*: orphaned", "CFG.sites.*: ok"}},
		{"a waiver", "{\n# source-id: CFG.ports.ssh\n# nixsink: ignore unwanted-source-id because it was there once\na = 22; }", Options{}, []string{"CFG.ports.ssh: waived", ": ok"}},
		{"a waiver for something else", "{\n# source-id: CFG.ports.ssh\n# nixsink: ignore stale-sink because it was there once\na = 22; }", Options{}, []string{"CFG.ports.ssh: unwanted", ": ok"}},
		{"sink", "{ config }: {\n# sink: services.openssh.ports\nservices.openssh.ports = «f my.ports.ssh services.openssh.ports|[ «r my.ports.ssh|config.my.ports.ssh» ]»; }", Options{}, []string{": ok reaches services.openssh.ports"}},
		{"a sink above", "{ config }: {\n# sink: services.openssh\nx = «f my.ports.ssh services.openssh.ports|[ «r my.ports.ssh|config.my.ports.ssh» ]»; }", Options{}, []string{": ok"}},
		{"a sink below", "{ config }: {\n# sink: services.nginx.virtualHosts.blog.locations\nx = «f my.ports.ssh services.nginx.virtualHosts.*.locations|[ «r my.ports.ssh|config.my.ports.ssh» ]»; }", Options{}, []string{": ok"}},
		{"a sink in a home", "{ config }: {\n# sink: programs.git.userEmail\nx = «f my.ports.ssh home-manager.users.ann.programs.git.userEmail|«r my.ports.ssh|config.my.ports.ssh»»; }", Options{}, []string{": ok"}},
		{"source", "{ config }: {\n# source: my.ports.ssh + x\nx = «r my.ports.ssh|config.my.ports.ssh»;\n# source: my.ports.ssh\ny = 1;\n# source: my.ports.ssh where it is needed\nz = 1;\n}", Options{}, []string{": ok", ": unwanted", ": unverifiable"}},
		{"stale sink", "{ config }: {\n# sink: services.openssh.ports\nx = «f my.ports.ssh services.fail2ban.jails|[ «r my.ports.ssh|config.my.ports.ssh» ]»; }", Options{}, []string{": stale-sink my.ports.ssh does not flow into services.openssh.ports; it reaches services.fail2ban.jails"}},
		{"a sink of nothing", "{\n# sink: services.openssh.ports\nx = 1; }", Options{}, []string{": stale-sink no central value is read here"}},
		{"a sink that cannot be told", "{ config, n }: {\n# sink: services.openssh.ports\nx = «u my.ports.*|config.my.ports.${n}»; }", Options{}, []string{": unverifiable no flow into services.openssh.ports was found, but my.ports.* could not be resolved"}},
		{"a sink of a value read elsewhere unknown", "{ config, n }: {\n# sink: services.openssh.ports\nx = «r my.ports.ssh|config.my.ports.ssh»; y = «u my.ports.*|config.my.ports.${n}»; }", Options{}, []string{": unverifiable"}},
		{"prose", "{ config }: {\n# sink: SSH-Port in den Regeln\nx = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{": unverifiable prose"}},
		{"a sink by id", "{ config }: {\n# sink: CFG.ports.ssh\nx = «r my.ports.ssh|config.my.ports.ssh»;\n# sink-id: CFG.ports.http\ny = «r my.ports.ssh|config.my.ports.ssh»; }", Options{}, []string{"CFG.ports.ssh: ok", "CFG.ports.http: mismatched"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := measured(t, map[string]string{"a.nix": test.src, "decl.nix": decl}, test.opts)
			var got []string
			for _, a := range g.Annotations {
				var ids []string
				for _, id := range a.IDs {
					ids = append(ids, id.Text)
				}
				got = append(got, fmt.Sprintf("%s: %s %s", strings.Join(ids, " "), a.State, a.Why))
			}
			matches := func(got, want string) bool {
				head, why, _ := strings.Cut(want, ": ")
				state, part, _ := strings.Cut(why, " ")
				return strings.HasPrefix(got, head+": "+state+" ") && strings.Contains(got, part)
			}
			if !slices.EqualFunc(got, test.want, matches) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

func TestBindIDs(t *testing.T) {
	tests := []struct {
		name, src string
		opts      Options
		want      string // value: id (evidence), …
	}{
		{"declaration wins over the rule", "{ options.my = {\n# source-id: CFG.b\na = «d my.a|1»;\nb = «d my.b|2»; }; }", Options{}, "my.a: CFG.b (declaration)"},
		{"two declarations", "{ options.my = {\n# source-id: CFG.a\na = «d my.a|1»;\n# source-id: CFG.a\nb = «d my.b|2»; }; }", Options{}, "my.a: CFG.a (declaration); my.b: CFG.a (declaration)"},
		{"the outermost of several", "{ options.my = {\n# source-id: CFG.sites\nsites = «D my.sites|{ port = «d my.sites.*.port|1»; }»; }; }", Options{}, "my.sites: CFG.sites (declaration)"},
		{"a group is no value", "{ options.my = {\n# source-id: CFG.ports\nports = { a = «d my.ports.a|1»; b = «d my.ports.b|2»; }; }; }", Options{}, ""},
		{"several ids of a group", "{ options.my = {\n# source-ids: CFG.ports.a, CFG.ports.b\nports = { a = «d my.ports.a|1»; b = «d my.ports.b|2»; }; }; }", Options{}, "my.ports.a: CFG.ports.a (declaration); my.ports.b: CFG.ports.b (declaration)"},
		{"a declaration that reads another", "{ config }: { options.my = { domain = «d my.domain|1»;\n# source-id: CFG.domain\nurl = «d my.url|{ default = «r my.domain|config.my.domain»; }»; }; }", Options{}, "my.domain: CFG.domain (rule)"},
		{"alias wins over the rule", "{\n# source-id: CFG.a\nx = 1; y = [ «d my.a|1» «d my.b|1» ]; }", Options{Aliases: map[string]string{"CFG.a": "my.b"}}, "my.b: CFG.a (alias)"},
		{"patterns", "{\n# source-id: CFG.sites.blog.port\nx = 1; y = «d my.sites.*.port|1»; }", Options{}, "my.sites.*.port: CFG.sites.blog.port (rule)"},
		{"a pattern is nobody's name", "{ config, n }: {\n# source-id: CFG.ports.*\nx = «r my.ports.a|config.my.ports.${n}»; y = «d my.ports.a|1»; }", Options{}, ""},
		{"case of the prefix", "{\n# source-id: cfg.a\nx = 1; y = «d my.a|1»; }", Options{}, "my.a: cfg.a (rule)"},
		{"one witness is enough where no rule has a say", "{ config }: {\n# source-id: SRC.4\nx = «r my.a|config.my.a»; }", Options{}, "my.a: SRC.4 (reads)"},
		{"one witness of the same name", "{ config }: {\n# source-id: CFG.secrets.env\nx = «r my.secrets.files.env|config.my.secrets.files.env»;\n# source-id: CFG.old\ny = «r my.new|config.my.new»; }", Options{}, "my.secrets.files.env: CFG.secrets.env (reads)"},
		{"no root, no rule", "{\n# source-id: CFG.a\nx = 1; y = «d my.a|1»; }", Options{IDRules: []IDRule{}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := measured(t, map[string]string{"a.nix": test.src}, test.opts)
			var got []string
			for _, v := range g.Values {
				var ids []string
				for _, id := range v.IDs {
					ids = append(ids, fmt.Sprintf("%s (%s)", id.Name, id.Evidence))
				}
				if ids != nil {
					got = append(got, v.Path+": "+strings.Join(ids, ", "))
				}
			}
			if got := strings.Join(got, "; "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSuggestID(t *testing.T) {
	g := measured(t, map[string]string{"a.nix": "{\n# source-id: SRC.1\nnamed = «d my.named|1»; a = «d my.configs.a|1»; b = «d my.b|1»; c = «d my.configs.c|1»; d = «d my.c|1»; e = «d vars.x|1»; }"}, Options{})
	var got []string
	for _, v := range g.Values {
		got = append(got, v.Path+"="+g.SuggestID(v))
	}
	want := "my.b=CFG.b my.c=my.c my.configs.a=CFG.a my.configs.c=CFG.c my.named=SRC.1 vars.x=vars.x"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestCoverageOfMembers: a registry's id speaks of the members that no name in the text tells apart, and a pattern of all that it fits.
func TestCoverageOfMembers(t *testing.T) {
	for _, test := range []struct {
		id   string
		want Ratio
	}{
		{"CFG.ports", Ratio{2, 3, 0}}, // not the member that is read by its name
		{"CFG.ports.*", Ratio{2, 3, 0}},
		{"CFG.ports.a", Ratio{2, 3, 0}}, // one of two at the first, and the second
		{"CFG.other", Ratio{0, 3, 0}},
	} {
		g := measured(t, map[string]string{
			"decl.nix": "{ options.my = { ports = «D my.ports|1»; other = «d my.other|2»; }; config.my.ports = { a = «m my.ports.a|1»; b = «m my.ports.b|2»; }; }",
			"a.nix":    "{ config, n }: {\n# source-id: " + test.id + "\nx = [ «y my.ports.a|«y my.ports.b|config.my.ports.${n}»» ];\n# source-id: " + test.id + "\ny = «r my.ports.a|config.my.ports.a»; }",
		}, Options{})
		if got := g.Coverage.SourceID; got != test.want {
			t.Errorf("%s: got %v, want %v", test.id, got, test.want)
		}
	}
}

// TestCoverageOfTwins: a module of the system and of homes reads and declares one option in both; the system's id speaks for either.
func TestCoverageOfTwins(t *testing.T) {
	const twin = "home-manager.users.*.my.a"
	g := measured(t, map[string]string{
		"decl.nix": "{ options.my = {\n# source-id: CFG.a\na = «d my.a|«d " + twin + "|1»»;\n b = «D my.b|{ }»; }; }",
		"a.nix": "{ config }: {\n# source-id: CFG.a\nx = «r my.a|«r " + twin + "|config.my.a»»;\n" +
			"# source-id: CFG.a\ny = «r " + twin + "|config.my.a»;\n" + // read in a home only
			"# source-id: CFG.b\nz = map (i: «r my.b.*|i») «r my.b|config.my.b»; }",
	}, Options{})
	if got, want := g.Coverage.SourceID, (Ratio{4, 5, 0}); got != want {
		t.Errorf("source-id: got %v, want %v", got, want)
	}
	if got, want := g.Coverage.Declaration, (Ratio{2, 3, 0}); got != want {
		t.Errorf("declaration: got %v, want %v", got, want)
	}
}

func TestCoverage(t *testing.T) {
	g := measured(t, map[string]string{
		"00-core/decl.nix": "# What is central.\n{ options.my = {\n# source-id: CFG.a\na = «d my.a|1»; b = «d my.b|2»; c = «d my.c|3»; }; }",
		"10-net/x.nix": "{ config, n }: let\n# source-id: CFG.a\n«= p|p = config.my;» in {\n" +
			"x = «r my.a @p|p.a»;\n" + // covered through the let binding
			"# source-id: CFG.b\n# sink: y\ny = «f my.b y|[ «r my.b|config.my.b» «r my.c|config.my.c» ]»;\n" + // one of two; a sink
			"z = «f my.c z|«r my.c|config.my.c»»;\n" +
			"# source-id: CFG.c\nw = «g my.c|config ? my.c»;\n" + // a guard does not count
			"# source-id: CFG.c\nv = «r my.undeclared|config.my.undeclared»;\n" + // another id
			"u = «u my.*|config.my.${n}»; }",
		"10-net/z.nix": "{ }",
	}, Options{})
	c := g.Coverage
	for _, test := range []struct {
		name      string
		got, want Ratio
	}{
		{"source-id", c.SourceID, Ratio{2, 5, 1}},
		{"declaration", c.Declaration, Ratio{1, 3, 0}},
		{"sink", c.Sink, Ratio{1, 2, 0}},
		{"precision", c.Precision, Ratio{4, 6, 0}},
		{"modules", c.DocModules, Ratio{1, 3, 0}},
		{"options", c.DocOptions, Ratio{}},
		{"core", c.ByLayer["00-core"], Ratio{}},
		{"net", c.ByLayer["10-net"], Ratio{2, 5, 1}},
		{"x", c.ByModule["10-net/x.nix"], Ratio{2, 5, 1}},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	if len(c.ByModule) != 1 || len(c.ByLayer) != 2 {
		t.Errorf("by module %v, by layer %v", c.ByModule, c.ByLayer)
	}
}

func TestFanOutAndRank(t *testing.T) {
	g := measured(t, map[string]string{
		"a.nix": "{ config }: { a = [ «r my.x|config.my.x» «r my.x|config.my.x» «r my.y|config.my.y» («g my.z|config ? my.z») ]; }",
		"b.nix": "{ config }: { b = «f my.x services.b|«r my.x|config.my.x»»; c = «f my.x services.c|1»; d = «f my.x services.b|1»; e = «r my.y|config.my.y»; f = «r my.y|config.my.y»; }",
		"c.nix": "{ config }: { b = «f my.z my.x|«r my.z|config.my.z»»; }",
	}, Options{})
	g.Flows = FlowsOf(append(slices.Collect(g.Flows.All()), &Flow{From: g.Values[2], To: "services.b", Through: []string{"my.x"}, Kind: Data})...)
	measureFanOut(g)
	want := map[string]FanOut{"my.x": {3, 2, 2, 2}, "my.y": {3, 2, 0, 0}, "my.z": {1, 1, 0, 1}}
	for _, v := range g.Values {
		if v.FanOut != want[v.Path] {
			t.Errorf("%s: got %+v, want %+v", v.Path, v.FanOut, want[v.Path])
		}
	}
	var order []string
	for _, v := range g.Critical() {
		order = append(order, v.Path)
	}
	// As many reads; but two options depend on my.x.
	if fmt.Sprint(order) != "[my.x my.y]" {
		t.Errorf("critical: %v", order)
	}
	for range 20 {
		before := []float64{g.Values[0].Rank, g.Values[1].Rank, g.Values[2].Rank}
		measureRank(g, 0)
		if after := []float64{g.Values[0].Rank, g.Values[1].Rank, g.Values[2].Rank}; !slices.Equal(before, after) {
			t.Fatalf("rank differs from run to run: %v, %v", before, after)
		}
	}
}

func TestLayers(t *testing.T) {
	tests := []struct {
		name   string
		paths  []string
		layers []Layer
		want   string // layer of each; the layers; ordered
	}{
		{"numbers", []string{"flake.nix", "hosts/x/10-net/20-y/a.nix", "hosts/x/00-core/b.nix", "9-a/c.nix"}, nil, "[ 10-net 00-core 9-a] [00-core 9-a 10-net] true"},
		{"no numbers after all", []string{"2024-07/a.nix", "3d/b.nix", "x/c.nix"}, nil, "[2024-07 3d x] [2024-07 3d x] false"},
		{"folders", []string{"flake.nix", "modules/a/b.nix", "hosts/c.nix"}, nil, "[ modules hosts] [hosts modules] false"},
		{"globs", []string{"00-core/a.nix", "b.nix", "x/c.nix"}, []Layer{{"low", []string{"*.nix", "00-core/**"}}, {"high", []string{"x/**"}}}, "[low low high] [low high] true"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := &Graph{}
			for _, p := range test.paths {
				g.Modules = append(g.Modules, &Module{Path: p})
			}
			measureLayers(g, test.layers)
			var of []string
			for _, m := range g.Modules {
				of = append(of, m.Layer)
			}
			if got := fmt.Sprint(of, g.Layers, g.Ordered); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	g := &Graph{Layers: []string{"00-a", "10-b", "10-c", "20-d"}, Ordered: true}
	var ranks []int
	for _, l := range g.Layers {
		r, _ := g.LayerRank(l)
		ranks = append(ranks, r)
	}
	if fmt.Sprint(ranks) != "[0 1 1 3]" {
		t.Errorf("ranks %v", ranks)
	}
}

func TestDisabledImports(t *testing.T) {
	src := `{ lib, ... }: {
  # ./talk.nix
  imports = [
    ./a.nix # ./b.nix
    # ./gone.nix  # TODO-1: later
    # ./dir (broken)
    # see ./a.nix
    # TODO: needs a key
    # ./b.nix
    #(import ./mk.nix { name = "x"; }) - no disk
    /* ./a.nix
       # ./b.nix # why
       words
    */
    # ../out.nix ./b.nix
    { imports = [ /* ./c.nix */ ]; x = [ /* ./d.nix */ ]; }
  ] ++ lib.optionals true [
    # ./e.nix
  ];
}`
	g, tr := marked(t, map[string]string{"m/x.nix": src, "m/a.nix": "{}", "m/b.nix": "{}", "m/dir/default.nix": "{}", "m/mk.nix": "{}"})
	tr.dirs["m/dir"] = nil
	var got []string
	for _, i := range disabledImports(g, tr) {
		flag := ""
		if i.Missing {
			flag = " missing"
		}
		got = append(got, fmt.Sprintf("%d:%d %s%s %q", i.At.Line, i.At.Column, i.To, flag, i.Reason))
	}
	want := []string{
		`4:15 m/b.nix ""`, `5:7 m/gone.nix missing "TODO-1: later"`, `6:7 m/dir/default.nix "broken"`, `9:7 m/b.nix "TODO: needs a key"`,
		`10:14 m/mk.nix "no disk"`, `11:8 m/a.nix ""`, `12:10 m/b.nix "why"`, `15:7 out.nix missing ""`, `15:18 m/b.nix ""`, `18:7 m/e.nix missing ""`, `16:22 m/c.nix missing ""`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNet(t *testing.T) {
	g, _ := marked(t, map[string]string{
		"a.nix": "{ config }: { a = «r my.x|config.my.x»; b = «f my.x my.y|1»; c = «f my.y my.x|1»; d = «f my.z my.z|1»; e = «f my.w services.w.port|1»; }",
		"b.nix": "{ config }: { a = «r my.x|config.my.x»; }",
	})
	edge := func(from, to string) *Import { return &Import{From: from, To: to, At: Place{File: from}} }
	g.Imports = []*Import{edge("b.nix", "c.nix"), edge("c.nix", "a.nix"), edge("a.nix", "b.nix"), edge("a.nix", "b.nix"), edge("s.nix", "s.nix"), edge("a.nix", "s.nix"),
		{From: "s.nix", To: "a.nix", Disabled: true}}
	n := g.Network()
	var cycles []string
	for _, c := range n.ImportCycles() {
		var names []string
		for _, i := range c {
			names = append(names, i.From)
		}
		cycles = append(cycles, strings.Join(names, ">"))
	}
	for _, c := range n.ValueCycles() {
		var names []string
		for _, f := range c {
			names = append(names, f.From.Path)
		}
		cycles = append(cycles, strings.Join(names, ">"))
	}
	if fmt.Sprint(cycles) != "[a.nix>b.nix>c.nix s.nix my.x>my.y my.z]" {
		t.Errorf("cycles %v", cycles)
	}
	if r := n.Readers(g.Values[1]); len(r) != 2 || r[0].At.File != "a.nix" {
		t.Errorf("readers %v", r)
	}
	if f := n.Reaches("services.w"); len(f) != 1 || f[0].From.Path != "my.w" {
		t.Errorf("reaches %v", f)
	}
}

func TestImpact(t *testing.T) {
	g, _ := marked(t, map[string]string{
		"decl.nix": "{ x = «d my.x|1»; y = «d my.y|1»; z = «d my.z|1»; }",
		"a.nix":    "{ config }: { y = «f my.x my.y|«s my.y|«r my.x|config.my.x»»»; o = «f my.x services.o|1»; }",
		"b.nix":    "{ config }: { p = «f my.y services.p|«r my.y|config.my.y»»; }",
		"c.nix":    "{ config }: { q = «f my.z services.q|«r my.z|config.my.z»»; }",
		"lib.nix":  "{ }",
	})
	g.Modules[slices.IndexFunc(g.Modules, func(m *Module) bool { return m.Path == "lib.nix" })].Role = "helper"
	g.Imports = []*Import{{From: "c.nix", To: "lib.nix"}, {From: "b.nix", To: "c.nix"}}
	g.Definitions = append(g.Definitions, &Definition{Option: "services.q", At: Place{File: "c.nix"}})
	for _, test := range []struct {
		files, values []string
		want          string
	}{
		{nil, []string{"my.x"}, "[my.x my.y] [a.nix b.nix] [services.o services.p]"},
		{nil, []string{"my.y"}, "[my.y] [b.nix] [services.p]"},
		{[]string{"a.nix"}, nil, "[my.y] [a.nix b.nix] [services.p]"},
		{[]string{"lib.nix"}, nil, "[] [c.nix lib.nix] [services.q]"},
		{[]string{"decl.nix"}, nil, "[my.x my.y my.z] [a.nix b.nix c.nix decl.nix] [services.o services.p services.q]"},
		{nil, nil, "[] [] []"},
	} {
		var values []*Value
		for _, v := range g.Values {
			if slices.Contains(test.values, v.Path) {
				values = append(values, v)
			}
		}
		impact := g.Network().Impact(test.files, values)
		var paths []string
		for _, v := range impact.Values {
			paths = append(paths, v.Path)
		}
		if got := fmt.Sprint(paths, impact.Modules, impact.Options); got != test.want {
			t.Errorf("%v %v: got %s, want %s", test.files, test.values, got, test.want)
		}
	}
}

func TestLookup(t *testing.T) {
	g := measured(t, map[string]string{"a.nix": "{\n# source-id: CFG.identity.domain\na = «d my.configs.identity.domain|1»; b = «d my.ports.ssh|1»; c = «d my.ports.http|1»; d = «d my.sites.*.port|1»; }"}, Options{})
	for _, test := range []struct{ name, want string }{
		{"CFG.identity.domain", "my.configs.identity.domain"},
		{"cfg.identity.domain", "my.configs.identity.domain"},
		{"my.ports.ssh", "my.ports.ssh"},
		{"config.my.ports.ssh", "my.ports.ssh"},
		{"CFG.ports.ssh", "my.ports.ssh"},
		{"my.sites.blog.port", "my.sites.*.port"},
		{"CFG.identity.domian", ""},
		{"ssh", ""},
		{"", ""},
	} {
		v, got := g.Lookup(test.name), ""
		if v != nil {
			got = v.Path
		}
		if got != test.want {
			t.Errorf("%q: got %s, want %s", test.name, got, test.want)
		}
	}
}
