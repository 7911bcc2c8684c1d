//go:build !greenify

package green

import "github.com/greenify-go/greenify/runtime/internal/baton"

// init lends package patched what it needs of the baton.
func init() {
	baton.Self = func() baton.Thread { return orNil(self()) }
	baton.Callback = func() baton.Thread { return orNil(callback()) }
	baton.Register, baton.Main, baton.Test = register, start, startTest
}

// orNil is t as a value of the interface type, which is nil if t is.
func orNil(t *thread) baton.Thread {
	if t == nil {
		return nil
	}
	return t
}

func (t *thread) Leave(what string) { t.leave(what) }
func (t *thread) Back()             { t.back() }
func (t *thread) End()              { t.end() }
