package docs

import (
	"bytes"
	"testing"
)

// FuzzInject: a page whose regions are filled stays as it is when they are filled again with the same, whatever stands in it and in them.
func FuzzInject(f *testing.F) {
	for _, s := range []string{"", "<!-- nixsink:graph -->\n<!-- /nixsink -->\n", "a\n<!-- nixsink:graph view=\"x y\" a=b -->\r\n<!-- /nixsink -->\r\n", "```\n<!-- nixsink:graph -->\n```\n", "<!-- nixsink:graph -->",
		"<!-- /nixsink -->", "~~~\n```\n<!-- nixsink:x -->"} {
		f.Add(s, "text\n")
		f.Add("<!-- nixsink:graph -->\n<!-- /nixsink -->", s)
	}
	f.Fuzz(func(t *testing.T, src, body string) {
		fill := func(Region) ([]byte, error) { return []byte(body), nil }
		once, n, err := Inject([]byte(src), fill)
		if err != nil {
			return
		}
		if n == 0 && !bytes.Equal(once, []byte(src)) {
			t.Errorf("%q has no region and became %q", src, once)
		}
		twice, m, err := Inject(once, fill)
		if err != nil || m != n || !bytes.Equal(once, twice) {
			t.Errorf("%q with %q became %q, and then %q (%d regions, then %d), %v", src, body, once, twice, n, m, err)
		}
	})
}
