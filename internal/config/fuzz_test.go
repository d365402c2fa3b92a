package config

import (
	"os"
	"regexp"
	"testing"
)

// FuzzConfiguration: whatever the file holds, it is a configuration or an error that names the file, and a configuration says something of any folder.
func FuzzConfiguration(f *testing.F) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```toml\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		f.Add(m[1])
	}
	for _, s := range []string{"", "[gate]\nmax-lines = 1e400", "[[layer]]\nname=\"a\"\nglobs=[\"{a,b}{c\"]", "roots = [\"\"]", "[check]\nport-ranges.a = \"1-\"", "\x00", "a.b.c.d = 1\n[a.b]\nc = 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		c, err := Parse("f.toml", []byte(src))
		if err == nil {
			c.Path = "/repo/" + Name
			c.Options("/repo/modules/core")
			return
		}
		if c != nil || !regexp.MustCompile(`^f\.toml:`).MatchString(err.Error()) {
			t.Errorf("%q: %v", src, err)
		}
	})
}
