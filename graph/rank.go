package graph

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph/network"
)

// DefaultCriticalMin is the number of reads from which a value counts as critical.
const DefaultCriticalMin = 3

// How PageRank is computed: the usual damping, and more digits than are kept. It starts from random numbers, so the
// last bits differ from run to run; rounding takes them off.
const (
	rankDamping   = 0.85
	rankTolerance = 1e-10
	rankDigits    = 1e6
)

// measureRank ranks the values: every module passes its weight on to the values that it reads, every option and value
// to the values that flow into it. What much depends on, directly or through other values, ranks high.
func measureRank(g *Graph, criticalMin int) {
	if criticalMin <= 0 {
		criticalMin = DefaultCriticalMin
	}
	for _, v := range g.Values {
		v.Rank = 0
		v.Critical = v.FanOut.Reads >= criticalMin
	}
	n := newNet(g, false)
	if len(g.Values) == 0 {
		return
	}
	for id, rank := range network.PageRankSparse(n.view(true, Reads, Flows), rankDamping, rankTolerance) {
		if v := n.nodes[id].Value; v != nil {
			v.Rank = math.Round(rank*rankDigits) / rankDigits
		}
	}
}

// Critical is the values that the most depends on, first the one with the most reads. Of equals the one with the
// higher rank comes first, then the name decides.
func (g *Graph) Critical() []*Value {
	var critical []*Value
	for _, v := range g.Values {
		if v.Critical {
			critical = append(critical, v)
		}
	}
	slices.SortStableFunc(critical, func(a, b *Value) int {
		return cmp.Or(cmp.Compare(b.FanOut.Reads, a.FanOut.Reads), cmp.Compare(b.Rank, a.Rank), strings.Compare(a.Path, b.Path))
	})
	return critical
}
