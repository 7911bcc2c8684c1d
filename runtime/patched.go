//go:build greenify

package green

import (
	"runtime"
	"strings"
	"unsafe" // also for the functions that package runtime of the private toolchain provides by linkname
)

func goroutine() (g unsafe.Pointer, id uint64)
func kill(g unsafe.Pointer, id uint64) (found bool)
func dying() (killed bool)
func local() unsafe.Pointer
func setLocal(unsafe.Pointer)
func startAt(pc uintptr)
func setName(g unsafe.Pointer, name *string)
func strict(on bool, yields func()) (changed bool)
func pending() int
func inHub() bool
func enabled() bool
func leave() bool
func enter(left bool)
func threads(buf []record) int
func deadlocks(list []stuckRecord, text []byte) (threads, length int)
func native(f func())
func nextBlocked(b *blockedRecord)
func watch(limit int64, all bool) (before int64)
func watched() (rounds, found uint64)
func manifest() string
func stats() (spawned, alive, peak, switches, yields, rescued uint64)

// Below this package all is patched: every function is the plain operation, no
// baton goes round (baton.go), and the compiler removes what asks for it.

const inSource = false

type thread struct{}

func self() *thread          { return nil }
func callback() *thread      { return nil }
func spawn(uintptr) *thread  { return nil }
func (*thread) run(func())   {}
func (*thread) leave(string) {}
func (*thread) back()        {}
func (*thread) end()         {}
func (*thread) adopt()       {}
func (*thread) slice()       {}

func yield() { runtime.Gosched() }

func offload(f func()) {
	if leave() {
		defer enter(true)
	}
	f()
}

// readManifest reads what rewrite/inspect wrote: lines of a key and its values.
func readManifest() ManifestInfo {
	m := ManifestInfo{Mode: "whole program"}
	for line := range strings.Lines(manifest()) {
		switch f := strings.Fields(line); {
		case len(f) < 2:
		case f[0] == "rules":
			m.Rules = f[1]
		case f[0] == "scope":
			m.Scope = f[1]
		case f[0] == "groups":
			m.Groups = f[1:]
		case f[0] == "std":
			m.Packages = f[1:]
		}
	}
	return m
}

func start(string) (end func())     { return func() {} }
func startTest(string) (end func()) { return func() {} }
func checkMain(string)              {}

// A threadRef names a thread: package runtime may use its descriptor for another
// one once it has ended.
type threadRef struct {
	g  unsafe.Pointer
	id uint64
}

func thisThread() threadRef {
	g, id := goroutine()
	return threadRef{g, id}
}

func (r threadRef) kill() error {
	if !enabled() {
		return errNoKill("GREENIFY=off")
	}
	kill(r.g, r.id)
	return nil
}

// setName is called while the thread has not ended.
func (r threadRef) setName(name string) { setName(r.g, &name) }

// immune protects the calling thread from being killed, and reports whether it
// has been.
func immune() (killed bool) { return dying() }

// canKill reports whether a thread that the caller starts can be killed.
func canKill() error {
	if !enabled() {
		return errNoKill("GREENIFY=off")
	}
	return nil
}

const goroutineData = true // every goroutine has a place for threadData

func data() *threadData {
	d := (*threadData)(local())
	if d == nil {
		return nil
	}
	if _, id := goroutine(); d.id != id {
		// The parent's, as it was when this goroutine started.
		d = &threadData{bindings: heritage(d.bindings), id: id}
		setData(d)
	}
	return d
}

func setData(d *threadData) { setLocal(unsafe.Pointer(d)) }
