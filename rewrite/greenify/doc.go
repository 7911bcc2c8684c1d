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
//	http.Get(u)                   =>  green.Call12(http.Get, u)
//	time.AfterFunc(d, f)          =>  time.AfterFunc(d, green.Enter00(f))
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
// A select with a default never waits and is left alone, but for loops that poll.
// Generated files are reported and not edited; to go vet, go fix and golangci-lint
// files that use cgo are generated. The comment //greenify:skip reason, at the
// end of a line or above a line or declaration, keeps a place as it is, and main or
// a test out of the hub; //greenify:ignore-file reason keeps a file. That a patched
// package registers itself nothing keeps it from.
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
// greenifyfacts: find calls of functions elsewhere that may block
//
// What a function of another package does is not the default analyzer's
// business. This one follows calls through packages: it notes for every function
// that it may block, and through what, and reports calls of such functions of
// other packages with the chain:
//
//	lib.Serve may block the hub, through lib.lock, sync.(Mutex).Lock: patch package lib too
//
// A wait that is patched does not block. Calls of function values and of
// interface methods are not followed, nor is the standard library, which the
// rules of the default analyzer cover. Drivers have to analyze dependencies too
// for it, so it is not part of the default: go vet -vettool=$(which greenify)
// -greenifyfacts asks for it.
package greenify
