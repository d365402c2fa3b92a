package eval

import (
	"path"
	"slices"
	"strings"
)

// snowfall-lib (github.com/snowfallorg/lib, "Reference"): systems/ARCH/HOST, homes/ARCH/USER@HOST, modules/{nixos,darwin,home}/NAME and
// lib/ are a flake's outputs. Every system has all modules of its kind, every home all of modules/home, and all of them get `namespace`
// and lib with what lib/ has under that name.
func snowfallConvention() convention {
	return convention{
		rows: []row{{"snowfall.mkFlake", 1, libSnowfallFlake}, {"snowfall.mkLib", 1, libSnowfallLib}},
		inputs: []input{{"snowfallorg/lib", []string{"snowfall-lib"}, func(ev *Evaluator) Val {
			return setOf(site{}, field("mkFlake", ready(ev.libFunction("snowfall.mkFlake"))), field("mkLib", ready(ev.libFunction("snowfall.mkLib"))))
		}}},
	}
}

// snowfallOptions are what mkFlake takes for itself; anything else is an output.
var snowfallOptions = []string{"inputs", "src", "snowfall", "systems", "modules", "overlays", "packages", "outputs-builder", "outputsBuilder", "packagesPrefix",
	"hosts", "homes", "channels-config", "templates", "checks", "alias", "shells", "extra-exported-overlays"}

// virtualSystems are the kinds of images that systems/x86_64-KIND stand for (snowfall-lib/system/virtual-systems.nix).
var virtualSystems = []string{"amazon", "azure", "cloudstack", "docker", "do", "gce", "hyperv", "install-iso-hyperv", "install-iso", "iso", "kexec", "kexec-bundle", "kubevirt",
	"lxc", "lxc-metadata", "openstack", "proxmox-lxc", "proxmox", "qcow", "raw-efi", "raw", "sd-aarch64-installer", "sd-aarch64", "vagrant-virtualbox", "virtualbox",
	"vm-bootloader", "vm-nogui", "vmware", "vm"}

// snowfall is one call of mkFlake.
type snowfall struct {
	ev        *Evaluator
	at        site
	given     Val
	root      string
	namespace string
	inputs    Val
	lib       *thunk
}

func newSnowfall(ev *Evaluator, v Val, at site) (*snowfall, bool) {
	src := ev.folderAt(v, "", "src")
	if src == "" {
		return nil, false
	}
	s := &snowfall{ev: ev, at: at, given: v, root: ev.folderAt(v, src, "snowfall", "root"), namespace: ev.textAt(v, "internal", "snowfall", "namespace"), inputs: ev.sel(v, "inputs")}
	own := lazily(s.userLib)
	s.lib = ready(Val{shape: &setShape{attrs: []attr{field(s.namespace, own)}, base: &Val{shape: &libShape{"lib"}}}})
	return s, true
}

// userLib is what lib/ and the folders below it hold, as one set.
func (s *snowfall) userLib() Val {
	ev := s.ev
	out := Val{shape: &setShape{}}
	for _, m := range ev.defaultsBelow(path.Join(s.root, "lib")) {
		v := ev.importValue(pathOfTree(m.path), s.at)
		if _, ok := v.shape.(*closure); ok {
			v = ev.apply(v, ready(setOf(s.at, field("inputs", ready(s.inputs)), field("snowfall-inputs", ready(Val{})), field("namespace", ready(str(s.namespace))), field("lib", s.lib))), s.at)
		}
		out = ev.recursiveUpdate(out, v, 0)
	}
	return out
}

func libSnowfallLib(ev *Evaluator, a []*thunk, at site) Val {
	given := ev.force(a[0])
	s, ok := newSnowfall(ev, given, at)
	if !ok {
		return joinArgs(ev, a, at)
	}
	flake := &spec{name: "mkFlake", arity: 1, call: func(ev *Evaluator, a []*thunk, at site) Val {
		of := *s
		of.given, of.at = ev.update(given, ev.force(a[0])), at
		return of.outputs()
	}}
	lib := ev.force(s.lib)
	return ev.update(lib, setOf(at, field("mkFlake", ready(Val{shape: &builtin{spec: flake}}))))
}

func libSnowfallFlake(ev *Evaluator, a []*thunk, at site) Val {
	s, ok := newSnowfall(ev, ev.force(a[0]), at)
	if !ok {
		return joinArgs(ev, a, at)
	}
	return s.outputs()
}

func (s *snowfall) outputs() Val {
	out := &setShape{}
	as, _, _ := s.ev.entries(s.given)
	for _, a := range as {
		if !slices.Contains(snowfallOptions, a.name) {
			out.add(a)
		}
	}
	add := func(name string, v Val) {
		out.add(attr{name: name, val: ready(v), site: s.at})
	}
	systems := map[string][]attr{}
	var homes []attr
	for _, target := range s.ev.subfolders(path.Join(s.root, "systems")) {
		for _, host := range s.ev.subfolders(path.Join(s.root, "systems", target)) {
			if s.ev.isFile(s.root, "systems", target, host, "default.nix") {
				output, t := s.system(target, host)
				systems[output] = append(systems[output], field(host, t))
			}
		}
	}
	for _, h := range s.homes() {
		homes = append(homes, field(h.name, lazily(func() Val { return s.home(h) })))
	}
	for _, output := range sortedNames(systems) {
		add(output, setOf(s.at, systems[output]...))
	}
	add("homeConfigurations", setOf(s.at, homes...))
	for _, kind := range []struct{ output, folder string }{{"nixosModules", "nixos"}, {"darwinModules", "darwin"}, {"homeModules", "home"}} {
		v := pathsByName(s.at, s.modules(kind.folder))
		if more, ok := s.ev.asked(s.given, "modules", kind.folder); ok {
			v = s.ev.update(v, more)
		}
		add(kind.output, v)
	}
	add("lib", Val{shape: &laterShape{lazily(s.userLib)}})
	return Val{shape: out}
}

func (s *snowfall) modules(kind string) []named {
	return s.ev.defaultsBelow(path.Join(s.root, "modules", kind))
}

// args are what every module gets.
func (s *snowfall) args(target, name string) []attr {
	return []attr{field("lib", s.lib), field("namespace", ready(str(s.namespace))), field("inputs", ready(s.inputs)), field("target", ready(str(target))),
		field("system", ready(str(target))), field("host", ready(str(name)))}
}

// system is the system of a folder, and the output that it is of.
func (s *snowfall) system(target, host string) (output string, t *thunk) {
	class, kind := NixOS, "nixos"
	output = "nixosConfigurations"
	name := ""
	if _, os, _ := strings.Cut(target, "-"); slices.Contains(virtualSystems, os) {
		output = os + "Configurations"
		name = output + "." + segmentText(host)
	} else if os == "darwin" {
		class, kind, output = Darwin, "darwin", "darwinConfigurations"
	}
	return output, lazily(func() Val {
		ev := s.ev
		b := build{class: class, name: name, args: s.args(target, host)}
		b.modules = append(b.modules, pathOfTree(path.Join(s.root, "systems", target, host)), pathsOf(s.modules(kind)), ev.sel(ev.sel(ev.sel(s.given, "systems"), "modules"), kind),
			ev.sel(s.hostOptions(host), "modules"))
		b.argSets = append(b.argSets, ev.sel(s.hostOptions(host), "specialArgs"))
		var users []user
		for _, h := range s.homes() {
			if h.host == host || h.host == "" && h.system == target {
				users = append(users, user{h.user, s.homeModules(h)})
			}
		}
		if len(users) > 0 {
			b.modules = append(b.modules, homesModule(s.at, users))
		}
		b.homeArgs = s.args(target, host)
		return ev.construct(b, s.at)
	})
}

func (s *snowfall) hostOptions(host string) Val {
	return s.ev.sel(s.ev.sel(s.ev.sel(s.given, "systems"), "hosts"), host)
}

// snowfallHome is a folder homes/SYSTEM/USER@HOST; host is "" where the name has none.
type snowfallHome struct{ name, user, host, system, path string }

func (s *snowfall) homes() []snowfallHome {
	var out []snowfallHome
	for _, system := range s.ev.subfolders(path.Join(s.root, "homes")) {
		for _, name := range s.ev.subfolders(path.Join(s.root, "homes", system)) {
			dir := path.Join(s.root, "homes", system, name)
			if s.ev.isFile(dir, "default.nix") {
				user, host, _ := strings.Cut(name, "@")
				out = append(out, snowfallHome{name, user, host, system, dir})
			}
		}
	}
	return out
}

// homeModules are the modules of a home.
func (s *snowfall) homeModules(h snowfallHome) Val {
	ev := s.ev
	ms := []*thunk{ready(pathOfTree(h.path)), ready(pathsOf(s.modules("home")))}
	options := ev.sel(s.given, "homes")
	for _, v := range []Val{ev.sel(options, "modules"), ev.sel(ev.sel(ev.sel(options, "users"), h.name), "modules")} {
		if v.shape != nil && v.shape != missing {
			ms = append(ms, ready(v))
		}
	}
	return list(ms, true)
}

// home is a home by itself.
func (s *snowfall) home(h snowfallHome) Val {
	args := append(s.args(h.system, h.host), field("name", ready(str(h.name))), field("user", ready(str(h.user))))
	options := s.ev.sel(s.ev.sel(s.ev.sel(s.given, "homes"), "users"), h.name)
	return s.ev.construct(build{class: HomeManager, modules: []Val{s.homeModules(h)}, args: args, argSets: []Val{s.ev.sel(options, "specialArgs")}}, s.at)
}
