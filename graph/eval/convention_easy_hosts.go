package eval

import (
	"path"
	"strings"
)

// easy-hosts (github.com/tgirlcloud/easy-hosts, README.md, lib.nix): a module of flake-parts. Hosts are those of its option hosts and, with
// autoConstruct, the folders ARCH-CLASS/NAME; each has the modules of shared and perClass besides its own.
func easyHostsConvention() convention {
	return convention{flakes: []flakeModule{{"easy-hosts", easyHosts}, {"easyHosts", easyHosts}}}
}

// easyHost is one host of it.
type easyHost struct {
	name, class, arch, path string
	modules, args           Val
}

func easyHosts(ev *Evaluator, c *Configuration, options Val, at site) {
	root := ev.folderAt(options, "", "path")
	hosts := map[string]*easyHost{}
	host := func(name string) *easyHost {
		if hosts[name] == nil {
			hosts[name] = &easyHost{name: name, class: "nixos", arch: "x86_64"}
		}
		return hosts[name]
	}
	if on, ok := ev.asked(options, "autoConstruct"); ok && root != "" && !isFalse(on) {
		only := ev.textAt(options, "", "onlySystem")
		folders := ev.subfolders(root)
		if only != "" {
			folders = []string{""}
		}
		for _, system := range folders {
			arch, class, _ := strings.Cut(path.Base(path.Join(only, system)), "-")
			for _, name := range ev.subfolders(path.Join(root, system)) {
				if dir := path.Join(root, system, name); ev.isFile(dir, "default.nix") {
					h := host(name)
					h.arch, h.class, h.path = arch, class, dir
				}
			}
		}
	}
	if set, ok := ev.asked(options, "hosts"); ok {
		as, _, _ := ev.entries(set)
		for _, a := range as {
			if !known(a.name) {
				continue
			}
			h, v := host(a.name), ev.force(a.val)
			h.class, h.arch = ev.textAt(v, h.class, "class"), ev.textAt(v, h.arch, "arch")
			h.path = ev.folderAt(v, h.path, "path")
			h.modules, h.args = ev.sel(v, "modules"), ev.sel(v, "specialArgs")
		}
	}
	for _, name := range sortedNames(hosts) {
		h := hosts[name]
		if h.path == "" {
			for _, dir := range []string{path.Join(root, name), path.Join("hosts", name), path.Join("systems", name)} {
				if h.path == "" && (ev.isFile(dir, "default.nix") || ev.isFile(dir+".nix")) {
					h.path = dir
				}
			}
		}
		class, output := NixOS, "nixosConfigurations"
		if h.class == "linux" {
			h.class = "nixos"
		}
		if h.class == "darwin" {
			class, output = Darwin, "darwinConfigurations"
		}
		of := func(option, arg string) Val {
			f, ok := ev.asked(options, option)
			if !ok {
				return Val{}
			}
			return ev.apply(f, ready(str(arg)), at)
		}
		perClass, perArch, shared := of("perClass", h.class), of("perArch", h.arch), ev.sel(options, "shared")
		b := build{class: class, modules: []Val{ev.sel(shared, "modules"), ev.sel(perClass, "modules"), ev.sel(perArch, "modules"), h.modules}}
		if h.path != "" {
			b.modules = append(b.modules, pathOfTree(ev.nixFile(h.path)))
		}
		b.argSets = []Val{ev.sel(shared, "specialArgs"), ev.sel(perClass, "specialArgs"), ev.sel(perArch, "specialArgs"), h.args}
		c.give(output, field(h.name, lazily(func() Val { return ev.construct(b, at) })))
	}
}
