package render

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"nixsink/graph"
	"nixsink/parse"
)

// validate holds a document against docs/schema.json.
func validate(t *testing.T, doc string) {
	t.Helper()
	validateAs(t, "schema.json", doc)
}

// validateAs holds a document against one of the schemas of docs.
func validateAs(t *testing.T, schema, doc string) {
	t.Helper()
	f, err := os.Open("../docs/" + schema)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", raw); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("not as docs/%s says: %v", schema, err)
	}
}

func TestJSONSchema(t *testing.T) {
	g := house()
	g.Modules[0].Header = &parse.Header{Title: "t", Meta: map[string]any{"a": map[any]any{1: math.Inf(1)}}}
	g.Problems = []graph.Problem{{Msg: "m", Kind: "syntax"}}
	findings := []Finding{{Check: "port-collision", Severity: "error", File: "a.nix", Line: 1,
		Related: []Related{{File: "b.nix", Line: 2, Message: "m"}}, Fixes: []Fix{{Message: "f", Edits: []Edit{{File: "a.nix", Start: 1, End: 2, Text: "x"}}}}}}
	validate(t, write(t, "json", g, Options{Findings: findings}))
	validate(t, write(t, "json", &graph.Graph{Empty: "no module"}, Options{}))
	analysed, err := graph.Analyze(context.Background(), "../testdata/projects/homelab", graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	validate(t, write(t, "json", analysed, Options{}))
}

func TestJSONKeysAreSorted(t *testing.T) {
	got := write(t, "json", house(), Options{Findings: []Finding{{Related: []Related{{}}, Fixes: []Fix{{Edits: []Edit{{}}}}}}})
	d := json.NewDecoder(strings.NewReader(got))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(got)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, compact.Bytes()) {
		t.Error("writing the decoded document again changes it: keys are not sorted")
	}
}

func TestJSONNothingToMeasureIsNull(t *testing.T) {
	got := write(t, "json", &graph.Graph{}, Options{})
	for _, want := range []string{`"ratio":null`, `"lowerBound":null`, `"modules": []`, `"findings": []`, `"verdict":"n/a"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, `"ratio":1`) || strings.Contains(got, `"verdict":"ok"`) {
		t.Error("an empty denominator counts as all")
	}
}
