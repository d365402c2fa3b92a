package graph

import "testing"

// FuzzIgnore: whatever an ignore file holds, asking it ends.
func FuzzIgnore(f *testing.F) {
	for _, s := range []string{"", "*.nix", "!a", "/a/**/b/", "[a-", `\`, "{a,b}", "**/*a*b*c*", "\ufeff#x\n \\ ", "a/**"} {
		f.Add(s, "modules/a.nix")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		if len(text) > 1<<12 || len(path) > 1<<10 {
			t.Skip("longer ones only take longer")
		}
		l := parseIgnore(text, "", nil)
		l.ignores(path, false)
		l.ignores(path, true)
	})
}
