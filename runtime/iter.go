package green

import "iter"

// Pull is iter.Pull for an iterator that may yield to other green threads: it
// acts for the thread that calls next or stop.
func Pull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	var t *thread // whom the iterator acts for
	pull, end := iter.Pull(func(yield func(V) bool) {
		t.adopt()
		seq(func(v V) bool {
			more := yield(v)
			t.adopt()
			return more
		})
	})
	return func() (V, bool) {
			t = self()
			defer t.adopt()
			return pull()
		}, func() {
			t = self()
			defer t.adopt()
			end()
		}
}

// Pull2 is iter.Pull2, as Pull is iter.Pull.
func Pull2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	type pair struct {
		k K
		v V
	}
	nextPair, stop := Pull(func(yield func(pair) bool) {
		seq(func(k K, v V) bool { return yield(pair{k, v}) })
	})
	return func() (K, V, bool) {
		p, ok := nextPair()
		return p.k, p.v, ok
	}, stop
}
