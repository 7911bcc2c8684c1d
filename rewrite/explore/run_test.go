package explore

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadRun(t *testing.T) {
	var r Run
	for _, line := range []string{
		"step 12 -> thread 7 at /a b/a:1.go:24 a.(*T).f.func1 started /b c/b.go:9",
		"step 13    thread 7 at a.go:25 a.f does sync.(*Mutex).Lock on 0x1f",
		"step 14    thread 7 at a.go:26 a.f",
		"draws 15 thread 7 at a.go:26 a.f: 1 of 3 for select",
		"draws 15 thread 7 at a.go:26 a.f: 17 of 0 for order of a map",
		"clock 16 1500000 early",
		"waits 17 thread 7 at a.go:25 a.f in sync.Mutex.Lock: on 0x1f held 8",
		"waits 17 thread 8 at a.go:27 a.g in select: on 0x2f known 7 known 9 on 0x3f",
		"waits 17 thread 9 at a.go:28 a.h in select (no cases):",
	} {
		if !r.Read(line) {
			t.Errorf("%q is not read", line)
		}
	}
	want := Run{
		Steps: []Step{
			{N: 12, Turn: true, Thread: 7, Place: Place{"/a b/a:1.go", 24, "a.(*T).f.func1"}, Started: "/b c/b.go:9"},
			{N: 13, Thread: 7, Place: Place{"a.go", 25, "a.f"}, Does: "sync.(*Mutex).Lock", On: "0x1f"},
			{N: 14, Thread: 7, Place: Place{"a.go", 26, "a.f"}},
			{N: 15, Thread: 7, Place: Place{"a.go", 26, "a.f"}, Drawn: "select draws 1 of 3"},
			{N: 15, Thread: 7, Place: Place{"a.go", 26, "a.f"}, Drawn: "order of a map draws 0x11"},
			{N: 16, Later: 1500 * time.Microsecond, Early: true},
		},
		Waits: []Wait{
			{7, Place{"a.go", 25, "a.f"}, "sync.Mutex.Lock", []Object{{"0x1f", []Known{{"held", 8}}}}},
			{8, Place{"a.go", 27, "a.g"}, "select", []Object{{"0x2f", []Known{{"known", 7}, {"known", 9}}}, {"0x3f", nil}}},
			{9, Place{"a.go", 28, "a.h"}, "select (no cases)", nil},
		},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v\nwant %+v", r, want)
	}
	for _, line := range []string{
		"step 12", "step x -> thread 7 at a.go:1 f", " step 12 -> thread 7 at a.go:1 f", "step 12 -> thread 7 at a.go f", "step 12    thread 7 at a.go:1 f does x",
		"draws 1 thread 7 at a.go:1 f: 1 of x for y", "clock 1 2 later", "clock 1 -2 idle", "waits 1 thread 7 at a.go:1 f in x: near 0x1",
	} {
		if r.Read(line) {
			t.Errorf("%q is read", line)
		}
	}
}

// Of those who came to lock something, the one who ran on from there last has it.
func TestHolders(t *testing.T) {
	lock := func(n, thread int, what string) Step {
		return Step{N: n, Thread: thread, Place: Place{Line: n}, Does: what, On: "0x1"}
	}
	turn := func(n, thread int) Step { return Step{N: n, Thread: thread, Turn: true} }
	const lk, try = "sync.(*Mutex).Lock", "sync.(*Mutex).TryLock"
	waits := func(thread int) Wait { return Wait{Thread: thread, In: "sync.Mutex.Lock", On: []Object{{ID: "0x1"}}} }
	for _, tt := range []struct {
		name         string
		steps        []Step
		waits        []Wait
		thread, step int
	}{
		{"one", []Step{lock(1, 7, lk), lock(2, 8, lk)}, []Wait{waits(8)}, 7, 1},
		{"the first to come is late", []Step{lock(1, 7, lk), lock(2, 8, lk), turn(3, 7)}, []Wait{waits(7)}, 8, 2},
		{"the first to come is late, and has it", []Step{lock(1, 7, lk), lock(2, 8, lk), {N: 3, Thread: 8}, turn(4, 7), {N: 5, Thread: 7}}, nil, 7, 4},
		{"twice by the same", []Step{lock(1, 7, lk), lock(2, 7, lk)}, []Wait{waits(7)}, 7, 1},
		{"TryLock says nothing", []Step{lock(1, 7, lk), lock(2, 8, try), {N: 3, Thread: 8}, lock(4, 9, lk)}, []Wait{waits(9)}, 0, 2},
		{"nobody", []Step{{N: 1, Thread: 7, Does: "runtime.chansend1", On: "0x1"}}, nil, 0, 0},
	} {
		r := Run{Steps: tt.steps, Waits: tt.waits}
		if h := r.holders()["0x1"]; h.thread != tt.thread || h.step != tt.step {
			t.Errorf("%s: thread %d, step %d, want %d, %d", tt.name, h.thread, h.step, tt.thread, tt.step)
		}
	}
}

func TestTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a_test.go")
	if err := os.WriteFile(file, []byte("package a\n\n\tp.mu.Lock()\n\tmu.Unlock() // and a comment that is too long for the table\n\tb.Lock(); c.Lock()\n\tch <- rand.Int()\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	at := func(line int) Place { return Place{File: file, Line: line} }
	r := Run{
		Steps: []Step{
			{N: 9, Thread: 7, Place: at(3), Does: "sync.(*Mutex).Lock", On: "0x1"},
			{N: 10, Thread: 7, Place: at(3)}, // the same place
			{N: 11, Thread: 12, Place: at(4), Turn: true, Started: "/b/b.go:3"},
			{N: 12, Thread: 7, Place: at(3), Turn: true},
			{N: 12, Thread: 7, Place: at(6), Drawn: "rand.Int draws 0x11"},
			{N: 13, Thread: 7, Place: at(6), Does: "runtime.chansend1", On: "0x2"},
			{N: 14, Thread: 7, Place: Place{File: "/nosuch/b.go", Line: 3}},
			{N: 15, Later: time.Second},
			{N: 16, Later: time.Millisecond, Early: true},
			{N: 17, Thread: 12, Place: at(5), Does: "sync.(*RWMutex).Lock", On: "0x3"},
			{N: 18, Thread: 12, Place: at(3), Does: "sync.(*Mutex).Lock", On: "0x1"},
			{N: 19, Thread: 7, Place: at(99), Does: "sync.(*RWMutex).Lock", On: "0x3"},
		},
		Waits: []Wait{
			{7, at(99), "sync.RWMutex.Lock", []Object{{ID: "0x3"}}},
			{12, at(3), "sync.Mutex.Lock", []Object{{"0x1", []Known{{"deferred", 8}}}}},
			{8, at(6), "chan send", []Object{{"0x2", []Known{{"known", 7}, {"known", 12}}}}},
		},
	}
	var b strings.Builder
	r.Table().Write(&b)
	want := `step  thread 7                         thread 12
9     a_test.go:3 p.mu.Lock()
11                                     a_test.go:4 mu.Unlock() // and a comment that…
12    a_test.go:3 p.mu.Lock()
12    a_test.go:6 rand.Int draws 0x11
13    a_test.go:6 ch <- rand.Int()
14    b.go:3
15    (1s later)
16    (1ms later, though threads are ready)
17                                     a_test.go:5 b.Lock(); c.Lock()
18                                     a_test.go:3 p.mu.Lock()
19    a_test.go:99
in the end thread 7 waits in sync.RWMutex.Lock at a_test.go:99
	for lock 3, locked by thread 12 at a_test.go:5, step 17
in the end thread 12 waits in sync.Mutex.Lock at a_test.go:3 p.mu.Lock()
	for lock p.mu, locked by thread 7 at a_test.go:3, step 9
in the end thread 8 waits in chan send at a_test.go:6 ch <- rand.Int()
	for channel ch, known to thread 7, thread 12
a circle: thread 7 waits for thread 12, which waits for thread 7
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if got := r.Table().Threads[1].Started; got != "b.go:3" {
		t.Error(got)
	}
	new(Run).Table().Write(&b)
}

func TestCircle(t *testing.T) {
	for _, tt := range []struct {
		edges map[int][]int
		want  []int
	}{
		{nil, nil},
		{map[int][]int{1: {2}, 2: {3}}, nil},
		{map[int][]int{4: {4}}, []int{4}},
		{map[int][]int{1: {5}, 5: {3}, 3: {5}}, []int{3, 5}},
		{map[int][]int{9: {2, 7}, 2: {8}, 7: {9}}, []int{7, 9}},
	} {
		if got := circle(tt.edges); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.edges, got, tt.want)
		}
	}
}

// The first step from which on no tail ends well is found, wherever it is, and what is said of
// it was counted.
func TestFindDoom(t *testing.T) {
	const steps, tails = 100, 50
	for doom := uint64(1); doom <= steps; doom++ {
		runs := 0
		d, err := FindDoom(steps, tails, func(step uint64, n int) (well, alike bool, err error) {
			runs++
			return step < doom && n%5 == 0, n%2 == 0, nil
		})
		want := Doom{Step: doom, Tails: tails, Alike: tails / 2, Well: tails / 5, Runs: runs}
		if doom == 1 {
			want.Well = 0
		}
		if doom == steps { // where the schedule is over there are no other tails
			want.Alike = tails
		}
		if d != want || err != nil || runs > 9*tails {
			t.Fatalf("%d: %+v, %v, want %+v", doom, d, err, want)
		}
	}
	stop := errors.New("stop")
	for _, at := range []uint64{1, 50, 99} {
		if _, err := FindDoom(steps, tails, func(step uint64, n int) (bool, bool, error) {
			if step == at {
				return false, false, stop
			}
			return step < 99, false, nil
		}); err != stop {
			t.Errorf("an error at step %d: %v", at, err)
		}
	}
	if d, err := FindDoom(0, tails, nil); d.Step != 1 || d.Runs != 0 || err != nil {
		t.Errorf("%+v, %v", d, err)
	}
}
