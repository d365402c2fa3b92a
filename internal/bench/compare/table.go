package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

var order = []string{"read", "rg", "parse", "analyze", "treesitter", "nix", "empty", "report", "makedot", "svg", "dot"}

// table prints what was measured; of many copies in brackets.
func table(one, many map[string]*result, bytes int) { tableOf(order, one, many, bytes) }

// tableOf prints it in an order of its own.
func tableOf(order []string, one, many map[string]*result, bytes int) {
	ratio := one["read"] != nil && one["read"].missing == ""
	fmt.Print("| | wall ms | CPU ms | MB |")
	if ratio {
		fmt.Print(" × reading | × source |")
	}
	fmt.Print("\n|---|---|---|---|")
	if ratio {
		fmt.Print("---|---|")
	}
	fmt.Println()
	rs := make([]*result, 0, len(one))
	for _, r := range one {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(a, b *result) int {
		return cmp.Compare(slices.Index(order, a.name), slices.Index(order, b.name))
	})
	for _, r := range rs {
		if r.missing != "" {
			fmt.Printf("| %s | not measured: %s |\n", r.title, strings.ReplaceAll(r.missing, "|", `\|`))
			continue
		}
		m := many[r.name]
		both := func(f func(*result) string) string {
			switch {
			case m == nil:
				return f(r)
			case m.missing != "":
				return f(r) + " [" + m.missing + "]"
			}
			return f(r) + " [" + f(m) + "]"
		}
		fmt.Printf("| %s | %s | %s | %s |", r.title, both(func(r *result) string { return ms(r.wall) }), both(func(r *result) string { return ms(r.cpu) }),
			both(func(r *result) string { return fmt.Sprintf("%.0f", float64(r.memory)/1e6) }))
		if ratio {
			fmt.Printf(" %.1f | %.1f |", float64(r.wall)/float64(one["read"].wall), float64(r.memory)/float64(bytes))
		}
		fmt.Println()
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1e3) }

// goals prints what was aimed at and what was reached.
func goals(one, many, small map[string]*result, bytes, copies int) {
	goalHead()
	line, over := goal, times
	line("parse ≤ 2 × reading", []*result{one["parse"], one["read"]}, over(one["parse"], one["read"]), " ×", 2)
	line("parse, resolve, follow flows ≤ 6 × reading", []*result{one["analyze"], one["read"]}, over(one["analyze"], one["read"]), " ×", 6)
	line("parse ≥ 12 times as fast as tree-sitter-nix, every node visited", []*result{one["treesitter"], one["parse"]}, over(one["treesitter"], one["parse"]), " ×", -12)
	for _, s := range []struct{ name, title string }{{"parse", "parsing"}, {"analyze", "the whole analysis of"}} {
		line(fmt.Sprintf("%s %d times the files ≤ %d × the time", s.title, copies, copies+1), []*result{many[s.name], one[s.name]}, over(many[s.name], one[s.name]), " ×", float64(copies+1))
	}
	for _, s := range []struct {
		name, title string
		times       int
	}{{"parse", "parsing", 12}, {"analyze", "the whole analysis", 15}} {
		line(fmt.Sprintf("peak memory of %s ≤ %d × the source", s.title, s.times), []*result{one[s.name]}, func() float64 { return float64(one[s.name].memory) / float64(bytes) }, " ×", float64(s.times))
	}
	line("report on some 70 modules ≤ 20 ms beyond an empty program", []*result{small["report"], small["empty"]},
		func() float64 { return (small["report"].wall - small["empty"].wall).Seconds() * 1e3 }, " ms", 20)
	line("SVG ≤ 2 × native dot, end to end", []*result{small["svg"], small["dot"]}, over(small["svg"], small["dot"]), " ×", 2)
}

func goalHead() { fmt.Print("| goal | measured | in CPU time | |\n|---|---|---|---|\n") }

// times is how many times as long a takes as b.
func times(a, b *result) func() float64 {
	return func() float64 { return float64(a.wall) / float64(b.wall) }
}

// goal prints what was aimed at and what was reached. A limit below 0 is one that has to be reached.
func goal(name string, rs []*result, got func() float64, unit string, limit float64) {
	for _, r := range rs {
		if r == nil || r.missing != "" {
			fmt.Printf("| %s | not measured | | |\n", name)
			return
		}
	}
	x, verdict := got(), "met"
	if x > limit && limit > 0 || x < -limit {
		verdict = "**not met**"
	}
	cpu := ""
	if len(rs) == 2 {
		if cpu = fmt.Sprintf("%.1f ×", float64(rs[0].cpu)/float64(max(rs[1].cpu, 1))); unit == " ms" {
			cpu = ms(rs[0].cpu-rs[1].cpu) + " ms"
		}
	}
	fmt.Printf("| %s | %.1f%s | %s | %s |\n", name, x, unit, cpu, verdict)
}
