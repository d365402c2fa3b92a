// Package fault keeps a fault of our own from taking more with it than the part that it happened in.
//
// In goes a piece of work with what it is called and where in the tree it is busy; out comes nil, or a Fault: which part is missing, and
// the lines of a bug report, which hold nothing of anybody's files. Whoever catches a fault goes on without the part and tells that it is
// missing. The package knows nothing of the work.
package fault

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
)

// Fault is a broken invariant of our own: a panic, caught.
type Fault struct {
	Stage string // what was being done: "read", "evaluate", "check hard-coded-copy", "draw svg"
	Place string // the file or page that it was done for, "" if none; of somebody's tree, so no part of a report
	What  string // what went wrong, without any text of theirs
	Where []string
}

// frames is how many callers a report tells.
const frames = 6

// Error says what is missing because of it, in one line.
func (f *Fault) Error() string {
	at := ""
	if f.Place != "" {
		at = f.Place + ": "
	}
	return at + "a fault of nixsink itself (" + f.Stage + "): this part is missing"
}

// Report is what to send to whom can mend it, a line each: no line holds a name or a text of anybody's tree.
func (f *Fault) Report() []string {
	return append([]string{f.Stage + ": " + f.What}, f.Where...)
}

// Hook is called before each piece of work, in tests only: what it does to it, happens in it.
var Hook func(stage, place string)

// Catch does a piece of work. Where that panics, the fault is the answer, and nothing that the work has half done may be used.
func Catch(stage, place string, work func()) (f *Fault) {
	defer func() {
		if p := recover(); p != nil {
			f = &Fault{Stage: stage, Place: place, What: what(p), Where: callers()}
		}
	}()
	if Hook != nil {
		Hook(stage, place)
	}
	work()
	return nil
}

// what tells a panic's value. Only Go's own errors are told in words: another text may quote what was analysed.
func what(p any) string {
	var own runtime.Error
	if err, ok := p.(error); ok && errors.As(err, &own) {
		var conversion *runtime.TypeAssertionError
		if errors.As(err, &conversion) {
			return "a value is of another type than expected"
		}
		return own.Error()
	}
	return fmt.Sprintf("panic with a %v", reflect.TypeOf(p))
}

// callers are the functions between the panic and Catch, innermost first.
func callers() []string {
	pc := make([]uintptr, 64)
	all := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var out []string
	for {
		c, more := all.Next()
		switch {
		case strings.HasPrefix(c.Function, "runtime."):
		case strings.HasSuffix(c.Function, "/fault.Catch") || len(out) == frames || !more:
			return out
		default:
			out = append(out, fmt.Sprintf("%s (%s:%d)", path.Base(c.Function), path.Base(c.File), c.Line))
		}
		if !more {
			return out
		}
	}
}
