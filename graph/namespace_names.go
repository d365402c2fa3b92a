package graph

// systemNames are the top-level options of NixOS, home-manager and nix-darwin: a repository that declares options below
// them adds modules, not central values. From the option lists of the three manuals ("Configuration Options", NixOS and nix-darwin;
// "Appendix A", home-manager), each by the first name of its options, and what flake-parts declares ("Core options").
var systemNames = namesOf(
	// NixOS, nixos/modules
	"appstream", "assertions", "boot", "config", "console", "containers", "documentation", "dysnomia", "ec2", "environment", "fileSystems", "fonts", "gtk", "hardware",
	"i18n", "image", "isSpecialisation", "isoImage", "jobs", "krb5", "lib", "location", "meta", "networking", "nix", "nixops", "nixpkgs", "oci", "openstack", "passthru", "power", "powerManagement", "programs", "qt",
	"sdImage", "security", "services", "snapraid", "sound", "specialisation", "stubby", "swapDevices", "system", "systemd", "time", "users", "virtualisation", "warnings", "xdg", "zramSwap",
	// home-manager, modules
	"accounts", "dbus", "dconf", "editorconfig", "home", "launchd", "manual", "mozilla", "news", "nmt", "pam", "sshAuthSock", "submoduleSupport", "targets", "test", "uninstall", "wayland", "xfconf", "xresources", "xsession",
	// nix-darwin, modules
	"homebrew", "ids", "power",
	// flake-parts, modules and extras
	"debug", "flake", "perInput", "perSystem", "systems", "transposition", "partitions", "partitionedAttrs",
)

// moduleSets are the top-level options of module sets that repositories take as inputs, by the project that declares them. They are the
// namespace of that project's own repository, and of no other.
var moduleSets = namesOf(
	"age",          // ryantm/agenix, oddlama/agenix-rekey
	"sops",         // Mic92/sops-nix
	"stylix",       // nix-community/stylix
	"disko",        // nix-community/disko
	"home-manager", // nix-community/home-manager, nixos module
	"hjem", "rum",  // feel-co/hjem, snugnug/hjem-rum
	"clan", "clanInternals", // clan-lol/clan-core
	"colmena", "deployment", // zhaofengli/colmena, the latter also of NixOps
	"deploy", "krops", // serokell/deploy-rs, krebs/krops
	"microvm",           // astro/microvm.nix
	"wsl",               // nix-community/NixOS-WSL
	"lanzaboote",        // nix-community/lanzaboote
	"catppuccin",        // catppuccin/nix
	"nixvim", "plugins", // nix-community/nixvim
	"vim",               // NotAShelf/nvf
	"jovian",            // Jovian-Experiments/Jovian-NixOS
	"mailserver",        // simple-nixos-mailserver
	"nixarr",            // nixarr
	"topology",          // oddlama/nix-topology
	"facter",            // nix-community/nixos-facter-modules
	"nix-homebrew",      // zhaofengli/nix-homebrew
	"hjem",              // feel-co/hjem
	"scalpel", "secrix", // polygon/scalpel, Platonic-Systems/secrix
	"vaultix", "opnix", // milieuim/vaultix, brizzbuzz/opnix
	"proxmox", "proxmoxLXC", // nix-community/nixos-generators
	"formatConfigs",         // nix-community/nixos-generators
	"treefmt", "pre-commit", // numtide/treefmt-nix, cachix/git-hooks.nix
	"devshells", "devenv", // numtide/devshell, cachix/devenv
	"process-compose",         // Platonic-Systems/process-compose-flake
	"easy-hosts", "ezConfigs", // tgirlcloud/easy-hosts, ehllie/ez-configs
	"hercules-ci", "herculesCI", // hercules-ci/flake-modules-core
	"mission-control",  // Platonic-Systems/mission-control
	"terranix",         // terranix/terranix
	"arion", "kubenix", // hercules-ci/arion, hall/kubenix
	"nixosConfigurations", "hydraJobs",
)

func namesOf(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// Foreign reports whether options under a top-level name are declared elsewhere, too: by NixOS, home-manager, nix-darwin or a common module
// of another flake (age, sops). That a tree declares none of a name proves nothing there.
func Foreign(name string) bool { return systemNames[name] || moduleSets[name] }
