package rewrite

import (
	"strings"
	"testing"
	"time"

	"nixsink/parse"
)

// Many reads on one line, or in one sum, do not look through each other.
func TestPlacesOfManyReads(t *testing.T) {
	const n = 50_000
	for name, src := range map[string]string{
		"string":  `{ x = "` + strings.Repeat("${config.my.a}", n) + `"; }`,
		"list":    `{ x = [ ` + strings.Repeat("config.my.a ", n) + `]; }`,
		"set":     `{ ` + strings.Repeat("x = config.my.a; ", n) + `}`,
		"formals": `{ ` + strings.Repeat("x ? config.my.a, ", n) + `... }: 1`,
	} {
		f := parse.Parse("a.nix", src)
		start := time.Now()
		for at := 0; ; {
			i := strings.Index(src[at:], "config.my.a")
			if i < 0 {
				break
			}
			candidates(f, parse.Span{Start: int32(at + i), End: int32(at + i + len("config.my.a"))})
			at += i + 1
		}
		// It is some 50 ms; what grew with the square took minutes.
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
