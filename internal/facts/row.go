package facts

// Schema is the version of the tables. It goes up when a column is taken away, renamed, or means something else; columns that are added do not
// change it.
const Schema = 1

// A Head begins each row. Snapshot is the snapshot's, Key names the fact within its table and snapshot and is the same in all snapshots of a
// repository that have the fact, and Fact changes if and only if what the row says does. What tells a fact from others is tagged key; places (lines and
// columns), which change where nothing else does, are tagged place and are part of neither.
type Head struct {
	Snapshot string `parquet:"snapshot,dict" json:"snapshot" doc:"the snapshot that it belongs to"`
	Key      string `parquet:"key" json:"key" doc:"names the fact within table and snapshot: 16 hexadecimal digits"`
	Fact     string `parquet:"fact" json:"fact" doc:"of what the row says, places aside: 16 hexadecimal digits"`
}

// A Snapshot is one state of one repository that was analysed, or could not be. It has one row, in a table that is written last.
type Snapshot struct {
	Head
	Schema     int32    `parquet:"schema" json:"schema" doc:"version of these tables"`
	Tool       string   `parquet:"tool,dict" json:"tool" doc:"the version of nixsink"`
	Repository string   `parquet:"repository" json:"repository" key:"true" doc:"its name, as the list gives it"`
	Revision   string   `parquet:"revision" json:"revision" key:"true" doc:"the commit; empty for a folder that git does not know"`
	Time       int64    `parquet:"time" json:"time" doc:"of the commit, seconds since 1970; 0 for a folder"`
	NARHash    string   `parquet:"nar_hash" json:"nar_hash" doc:"of the Nix files, SRI form; empty where it failed"`
	Status     string   `parquet:"status,dict" json:"status" doc:"whole, incomplete (a bound or a file that could not be read), empty (no Nix file, or nothing declared or read under its roots), failed (no other table has rows of it)"`
	Why        string   `parquet:"why" json:"why" doc:"what is missing, in words"`
	Roots      []string `parquet:"roots,list" json:"roots" doc:"the tracked namespaces"`
	Files      int64    `parquet:"files" json:"files" doc:"Nix files"`
	Bytes      int64    `parquet:"bytes" json:"bytes" doc:"of these"`
	Lines      int64    `parquet:"lines" json:"lines" doc:"of these"`
	Reads      int64    `parquet:"reads" json:"reads" doc:"reads of the namespaces that stand in the text"`
	Flows      int64    `parquet:"flows" json:"flows" doc:"all of them; the table flows has fewer where they are too many"`
}

// A Configuration is one call of evalModules, or an option's value that is one.
type Configuration struct {
	Head
	Name   string `parquet:"name" json:"name" key:"true" doc:"nixosConfigurations.tower"`
	Within string `parquet:"parent,dict" json:"parent" key:"true" doc:"the configuration that it lies in, empty for none"`
	Class  string `parquet:"class,dict" json:"class" doc:"of the module system: nixos, darwin, homeManager, …"`
	Host   bool   `parquet:"host" json:"host" doc:"a machine that the tree builds"`
	Open   bool   `parquet:"open" json:"open" doc:"it stands for modules that no configuration takes"`
	Build  bool   `parquet:"build" json:"build" doc:"made for a package or a check"`
	File   string `parquet:"file,dict" json:"file" doc:"what makes it"`
	Line   int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A SetMember says that a set of configurations, which rows of other tables name, has a configuration.
type SetMember struct {
	Head
	Set           string `parquet:"held_in,dict" json:"held_in" key:"true" doc:"as the column of that name in other tables has it"`
	Configuration string `parquet:"configuration,dict" json:"configuration" key:"true" doc:"a name of configurations"`
}

// A Module is a Nix file, or one instance of it where a function makes modules.
type Module struct {
	Head
	Path       string `parquet:"path" json:"path" key:"true" doc:"relative to the root"`
	Instance   string `parquet:"instance,dict" json:"instance" key:"true" doc:"of a function that makes modules, empty for the file itself"`
	Layer      string `parquet:"layer,dict" json:"layer" doc:"of the architecture"`
	Role       string `parquet:"role,dict" json:"role" doc:"module, entry, factory, helper, unparsed"`
	Lines      int32  `parquet:"lines" json:"lines" doc:"of text"`
	Reachable  bool   `parquet:"reachable" json:"reachable" doc:"some entry leads to it"`
	Home       bool   `parquet:"home" json:"home" doc:"a module of home-manager"`
	Documented bool   `parquet:"documented" json:"documented" doc:"it has a header or a comment at its top"`
	Options    int32  `parquet:"options" json:"options" doc:"options that it declares"`
	Set        string `parquet:"held_in,dict" json:"held_in" doc:"the configurations that take it"`
}

// A Value is a central value: an option under a tracked namespace, or a registry's member.
type Value struct {
	Head
	Path     string   `parquet:"path" json:"path" key:"true" doc:"my.ports.ssh"`
	Type     string   `parquet:"type,dict" json:"type" doc:"as written"`
	Default  string   `parquet:"default_text" json:"default_text" doc:"as written; a secret's text is hidden"`
	Registry bool     `parquet:"registry" json:"registry" doc:"its members are values too"`
	Member   bool     `parquet:"member" json:"member" doc:"a registry's member"`
	Declared bool     `parquet:"declared" json:"declared" doc:"false: it is read, and nothing declares it"`
	IDs      []string `parquet:"ids,list" json:"ids" doc:"names that comments give it"`
	Reads    int32    `parquet:"reads" json:"reads" doc:"fan-out: references, guards aside"`
	Modules  int32    `parquet:"modules" json:"modules" doc:"fan-out: files that read it"`
	Sinks    int32    `parquet:"sinks" json:"sinks" doc:"fan-out: options that it flows into directly"`
	Reach    int32    `parquet:"reach" json:"reach" doc:"fan-out: options, through other values too"`
	Rank     float64  `parquet:"rank" json:"rank" doc:"centrality in the graph of reads"`
	Critical bool     `parquet:"critical" json:"critical" doc:"it is read often enough"`
	File     string   `parquet:"file,dict" json:"file" doc:"where it is declared first"`
	Line     int32    `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A Literal is a literal that a value is set to.
type Literal struct {
	Head
	Value   string `parquet:"value,dict" json:"value" key:"true" doc:"path of the value"`
	Text    string `parquet:"text" json:"text" key:"true" doc:"what it is; a secret's is hidden"`
	Kind    string `parquet:"kind,dict" json:"kind" key:"true" doc:"string, int, bool, path"`
	Default bool   `parquet:"is_default" json:"is_default" key:"true" doc:"it is the option's default"`
	Below   bool   `parquet:"below" json:"below" doc:"it is set somewhere inside the set that the value is"`
	Set     string `parquet:"held_in,dict" json:"held_in" doc:"the configurations in which it is set"`
	File    string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line    int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A Reference is one place where a module reads a value.
type Reference struct {
	Head
	Value   string `parquet:"value,dict" json:"value" key:"true" doc:"path of the value"`
	Kind    string `parquet:"kind,dict" json:"kind" key:"true" doc:"direct, alias, with, dynamic, guard, default"`
	Via     string `parquet:"via,dict" json:"via" doc:"the let binding that it reads through"`
	Binding string `parquet:"binding" json:"binding" key:"true" doc:"the binding that contains it"`
	Covered bool   `parquet:"covered" json:"covered" doc:"a comment names its source"`
	Set     string `parquet:"held_in,dict" json:"held_in" doc:"the configurations in which it is read"`
	File    string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line    int32  `parquet:"line" json:"line" place:"true" doc:"there"`
	Column  int32  `parquet:"char" json:"char" place:"true" doc:"there, in characters from 1"`
}

// A Definition is one definition of an option, of the tree's own or of NixOS.
type Definition struct {
	Head
	Option      string `parquet:"option" json:"option" key:"true" doc:"services.openssh.ports; a computed name is *"`
	Value       string `parquet:"value" json:"value" doc:"as JSON; empty where not all of it is known; a secret's text is hidden"`
	Known       bool   `parquet:"known" json:"known" doc:"the text tells all of the value"`
	Conditional bool   `parquet:"conditional" json:"conditional" doc:"under mkIf, optionalAttrs or if"`
	Priority    int32  `parquet:"priority" json:"priority" doc:"what it weighs (mkOverride): 100, less is stronger; -1 if not known"`
	Set         string `parquet:"held_in,dict" json:"held_in" doc:"the configurations in which it is defined"`
	File        string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line        int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// An Edge is a flow of one step, of which all others are made.
type Edge struct {
	Head
	From    string `parquet:"from_path,dict" json:"from_path" key:"true" doc:"path of a value, or of an option between"`
	To      string `parquet:"to_path" json:"to_path" key:"true" doc:"path of an option or value"`
	ToValue bool   `parquet:"to_value" json:"to_value" doc:"to_path is a central value"`
	Kind    string `parquet:"kind,dict" json:"kind" key:"true" doc:"data, key, control, default"`
	Set     string `parquet:"held_in,dict" json:"held_in" doc:"the configurations in which it is there"`
	File    string `parquet:"file,dict" json:"file" key:"true" doc:"the definition"`
	Line    int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A Flow is value → option, or value → value, through others or not.
type Flow struct {
	Head
	From    string `parquet:"from_path,dict" json:"from_path" key:"true" doc:"path of the value"`
	To      string `parquet:"to_path" json:"to_path" key:"true" doc:"path of an option or value"`
	ToValue bool   `parquet:"to_value" json:"to_value" doc:"to_path is a central value"`
	Kind    string `parquet:"kind,dict" json:"kind" key:"true" doc:"data, key, control, default"`
	Through int32  `parquet:"through" json:"through" doc:"values and options between; 0 for a direct flow"`
	Set     string `parquet:"held_in,dict" json:"held_in" doc:"the configurations in which it is there"`
	File    string `parquet:"file,dict" json:"file" key:"true" doc:"the definition"`
	Line    int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// An Import is one file that another one imports.
type Import struct {
	Head
	From     string `parquet:"from_file,dict" json:"from_file" key:"true" doc:"the file that says so"`
	To       string `parquet:"to_file" json:"to_file" key:"true" doc:"the file, or what is known of it"`
	Disabled bool   `parquet:"disabled" json:"disabled" key:"true" doc:"commented out"`
	Missing  bool   `parquet:"missing" json:"missing" doc:"there is no such file"`
	External bool   `parquet:"external" json:"external" doc:"it is none of this tree"`
	LeftOut  string `parquet:"left_out,dict" json:"left_out" doc:"why the file, which is there, was not read"`
	Set      string `parquet:"held_in,dict" json:"held_in" doc:"the configurations whose modules say so"`
	Line     int32  `parquet:"line" json:"line" place:"true" doc:"in from_file"`
}

// An Annotation is a comment that speaks of values.
type Annotation struct {
	Head
	Keyword string   `parquet:"keyword,dict" json:"keyword" key:"true" doc:"source-id, sink, …"`
	IDs     []string `parquet:"ids,list" json:"ids" key:"true" doc:"the names that it gives"`
	Text    string   `parquet:"text" json:"text" key:"true" doc:"of a sink"`
	Binding string   `parquet:"binding" json:"binding" key:"true" doc:"what it stands at"`
	State   string   `parquet:"state,dict" json:"state" doc:"what it is worth beside the code: ok, mismatched, …"`
	Values  []string `parquet:"values,list" json:"values" doc:"what its names are bound to"`
	File    string   `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line    int32    `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A Finding is what a check found.
type Finding struct {
	Head
	Check    string `parquet:"check_name,dict" json:"check_name" key:"true" doc:"its name"`
	Severity string `parquet:"severity,dict" json:"severity" doc:"error, warning, info"`
	Value    string `parquet:"value" json:"value" key:"true" doc:"the value, option, service or file that it speaks of"`
	Message  string `parquet:"message" json:"message" place:"true" doc:"in words, which may name places"`
	Depends  string `parquet:"depends" json:"depends" place:"true" doc:"what unseen may be the reason"`
	Waived   bool   `parquet:"waived" json:"waived" doc:"by a comment or the configuration"`
	Binding  string `parquet:"binding" json:"binding" key:"true" doc:"what it stands in"`
	File     string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line     int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// An Unresolved is a reference under a tracked namespace that could not be followed.
type Unresolved struct {
	Head
	Path   string `parquet:"path" json:"path" key:"true" doc:"as far as known"`
	Reason string `parquet:"reason,dict" json:"reason" key:"true" doc:"why it was not"`
	File   string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line   int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// A Problem is what kept a file from being read, parsed or followed to its end, with its kind.
type Problem struct {
	Head
	Kind    string `parquet:"kind,dict" json:"kind" key:"true" doc:"io, syntax, static, annotation, limit, fault"`
	Message string `parquet:"message" json:"message" key:"true" doc:"in words"`
	File    string `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line    int32  `parquet:"line" json:"line" place:"true" doc:"there"`
}

// An Input is an input of the flake, as flake.lock at the root has it.
type Input struct {
	Head
	Name     string `parquet:"name" json:"name" key:"true" doc:"by the root's names: nixpkgs, home-manager/nixpkgs"`
	Direct   bool   `parquet:"direct" json:"direct" doc:"the flake itself names it"`
	Type     string `parquet:"type,dict" json:"type" doc:"github, git, path, tarball, …"`
	Of       string `parquet:"source,dict" json:"source" doc:"what it is locked to, without the revision: github:NixOS/nixpkgs"`
	Ref      string `parquet:"ref,dict" json:"ref" doc:"branch or tag that was asked for"`
	Revision string `parquet:"revision" json:"revision" doc:"the commit, whole"`
	NARHash  string `parquet:"nar_hash" json:"nar_hash" doc:"of its source"`
	Time     int64  `parquet:"time" json:"time" doc:"of its last change, seconds since 1970"`
}

// A Secret is one secret that a tool brings onto machines. There is nothing of what it holds.
type Secret struct {
	Head
	Tool     string   `parquet:"tool,dict" json:"tool" key:"true" doc:"sops-nix, agenix, clan, …"`
	Name     string   `parquet:"name" json:"name" key:"true" doc:"within the tool; * where it is computed"`
	Home     bool     `parquet:"home" json:"home" key:"true" doc:"a home brings it"`
	Template bool     `parquet:"template" json:"template" doc:"a text with placeholders of others"`
	Kept     string   `parquet:"kept" json:"kept" doc:"the encrypted file, if the text tells"`
	Owner    string   `parquet:"owner,dict" json:"owner" doc:"of the file that it becomes; empty if nothing sets it, * if it is not known"`
	Group    string   `parquet:"group_name,dict" json:"group_name" doc:"the same"`
	Mode     string   `parquet:"mode,dict" json:"mode" doc:"the same"`
	Options  []string `parquet:"options,list" json:"options" doc:"options that its path, or another part of it, becomes part of"`
	Units    []string `parquet:"units,list" json:"units" doc:"systemd units that read it"`
	Around   []string `parquet:"around,list" json:"around" doc:"options by which its contents come into the store"`
	Set      string   `parquet:"held_in,dict" json:"held_in" doc:"the configurations that have it"`
	File     string   `parquet:"file,dict" json:"file" key:"true" doc:"where"`
	Line     int32    `parquet:"line" json:"line" place:"true" doc:"there"`
}

// Took is what the analysis of a snapshot took. Runs of the same files differ in it, and in nothing else.
type Took struct {
	Snapshot string  `parquet:"snapshot" json:"snapshot" doc:"the snapshot that was analysed"`
	Seconds  float64 `parquet:"seconds" json:"seconds" doc:"by the clock"`
	CPU      float64 `parquet:"cpu" json:"cpu" doc:"seconds of processors"`
	Memory   int64   `parquet:"memory" json:"memory" doc:"the most that was resident, bytes; 0 where the system does not tell"`
	Ended    int64   `parquet:"ended" json:"ended" doc:"seconds since 1970"`
}
