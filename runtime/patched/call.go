package patched

import "github.com/greenify-go/greenify/runtime/internal/baton"

//go:generate go run gen.go

// The functions that code patched in source calls std and C with, and hands
// callbacks over with, one for each number of arguments and results, are
// generated (call_gen.go). CallAR(f, a...) is f(a...) with A arguments and R
// results, outside the hub, as green.Offload(f) is f(). CallVAR is for a variadic f
// with A arguments before the variadic one. MethodAR(v, f, a...) is for a method f of
// the interface value v: outside the hub only if its type is one of the standard
// library, for other methods may be patched code; ViaAR(I.f, v, a...) is the same for
// a v that must be evaluated once. FuncAR(f) and BoundAR(v, f) are function values that
// do as CallAR and MethodAR. EnterAR(f) is f for a goroutine
// that may be native: its calls run as green threads, f being nil stays nil.

// Enter makes the calling goroutine, if it is a native one, a green thread until the
// function that it returns is called:
//
//	defer patched.Enter()()
//
// begins a function that code which is not patched calls in goroutines of its own,
// and that no EnterAR can wrap: a method of an interface, of a service of net/rpc, a
// function exported to C. It waits for the hub. In a green thread it does nothing.
func Enter() (end func()) {
	if baton.InSource {
		if t := baton.Callback(); t != nil {
			return t.End
		}
	}
	return func() {}
}

// self returns the green thread that calls, nil outside the hub of a program patched in
// source.
func self() baton.Thread {
	if !baton.InSource {
		return nil
	}
	return baton.Self()
}

const nativeCall = "native call" // green.Thread.Wait
