//go:build greenify_hub

package sync

// hubDying reports whether the current thread unwinds because it was killed. Provided by
// package runtime.
func hubDying() bool

// hubAgain says whether the call that the current thread unwinds from does not count, and
// returns what was said before. Provided by package runtime.
func hubAgain(again bool) (was bool)

// hubDone ends the first call of a Once, unless it is one of OnceValue's that a kill has
// cut off: then the next caller's is the first.
func (o *Once) hubDone() {
	if !hubAgain(false) {
		o.done.Store(true)
	}
}
