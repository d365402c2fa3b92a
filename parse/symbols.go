package parse

import "hash/maphash"

// symbol numbers the names of one file, so that scopes are arrays instead of maps.
type symbol int32

// symbolInfo is what the static checks know of a name while they go through the tree.
type symbolInfo struct {
	name  string
	hash  uint32
	bound int32 // how many of the scopes around bind it
	group int32 // the last group of bindings that has it, …
	entry int32 // … and its place among the attributes of the checker
}

// symbolTable is a hash table with open addressing. It starts each file with the base symbols alone, without being cleared.
type symbolTable struct {
	infos []symbolInfo // the base symbols first
	slots []symbolSlot
	era   uint32 // slots of a past era are empty
}

type symbolSlot struct {
	era  uint32
	hash uint32
	sym  symbol
}

// forever is the era of the base symbols.
const forever = 1

func (s *symbolSlot) taken(era uint32) bool { return s.era == era || s.era == forever }

var seed = maphash.MakeSeed()

func hashOf(s string) uint32 { return uint32(maphash.String(seed, s)) }

func (t *symbolTable) reset() {
	if t.era++; t.era <= forever { // at first, and once in four thousand million files
		*t = symbolTable{slots: make([]symbolSlot, 1024), era: forever}
		for i := range baseSymbols {
			t.insert(baseSymbols[i].name, baseSymbols[i].hash)
		}
		t.era++
	}
	n := len(baseSymbols)
	clear(t.infos[n:]) // let go of the last file's source
	t.infos = t.infos[:n]
	for i := range t.infos {
		t.infos[i].bound, t.infos[i].group = 1, 0
	}
}

func (t *symbolTable) intern(name string) symbol {
	h := hashOf(name)
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if !s.taken(t.era) {
			return t.insert(name, h)
		}
		if s.hash == h && t.infos[s.sym].name == name {
			return s.sym
		}
	}
}

func (t *symbolTable) insert(name string, h uint32) symbol {
	if 2*len(t.infos) >= len(t.slots) {
		old := t.slots
		t.slots = make([]symbolSlot, 2*len(old))
		// The base symbols first: a search for one of them must not lead through a slot that is empty in the next era.
		for _, s := range old {
			if s.era == forever {
				t.place(s)
			}
		}
		for _, s := range old {
			if s.era != forever && s.era == t.era {
				t.place(s)
			}
		}
	}
	sym := symbol(len(t.infos))
	t.infos = append(t.infos, symbolInfo{name: name, hash: h})
	t.place(symbolSlot{t.era, h, sym})
	return sym
}

func (t *symbolTable) place(s symbolSlot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].taken(t.era) {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

// baseSymbols are the names that Nix 2.3x has in scope everywhere, those of experimental features included.
var baseSymbols = func() (out []symbolInfo) {
	for _, n := range []string{
		"true", "false", "null", "builtins", "abort", "baseNameOf", "break", "derivation", "derivationStrict", "dirOf",
		"fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "fromTOML", "import", "isNull", "map", "placeholder",
		"removeAttrs", "scopedImport", "throw", "toString",
		// The rest is in builtins too, without the underscores.
		"__add", "__addDrvOutputDependencies", "__addErrorContext", "__all", "__any", "__appendContext", "__attrNames", "__attrValues",
		"__bitAnd", "__bitOr", "__bitXor", "__catAttrs", "__ceil", "__compareVersions", "__concatLists", "__concatMap", "__concatStringsSep",
		"__convertHash", "__currentSystem", "__currentTime", "__deepSeq", "__div", "__elem", "__elemAt", "__exec", "__fetchClosure", "__fetchurl", "__filter",
		"__filterSource", "__findFile", "__flakeRefToString", "__floor", "__foldl'", "__fromJSON", "__functionArgs", "__genList",
		"__genericClosure", "__getAttr", "__getContext", "__getEnv", "__getFlake", "__groupBy", "__hasAttr", "__hasContext", "__hashFile",
		"__hashString", "__head", "__importNative", "__intersectAttrs", "__isAttrs", "__isBool", "__isFloat", "__isFunction", "__isInt",
		"__isList", "__isPath", "__isString", "__langVersion", "__length", "__lessThan", "__listToAttrs", "__mapAttrs", "__match", "__mul",
		"__nixPath", "__nixVersion", "__outputOf", "__parseDrvName", "__parseFlakeRef", "__partition", "__path", "__pathExists", "__readDir",
		"__readFile", "__readFileType", "__replaceStrings", "__seq", "__sort", "__split", "__splitVersion", "__storeDir", "__storePath",
		"__stringLength", "__sub", "__substring", "__tail", "__toFile", "__toJSON", "__toPath", "__toXML", "__trace", "__traceVerbose",
		"__tryEval", "__typeOf", "__unsafeDiscardOutputDependency", "__unsafeDiscardStringContext", "__unsafeGetAttrPos", "__warn",
		"__zipAttrsWith",
	} {
		out = append(out, symbolInfo{name: n, hash: hashOf(n)})
	}
	return out
}()
