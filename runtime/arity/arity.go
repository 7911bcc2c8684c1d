// Package arity is the one table of the generated functions of package patched. The
// generator and the finder have it from here.
package arity

import "strings"

// A Family is a set of functions that differ in how many arguments and results the
// function takes that they are given: Call00, Call01, ...
type Family struct {
	Name          string
	Args, Results int  // at most
	Func          int  // which argument is the function
	Outside       bool // the function is called outside the hub
	Waits         bool // there and then; else later, or not at all
}

var (
	Call   = Family{Name: "Call", Args: 5, Results: 5, Func: 0, Outside: true, Waits: true} // and CallV, of variadic functions
	Method = Family{Name: "Method", Args: 3, Results: 3, Func: 1, Outside: true, Waits: true}
	Via    = Family{Name: "Via", Args: 3, Results: 3, Func: 0, Outside: true, Waits: true} // the receiver not counted
	Func   = Family{Name: "Func", Args: 3, Results: 3, Func: 0, Outside: true}
	Bound  = Family{Name: "Bound", Args: 3, Results: 3, Func: 1, Outside: true}
	Enter  = Family{Name: "Enter", Args: 4, Results: 2, Func: 0}
)

var families = []Family{Call, Method, Via, Func, Bound, Enter}

// Fits reports whether there is a function of the family for so many arguments and
// results.
func (f Family) Fits(args, results int) bool { return args <= f.Args && results <= f.Results }

// Of returns the family of a function, such as CallV21.
func Of(function string) (f Family, ok bool) {
	name := strings.TrimRight(function, "0123456789")
	if name == function {
		return f, false
	}
	for _, f := range families {
		if name == f.Name || name == f.Name+"V" && f == Call {
			return f, true
		}
	}
	return f, false
}
