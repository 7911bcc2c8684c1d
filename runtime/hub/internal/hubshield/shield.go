//go:build greenify_hub

// Package hubshield has the shields in which functions of the standard library stand
// while a kill is to be an error to them (runtime/greenify_shield.go).
//
// A function that takes a context calls itself under the shield's:
//
//	if s := hubshield.New(ctx); s != nil {
//		defer s.End()
//		c, err := d.DialContext(s, network, address)
//		return c, s.Failed(err)
//	}
package hubshield

import (
	"context"
	"time"
	_ "unsafe" // for linkname
)

// A core has the layout of the runtime's hubShield.
type core struct {
	outer     *core
	cancel    func()
	cancelled bool
	patient   bool
	closes    bool
}

// Provided by package runtime.

//go:linkname active
func active() bool

//go:linkname begin
func begin(s *core)

//go:linkname end
func end(s *core, failed bool)

//go:linkname whole
func whole(n int32)

//go:linkname in
func in(s *core) bool

//go:linkname cut
func cut() bool

//go:linkname killed
func killed() error

// A Shield is one that has something to cancel. It is the context that what it shields
// works under. All methods but those of the context do nothing if it is nil.
type Shield struct {
	core   core
	parent context.Context // nil if the shield has no context
	ctx    context.Context // its child
	cancel context.CancelCauseFunc
	failed bool
	kept   bool // ctx lives on
	again  bool // begun again, or Final: has failed if it was cancelled
}

// New begins a shield and returns it: a child of ctx, which a kill of the calling
// thread cancels with the cause green.ErrKilled. It returns nil if there is nothing to
// shield, or ctx is of a shield of this thread already.
func New(ctx context.Context) *Shield {
	if ctx == nil || !active() {
		return nil
	}
	if s, ok := ctx.Value(key{}).(*Shield); ok && in(&s.core) {
		return nil
	}
	s := &Shield{parent: ctx}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.core.cancel = s.kill
	begin(&s.core)
	return s
}

// Cancel begins a shield that calls cancel, of a context of the caller's own.
func Cancel(cancel context.CancelCauseFunc) *Shield {
	if !active() {
		return nil
	}
	s := &Shield{cancel: cancel, kept: true}
	s.core.cancel = s.kill
	begin(&s.core)
	return s
}

// Final says that the function has failed if the shield was cancelled.
func (s *Shield) Final() *Shield {
	if s != nil {
		s.again = true
	}
	return s
}

// Call begins a shield that calls f. It is for functions that close something: a thread
// that is marked already does not unwind before they have.
func Call(f func()) *Shield {
	if !active() {
		return nil
	}
	s := &Shield{core: core{cancel: f, closes: true}}
	begin(&s.core)
	return s
}

// Patient is Call for what is to be waited for even in a descriptor, for f ends it.
func Patient(f func()) *Shield {
	if !active() {
		return nil
	}
	s := &Shield{core: core{cancel: f, closes: true, patient: true}}
	begin(&s.core)
	return s
}

// Again begins a shield that was kept: a kill cancels its context after all. It is for
// functions that close something, as Call. If s is nil no context is cancelled.
func Again(s *Shield) *Shield {
	switch {
	case !active():
		return nil
	case s == nil:
		return Call(nothing)
	case in(&s.core):
		return nil
	case s.again: // in another thread
		return Call(s.kill)
	}
	s.again, s.failed, s.core.closes = true, false, true
	begin(&s.core)
	return s
}

func nothing() {}

func (s *Shield) kill() { s.cancel(killed()) }

// Failed notes whether the function returns an error, and returns it.
func (s *Shield) Failed(err error) error {
	if s != nil && err != nil {
		s.failed = true
	}
	return err
}

// End ends the shield, in a deferred call. If the thread was killed, the function has
// failed and there is no shield around this one, it does not return.
func (s *Shield) End() {
	if s == nil {
		return
	}
	if s.parent != nil && !s.kept && (s.failed || s.parent.Done() != nil) {
		s.cancel(nil)
	}
	failed := s.failed || s.again && s.core.cancelled
	s.again = false
	end(&s.core, failed)
}

// EndErr is End for a function whose result err is named.
func (s *Shield) EndErr(err *error) {
	if s != nil {
		s.failed = *err != nil
		s.End()
	}
}

// Keep has the context live on behind End, with the function's result, until Done.
func (s *Shield) Keep() *Shield {
	s.kept = true
	return s
}

// Done ends the context of a shield that was kept.
func Done(s *Shield) {
	if s != nil && s.parent.Done() != nil {
		s.cancel(nil)
	}
}

// Parent returns the context that ctx shields, if it is a shield, else ctx.
func Parent(ctx context.Context) context.Context {
	if s, ok := ctx.(*Shield); ok {
		return s.parent
	}
	return ctx
}

// Begin begins a shield with nothing to cancel: waits for descriptors are ended by an
// error, others as outside a shield. It costs no memory.
func Begin() (begun bool) {
	if !active() {
		return false
	}
	begin(nil)
	return true
}

// End ends what Begin began, in a deferred call.
func End(begun bool) {
	if begun {
		end(nil, false)
	}
}

// Cut reports whether a wait for a descriptor was ended by an error in the shields of
// the calling thread.
func Cut() bool { return cut() }

// Whole begins a shield in which all but descriptors is waited for: it comes. It costs
// no memory, and is for functions that close something, as Call.
func Whole() (begun bool) {
	if !active() {
		return false
	}
	whole(1)
	return true
}

// EndWhole ends what Whole began, in a deferred call.
func EndWhole(begun bool) {
	if begun {
		whole(-1)
	}
}

type key struct{}

// A Shield is a context.

func (s *Shield) Deadline() (time.Time, bool) { return s.ctx.Deadline() }
func (s *Shield) Done() <-chan struct{}       { return s.ctx.Done() }
func (s *Shield) Err() error                  { return s.ctx.Err() }
func (s *Shield) Value(k any) any {
	if k == (key{}) {
		return s
	}
	return s.ctx.Value(k)
}
