package main

import (
	"bytes"
	"strings"
	"testing"
)

const analysis = `{"schema": "nixsink/2", "source": {"files": 1},
  "values": [{"path": "my.a"}, {"path": "my.b"}, {"path": "my.a"}],
  "references": [{"value": "my.a", "file": "x"}, {"value": "my.a", "file": "y"}],
  "unresolved": [{"path": "my.*"}], "sinks": [{"option": "services.x"}, {"option": "services.y"}],
  "flows": [{"from": "my.a", "to": "services.x", "kind": "data", "steps": [{"what": "x"}]}, {"from": "my.a", "to": "services.y", "kind": "key"},
    {"from": "my.a", "to": "services.y", "kind": "key"}, {"from": "my.b", "to": "services.z", "kind": "data", "hidden": "by x"}],
  "problems": null}`

func decode(t *testing.T, text string) *Record {
	t.Helper()
	r, err := Decode("tree", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRecord holds what is written to what is read again, and finds every kind of difference.
func TestRecord(t *testing.T) {
	r := decode(t, analysis)
	if r.Values != 2 || r.References != 2 || r.Unresolved != 1 || r.Flows != 2 || r.Defs != 2 {
		t.Errorf("totals: %+v", r)
	}
	for _, names := range []bool{true, false} {
		var b bytes.Buffer
		if err := r.Write(&b, names); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "my.a") != names {
			t.Errorf("names %v:\n%s", names, b.String())
		}
		back, err := Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if d := back["tree"].Diff(r); len(d) > 0 {
			t.Errorf("names %v: %q", names, d)
		}
	}
	for _, tt := range []struct{ from, to, want string }{
		{`"to": "services.x", "kind": "data"`, `"to": "services.x", "kind": "key"`, "my.a: other flows, as many (2)"},
		{`"from": "my.a", "to": "services.x"`, `"from": "my.b", "to": "services.x"`, "my.a: flows 2 → 1, reads 2 → 2\nmy.b: flows 0 → 1, reads 0 → 0"},
		{`{"path": "my.b"}`, `{"path": "my.c"}`, "my.c: new: 0 flows, 0 reads\nmy.b: gone: 0 flows, 0 reads"},
		{`{"path": "my.*"}`, ``, "unresolved 1 → 0"},
	} {
		now := decode(t, strings.ReplaceAll(analysis, tt.from, tt.to))
		got := strings.Join(r.Diff(now), "\n")
		for _, line := range strings.Split(tt.want, "\n") {
			if !strings.Contains(got, line) {
				t.Errorf("%s → %s: got\n%s\nwant\n%s", tt.from, tt.to, got, line)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, text := range []string{"", "[]", `{"flows": [{"from": 1}]}`, `{"flows": [{"from": "a"`} {
		if _, err := Decode("tree", strings.NewReader(text)); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
	for _, text := range []string{"abc 1 2 3\n", "tree x values 1\n", "tree x values 1 references 2 unresolved 3 flows 4 definitions 5\nabc\n"} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}
