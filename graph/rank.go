package graph

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// DefaultCriticalMin is the number of reads from which a value counts as critical.
const DefaultCriticalMin = 3

// How PageRank is computed: the usual damping, and more digits than are kept.
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
	for id, rank := range n.pageRank() {
		if v := n.nodes[id].Value; v != nil {
			v.Rank = math.Round(rank*rankDigits) / rankDigits
		}
	}
}

// pageRank is the PageRank of each node by id (Page, Brin, Motwani, Winograd, The PageRank Citation Ranking, 1998): modules lead to the values that
// they read, what a value flows into leads to that value. gonum's starts from random numbers, so that a rank may be rounded either way.
func (n *Net) pageRank() []float64 {
	out := make([][]int32, len(n.nodes))
	for _, edges := range n.edges {
		for _, e := range edges {
			from, to := e.From, e.To
			switch {
			case e.Kind == Flows:
				from, to = to, from
			case e.Kind != Reads:
				continue
			}
			if from != to {
				out[from.id] = append(out[from.id], int32(to.id))
			}
		}
	}
	for i := range out {
		slices.Sort(out[i])
		out[i] = slices.Compact(out[i])
	}
	nodes := float64(len(n.nodes))
	rank, next := make([]float64, len(out)), make([]float64, len(out))
	for i := range rank {
		rank[i] = 1 / nodes
	}
	for change := 1.0; change > rankTolerance; rank, next = next, rank {
		ends := 0.0 // the weight of nodes that lead nowhere, which goes to all
		for i, to := range out {
			if len(to) == 0 {
				ends += rank[i]
			}
		}
		each := (1-rankDamping)/nodes + rankDamping*ends/nodes
		for i := range next {
			next[i] = each
		}
		for i, to := range out {
			part := rankDamping * rank[i] / float64(len(to))
			for _, j := range to {
				next[j] += part
			}
		}
		change = 0
		for i := range next {
			change += math.Abs(next[i] - rank[i])
		}
	}
	return rank
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
