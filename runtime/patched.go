//go:build greenify

package green

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe" // also for the functions that package runtime of the private toolchain provides by linkname

	"github.com/greenify-go/greenify/runtime/code"
)

func goroutine() (g unsafe.Pointer, id uint64)
func kill(g unsafe.Pointer, id uint64) (found bool)
func dying() (killed bool)
func setErrKilled(error)
func local() unsafe.Pointer
func setLocal(unsafe.Pointer)
func startAt(pc uintptr)
func setName(g unsafe.Pointer, name *string)
func handled()
func strict(on bool, yields func()) (changed bool)
func pending() int
func inHub() bool
func guard(n int8)
func claim(word *uint32)
func enabled() bool
func leave() bool
func enter(left bool)
func makeWorkers(size int32) unsafe.Pointer
func work(pool unsafe.Pointer) (before uintptr, left bool)
func giveUp(pool, g unsafe.Pointer) (found bool)
func working() bool
func rest(pool unsafe.Pointer, before uintptr, left bool)
func threads(buf []record) int
func deadlocks(list []stuckRecord, text []byte) (threads, length int)
func native(f func())
func nextBlocked(b *blockedRecord)
func watch(limit int64, all bool) (before int64)
func watched() (rounds, found uint64)
func manifest() string
func workerNumber() int
func stats() (spawned, alive, peak, switches, yields, rescued, preempted uint64)

func init() { setErrKilled(ErrKilled) }

// Below this package all is patched: every function is the plain operation, no
// baton goes round (baton.go), and the compiler removes what asks for it.

type thread struct{}

func self() *thread          { return nil }
func spawn(uintptr) *thread  { return nil }
func (*thread) run(func())   {}
func (*thread) leave(string) {}
func (*thread) back()        {}
func (*thread) adopt()       {}
func (*thread) slice()       {}

func uncut(_ *thread, n int8) { guard(n) }

func yield() { runtime.Gosched() }

func offload(f func()) {
	if leave() {
		defer enter(true)
	}
	f()
}

// workers are an offload pool, in package runtime.
type workers struct{ pool unsafe.Pointer }

func newWorkers(size int) workers { return workers{makeWorkers(int32(size))} }

func (w workers) do(ctx context.Context, f func()) error {
	if ctx.Done() == nil {
		before, left := work(w.pool)
		defer rest(w.pool, before, left)
		f()
		return nil
	}
	before, left := w.workContext(ctx)
	defer rest(w.pool, before, left)
	if !working() {
		return context.Cause(ctx)
	}
	f()
	return nil
}

// workContext is work for as long as ctx lasts.
func (w workers) workContext(ctx context.Context) (before uintptr, left bool) {
	g, _ := goroutine()
	gaveUp := make(chan struct{})
	var over atomic.Bool // the wait
	stop := context.AfterFunc(ctx, func() {
		// A native goroutine may be on its way into the line.
		for !giveUp(w.pool, g) && !over.Load() {
			time.Sleep(20 * time.Microsecond)
		}
		close(gaveUp)
	})
	defer func() {
		over.Store(true)
		if !stop() {
			<-gaveUp // it must not meet a later wait of this goroutine
		}
	}()
	return work(w.pool)
}

func readManifest() ManifestInfo {
	m, _ := code.Unmark([]byte(manifest()))
	return m
}

// A threadRef names a thread: package runtime may use its descriptor for another
// one once it has ended.
type threadRef struct {
	g  unsafe.Pointer
	id uint64
}

func thisThread() threadRef {
	g, id := goroutine()
	handled()
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
