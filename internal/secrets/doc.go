// Package secrets knows what in a NixOS repository is a secret, by names alone: the options by which tools bring secrets onto a machine, what of
// a secret each of their fields holds, options and files that are called like one, texts that look like one.
//
// In: names of options and files, texts. Out: labels. It is tables and small functions over them; it knows nothing of trees, graphs and findings,
// and keeps no text.
//
// The options are those of sops-nix (modules/sops/default.nix), agenix (modules/age.nix), vaultix, clan-core (nixosModules/clanCore/vars and
// facts), colmena (src/nix/hive/options.nix, deployment.keys) and opnix; the runtime folders are where these put secrets by default.
package secrets

// What is the part of a secret that flows somewhere.
type What string

// Parts of a secret.
const (
	None        What = ""
	Contents    What = "contents"    // the secret itself
	Path        What = "path"        // where it lies on the machine
	Placeholder What = "placeholder" // a text that a template's service replaces by it (sops.placeholder)
	Hash        What = "hash"        // what tells about it and cannot be turned back
	Name        What = "name"        // what it is called, and how its file is kept: owner, mode
	Existence   What = "existence"   // whether there is one
)

// A Transform says what a function makes of a part of a secret.
type Transform struct {
	Function string
	From, To What
	Note     string
}

// Transforms are the functions that change what of a secret flows; all others hand on what they are given. The evaluation (graph/eval) does
// what stands here; the cases of testdata/secrets show that it does what Nix does.
var Transforms = []Transform{
	{"readFile", Path, Contents, "builtins and lib.fileContents: read while the configuration is evaluated"},
	{"fromJSON, fromTOML", Contents, Contents, "importJSON and importTOML read a file besides"},
	{"import", Path, Contents, "of a file that git-crypt or transcrypt keeps"},
	{"hashString, hashFile", Contents, Hash, "hashFile reads the file"},
	{"==, hasPrefix, hasSuffix, hasInfix, stringLength", Contents, Hash, "a comparison or a number"},
	{"toString", Path, Path, "of ./file: the name, without a copy"},
	{`"${./file}"`, Path, Contents, "a path in a string is copied into the store, and so are its contents"},
	{"toFile, writeText, writeTextFile, writeScript, writeShellScript, runCommand, toJSON, generators", Contents, Contents, "into the store"},
	{"?, or, == null", Path, Existence, "whether there is one"},
}
