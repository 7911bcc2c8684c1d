package programs

import (
	"sync"
	"testing"
)

// Bugs of order: one thread has to come between two steps of the first of many others.

// reorder: of n threads all but one set a, then b; the last one reads both. It sees the
// first half of the first of them only if it is there before any second half. (SCTBench,
// CS/reorder_N_bad.)
func reorder(t *testing.T, n int) {
	var a, b cell[int]
	each(n, func(i int) {
		if i < n-1 {
			a.store(1)
			b.store(-1)
		} else if !(a.load() == 0 && b.load() == 0) && !(a.load() == 1 && b.load() == -1) {
			t.Error("a is set, b is not")
		}
	})
}

func TestReorder3(t *testing.T)  { reorder(t, 3) }
func TestReorder4(t *testing.T)  { reorder(t, 4) }
func TestReorder5(t *testing.T)  { reorder(t, 5) }
func TestReorder10(t *testing.T) { reorder(t, 10) }
func TestReorder20(t *testing.T) { reorder(t, 20) }

// twostage: a value is set in one critical section, what follows from it in another. The
// last of n threads reads in two sections, too. (SCTBench, CS/twostage_N_bad.)
func twostage(t *testing.T, n int) {
	var one, two cell[int]
	each(n, func(i int) {
		if i < n-1 {
			one.store(1)
			two.store(one.load() + 1)
			return
		}
		first := one.load()
		if first == 0 {
			return
		}
		if second := two.load(); second != first+1 {
			t.Errorf("%d, then %d", first, second)
		}
	})
}

func TestTwostage(t *testing.T)    { twostage(t, 2) }
func TestTwostage20(t *testing.T)  { twostage(t, 20) }
func TestTwostage50(t *testing.T)  { twostage(t, 50) }
func TestTwostage100(t *testing.T) { twostage(t, 100) }

// wronglock: one thread reads a value twice under one lock, n others change it under
// another. (SCTBench, CS/wronglock_bad, with 7 others, and CS/wronglock_3_bad.)
func wronglock(t *testing.T, n int) {
	var right, wrong sync.Mutex
	var data cell[int]
	each(1+n, func(i int) {
		if i == 0 {
			right.Lock()
			defer right.Unlock()
			v := data.load()
			data.store(v + 1)
			if got := data.load(); got != v+1 {
				t.Errorf("%d, want %d", got, v+1)
			}
			return
		}
		wrong.Lock()
		defer wrong.Unlock()
		data.store(data.load() + 1)
	})
}

func TestWronglock(t *testing.T)  { wronglock(t, 7) }
func TestWronglock3(t *testing.T) { wronglock(t, 3) }

// lazy: the third thread finds what the other two have added up. (SCTBench, CS/lazy01_bad.)
func TestLazy01(t *testing.T) {
	var mu sync.Mutex
	data := 0
	locked := func(f func()) func() {
		return func() { mu.Lock(); defer mu.Unlock(); f() }
	}
	all(
		locked(func() { data++ }),
		locked(func() { data += 2 }),
		locked(func() {
			if data >= 3 {
				t.Error(data)
			}
		}),
	)
}

// token ring: each thread copies the value of the one before it, the last one compares them
// all. (SCTBench, CS/token_ring_bad.)
func TestTokenRing(t *testing.T) {
	var mu sync.Mutex
	x1, x2, x3 := 1, 2, 1
	flag1, flag2, flag3 := false, false, false
	locked := func(f func()) func() {
		return func() { mu.Lock(); defer mu.Unlock(); f() }
	}
	all(
		locked(func() { x1 = (x3 + 1) % 4; flag1 = true }),
		locked(func() { x2 = x1; flag2 = true }),
		locked(func() { x3 = x2; flag3 = true }),
		locked(func() {
			if flag1 && flag2 && flag3 && (x1 != x2 || x2 != x3) {
				t.Error(x1, x2, x3)
			}
		}),
	)
}

// double check: whether there is a value is looked at without the lock, and not again with
// it; so two threads make it. (Inspect; the singleton of Fray's set.)
func TestDoubleCheck(t *testing.T) {
	var value cell[*int]
	var mu sync.Mutex
	var got [3]*int
	each(3, func(i int) {
		if value.load() == nil {
			mu.Lock()
			value.store(new(int))
			mu.Unlock()
		}
		got[i] = value.load()
	})
	if got[0] != got[1] || got[1] != got[2] {
		t.Error("more than one")
	}
}

// critical: two threads say that they are inside, each after it has seen that the other is
// not. (IBM's set of Eytani and Ur, critical.)
func TestCritical(t *testing.T) {
	var wants [2]cell[bool]
	var inside cell[int]
	each(2, func(i int) {
		for range 2 {
			if wants[1-i].load() {
				continue
			}
			wants[i].store(true)
			if !inside.swap(0, 1) {
				t.Error("two are inside")
				return
			}
			inside.store(0)
			wants[i].store(false)
		}
	})
}
