package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nixsink/graph/eval"
	"nixsink/internal/budget"
	"nixsink/parse"
)

// synthetic is a net of edges between values and options, made without an evaluation: every edge has a file of its own unless told
// otherwise, and an option is read by the edges that start at it.
type synthetic struct {
	*flows
	values  []*Value
	options []*eval.Path
	files   []*parse.File
}

func newSynthetic(values, options, confs int) *synthetic {
	s := &synthetic{flows: &flows{out: map[*Value][]*edge{}, trie: &pathTrie{}, reads: map[*eval.Path]*readers{}, confs: NewConfSets(confs)}}
	// Paths come from an evaluation only: one that hardly does anything.
	f := parse.Parse("default.nix", "{ o = 1; }")
	ev := eval.New(treeHost{&tree{files: []*parse.File{f}, byName: map[string]*parse.File{f.Name: f}}}, nil)
	ev.Run(context.Background(), []string{f.Name}, []*parse.File{f})
	root := ev.Definitions[0].Path.Parent
	s.ev = ev
	for i := range values {
		v := &Value{Path: fmt.Sprintf("my.v%03d", i)}
		s.values = append(s.values, v)
	}
	for i := range options {
		s.options = append(s.options, ev.Below(root, []string{fmt.Sprintf("o%03d", i)}))
	}
	for i := range 3 {
		s.files = append(s.files, &parse.File{Name: fmt.Sprintf("f%d.nix", i)})
	}
	return s
}

// edge adds an edge between numbers: values first, then options.
func (s *synthetic) edge(from, to int, kind FlowKind, file int, in *ConfSet) *edge {
	at := func(i int) (v vertex) {
		if i < len(s.values) {
			return vertex{val: s.values[i]}
		}
		return vertex{option: s.options[i-len(s.values)]}
	}
	e := &edge{from: at(from), to: at(to), kind: kind, in: in}
	// What a value is set to goes on from all of it.
	e.origin.Path, e.def = s.options[0].Parent, &eval.Definition{Path: s.options[0].Parent, File: s.files[file]}
	if e.from.option != nil {
		e.origin.Path = e.from.option
		if s.reads[e.from.option] == nil {
			s.reads[e.from.option] = &readers{}
			s.trie.add(s.ofRoot(e.from.option), e.from.option)
		}
	}
	s.join(e)
	return e
}

// plainly is every flow of every value, by a search of its own for each strength: "my.v1 o2 f0.nix data".
func (s *synthetic) plainly(confs int) map[string][]int {
	type end struct {
		vertex
		file string
	}
	out := map[string][]int{}
	best := map[string]int{}
	type state struct {
		vertex
		conf int
	}
	for _, v := range s.values {
		for _, least := range []int{1, 2, 3} {
			ends := map[end][]int{}
			seen := map[state]bool{}
			var walk func(at vertex, conf int)
			walk = func(at vertex, conf int) {
				if seen[state{at, conf}] {
					return
				}
				seen[state{at, conf}] = true
				edges := s.out[at.val]
				if at.val == nil {
					edges = nil
					if r := s.reads[at.option]; r != nil {
						edges = r.edges
					}
				}
				for _, e := range edges {
					from := e.in
					if e.across {
						from = e.of
					}
					if strength(e.kind) < least || !from.Has(conf) {
						continue
					}
					file := ""
					if e.to.option != nil {
						file = e.def.File.Name
					}
					for to := range max(1, confs) {
						if !e.in.Has(to) || !e.across && to != conf {
							continue
						}
						if e.to.val != v && !slices.Contains(ends[end{e.to, file}], to) {
							ends[end{e.to, file}] = append(ends[end{e.to, file}], to)
						}
						walk(e.to, to)
					}
				}
			}
			for conf := range max(1, confs) {
				walk(vertex{val: v}, conf)
			}
			for x, in := range ends {
				k := fmt.Sprintf("%s %s %s", v.Path, s.text(x.vertex), x.file)
				best[k] = max(best[k], least)
				if least == 1 {
					out[k] = slices.Sorted(slices.Values(in))
				}
			}
		}
	}
	told := map[string][]int{}
	for k, in := range out {
		told[fmt.Sprintf("%s %d", k, best[k])] = in
	}
	return told
}

// TestClosure holds the closure of random nets, with cycles, configurations and what leads across them, against a plain search.
func TestClosure(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		confs := []int{0, 0, 1, 3, 9}[r.IntN(5)]
		values, options := 1+r.IntN(8), 1+r.IntN(8)
		s := newSynthetic(values, options, confs)
		for range r.IntN(30) {
			var in *ConfSet
			if confs > 0 && r.IntN(2) == 0 {
				in = s.confs.Of(r.IntN(confs), r.IntN(confs))
			}
			from, to := r.IntN(values+options), r.IntN(values+options)
			var of *ConfSet
			across := confs > 0 && r.IntN(4) == 0
			if across {
				of = s.confs.Of(r.IntN(confs), r.IntN(confs))
			}
			if from != to {
				e := s.edge(from, to, []FlowKind{Data, Key, Control}[r.IntN(3)], r.IntN(3), in)
				e.across, e.of = across, of
			}
		}
		want := s.plainly(confs)
		s.link(s.values)
		set := s.set()
		got := map[string][]int{}
		reach, direct := map[*Value]map[string]bool{}, 0
		for f := range set.All() {
			k := f.To
			file, strong := f.At.File, map[FlowKind]int{Data: 3, Default: 3, Key: 2, Control: 1}[f.Kind]
			if f.ToValue != nil {
				file, strong = "", f.least()
			}
			in := []int{0}
			if confs > 0 {
				in = slices.Collect(s.confs.Members(f.In))
			}
			got[fmt.Sprintf("%s %s %s %d", f.From.Path, k, file, strong)] = in
			if f.ToValue == nil {
				if reach[f.From] == nil {
					reach[f.From] = map[string]bool{}
				}
				reach[f.From][f.To] = true
			}
			if len(f.Through) == 0 {
				direct++
			}
			if f.ToValue != nil && !set.Reaches(f.From, f.ToValue) {
				t.Errorf("seed %d: %s does not reach %s", seed, f.From.Path, f.To)
			}
		}
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("seed %d (%d configurations)\ngot  %s\nwant %s", seed, confs, without(got, want), without(want, got))
		}
		if confs == 0 {
			for k := range closed(set) {
				if _, ok := want[k]; !ok {
					t.Errorf("seed %d: edges and components tell %s", seed, k)
				}
			}
			if n := len(closed(set)); n != len(want) {
				t.Errorf("seed %d: edges and components tell %d flows, want %d", seed, n, len(want))
			}
		}
		if set.Len() != len(got) || len(set.Direct()) != direct {
			t.Errorf("seed %d: %d flows and %d direct ones, want %d and %d", seed, set.Len(), len(set.Direct()), len(got), direct)
		}
		for _, v := range s.values {
			if _, n := set.tallied(v); n != len(reach[v]) {
				t.Errorf("seed %d: %s reaches %d options, want %d", seed, v.Path, n, len(reach[v]))
			}
			into := 0
			for _, f := range set.Into(func(name string) bool { return name == v.Path }) {
				if f.ToValue != v {
					t.Errorf("seed %d: %s is not %s", seed, f.To, v.Path)
				}
				into++
			}
			n := 0
			for f := range set.All() {
				if f.ToValue == v {
					n++
				}
			}
			if n != into {
				t.Errorf("seed %d: %d flows into %s, want %d", seed, into, v.Path, n)
			}
		}
	}
}

// least is the strength of the weakest edge of a flow's way.
func (f *Flow) least() int {
	s := 3
	for at := f.end; at.edge != nil; at = at.prev {
		s = min(s, strength(at.edge.kind))
	}
	return s
}

// without lists what a has and b has not, or not in the same configurations.
func without(a, b map[string][]int) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if !slices.Equal(a[k], b[k]) {
			out = append(out, fmt.Sprint(k, a[k]))
		}
	}
	return strings.Join(out, "\n     ")
}

// TestLongChain holds that values which are each made of the next one cost what their steps cost: the two thousand flows of the
// first are counted, not made.
func TestLongChain(t *testing.T) {
	const n = 20_000
	s := newSynthetic(n, 1, 0)
	for i := range n {
		s.edge(i, i+1, Data, 0, nil)
	}
	s.link(s.values)
	set := s.set()
	if set.Len() != n*(n+1)/2 || len(set.Direct()) != n || len(set.Of(s.values[0])) != n {
		t.Errorf("%d flows, %d direct, %d of the first", set.Len(), len(set.Direct()), len(set.Of(s.values[0])))
	}
}

// TestManyApart holds that what a hundred hosts tell apart is followed for each, and what they share once.
func TestManyApart(t *testing.T) {
	const hosts = 100
	s := newSynthetic(hosts+2, hosts+1, hosts)
	for h := range hosts {
		in := s.confs.Of(h)
		s.edge(0, 1+h, Default, 0, in)                   // v0 → a value of each host's own
		s.edge(1+h, hosts+1, Default, 0, nil)            // → the last value
		s.edge(hosts+1, hosts+2+1+h, Data, 1, in)        // → an option of each host's own
		s.edge(hosts+1, hosts+2, Data, 1, s.confs.Of(h)) // → one that all have
	}
	s.link(s.values)
	set := s.set()
	for _, f := range slices.Concat(set.Of(s.values[0]), set.Of(s.values[3])) {
		var want *ConfSet // all
		if h, err := strconv.Atoi(strings.TrimPrefix(f.To, "o")); f.ToValue == nil && (err != nil || h > 0) {
			want = s.confs.Of(h - 1)
		} else if f.ToValue != nil && f.ToValue != s.values[hosts+1] {
			want = s.confs.Of(slices.Index(s.values, f.ToValue) - 1)
		}
		if f.In != want {
			t.Errorf("%s → %s in %v, want %v", f.From.Path, f.To, f.In, want)
		}
	}
	if set.Len() != 2*hosts+2+hosts*(hosts+2)+hosts+1 {
		t.Errorf("%d flows", set.Len())
	}
	if got := set.Len(); got == 0 || len(slices.Collect(set.All())) != got {
		t.Errorf("%d flows", got)
	}
}

// closed is the flows that a reader of edges and components finds: "my.v1 o2 f0.nix 3", where the number is the strength.
func closed(s *FlowSet) map[string]bool {
	edges, comps := slices.Collect(s.Edges()), slices.Collect(s.Components())
	strong := map[FlowKind]int{Data: 3, Key: 2, Control: 1}
	best := map[string]int{}
	for i, c := range comps {
		for _, v := range c.Values {
			seen := map[int]bool{i: true}
			queue := []int{i}
			for len(queue) > 0 {
				at := comps[queue[0]]
				queue = queue[1:]
				for _, e := range at.Edges {
					x := edges[e]
					if x.ToValue == v {
						continue
					}
					file := x.At.File
					if x.ToValue != nil {
						file = ""
					}
					k := fmt.Sprintf("%s %s %s", v.Path, x.To, file)
					best[k] = max(best[k], strong[c.Strength])
				}
				for _, n := range at.Next {
					if !seen[n] {
						seen[n] = true
						queue = append(queue, n)
					}
				}
			}
		}
	}
	out := map[string]bool{}
	for k, n := range best {
		out[fmt.Sprintf("%s %d", k, n)] = true
	}
	return out
}

// Flows that have to end early: single steps are all there, and what was not followed is told.
func TestFlowsEndEarly(t *testing.T) {
	whole, err := Analyze(t.Context(), "../testdata/projects/homelab", Options{})
	if err != nil {
		t.Fatal(err)
	}
	steps := func(g *Graph) (n int) {
		for _, v := range g.Flows.from {
			n += len(g.Flows.DirectOf(v))
		}
		return n
	}
	want, all := steps(whole), whole.Flows.Len()
	fl := whole.Flows.fl // made anew, with nothing left to do it
	fl.cut, fl.over = nil, func() error { return budget.ErrTime }
	for _, edges := range fl.out {
		for _, e := range edges {
			e.linked, e.outdone = false, false
		}
	}
	fl.bundles, fl.junctions, fl.targets, fl.strengths = nil, nil, nil, [4]bool{}
	fl.link(whole.Values)
	cut := &Graph{Flows: fl.set()}
	if !errors.Is(fl.cut, budget.ErrTime) {
		t.Errorf("told: %v", fl.cut)
	}
	if got := steps(cut); got != want || got == 0 {
		t.Errorf("%d steps, there are %d", got, want)
	}
	if got := cut.Flows.Len(); got == 0 || got >= all {
		t.Errorf("%d flows of %d", got, all)
	}
}
