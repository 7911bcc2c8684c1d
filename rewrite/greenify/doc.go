// Package greenify holds the analyzer that shows, in an editor or in CI, what
// keeps green threads from cooperating, and offers the patch as a fix.
//
// # Analyzer greenify
//
// greenify: find what blocks the hub and patch it in source
//
// In a program that is patched in source, goroutines are green threads: one at
// a time holds the hub's baton and runs, and it passes the baton on whenever it
// waits. A wait that is not patched keeps the baton, and everybody else waits
// too. The analyzer reports such places, each with a category, and where a
// replacement is safe it has one suggested fix:
//
//	time.Sleep(d)                 =>  green.Sleep(d)
//	c <- v                        =>  green.Send(c, v)
//	<-c                           =>  green.Recv(c)
//	for v := range c              =>  for v := range green.Range(c)
//	select { case v := <-c: ...   =>  switch g0 := green.OnRecv(c); green.Select(g0) { ...
//	go f(a)                       =>  { g0 := a; green.Go(func() { f(g0) }) }
//	mu.Lock()                     =>  green.Lock(&mu)
//	http.Get(u)                   =>  patched.Call12(http.Get, u)
//	time.AfterFunc(d, f)          =>  time.AfterFunc(d, patched.Enter00(f))
//
// The categories are:
//
//   - yield: waits, and becomes a wait of package green
//   - offload: waits inside std, and becomes a call without the baton
//   - enter: a callback from a goroutine that std starts
//   - left: stays blocking; the message says why and what to do
//   - cgo: a package that waits in C
//   - pinned: runtime.LockOSThread
//   - held: a lock held across a wait, without a deferred unlock
//   - noyield: a wait inside green.NoYield
//   - killed: a Close, Release or Rollback behind a wait, in no deferred call, in what
//     green.WithTimeout, Spawn and the like run: a thread that is killed in the wait does
//     not come to it
//   - mixed: an unpatched file in a patched package
//   - main: main.main does not start the hub
//   - register: a patched package does not register itself
//   - skip: a directive that is unused, unknown or has no reason
//
// A select with a default never waits and is left alone, but for loops that poll. A loop
// that nothing in it makes yield, and that ends only when another goroutine has changed
// what it reads (an atomic, ctx.Err(), len of a channel, a sync.Map, a variable that other
// functions set), is a finding of category yield: green.Poll in it yields in time.
// Generated files are reported and not edited; to go vet, go fix and golangci-lint
// files that use cgo are generated. The comment //greenify:skip reason, at the
// end of a line or above a line or declaration, keeps a place as it is, and main or
// a test out of the hub; //greenify:ignore-file reason keeps a file. Neither
// keeps a patched package from registering itself.
//
// The flag patch names the module groups to patch, as in greenify check -patch.
//
// A package that patches itself by hand with package green and one that was
// rewritten by greenify rewrite -w are the same to the analyzer: all it has to
// say about either is which locks are held across a wait, and what waits inside
// green.NoYield.
//
// # Analyzer greenifyfacts
//
// greenifyfacts: find what packages elsewhere block, keep or call
//
// What a function of another package does is not the default analyzer's business. This one
// follows calls through packages. It notes for every function that it may block, and through
// what, and which of its parameters it keeps or calls in another goroutine. Of a package of
// another module, which is not patched, it reports calls that may block, which leave the hub,
// and functions, fields, elements and methods that such a package gets, which enter it:
//
//	lib.Serve may block the hub, through lib.lock, sync.(*Mutex).Lock: patch package lib too, or replace it by patched.Call10
//	pool.Start(f)              =>  pool.Start(patched.Enter00(f))
//	&cobra.Command{RunE: run}  =>  &cobra.Command{RunE: patched.Enter21(run)}
//
// A function that is only called before the call returns is left alone. What cannot be
// wrapped is a finding of category left.
//
// A wait that is patched does not block, and a lock blocks only if it is held while
// something waits. Not followed are calls of function values, calls of methods of an interface
// other than those its package declares, and the standard library, which the rules of the
// default analyzer cover.
//
// greenify check, diff, rewrite and generate do all this by themselves, and keep the facts
// of a dependency. Other drivers have to analyze dependencies too for it, so it is not part
// of the default: go vet -vettool=$(which greenify) -greenify -greenifyfacts asks for both.
package greenify
