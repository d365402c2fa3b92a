package eval

// The module system by itself (Nixpkgs manual, "Module System", lib.evalModules), and what hands lib and nixpkgs on.
func evalModulesConvention() convention {
	return convention{
		makers: map[string]maker{"evalModules": {Plain, []string{"specialArgs"}}},
		rows:   []row{{"nixpkgsImport", 1, libNixpkgsImport}, {"extend", 1, libExtend}},
	}
}
