package green

//go:generate go run gen.go

// The functions that code patched in source calls std and C with, and hands
// callbacks over with, one for each number of arguments and results, are
// generated (call_gen.go). CallAR(f, a...) is f(a...) with A arguments and R
// results, outside the hub, as Offload(f) is f(). CallVAR is for a variadic f
// with A arguments before the variadic one. EnterAR(f) is f for a goroutine
// that may be native: its calls run as green threads, f being nil stays nil.

const nativeCall = "native call" // Thread.Wait
