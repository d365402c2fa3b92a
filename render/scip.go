package render

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/scip-code/scip/bindings/go/scip"
	"google.golang.org/protobuf/proto"

	"nixsink/graph"
	"nixsink/parse"
)

// writeSCIP writes where values are declared, set and read as an index for code hosts (SCIP, scip.proto of version 0.7). Its root is / whatever folder the
// tree lies in, as the index of one tree is the same everywhere; columns are bytes. An index is a protocol buffer, and its parts may stand one behind the
// other: each file is written when it is made.
func writeSCIP(_ context.Context, w io.Writer, g *graph.Graph, o Options) error {
	b := bufio.NewWriter(w)
	part := func(i *scip.Index) error {
		text, err := proto.MarshalOptions{Deterministic: true}.Marshal(i)
		if err == nil {
			_, err = b.Write(text)
		}
		return err
	}
	err := part(&scip.Index{Metadata: &scip.Metadata{
		ToolInfo: &scip.ToolInfo{Name: "nixsink"}, ProjectRoot: "file:///", TextDocumentEncoding: scip.TextEncoding_UTF8}})
	s := newSCIP(g, o)
	for _, name := range slices.Sorted(maps.Keys(s.places)) {
		if err == nil {
			err = part(&scip.Index{Documents: []*scip.Document{s.document(name)}})
		}
	}
	for _, v := range g.Values {
		if err == nil && len(v.Declared) == 0 {
			err = part(&scip.Index{ExternalSymbols: []*scip.SymbolInformation{s.information(v)}})
		}
	}
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing SCIP: %w", err)
	}
	return nil
}

// scipIndex gathers the occurrences of values by file.
type scipIndex struct {
	g      *graph.Graph
	hovers *Hovers
	names  map[*graph.Value]string // symbols
	reads  map[*graph.Value][]*graph.Reference
	sets   map[*graph.Value][]*graph.Definition
	places map[string][]scipPlace
	first  map[string][]*graph.Value // those that a file is the first to declare
}

// scipPlace is one occurrence.
type scipPlace struct {
	name, whole parse.Span // the name that stands there; the binding around it, zero for a read
	value       *graph.Value
	role        scip.SymbolRole
}

func newSCIP(g *graph.Graph, o Options) *scipIndex {
	s := &scipIndex{g, NewHovers(g), map[*graph.Value]string{}, map[*graph.Value][]*graph.Reference{}, map[*graph.Value][]*graph.Definition{}, map[string][]scipPlace{}, map[string][]*graph.Value{}}
	byPath := map[string]*graph.Value{}
	for _, v := range g.Values {
		s.names[v] = scipSymbol(o.Title, v)
		byPath[v.Path] = v
		for _, i := range v.Instances {
			byPath[i.Path] = v
		}
	}
	declared := map[graph.Place]bool{}
	for _, v := range g.Values {
		for i, at := range v.Declared {
			if i == 0 {
				s.first[at.File] = append(s.first[at.File], v)
			}
			declared[at] = true
			s.bind(v, at, scip.SymbolRole_Definition)
		}
	}
	for _, d := range g.Definitions {
		if v := byPath[d.Option]; v != nil {
			s.sets[v] = append(s.sets[v], d)
			if !declared[d.At] { // a registry's member is declared by being defined
				s.bind(v, d.At, scip.SymbolRole_WriteAccess)
			}
		}
	}
	for _, r := range g.References {
		s.reads[r.Value] = append(s.reads[r.Value], r)
		if f := g.Files[r.At.File]; f != nil {
			s.places[r.At.File] = append(s.places[r.At.File], scipPlace{name: parse.LastName(f, r.At.Span), value: r.Value, role: scip.SymbolRole_ReadAccess})
		}
	}
	return s
}

// bind adds the occurrence of a value at the binding that a place is the value of.
func (s *scipIndex) bind(v *graph.Value, at graph.Place, role scip.SymbolRole) {
	f := s.g.Files[at.File]
	if f == nil {
		return
	}
	p := scipPlace{name: at.Span, value: v, role: role}
	if b, ok := parse.BindingAt(f, at.Span); ok {
		p.name, p.whole = b.Last, b.Whole
	}
	s.places[at.File] = append(s.places[at.File], p)
}

// document is a file with its occurrences in their order, each once, and the values that it is the first to declare.
func (s *scipIndex) document(name string) *scip.Document {
	d := &scip.Document{Language: scip.Language_Nix.String(), RelativePath: utf8Of(name), PositionEncoding: scip.PositionEncoding_UTF8CodeUnitOffsetFromLineStart}
	places := s.places[name]
	slices.SortFunc(places, func(a, b scipPlace) int {
		return cmp.Or(cmp.Compare(a.name.Start, b.name.Start), cmp.Compare(a.name.End, b.name.End), cmp.Compare(s.names[a.value], s.names[b.value]), cmp.Compare(a.role, b.role), cmp.Compare(a.whole.Start, b.whole.Start))
	})
	f := s.g.Files[name]
	for i, p := range places {
		if i > 0 && p == places[i-1] {
			continue // read for several hosts, or declared for the system and for homes
		}
		occurrence := &scip.Occurrence{Range: scipRange(f, p.name), Symbol: s.names[p.value], SymbolRoles: int32(p.role)}
		if p.whole != (parse.Span{}) {
			occurrence.EnclosingRange = scipRange(f, p.whole)
		}
		d.Occurrences = append(d.Occurrences, occurrence)
	}
	for _, v := range s.first[name] {
		d.Symbols = append(d.Symbols, s.information(v))
	}
	return d
}

// information is what a code host shows of a value, as an editor does.
func (s *scipIndex) information(v *graph.Value) *scip.SymbolInformation {
	return &scip.SymbolInformation{Symbol: s.names[v], DisplayName: utf8Of(v.Path), Kind: scip.SymbolInformation_Constant,
		Documentation: []string{utf8Of(s.hovers.Value(v, s.reads[v], s.sets[v]))}}
}

// scipSymbol names a value for all indexes: nixsink, the repository by its title, and the value's names.
func scipSymbol(title string, v *graph.Value) string {
	sym := &scip.Symbol{Scheme: "nixsink", Package: &scip.Package{Name: utf8Of(title)}}
	for i, name := range v.Segments {
		suffix := scip.Descriptor_Namespace
		if i == len(v.Segments)-1 {
			suffix = scip.Descriptor_Term
		}
		sym.Descriptors = append(sym.Descriptors, &scip.Descriptor{Name: utf8Of(name), Suffix: suffix})
	}
	return scip.VerboseSymbolFormatter.FormatSymbol(sym)
}

// utf8Of is a text as a protocol buffer takes it.
func utf8Of(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// scipRange is a span as [line, column, end line, end column] from 0, without the end's line where that is the same.
func scipRange(f *parse.File, at parse.Span) []int32 {
	p := graph.PlaceIn(f, at)
	r := []int32{int32(p.Line - 1), int32(p.Column - 1), int32(p.EndLine - 1), int32(p.EndColumn - 1)}
	if r[0] == r[2] {
		return []int32{r[0], r[1], r[3]}
	}
	return r
}
