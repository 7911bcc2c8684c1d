//go:build greenify_hub

package sync

// hubDying reports whether the current thread unwinds because it was killed. Provided by
// package runtime.
func hubDying() bool

// hubAgain says whether the call that the current thread unwinds from does not count, and
// returns what was said before. Provided by package runtime.
func hubAgain(again bool) (was bool)

// hubDone marks a Once as called. It does not if the call is OnceValue's and a kill has cut it
// off: the next caller calls the function again.
func (o *Once) hubDone() {
	if !hubAgain(false) {
		o.done.Store(true)
	}
}
