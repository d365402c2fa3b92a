package graph

import (
	"nixsink/internal/fault"
	"nixsink/parse"
)

// Graph is everything nixsink knows about one tree: the finished value that checks, pictures and the JSON format read.
// Lists are sorted: by path for modules and values, by file and offset for what stands in files.
type Graph struct {
	Dir    string // the root folder on disk, absolute; no output shows it
	Source Source
	Roots  []Root
	// Configurations are those that nothing encloses, by name: hosts, standalone homes, a flake-parts flake, nodes of tests, and what
	// stands for modules that no configuration takes.
	Configurations []*Configuration
	Modules        []*Module
	Values         []*Value
	References     []*Reference
	Unresolved     []*Unresolved
	Sinks          []*Sink
	Hidden         []*Hidden // definitions made of values that the system never gets, so that they are no sinks
	Flows          *FlowSet
	Imports        []*Import
	Annotations    []*Annotation
	Coverage       Coverage
	Account        Account
	Faults         []*fault.Fault // of nixsink itself: each cost a part of this, which is among Problems
	Layers         []string       // names of layers in their order, lowest first
	IDRules        []IDRule       // the rewrite rules in force, for ids that are still to be written
	Ordered        bool           // layers have an order (numbers or configuration), not just names
	Definitions    []*Definition  // every option definition that the tree makes, central or not
	Declared       []*Option      // every option declaration of the tree, under a root or not
	Problems       []Problem      // what kept a file from being read, parsed or understood
	Files          map[string]*parse.File
	Folders        []string // that were entered, relative to the root and sorted; "" is the root
	// CheckoutCRLF are the files whose CR LF are the checkout's: git keeps them with LF (core.autocrlf, .gitattributes).
	CheckoutCRLF map[string]bool
	Empty        string // why there is nothing to show; "" if there is something

	// LiteralSecrets are where secrets seem to stand in the text, by place.
	LiteralSecrets []*LiteralSecret

	concealed   *concealed
	secretFiles map[string]SecretBy // of the files that evaluation read, or that definitions name
	atRuntime   map[string]bool     // names of secrets that files which are not Nix read where they lie on a machine

	confs *ConfSets
	every *ConfSet // the hosts, or all configurations of a tree that has none
}

// Source is what was read.
type Source struct {
	NARHash    string // SRI form, what `nix hash path` prints for the files analysed
	Files      int
	Bytes      int
	Lines      int
	Incomplete bool // some file could not be read or parsed, or a stage ended early (Graph.Missing)
}

// Root is one tracked namespace.
type Root struct {
	Path     string // "my", "vars"
	Argument bool   // a module argument (vars, globals), not config.PATH
	Why      string // for people: "the default", "given by --root", "most options are declared under it (42 of 50)"
}

// Place is a span in a file as people count it. The zero Place is no place.
type Place struct {
	File               string
	Span               parse.Span
	Line, Column       int
	EndLine, EndColumn int
}

// Module is a Nix file that takes part, or one instance of it where a function makes modules.
type Module struct {
	Path                       string // file, slash-separated, relative to the root
	Instance                   string // "" for the file itself; `name = "sonarr"` for one call of a factory
	Layer                      string // "" if it has none
	Lines                      int
	Reachable                  bool
	Why                        string // how it is reached, or why it counts as reached ("readDir in modules/default.nix:3")
	Role                       string // "module", "entry", "factory", "helper" (imported as a function or data), "unparsed"
	Home                       bool   // a home-manager module
	Header                     *parse.Header
	Documented                 bool     // it has a header or a leading comment
	Options, OptionsDocumented int      // options declared here; those with a description
	In                         *ConfSet // the configurations that it takes part in, directly or by what imports it
}

// Value is one central value. Identity is the pointer; Path is for display.
type Value struct {
	Path        string // canonical: my.ports.ssh, my.sites.*.port
	Segments    []string
	IDs         []ID
	Instances   []Instance // the options that its declarations make; one for most values
	Declared    []Place    // mkOption calls, or the definitions that make a registry's member; empty: read, but never declared
	Registry    bool       // attrsOf: its members are values too
	Member      bool       // a registry's member, known by its definitions
	Type        string     // as written, e.g. "types.port"; "" if not known
	Default     string     // source text of the default, "" if there is none
	DefaultAt   Place
	Description string
	Literals    []Literal // literal values it is known to take: its default and its definitions
	FanOut      FanOut
	Rank        float64 // centrality in the reference graph (PageRank), rounded
	Critical    bool
}

// Instance is one option that a value is: what one mkOption declares for the system and for homes is one value.
type Instance struct {
	Path string   // home-manager.users.alice.my.font; the value's own path in a configuration that nothing encloses
	In   *ConfSet // the configurations in which it is declared
}

// ID is a name that people gave a value, and what binds it.
type ID struct {
	Name     string
	Evidence string // "declaration", "alias", "rule", "reads"
}

// Literal is a literal that a value is set to.
type Literal struct {
	Text    string // decoded: a string's contents, a number's digits
	Kind    string // "string", "int", "bool", "path"
	At      Place
	Default bool     // it is the option's default
	Below   bool     // it is set somewhere inside the set that the value is: my.sites.a.name, of a value my.sites
	In      *ConfSet // the configurations in which it is set
}

// FanOut counts how widely a value is used.
type FanOut struct {
	Reads   int // references, guards aside
	Modules int // files that read it
	Sinks   int // distinct options it flows into directly
	Reach   int // distinct options, through other values too
}

// ReferenceKind is how a module reads a value.
type ReferenceKind string

// Ways to read a value.
const (
	Direct      ReferenceKind = "direct"  // config.my.x
	Alias       ReferenceKind = "alias"   // through let, inherit, function arguments
	WithRead    ReferenceKind = "with"    // through with config.my; x
	Dynamic     ReferenceKind = "dynamic" // a computed name
	Guard       ReferenceKind = "guard"   // config ? my.x
	DefaultRead ReferenceKind = "default" // inside an option's default
)

// Reference is one place where a module reads a value.
type Reference struct {
	Value   *Value
	At      Place
	Kind    ReferenceKind
	Via     string // name of the let binding it reads through, "" if none
	ViaAt   Place  // that binding
	Anchor  Place  // the innermost binding, list element or expression statement that contains the read
	Name    string // name of that binding, for display: "sshPort"
	Covered bool
	In      *ConfSet // the configurations in which it is read; the empty set: none evaluates it
	Across  bool     // it is the value of the configurations Of that is read, which may be others
	Of      *ConfSet
	// Unevaluated tells the place of a read that is known from the text alone: "in a test". "" for all others.
	Unevaluated string
}

// Hidden is a definition that stands in the text, and that the system never gets.
type Hidden struct {
	Option string
	From   []*Value // that would be part of it
	At     Place
	By     Place  // the definition that hides it
	Why    string // "overridden": that one outweighs it (mkForce, mkDefault); "the same constant": its condition decides nothing; "not imported": that import leaves its file out
}

// Unresolved is a reference under a root that could not be resolved.
type Unresolved struct {
	Path   string // as far as known: my.ports.*
	At     Place
	Reason string
}

// Sink is an option definition that a value flows into.
type Sink struct {
	Option  string // services.openssh.ports; an unknown name is *
	At      Place  // the definition
	Module  *Module
	Covered bool // for sink coverage
}

// FlowKind tells what part a value has in a definition.
type FlowKind string

// Kinds of flow.
const (
	Data    FlowKind = "data"
	Key     FlowKind = "key"
	Control FlowKind = "control"
	Default FlowKind = "default"
)

// Flow is value → option, or value → value.
type Flow struct {
	From    *Value
	To      string // option path, or the path of ToValue
	ToValue *Value // nil if To is an option outside the roots
	Kind    FlowKind
	At      Place    // the definition
	Through []string // paths between, nearest the value first; empty for a direct flow
	Steps   []Step   // from the read to the definition, where they were given; Way has them for every flow
	In      *ConfSet // the configurations in which there is such a way, nil for all

	fl  *flows
	end *visit
}

// Step is one stop on the way of a value: where it is read, bound, passed, defined.
type Step struct {
	What string // "read", "bound to cfg", "argument port of mkVhost", "defines services.x.port"
	At   Place
}

// Import is one file that another one imports.
type Import struct {
	From, To string // paths relative to the root
	At       Place
	Disabled bool     // commented out
	Missing  bool     // no such file
	LeftOut  string   // why the file, which is there, was not read: "it is excluded"; "" if it was, or is not there
	Reason   string   // a disabled import's own comment
	External bool     // not a file of this tree (a flake input, <nixpkgs/…>)
	In       *ConfSet // the configurations whose modules say so; the empty set: it is no module's
}

// Definition is one definition of an option.
type Definition struct {
	Option      string
	Segments    []string
	At          Place // the binding's value
	Module      *Module
	Value       any      // nil if not known; string, int64, float64, bool, []any, map[string]any as far as known
	Known       bool     // Value is complete
	Conditional bool     // under mkIf, optionalAttrs or if
	Doubt       bool     // it may not be there, whatever the reason
	Priority    int      // what it weighs against others of the option (mkOverride): 100, less is stronger; -1 if not known
	In          *ConfSet // the configurations in which it is defined
	Files       []File   // whose paths it holds, or has in a string
}

// File is a file that a definition names by a path.
type File struct {
	Name   string // slash-separated and relative to the root; absolute, or ~/…, for a file of the machine
	Copied bool   // evaluation copies it into the store: ./x, "${./x}"; not so toString ./x
	There  bool   // the tree has it
	Sealed bool   // what it holds is encrypted by a tool, so that anybody may read it
	Secret SecretBy
}

// Option is one option declaration of the tree.
type Option struct {
	Path        string
	At          Place
	Type        string
	Default     string
	Description string
	Module      *Module
}

// State is what an annotation is worth when held against the code.
type State string

// Annotation states.
const (
	OK           State = "ok"
	Mismatched   State = "mismatched"
	Unwanted     State = "unwanted"
	Orphaned     State = "orphaned"
	Ambiguous    State = "ambiguous"
	StaleSink    State = "stale-sink"
	Unverifiable State = "unverifiable"
	Waived       State = "waived"
)

// Annotation is a comment that speaks of values, with what the code says of it.
type Annotation struct {
	*parse.Annotation
	File   string
	At     Place
	Anchor Place
	State  State
	Why    string   // for people: "the code reads my.ports.http here"
	Values []*Value // that its ids are bound to
	Actual []*Value // that its anchor reads
}

// Problem is something that kept a file from being read, parsed or understood.
type Problem struct {
	At   Place
	Msg  string
	Kind string // "io", "syntax", "static", "annotation", "limit", "fault"
	// Sealed tells that a file is encrypted, or stands for one that is kept elsewhere: nothing is wrong with it, and nothing of it is known.
	Sealed bool
	Local  bool // of kind "limit": what was cut is what one call makes, and no more
}

// ImportNotFollowed is how the message begins of a problem that tells of an import whose file the text does not tell.
const ImportNotFollowed = "this import cannot be followed"

// Ratio is covered of total. Total 0 is "not applicable", never 100 %.
type Ratio struct {
	Covered, Total int
	Unresolved     int // source-id coverage only
}

// Value is Covered / Total, and false if there is nothing to cover.
func (r Ratio) Value() (float64, bool) {
	if r.Total == 0 {
		return 0, false
	}
	return float64(r.Covered) / float64(r.Total), true
}

// LowerBound is Covered / (Total + Unresolved), and false if there is nothing to cover.
func (r Ratio) LowerBound() (float64, bool) {
	if r.Total+r.Unresolved == 0 {
		return 0, false
	}
	return float64(r.Covered) / float64(r.Total+r.Unresolved), true
}

// Coverage holds the coverages of design.md.
type Coverage struct {
	SourceID, Declaration, Sink, Precision Ratio
	DocModules, DocOptions                 Ratio
	ByLayer, ByModule                      map[string]Ratio // source-id coverage
}
