package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// An Act says what the in-source back ends do at a use of a symbol.
type Act int

const (
	// Yield replaces the use by a function of package green that waits without
	// holding the baton.
	Yield Act = iota
	// Offload lets a call wait in std, or in C, without holding the baton. Its
	// arguments are evaluated before, while the baton is still held.
	Offload
	// Enter wraps a callback: a goroutine that the runtime of greenify does not
	// know takes the baton for the time it runs patched code.
	Enter
	// Stream wraps the readers and writers that a call is given: those that wait
	// in std do so without the baton, others run as they are.
	Stream
	// Report reports a use that cannot be made cooperative in source. Inside a call
	// of green.Offload it is not reported.
	Report
)

var actNames = [...]string{"yield", "offload", "enter", "stream", "left"}

func (a Act) String() string { return actNames[a] }

// A Call is the rule for the uses of one function, method or struct field. It
// acts in the source of patched packages; a whole-program build needs none,
// because leaf rules work below every caller.
type Call struct {
	Group          string // module group, as in -patch
	Pkg            string // import path of the declaring package
	Recv           string // type that declares the method or field: "*Mutex" if the receiver is a pointer; "" for a function
	Name           string
	Act            Act
	With           string // Yield: the function of package green, or of package patched
	Arg            int    // Enter: index of the callback, reader or writer among the arguments
	IfOperandsWait bool   // Offload: waits only in the readers and writers it is given; unless all of them are known to wait in std, as Stream
	Calls          bool   // Offload: foreign goroutines, or the call itself, run the functions it is given, which enter the hub
	Locks          bool   // Stream: a lock is held while a writer waits, so it may be none that waits
	Why            string // what waits, or for Report: why it stays and what to do instead
}

// Symbol is the name people know the rule by: "net/http.(*Client).Do".
func (c Call) Symbol() string { return Symbol(c.Pkg, c.Recv, c.Name) }

// Type is the name of the type that declares the method or field, "" for a function.
func (c Call) Type() string { return strings.TrimPrefix(c.Recv, "*") }

// Symbol names a function, method or field as Go's own stack traces do: "net.Dial",
// "sync.(*Mutex).Lock", "reflect.Value.Recv".
func Symbol(pkg, recv, name string) string {
	switch {
	case recv == "":
		return pkg + "." + name
	case recv[0] == '*':
		return pkg + ".(" + recv + ")." + name
	}
	return pkg + "." + recv + "." + name
}

// Starts reports whether what the rule is for starts a goroutine and does not wait.
func (c Call) Starts() bool { return c.With == "WaitGo" || c.With == "GroupGo" }

// Later reports whether what a Stream rule is for only keeps its reader or writer:
// who uses the result waits.
func (c Call) Later() bool {
	switch c.Name {
	case "LimitReader", "TeeReader", "MultiReader", "MultiWriter", "NopCloser", "Reset", "Init", "Dumper":
		return true
	}
	return strings.HasPrefix(c.Name, "New")
}

// Std reports whether a package belongs to the standard library, by its path.
func Std(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	_, ok := slices.BinarySearch(stdRoots, first)
	return ok
}

// stdRoots are the first elements of the import paths of the standard library.
var stdRoots = strings.Fields(`archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar
	flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv
	strings structs sync syscall testing text time unicode unique unsafe vendor weak`)

// Calls returns every rule that acts at a use, group by group.
func Calls() []Call {
	var all []Call
	for _, g := range []struct {
		name  string
		rules []Call
	}{
		{"thread", callThread},
		{"thread", callTesting},
		{"time", callTime},
		{"os", callOS},
		{"process", callProcess},
		{"socket", callSocket},
		{"socket", callHTTP},
		{"dns", callDNS},
		{"db", callDB},
	} {
		for _, r := range g.rules {
			r.Group = g.name
			all = append(all, r)
		}
	}
	return all
}

// CallVersion names the rules of the in-source back ends by a hash. Every
// patched package registers it, so that packages patched by different tables do
// not start together.
func CallVersion() string {
	h := sha256.New()
	for _, r := range Calls() {
		fmt.Fprintf(h, "%+v\n", r)
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// offload returns a rule for each of the names.
func offload(pkg, recv, why string, names ...string) []Call {
	var list []Call
	for _, n := range names {
		list = append(list, Call{Pkg: pkg, Recv: recv, Name: n, Act: Offload, Why: why})
	}
	return list
}

// join makes one table of several.
func join(lists ...[]Call) []Call {
	var all []Call
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
