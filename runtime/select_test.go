package green_test

import (
	"iter"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// TestSelectFair: of the cases that can go on each has the same chance, with
// none waiting. 1,000 of 3,000 trials are expected; 800 and 1,200 are nearly
// eight standard deviations away.
func TestSelectFair(t *testing.T) {
	for _, run := range []func(func()){inGreen, inNative} {
		run(func() {
			closed, never := make(chan int), make(chan int)
			close(closed)
			var n [6]int
			for range 3000 {
				r, not := green.OnRecv(closed), green.OnRecv(never)
				n[green.Select(r, not, r, not, not, r)]++
			}
			for i, n := range n {
				if ready := i == 0 || i == 2 || i == 5; ready && (n < 800 || n > 1200) || !ready && n != 0 {
					t.Errorf("case %d was chosen %d times", i, n)
				}
			}
		})
	}
}

// TestSelectMany: more cases than fit any fast path.
func TestSelectMany(t *testing.T) {
	var chans []chan int
	var cases []green.Case
	for range 100 {
		c := make(chan int)
		chans = append(chans, c)
		cases = append(cases, green.OnRecv(c))
	}
	inGreen(func() {
		green.Go(func() { green.Send(chans[77], 1) })
		if i := green.Select(cases...); i != 77 || cases[i].(*green.Received[int]).V != 1 {
			t.Errorf("chose %d", i)
		}
	})
}

// TestPull: an iterator that waits does so for the thread that pulls.
//
// Interleaving: the iterator receives from a channel that is filled by threads
// that run only when the pulling thread gives up the hub; it is pulled by two
// threads in turn, and stopped by the second.
func TestPull(t *testing.T) {
	inGreen(func() {
		c := make(chan int)
		cleaned := false
		next, stop := green.Pull2(func(yield func(int, bool) bool) {
			defer func() {
				green.Yield()
				cleaned = green.InHub()
			}()
			for v := range green.Range(c) {
				if !yield(v, green.InHub()) {
					return
				}
			}
		})
		want := func(want int) {
			t.Helper()
			green.Go(func() { green.Send(c, want) })
			v, in, ok := next()
			if v != want || in == off() || !ok {
				t.Errorf("pulled %d, %v, %v", v, in, ok)
			}
			if green.InHub() == off() {
				t.Error("the thread has lost the hub")
			}
		}
		want(1)
		want(2)
		done := make(chan bool)
		green.Go(func() {
			defer close(done)
			want(3)
			stop()
			if green.InHub() == off() {
				t.Error("the thread has lost the hub")
			}
		})
		green.Recv(done)
		if cleaned == off() {
			t.Error("the iterator ended outside the hub")
		}
	})
}

// TestPullPanic: a panic of the iterator reaches the thread that pulls, in the
// hub.
func TestPullPanic(t *testing.T) {
	inGreen(func() {
		next, _ := green.Pull(iter.Seq[int](func(func(int) bool) { green.Yield(); panic(errBoom) }))
		defer func() {
			if r := recover(); r != errBoom || green.InHub() == off() {
				t.Errorf("panic %v, in the hub: %v", r, green.InHub())
			}
		}()
		next()
	})
}
