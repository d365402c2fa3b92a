package graph

// Foreign reports whether options under a top-level name are declared elsewhere, too: by NixOS, home-manager, nix-darwin or a common module
// of another flake (age, sops). That a tree declares none of a name proves nothing there.
func Foreign(name string) bool { return notNamespaces[name] }
