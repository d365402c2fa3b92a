package check

import (
	"slices"
	"strings"
)

// mergesNumbers says why two numbers or truth values may be no conflict in an option, "" if Nix rejects them as far as can be known: a type of the tree's own
// decides for itself what becomes of several definitions.
func (p *Pass) mergesNumbers(option string, value any) string {
	segs := strings.Split(option, ".")
	for _, set := range mergingOptions {
		if below(option, []string{set}) {
			return set + " puts them together"
		}
	}
	// The declaration that goes deepest speaks for the option.
	deepest, typ := 0, ""
	for _, o := range p.Graph.Declared {
		path := strings.Split(o.Path, ".")
		if len(path) < deepest || len(path) > len(segs) || !slices.EqualFunc(path, segs[:len(path)], namedAlike) {
			continue
		}
		if len(path) > deepest {
			deepest, typ = len(path), o.Type
		} else if !rejectsSeveral(o.Type) {
			typ = o.Type // declared in several ways
		}
	}
	_, truth := value.(bool)
	switch {
	case deepest == 0: // NixOS's own
	case typ == "":
		if deepest < len(segs) || truth {
			return "the option has no type" // lib/options.nix, mergeDefaultOption: one of several truth values is enough
		}
	case !rejectsSeveral(typ), deepest < len(segs) && slices.Contains(typeWords(typ), "attrs"):
		return "its type may put them together"
	}
	return ""
}

// mergingOptions are the sets of NixOS and home-manager in which later definitions of one name replace earlier ones, or the greatest number holds
// (nixos/modules/misc/nixpkgs.nix, nixos/modules/config/sysctl.nix).
var mergingOptions = []string{"nixpkgs.config", "boot.kernel.sysctl"}

// rawOptions are those of them that take what is below as it stands: mkForce has no effect there but to end up in the value.
var rawOptions = []string{"nixpkgs.config"}

// below reports whether an option lies in one of some sets, of a system or of a home.
func below(option string, sets []string) bool {
	home := endOfHome(strings.Split(option, "."))
	return slices.ContainsFunc(sets, func(set string) bool {
		return strings.HasPrefix(option, set+".") || strings.HasPrefix(home, set+".")
	})
}

// endOfHome is an option's path within the home that it is of.
func endOfHome(segs []string) string {
	if len(segs) > 3 && segs[0] == "home-manager" && segs[1] == "users" {
		segs = segs[3:]
	}
	return strings.Join(segs, ".")
}

// plainTypes are the words of types that take no two different numbers or truth values for one option (lib/types.nix).
var plainTypes = []string{"lib", "types", "with", "int", "ints", "positive", "unsigned", "nonnegative", "between", "u8", "u16", "u32", "s8", "s16", "s32", "number", "numbers", "float", "bool",
	"str", "nonEmptyStr", "singleLineStr", "strMatching", "path", "pathInStore", "package", "port", "enum", "nullOr", "either", "oneOf", "anything", "raw", "uniq", "unique", "attrs", "attrsOf",
	"lazyAttrsOf", "listOf", "addCheck"}

// rejectsSeveral reports whether a type, as written, is made of such words alone.
func rejectsSeveral(typ string) bool {
	return !strings.Contains(typ, "//") && !slices.ContainsFunc(typeWords(typ), func(w string) bool { return !slices.Contains(plainTypes, w) })
}

// typeWords are the names in a type as it is written, without what stands in strings, and numbers.
func typeWords(typ string) []string {
	var out []string
	for i, part := range strings.Split(typ, `"`) {
		if i%2 == 1 {
			continue
		}
		for _, w := range strings.FieldsFunc(part, func(r rune) bool { return r > 127 || !isAlnum(byte(r)) && r != '_' && r != '\'' }) {
			if !isNumber(w) {
				out = append(out, w)
			}
		}
	}
	return out
}
