// Package baton is what package green lends to package patched: the thread that
// calls, and what starts the hub. Package green, which package patched imports, sets
// the variables as it is initialized. In a whole-program build nobody does, and the
// compiler removes what InSource guards.
package baton

// A Thread is a green thread of a program patched in source.
type Thread interface {
	Leave(what string) // gives the baton up for a native wait
	Back()             // ends Leave: waits for the baton
	End()              // ends Callback
}

var (
	// Self returns the green thread that calls, nil if a native goroutine does.
	Self func() Thread

	// Callback makes the calling goroutine a green thread until End. It returns nil if
	// it is one already, and while the hub is off.
	Callback func() Thread

	Register func(path, rules string)        // see patched.Register
	Main     func(rules string) (end func()) // see patched.Main
	Test     func(rules string) (end func()) // see patched.Test
)
