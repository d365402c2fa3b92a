package eval

import "nixsink/parse"

// Limit is a place where the evaluation was cut short by a bound, and which bound that was.
type Limit struct {
	File   *parse.File
	Span   parse.Span
	Reason string
}

// What the bounds say where they cut.
const (
	tooDeep        = "this expression is too deep to be followed to its end"
	tooLarge       = "this expression is too large to be followed to its end"
	tooManyLevels  = "this value has too many levels: what is in it beyond them is not followed"
	tooRecursive   = "this function calls itself too often: what it makes from there on counts as anything made of its arguments, and modules among it are not followed"
	notSettled     = "what this configuration declares depends on what it declares too often: it is not followed to its end"
	tooManyBuilt   = "this makes more configurations than are followed"
	tooManyModules = "this makes more modules than are followed"
)

type limitKey struct {
	file   *parse.File
	reason string
}

// limit tells, once for a file, that a bound cut something short. All bounds that may lose something tell it here.
func (ev *Evaluator) limit(f *parse.File, span parse.Span, reason string) {
	ev.cuts++
	if f == nil && ev.cur != nil && ev.cur.File != nil {
		f, span = ev.cur.File, ev.cur.File.Expr.Range()
	}
	k := limitKey{f, reason}
	if f != nil && !ev.limits[k] {
		ev.limits[k] = true
		ev.Limits = append(ev.Limits, Limit{f, span, reason})
	}
}

// exhausted is the bound that ends the evaluation of an expression.
func (ev *Evaluator) exhausted() string {
	if ev.depth >= maxDepth {
		return tooDeep
	}
	return tooLarge
}

// Local says that a bound cut what one call makes, or further configurations of one kind: what other files say was followed all the same.
func (l Limit) Local() bool { return l.Reason == tooRecursive || l.Reason == tooManyBuilt }
