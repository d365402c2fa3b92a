package secrets

import (
	"slices"
	"strings"
)

// A Tool brings secrets onto a machine, by options.
type Tool struct {
	Name   string   // "sops-nix"
	Path   []string // the option that holds its secrets by name
	Fields map[string]What
	Safe   []string // fields that may be given a secret's contents, as they never get into the store
	Kind   Kind
}

// Kind tells what stands below a tool's option.
type Kind uint8

// Kinds of options of tools.
const (
	OfSecrets      Kind = iota // a secret by name, with fields
	OfGenerators               // a generator by name; its secrets are files.NAME, with fields
	OfPlaceholders             // a placeholder by name
	OfTemplates                // a template by name, with fields
	OfGroups                   // a service by name, then secret.NAME or public.NAME, with fields
)

// Tools are the options by which secrets come.
var Tools = []Tool{
	{Name: "sops-nix", Path: []string{"sops", "secrets"}, Fields: map[string]What{"path": Path}},
	{Name: "agenix", Path: []string{"age", "secrets"}, Fields: map[string]What{"path": Path}},
	{Name: "vaultix", Path: []string{"vaultix", "secrets"}, Fields: map[string]What{"path": Path}},
	{Name: "clan vars", Path: []string{"clan", "core", "vars", "generators"}, Fields: map[string]What{"path": Path}, Kind: OfGenerators},
	{Name: "clan facts", Path: []string{"clan", "core", "facts", "services"}, Fields: map[string]What{"path": Path}, Kind: OfGroups},
	{Name: "colmena keys", Path: []string{"deployment", "keys"}, Fields: map[string]What{"path": Path, "text": Contents}, Safe: []string{"text"}},
	{Name: "secretspec", Path: []string{"secretspec", "secrets"}, Fields: map[string]What{"path": Path}},
	{Name: "opnix", Path: []string{"services", "onepassword-secrets", "secrets"}, Fields: map[string]What{"path": Path}},
	{Name: "sops-nix templates", Path: []string{"sops", "templates"}, Fields: map[string]What{"path": Path}, Kind: OfTemplates},
	{Name: "vaultix templates", Path: []string{"vaultix", "templates"}, Fields: map[string]What{"path": Path}, Kind: OfTemplates},
	{Name: "sops-nix placeholders", Path: []string{"sops", "placeholder"}, Kind: OfPlaceholders},
	{Name: "vaultix placeholders", Path: []string{"vaultix", "placeholder"}, Kind: OfPlaceholders},
}

var clanVars = &Tools[slices.IndexFunc(Tools, func(t Tool) bool { return t.Name == "clan vars" })]

// A Label is what an option's path says of a secret.
type Label struct {
	Tool   *Tool
	Secret string // its name within the tool; "*" if that is computed, "" if the path is of all of them
	Field  string // "" for the secret as a whole
	What   What   // what of it is there
}

// Local is an option's path within its system or home: the names behind home-manager.users.NAME.
func Local(path []string) []string {
	if len(path) > 3 && path[0] == "home-manager" && path[1] == "users" {
		return path[3:]
	}
	return path
}

// Of labels an option's path. ok is false where the option is none of a tool's. A name that is not known is "*".
func Of(path []string) (l Label, ok bool) {
	path = Local(path)
	for i := range Tools {
		t := &Tools[i]
		if len(path) >= len(t.Path) && slices.Equal(path[:len(t.Path)], t.Path) {
			return t.label(path[len(t.Path):]).ofClan(), true
		}
	}
	return Label{}, false
}

// ofClan says which file of a generator of clan a secret of sops-nix is: clan-core declares them as vars/GENERATOR/FILE (nixosModules/clanCore/vars/secret/sops).
func (l Label) ofClan() Label {
	if file, ok := strings.CutPrefix(l.Secret, "vars/"); ok && l.Tool.Name == "sops-nix" && strings.Count(file, "/") == 1 {
		l.Tool, l.Secret = clanVars, file
	}
	return l
}

func (t *Tool) label(below []string) Label {
	l := Label{Tool: t, What: Path}
	if len(below) > 0 {
		l.Secret = below[0]
		below = below[1:]
	}
	switch t.Kind {
	case OfPlaceholders:
		l.What = Placeholder
		return l
	case OfGenerators, OfGroups:
		inner := "files"
		if t.Kind == OfGroups {
			inner = "secret"
		}
		if len(below) < 2 || below[0] != inner {
			l.What = Name
			if len(below) > 0 {
				l.Field = below[0]
			}
			return l
		}
		l.Secret += "/" + below[1]
		below = below[2:]
	}
	if len(below) == 0 {
		return l // as a whole, its path with it
	}
	l.Field = below[0]
	l.What = t.Fields[l.Field]
	switch {
	case strings.Contains(l.Field, "*"):
		l.What = Path
	case l.What == None:
		l.What = Name
	}
	return l
}

// TakesContents says that an option may be given a secret's contents: what it holds never gets into the store.
func TakesContents(path []string) bool {
	l, ok := Of(path)
	return ok && slices.Contains(l.Tool.Safe, l.Field)
}
