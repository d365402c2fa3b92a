package check

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"nixsink/graph"
)

func gate(g *graph.Graph, report Report, t Thresholds, opts GateOptions) GateResult {
	j := &judge{g: g, report: report}
	if opts.Baseline != nil {
		// On a copy: the verdict must not change what the report shows before it.
		j.report.Findings = slices.Clone(report.Findings)
		j.stale = opts.Baseline.Apply(&j.report)
	}
	j.findings(t, opts)
	c := g.Coverage
	docs := "say what each module is for in its first comment: `nixsink check` lists them as missing-doc"
	annotate := "`nixsink annotate -w` writes the missing comments"
	j.ratio("source-id-coverage", c.SourceID, t.SourceID, annotate+worst(c.ByModule))
	for _, layer := range slices.Sorted(maps.Keys(t.Layers)) {
		least := t.Layers[layer]
		j.ratio("layer-coverage "+layer, c.ByLayer[layer], &least, annotate)
	}
	j.ratio("declaration-coverage", c.Declaration, t.Declaration, annotate)
	j.ratio("sink-coverage", c.Sink, t.Sink, annotate)
	j.ratio("annotation-precision", c.Precision, t.Precision, "`nixsink annotate -w --only wrong` corrects ids; the findings list the rest")
	j.ratio("module-documentation", c.DocModules, t.ModuleDocumentation, docs)
	j.ratio("option-documentation", c.DocOptions, t.OptionDocumentation, "give options a description: `nixsink check` lists them as missing-doc")
	if opts.Delta != nil {
		j.patch(*opts.Delta, t.Patch)
	}
	j.sizes(t)
	j.fanOut(t)
	if opts.Baseline != nil {
		j.baseline(*opts.Baseline, opts.Ratchet)
	}
	if report.Cut != "" {
		j.result.Incomplete = report.Cut
	}
	if len(report.Faults) > 0 {
		j.result.Incomplete = report.Faults[0].Error()
	}
	if why := incomplete(g); why != "" {
		j.result.Incomplete = why
	}
	switch {
	case j.result.Incomplete != "" && len(j.result.Gates) > 0:
		j.result.Status = 2
	case len(j.result.Failed()) > 0:
		j.result.Status = 1
	}
	return j.result
}

// incomplete says why the tree allows no verdict.
func incomplete(g *graph.Graph) string {
	if g.Source.Files == 0 || len(g.Modules) == 0 {
		return "the tree has no Nix modules"
	}
	if g.Empty != "" {
		return g.Empty
	}
	for _, p := range g.Problems {
		if p.Kind == "limit" && p.At.File == "" {
			return p.Msg
		}
	}
	var broken []string
	for _, p := range g.Problems {
		if (p.Kind == "io" || p.Kind == "syntax" || p.Kind == "limit" && !followed(g, p)) && !slices.Contains(broken, p.At.File) {
			broken = append(broken, p.At.File)
		}
	}
	if len(g.Faults) > 0 {
		return g.Faults[0].Error()
	}
	if len(broken) > 0 {
		return fmt.Sprintf("%s could not be read whole (%s): what they hold is in no figure", count(len(broken), "file"), strings.Join(broken[:min(3, len(broken))], ", "))
	}
	if g.Source.Incomplete {
		return "some files could not be read whole: what they hold is in no figure"
	}
	return ""
}

// followed reports whether a problem lies in a file that was read whole: then only something in it could not be followed.
func followed(g *graph.Graph, p graph.Problem) bool {
	f := g.Files[p.At.File]
	return p.Kind == "limit" && p.At.Span.Len() > 0 && f != nil && !f.Errors.Syntax()
}

// judge gathers gates.
type judge struct {
	g      *graph.Graph
	report Report
	stale  []Known
	result GateResult
}

func (j *judge) add(name, value, threshold string, failed bool, how string) {
	if !failed {
		how = ""
	}
	j.result.Gates = append(j.result.Gates, Gated{Name: name, Value: value, Threshold: threshold, Failed: failed, How: how})
}

// nothing adds a gate that was asked for and has nothing to hold: that is neither a pass nor a failure, so there is no verdict.
func (j *judge) nothing(name, threshold, how string) {
	j.add(name, "n/a", threshold, true, how)
	if j.result.Incomplete == "" {
		j.result.Incomplete = name + " has nothing to hold: " + how
	}
}

// findings fails on what is as severe as asked, new with respect to the baseline and the other revision, and not waived.
func (j *judge) findings(t Thresholds, opts GateOptions) {
	failOn := Error
	if t.FailOn != nil {
		failOn = *t.FailOn
	}
	if failOn == Off {
		return
	}
	list, value := j.report.Findings, "findings"
	if opts.Delta != nil {
		list, value = opts.Delta.New, "new findings"
		if opts.Baseline != nil {
			known := Report{Findings: slices.Clone(list)}
			opts.Baseline.Apply(&known)
			list = known.Findings
		}
	}
	n, first := 0, ""
	for _, f := range list {
		if f.Severity >= failOn && !f.Waived && !f.Baselined {
			if n == 0 {
				first = fmt.Sprintf("begin with %s:%d (%s)", f.At.File, f.At.Line, f.Check)
			}
			n++
		}
	}
	threshold := "none of severity " + failOn.String()
	if failOn < Error {
		threshold += " or above"
	}
	j.add("findings", fmt.Sprintf("%d %s", n, strings.TrimSuffix(value, plural(n))), threshold, n > 0,
		first+"; what is meant to be so takes `# nixsink: ignore CHECK because REASON`")
}

// plural is the s to cut off for one.
func plural(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}

// ratio judges a coverage by its lower bound. Nothing to cover is no pass: a threshold expects that there is something.
func (j *judge) ratio(name string, r graph.Ratio, least *Share, how string) {
	if least == nil {
		return
	}
	threshold := "≥ " + percent(least.Float())
	v, ok := r.LowerBound()
	if !ok {
		j.nothing(name, threshold, "there is nothing to measure: is the root right (--root)? Otherwise take this gate out")
		return
	}
	total := r.Total + r.Unresolved
	need := int(math.Ceil(least.Float()*float64(total)-1e-9)) - r.Covered
	value := fmt.Sprintf("%s (%d of %d", percent(v), r.Covered, total)
	if r.Unresolved > 0 {
		value += fmt.Sprintf(", %d of them unresolved", r.Unresolved)
	}
	j.add(name, value+")", threshold, need > 0, fmt.Sprintf("%d more would do: %s", need, how))
}

// percent shows one decimal, rounded down so that 69.96 % never reads as the 70 % it does not reach.
func percent(v float64) string {
	tenths := math.Floor(v*1000 + 1e-9)
	if math.Mod(tenths, 10) == 0 {
		return fmt.Sprintf("%.0f %%", tenths/10)
	}
	return fmt.Sprintf("%.1f %%", tenths/10)
}

// worst names the module with the most uncovered reads: the shortest way to a better figure.
func worst(by map[string]graph.Ratio) string {
	best, most := "", 0
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if r := by[name]; r.Total-r.Covered > most {
			best, most = name, r.Total-r.Covered
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; %s lacks most (%d)", best, most)
}

// patch judges what a range of commits adds or changes. A few reads are counted: a share of three means nothing.
func (j *judge) patch(d Delta, least *Share) {
	if least == nil {
		return
	}
	threshold := "≥ " + percent(least.Float())
	total := d.Patch.Total + d.Patch.Unresolved
	how := "annotate the changed reads: `nixsink annotate -w`"
	if len(d.Missing) > 0 {
		how += fmt.Sprintf(", first %s:%d", d.Missing[0].File, d.Missing[0].Line)
	}
	switch {
	case total == 0:
		j.add("patch-coverage", "no read of a central value changed", threshold, false, "")
	case total < Few:
		// As many may be missing as the threshold allows among ten, and never all.
		missing := total - d.Patch.Covered
		allowed := min(int(math.Floor((1-least.Float())*Few+1e-9)), total-1)
		j.add("patch-coverage", fmt.Sprintf("%d of %d changed reads", d.Patch.Covered, total), fmt.Sprintf("at most %d missing", allowed), missing > allowed, how)
	default:
		j.ratio("patch-coverage", d.Patch, least, how)
	}
}

func (j *judge) most(name string, value int, limit *Count, how string) {
	if limit != nil {
		j.add(name, fmt.Sprint(value), fmt.Sprintf("≤ %d", limit.Int()), value > limit.Int(), how)
	}
}

func (j *judge) sizes(t Thresholds) {
	lines, files, longest, name := 0, 0, 0, ""
	for _, m := range j.g.Modules {
		if m.Instance != "" && slices.ContainsFunc(j.g.Modules, func(o *graph.Module) bool { return o.Path == m.Path && o.Instance == "" }) {
			continue // an instance of a factory is the same file again
		}
		lines += m.Lines
		files++
		if m.Lines > longest {
			longest, name = m.Lines, m.Path
		}
	}
	j.most("max-lines", lines, t.MaxLines, "delete what no import reaches (unreachable-module) first")
	j.most("max-modules", files, t.MaxModules, "delete what no import reaches (unreachable-module) first")
	if t.MaxModuleLines != nil {
		j.most("max-module-lines", longest, t.MaxModuleLines, "split "+name)
	}
}

func (j *judge) fanOut(t Thresholds) {
	widest := func(of func(*graph.Value) int) (int, string) {
		if len(j.g.Values) == 0 {
			return 0, ""
		}
		v := slices.MaxFunc(j.g.Values, func(a, b *graph.Value) int {
			return cmp.Or(cmp.Compare(of(a), of(b)), strings.Compare(b.Path, a.Path))
		})
		return of(v), v.Path
	}
	if t.MaxFanOut != nil {
		n, path := widest(func(v *graph.Value) int { return v.FanOut.Modules })
		j.most("max-fan-out", n, t.MaxFanOut, path+" is read in most modules: let one module read it and the others that module's option")
	}
	if t.MaxReach != nil {
		n, path := widest(func(v *graph.Value) int { return v.FanOut.Reach })
		j.most("max-reach", n, t.MaxReach, path+" reaches most options: divide it")
	}
}

// baseline fails for entries that match nothing any more, and with ratchet for a coverage below what was reached.
func (j *judge) baseline(b Baseline, ratchet bool) {
	how := ""
	if len(j.stale) > 0 {
		k := j.stale[0]
		how = fmt.Sprintf("%s in %s is gone; `nixsink baseline -w` writes the file anew", k.Check, k.File)
	}
	value := fmt.Sprintf("%d stale", len(j.stale))
	moved := 0
	for _, f := range j.report.Findings {
		if f.MovedFrom != "" {
			moved++
		}
	}
	if moved > 0 {
		value += fmt.Sprintf(", %d moved", moved)
	}
	j.add("baseline", value, "no stale entry", len(j.stale) > 0, how)
	if !ratchet {
		return
	}
	if len(b.Coverage) == 0 {
		j.nothing("ratchet", "no coverage below the baseline's", "the baseline tells no coverage: `nixsink baseline -w` writes it anew")
	}
	now := coverages(j.g)
	for _, name := range slices.Sorted(maps.Keys(b.Coverage)) {
		was := b.Coverage[name].Float()
		r := now[name]
		v, ok := r.LowerBound()
		if !ok {
			j.nothing("ratchet "+name, "≥ "+percent(was), "there is nothing left to measure: if that is meant, write the baseline anew")
			continue
		}
		j.add("ratchet "+name, percent(v), "≥ "+percent(was), round4(v) < was, "it was better before: `nixsink annotate -w`")
	}
}

// coverages are the ratios by the names of their gates.
func coverages(g *graph.Graph) map[string]graph.Ratio {
	c := g.Coverage
	return map[string]graph.Ratio{
		"source-id-coverage": c.SourceID, "declaration-coverage": c.Declaration, "sink-coverage": c.Sink,
		"annotation-precision": c.Precision, "module-documentation": c.DocModules, "option-documentation": c.DocOptions,
	}
}

// round4 rounds down to four decimals, as a baseline stores it.
func round4(v float64) float64 { return math.Floor(v*10000+1e-9) / 10000 }
