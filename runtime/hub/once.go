//go:build greenify_hub

package runtime

import _ "unsafe" // for linkname

// sync.OnceFunc and its kin believe that a function which neither returns nor panics has
// panicked with nil, and would end the program. A killed function does neither, so they ask
// whether it was killed.

//go:linkname sync_hubDying sync.hubDying
func sync_hubDying() bool { return getg().hub.kill.state == hubKillDying }

// sync_hubAgain says whether the call of a Once that the thread unwinds from does not
// count, and returns what was said before.
//
//go:linkname sync_hubAgain sync.hubAgain
func sync_hubAgain(again bool) (was bool) {
	kill := &getg().hub.kill
	was, kill.again = kill.again, again
	return was
}
