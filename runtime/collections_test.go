package green_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// These run plain, patched in source and patched.

func TestTaskWaitAndLink(t *testing.T) {
	order := ""
	linkedAll, called := make(chan bool), make(chan bool)
	task := green.Spawn(func() (string, error) { green.Recv(linkedAll); return "v", nil })
	task.Link(func(h *green.Handle) { order += "a" })
	task.Link(func(h *green.Handle) { order += "x" }).Unlink()
	task.Link(func(h *green.Handle) {
		h.Link(func(*green.Handle) { order += "c" }) // ended: at once
		order += "b"
		close(called)
	})
	close(linkedAll)
	for range 2 {
		if v, err := task.Wait(); v != "v" || err != nil {
			t.Error(v, err)
		}
	}
	linked := make(chan bool)
	last := task.Link(func(*green.Handle) { close(linked) })
	<-linked
	if last.Unlink() {
		t.Error("unlinked what has been called")
	}
	<-called // behind the end, for which Wait waits
	if order != "acb" {
		t.Error(order)
	}
}

func TestTaskCurrent(t *testing.T) {
	if green.Current() != nil {
		t.Error("a test is no task")
	}
	started := make(chan bool)
	task := green.Spawn(func() (*green.Handle, error) {
		<-started
		green.Current().SetName("worker")
		return green.Current(), nil
	})
	close(started)
	if h, _ := task.Wait(); h != task.Handle || task.Name() != "worker" || task.ID() != 0 {
		t.Error(h, task.Name(), task.ID())
	}
}

// TestName: a name shows from when it is set.
func TestName(t *testing.T) {
	c := make(chan bool)
	body := func() (bool, error) { return green.Recv(c), nil }
	early, late := green.Spawn(body), green.Spawn(body)
	early.SetName("early")
	green.Sleep(10 * time.Millisecond)
	late.SetName("late")
	names := ""
	for _, th := range green.Threads() {
		if th.ID == early.ID() || th.ID == late.ID() {
			names += th.Name + " "
		}
	}
	if names != "early late " && names != "late early " && green.Enabled() {
		t.Errorf("%q", names)
	}
	close(c)
	early.Wait()
	late.Wait()
}

// TestStarted: a thread was started where its maker was called, by whatever function.
func TestStarted(t *testing.T) {
	if off() {
		return // nothing lists the threads
	}
	c := make(chan int)
	wait := func() { green.Recv(c) }
	body := func() (int, error) { return green.Recv(c), nil }
	var wg sync.WaitGroup
	pool := green.NewPool(1)
	line := 0
	start := map[string]func(){
		"Go":         func() { line = here(); green.Go(wait) },
		"WaitGo":     func() { line = here(); green.WaitGo(&wg, wait) },
		"Spawn":      func() { line = here(); green.Spawn(body) },
		"SpawnIn":    func() { line = here(); green.SpawnIn(pool, body) },
		"SpawnAfter": func() { line = here(); green.SpawnAfter(time.Microsecond, body) },
	}
	if wholeProgram {
		start["WaitGroup.Go"] = func() { line = here(); wg.Go(wait) }
	}
	for name, f := range start {
		before := map[uint64]bool{}
		for _, th := range green.Threads() {
			before[th.ID] = true
		}
		f()
		place := ""
		want := fmt.Sprintf("collections_test.go:%d", line)
		for end := time.Now().Add(5 * time.Second); place == "" && time.Now().Before(end); green.Sleep(time.Millisecond) {
			for _, th := range green.Threads() {
				if !before[th.ID] && th.Wait == "chan receive" {
					place = fmt.Sprintf("%s:%d", filepath.Base(th.File), th.Line)
				}
			}
		}
		if place != want {
			t.Errorf("%s: started at %q, want %s", name, place, want)
		}
		c <- 1
	}
	wg.Wait()
	pool.Wait()
}

// TestLabels: threads inherit the labels of runtime/pprof from who asks for them.
func TestLabels(t *testing.T) {
	var profile bytes.Buffer
	show := func() (int, error) {
		profile.Reset()
		return 0, pprof.Lookup("goroutine").WriteTo(&profile, 1)
	}
	for name, f := range map[string]func(){
		"Spawn":      func() { green.Spawn(show).Wait() },
		"SpawnAfter": func() { green.SpawnAfter(time.Millisecond, show).Wait() },
		"SpawnIn":    func() { green.SpawnIn(green.NewPool(1), show).Wait() },
		"WithTimeout": func() {
			if green.WithTimeout(time.Minute, func() error { show(); return nil }) != nil {
				show() // unpatched
			}
		},
	} {
		pprof.Do(context.Background(), pprof.Labels("by", name), func(context.Context) { f() })
		labelled := false
		for block := range strings.SplitSeq(profile.String(), "\n\n") { // one for each stack
			labelled = labelled || strings.Contains(block, "pprof.(*Profile).WriteTo") && strings.Contains(block, fmt.Sprintf("{\"by\":%q}", name))
		}
		if !labelled {
			t.Errorf("%s: no label in\n%s", name, &profile)
		}
	}
}

func TestSpawnAfter(t *testing.T) {
	if v, err := green.SpawnAfter(time.Millisecond, func() (int, error) { return 1, nil }).Wait(); v != 1 || err != nil {
		t.Error(v, err)
	}
	never := green.SpawnAfter(time.Hour, func() (int, error) { t.Error("ran"); return 1, nil })
	if !never.Cancel() || never.Cancel() {
		t.Error("Cancel")
	}
	if _, err := never.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// TestKillUnsupported: what cannot be done says so.
func TestKillUnsupported(t *testing.T) {
	if wholeProgram {
		return // TestKillWaiting
	}
	release := make(chan bool)
	begun := make(chan bool)
	task := green.Spawn(func() (int, error) {
		green.Send(begun, true)
		green.Recv(release)
		green.Yield()
		return 1, nil
	})
	<-begun
	if off() {
		if err := task.Kill(); !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	} else {
		var err error
		for end := time.Now().Add(5 * time.Second); err == nil && time.Now().Before(end); {
			err = task.Kill() // nil until it waits
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	}
	close(release)
	v, err := task.Wait()
	if off() != (v == 1) || !off() && err != green.ErrKilled {
		t.Error(v, err)
	}
}

func TestEvent(t *testing.T) {
	var e green.Event[int]
	task := green.Spawn(e.Wait)
	if !e.Send(1) || e.Send(2) || e.SendError(errors.New("late")) {
		t.Error("an event happens once")
	}
	<-e.Done()
	if v, err := task.Wait(); v != 1 || err != nil {
		t.Error(v, err)
	}
	var failed green.Event[int]
	failed.SendError(errors.ErrUnsupported)
	if _, err := failed.Wait(); err != errors.ErrUnsupported {
		t.Error(err)
	}
}

func TestQueueOrder(t *testing.T) {
	for name, q := range map[string]*green.Queue[int]{
		"3142": green.NewQueue[int](4),
		"2413": green.NewStack[int](4),
		"1234": green.NewPriorityQueue(4, func(a, b int) bool { return a < b }),
	} {
		for _, v := range []int{3, 1, 4, 2} {
			if err := q.Put(v); err != nil {
				t.Fatal(err)
			}
		}
		if q.TryPut(5) || q.Len() != 4 {
			t.Error("over the limit")
		}
		q.Close()
		if err := q.Put(6); err != green.ErrClosed {
			t.Error(err)
		}
		got := ""
		for v := range q.All() {
			got += fmt.Sprint(v)
		}
		if got != name {
			t.Errorf("%s, want %s", got, name)
		}
	}
	alike := green.NewPriorityQueue(-1, func(a, b string) bool { return a[0] < b[0] })
	for _, s := range []string{"b1", "a1", "b2", "a2"} {
		alike.Put(s)
	}
	alike.Close()
	if got := slices.Collect(alike.All()); !slices.Equal(got, []string{"a1", "a2", "b1", "b2"}) {
		t.Error(got)
	}
}

// TestQueueRendezvous: with no room, Put ends when Get takes the item.
func TestQueueRendezvous(t *testing.T) {
	q := green.NewQueue[int](0)
	if q.TryPut(1) {
		t.Error("nobody takes it")
	}
	task := green.Spawn(func() (int, error) { return 0, q.Put(7) })
	if v, ok := q.Get(); v != 7 || !ok {
		t.Error(v, ok)
	}
	if _, err := task.Wait(); err != nil {
		t.Error(err)
	}
	blocked := green.Spawn(func() (int, error) { return 0, q.Put(8) })
	green.Yield()
	q.Close()
	if _, err := blocked.Wait(); err != green.ErrClosed {
		t.Error(err)
	}
	if _, ok := q.Get(); ok {
		t.Error("closed")
	}
}

func TestQueueJoin(t *testing.T) {
	q := green.NewQueue[int](-1)
	sum := 0
	worker := green.Spawn(func() (int, error) {
		for v := range q.All() {
			green.Yield()
			sum += v
			q.TaskDone()
		}
		return sum, nil
	})
	for i := range 10 {
		q.Put(i)
	}
	q.Join()
	q.Close()
	if v, _ := worker.Wait(); v != 45 {
		t.Error(v)
	}
	defer func() {
		if recover() == nil {
			t.Error("one TaskDone too many")
		}
	}()
	q.TaskDone()
}

// TestSemaphore is first come first served: the small request does not pass the
// large one.
func TestSemaphore(t *testing.T) {
	s := green.NewSemaphore(3)
	s.Acquire(2)
	large := green.Spawn(func() (int, error) { s.Acquire(3); return 0, nil })
	for s.TryAcquire(1) { // until it waits
		s.Release(1)
		green.Yield()
	}
	s.Release(2)
	large.Wait()
	if s.Free() != 0 {
		t.Error(s.Free())
	}
	s.Resize(1)
	if s.Free() != -2 {
		t.Error(s.Free())
	}
	s.Release(3)
	defer func() {
		if recover() == nil {
			t.Error("one unit too many")
		}
	}()
	s.Release(1)
}

func TestPool(t *testing.T) {
	p := green.NewPool(2)
	running, most := 0, 0
	for range 6 {
		green.SpawnIn(p, func() (int, error) {
			running++
			most = max(most, running)
			green.Yield()
			running--
			return 0, nil
		})
	}
	p.Wait()
	if wholeProgram && (most != 2 || running != 0) || p.Free() != 2 {
		t.Error(most, running, p.Free())
	}
	one := green.NewPool(1)
	inner := green.SpawnIn(one, func() (int, error) { // a full pool, asked from inside
		v, err := green.SpawnIn(one, func() (int, error) { return 5, nil }).Wait()
		return v + 1, err
	})
	if v, err := inner.Wait(); v != 6 || err != nil {
		t.Error(v, err)
	}
}

// TestPoolMap: results in order, and no further ahead than the pool is large.
func TestPoolMap(t *testing.T) {
	taken := 0
	var endless iter.Seq[int] = func(yield func(int) bool) {
		for yield(taken) {
			taken++
		}
	}
	p := green.NewPool(3)
	var got []int
	for v, err := range green.Map(p, endless, func(n int) (int, error) { return n * n, nil }) {
		if got = append(got, v); err != nil || len(got) == 10 {
			break
		}
		if taken > len(got)+3 {
			t.Fatalf("%d taken for %d results", taken, len(got))
		}
	}
	if !slices.Equal(got, []int{0, 1, 4, 9, 16, 25, 36, 49, 64, 81}) {
		t.Error(got)
	}
	p.Wait()
}

func TestDAG(t *testing.T) {
	var d green.DAG[string, int]
	sum := func(in map[string]int) (n int, err error) {
		for _, v := range in {
			n += v
		}
		return n, nil
	}
	if err := d.Spawn("c", []string{"a", "b"}, sum); err != nil {
		t.Fatal(err)
	}
	if err := d.Spawn("b", []string{"a"}, sum); err != nil {
		t.Fatal(err)
	}
	if err := d.Set("a", 2); err != nil {
		t.Fatal(err)
	}
	if v, err := d.Wait("c"); v != 4 || err != nil {
		t.Error(v, err)
	}
	if err := d.Set("c", 1); err == nil {
		t.Error("set twice")
	}
	boom := errors.New("boom")
	d.Spawn("bad", nil, func(map[string]int) (int, error) { return 0, boom })
	d.Spawn("worse", []string{"bad"}, sum)
	_, err := d.Wait("worse")
	if e, ok := err.(*green.DependencyError[string]); !ok || e.Key != "bad" || !errors.Is(err, boom) {
		t.Error(err)
	}
}
