//go:build greenify

package green_test

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	green "github.com/greenify-go/greenify/runtime"
)

// In a test binary GREENIFY=busy is 100ms.

func compute(d time.Duration) {
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

// TestBusy: a thread that computes while another is ready is made to yield. From then
// on it is at the end of each slice, until it waits by itself.
func TestBusy(t *testing.T) {
	preempted := func() uint64 { return green.ReadStats().Preempted }
	before := preempted()
	var ran atomic.Bool
	go ran.Store(true)
	for !ran.Load() {
	}
	if preempted() == before {
		t.Fatal("not counted")
	}
	for again := true; again; {
		c := make(chan bool)
		go func() { c <- true }()
		<-c
		ran.Store(true)
		before, begin := preempted(), time.Now()
		go ran.Store(false)
		compute(40 * time.Millisecond) // slices of 10 ms would have ended
		n, cut := preempted()-before, !ran.Load()
		// A machine that took longer may have made the limit pass.
		if again = time.Since(begin) > 90*time.Millisecond; !again && (n != 0 || cut) {
			t.Errorf("preempted %d times after a wait", n)
		}
	}
}

// TestBusyNoYield: what must not yield is not cut, however long it computes.
func TestBusyNoYield(t *testing.T) {
	var ran atomic.Bool
	early := false
	before := green.ReadStats().Preempted
	green.NoYield(func() {
		go ran.Store(true)
		compute(500 * time.Millisecond)
		early = ran.Load()
	})
	if early || green.ReadStats().Preempted != before {
		t.Error("another thread ran")
	}
}

//go:noinline
func step(n int) int { return n + 1 }

// A machine interprets a script that never ends.
type machine struct {
	pc, n int
	code  []instruction
	stop  atomic.Bool
}

type instruction interface{ exec(*machine) }

type increment struct{}
type jump struct{ to int }

//go:noinline
func (increment) exec(m *machine) { m.n++; m.pc++ }

//go:noinline
func (j jump) exec(m *machine) { m.pc = j.to }

func (m *machine) run() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("recovered %v", v)
		}
	}()
	for !m.stop.Load() {
		m.code[m.pc].exec(m)
	}
	return fmt.Errorf("interrupted after %t", m.n > 0)
}

var sink any

// TestKillBusy: a thread that computes ends where it is preempted, and its deferred
// calls run.
func TestKillBusy(t *testing.T) {
	deferred := 0
	for _, test := range []struct {
		name string
		f    func() error
	}{
		{"no calls", func() error {
			for {
			}
		}},
		{"no calls below a deferred one", func() error {
			defer func() { deferred++ }()
			return func() error {
				n := step(0)
				defer func() { deferred++ }()
				for n = step(n); ; n++ {
				}
			}()
		}},
		{"calls", func() error {
			for n := 0; ; {
				n = step(n)
			}
		}},
		{"calls below a deferred one", func() error {
			defer func() { deferred++ }()
			for n := 0; ; {
				n = step(n)
			}
		}},
		{"interpreter", (&machine{code: []instruction{increment{}, increment{}, jump{0}}}).run},
		{"map", func() error {
			for m := map[int]int{}; ; {
				m[step(len(m))%1000]++
			}
		}},
		{"allocations", func() error {
			for {
				sink = make([]byte, 1000)
			}
		}},
		{"fmt", func() error {
			for {
				sink = fmt.Sprint(1)
			}
		}},
		{"lock", func() error {
			for mu := new(sync.Mutex); ; {
				mu.Lock()
				mu.Unlock()
			}
		}},
		{"locked to its OS thread", func() error {
			runtime.LockOSThread()
			for n := 0; ; {
				n = step(n)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, d := range []time.Duration{0, 5 * time.Millisecond} {
				alive := green.ReadStats().Alive
				err := green.WithTimeout(d, test.f)
				if timeout, ok := err.(*green.TimeoutError); !ok || timeout.After != d {
					t.Errorf("%v: %v", d, err)
				}
				if n := green.ReadStats().Alive; n > alive {
					t.Errorf("%d threads, %d before", n, alive)
				}
			}
		})
	}
	if deferred != 6 {
		t.Errorf("%d deferred calls ran, want 6", deferred)
	}
}

// TestKillBusyLock: a thread is killed in a computation, not between the lock of a
// mutex and its deferred unlock, nor in a deferred call's place.
func TestKillBusyLock(t *testing.T) {
	for range 5 {
		var mu sync.Mutex
		n := 0
		locked := func() {
			mu.Lock()
			defer mu.Unlock()
			n = step(n)
		}
		green.WithTimeout(time.Millisecond, func() error {
			for {
				locked()
			}
		})
		if !mu.TryLock() {
			t.Fatal("a killed thread has left the mutex locked")
		}
	}
}

// TestInterrupt: an endless script is interrupted by a timer.
func TestInterrupt(t *testing.T) {
	m := &machine{code: []instruction{increment{}, jump{0}}}
	time.AfterFunc(time.Millisecond, func() { m.stop.Store(true) })
	if err := m.run(); err.Error() != "interrupted after true" {
		t.Error(err)
	}
}

// call makes a system call that must not fail.
func call(t *testing.T, trap uintptr, a ...any) {
	var args [6]uintptr
	for i, a := range a {
		switch a := a.(type) {
		case int:
			args[i] = uintptr(a)
		case unsafe.Pointer:
			args[i] = uintptr(a)
		}
	}
	for {
		_, _, errno := syscall.Syscall6(trap, args[0], args[1], args[2], args[3], args[4], args[5])
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 && errno != syscall.ETIMEDOUT && errno != syscall.EAGAIN { // of rt_sigtimedwait
			t.Error(trap, errno)
		}
		return
	}
}

// pipe returns a pipe that waits.
func pipe(t *testing.T) (r, w int) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(p[0]); syscall.Close(p[1]) })
	return p[0], p[1]
}

var futex uint32

// calls are system calls that are made in order to wait, and what ends them; nothing if
// they end by themselves.
var calls = []struct {
	name string
	make func(t *testing.T) (wait, wake func())
}{
	{"epoll_pwait", func(t *testing.T) (wait, wake func()) {
		ep, r, w := epoll(t)
		ev := make([]syscall.EpollEvent, 1)
		return func() { call(t, syscall.SYS_EPOLL_PWAIT, ep, unsafe.Pointer(&ev[0]), 1, -1); read(t, r) }, func() { write(t, w) }
	}},
	{"EpollWait", func(t *testing.T) (wait, wake func()) {
		ep, r, w := epoll(t)
		return func() {
			for {
				if _, err := syscall.EpollWait(ep, make([]syscall.EpollEvent, 1), -1); err == nil {
					break
				} else if err != syscall.EINTR {
					t.Error(err)
				}
			}
			read(t, r)
		}, func() { write(t, w) }
	}},
	{"ppoll", func(t *testing.T) (wait, wake func()) {
		r, w := pipe(t)
		return func() {
			fd := [2]int32{int32(r), 1}
			call(t, syscall.SYS_PPOLL, unsafe.Pointer(&fd), 1, 0, 0, 0)
			read(t, r)
		}, func() { write(t, w) }
	}},
	{"ppoll with a timeout", func(t *testing.T) (wait, wake func()) {
		r, _ := pipe(t)
		return func() {
			fd := [2]int32{int32(r), 1}
			call(t, syscall.SYS_PPOLL, unsafe.Pointer(&fd), 1, unsafe.Pointer(&syscall.Timespec{Nsec: 50e6}), 0, 0)
		}, nil
	}},
	{"Select", func(t *testing.T) (wait, wake func()) {
		r, w := pipe(t)
		return func() {
			var set syscall.FdSet
			set.Bits[r/64] |= 1 << (r % 64)
			for {
				if _, err := syscall.Select(r+1, &set, nil, nil, nil); err == nil {
					break
				} else if err != syscall.EINTR {
					t.Error(err)
				}
			}
			read(t, r)
		}, func() { write(t, w) }
	}},
	{"futex", func(t *testing.T) (wait, wake func()) {
		return func() {
				atomic.StoreUint32(&futex, 1)
				for atomic.LoadUint32(&futex) == 1 {
					call(t, syscall.SYS_FUTEX, unsafe.Pointer(&futex), 128, 1, 0) // FUTEX_WAIT_PRIVATE
				}
			}, func() {
				atomic.StoreUint32(&futex, 0)
				call(t, syscall.SYS_FUTEX, unsafe.Pointer(&futex), 129, 1) // FUTEX_WAKE_PRIVATE
			}
	}},
	{"Nanosleep", func(t *testing.T) (wait, wake func()) {
		return func() { syscall.Nanosleep(&syscall.Timespec{Nsec: 50e6}, nil) }, nil
	}},
	{"clock_nanosleep", func(t *testing.T) (wait, wake func()) {
		return func() { call(t, syscall.SYS_CLOCK_NANOSLEEP, 1, 0, unsafe.Pointer(&syscall.Timespec{Nsec: 50e6}), 0) }, nil
	}},
	{"Wait4", func(t *testing.T) (wait, wake func()) {
		pid := child(t)
		return func() { syscall.Wait4(pid, nil, 0, nil) }, func() { syscall.Kill(pid, syscall.SIGKILL) }
	}},
	{"waitid", func(t *testing.T) (wait, wake func()) {
		pid := child(t)
		return func() { call(t, syscall.SYS_WAITID, 1, pid, 0, 4, 0) }, func() { syscall.Kill(pid, syscall.SIGKILL) } // P_PID, WEXITED
	}},
	{"Flock", func(t *testing.T) (wait, wake func()) {
		a, b := twice(t)
		syscall.Flock(a, syscall.LOCK_EX)
		return func() { syscall.Flock(b, syscall.LOCK_EX) }, func() { syscall.Flock(a, syscall.LOCK_UN) }
	}},
	{"F_OFD_SETLKW", func(t *testing.T) (wait, wake func()) {
		a, b := twice(t)
		const setlk, setlkw = 37, 38
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Len: 1}
		syscall.FcntlFlock(uintptr(a), setlk, &lock)
		return func() { syscall.FcntlFlock(uintptr(b), setlkw, &syscall.Flock_t{Type: syscall.F_WRLCK, Len: 1}) },
			func() { lock.Type = syscall.F_UNLCK; syscall.FcntlFlock(uintptr(a), setlk, &lock) }
	}},
	{"Accept", func(t *testing.T) (wait, wake func()) {
		fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		addr := &syscall.SockaddrUnix{Name: t.TempDir() + "/s"}
		if err := syscall.Bind(fd, addr); err != nil {
			t.Fatal(err)
		}
		syscall.Listen(fd, 1)
		c, _ := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		t.Cleanup(func() { syscall.Close(fd); syscall.Close(c) })
		return func() {
				if s, _, err := syscall.Accept(fd); err != nil {
					t.Error(err)
				} else {
					syscall.Close(s)
				}
			}, func() {
				if err := syscall.Connect(c, addr); err != nil {
					t.Error(err)
				}
			}
	}},
	{"read of standard input", func(t *testing.T) (wait, wake func()) {
		r, w := pipe(t)
		old, err := syscall.Dup(0)
		if err == nil {
			err = syscall.Dup3(r, 0, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Dup3(old, 0, 0); syscall.Close(old) })
		return func() { read(t, 0) }, func() { write(t, w) }
	}},
	{"rt_sigtimedwait", func(t *testing.T) (wait, wake func()) {
		return func() {
			set := uint64(1) << 40 // a real-time signal that nobody sends
			call(t, syscall.SYS_RT_SIGTIMEDWAIT, unsafe.Pointer(&set), 0, unsafe.Pointer(&syscall.Timespec{Nsec: 50e6}), 8)
		}, nil
	}},
}

func epoll(t *testing.T) (ep, r, w int) {
	ep, err := syscall.EpollCreate1(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(ep) })
	r, w = pipe(t)
	if err := syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, r, &syscall.EpollEvent{Events: syscall.EPOLLIN}); err != nil {
		t.Fatal(err)
	}
	return ep, r, w
}

func read(t *testing.T, fd int) {
	if n, err := syscall.Read(fd, make([]byte, 1)); n != 1 || err != nil {
		t.Error(n, err)
	}
}

func write(t *testing.T, fd int) {
	if n, err := syscall.Write(fd, []byte("x")); n != 1 || err != nil {
		t.Error(n, err)
	}
}

func child(t *testing.T) (pid int) {
	p, err := os.StartProcess("/bin/sleep", []string{"sleep", "100"}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Pid
}

// twice opens one file twice.
func twice(t *testing.T) (a, b int) {
	name := t.TempDir() + "/lock"
	var fds [2]int
	for i := range fds {
		fd, err := syscall.Open(name, syscall.O_RDWR|syscall.O_CREAT, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		fds[i] = fd
	}
	return fds[0], fds[1]
}

// rescues runs wait in a thread, wake in the caller, which is ready meanwhile, and
// returns how often the hub had to be taken from the first.
func rescues(wait, wake func()) uint64 {
	before := green.ReadStats().Rescued
	begun, done := make(chan bool), make(chan bool)
	go func() {
		begun <- true
		wait()
		close(done)
	}()
	<-begun
	runtime.Gosched() // the other waits
	n := green.ReadStats().Rescued - before
	if wake != nil {
		wake()
	}
	<-done
	return n
}

// TestCallsThatWait: what is made in order to wait leaves the hub at once.
func TestCallsThatWait(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			if n := rescues(c.make(t)); n != 0 {
				t.Errorf("the hub was kept until it was rescued")
			}
		})
	}
}

// TestCallsThatDoNotWait: the same calls, told not to wait, keep it.
func TestCallsThatDoNotWait(t *testing.T) {
	ep, r, _ := epoll(t)
	ev := make([]syscall.EpollEvent, 1)
	fd := [2]int32{int32(r), 1}
	file, _ := twice(t)
	pid := child(t)
	before := green.ReadStats().Yields
	call(t, syscall.SYS_EPOLL_PWAIT, ep, unsafe.Pointer(&ev[0]), 1, 0)
	call(t, syscall.SYS_PPOLL, unsafe.Pointer(&fd), 1, unsafe.Pointer(&syscall.Timespec{}), 0, 0)
	call(t, syscall.SYS_FUTEX, unsafe.Pointer(&futex), 129, 1)
	syscall.Select(0, nil, nil, nil, &syscall.Timeval{})
	syscall.Flock(file, syscall.LOCK_EX|syscall.LOCK_NB)
	syscall.Flock(file, syscall.LOCK_UN)
	syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
	if n := green.ReadStats().Yields - before; n != 0 {
		t.Errorf("%d yields", n)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	syscall.Wait4(pid, nil, 0, nil)
}

// TestCallsThatNeedNotWait: the same calls keep it when what they wait for is there, and do
// what they do.
func TestCallsThatNeedNotWait(t *testing.T) {
	ep, r, w := epoll(t)
	write(t, w)
	ev := make([]syscall.EpollEvent, 1)
	fd := [2]int32{int32(r), 1}
	file, other := twice(t)
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Len: 1}
	before := green.ReadStats().Yields
	n, err := syscall.EpollWait(ep, ev, -1)
	if err != nil || n != 1 || ev[0].Events != syscall.EPOLLIN {
		t.Error(n, err, ev)
	}
	call(t, syscall.SYS_PPOLL, unsafe.Pointer(&fd), 1, 0, 0, 0)
	if fd[1] != 1<<16|1 {
		t.Errorf("poll: %x", fd[1])
	}
	if err := syscall.Flock(file, syscall.LOCK_EX); err != nil {
		t.Error(err)
	}
	if err := syscall.FcntlFlock(uintptr(file), 38, &lock); err != nil { // F_OFD_SETLKW
		t.Error(err)
	}
	if n := green.ReadStats().Yields - before; n != 0 {
		t.Errorf("%d yields", n)
	}
	if err := syscall.Flock(other, syscall.LOCK_EX|syscall.LOCK_NB); err != syscall.EWOULDBLOCK {
		t.Errorf("the other had the lock, too: %v", err)
	}
	lock.Type = syscall.F_UNLCK
	if err := syscall.FcntlFlock(uintptr(file), 38, &lock); err != nil {
		t.Error(err)
	}
	syscall.Flock(file, syscall.LOCK_UN)
	if err := syscall.Flock(other, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Errorf("the lock is not free again: %v", err)
	}
}

// TestSyncs: what waits for the disk lets the others run, however soon it is back.
func TestSyncs(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd := int(f.Fd())
	for _, c := range []struct {
		name string
		sync func() error
	}{
		{"File.Sync", f.Sync},
		{"Fsync", func() error { return syscall.Fsync(fd) }},
		{"Fdatasync", func() error { return syscall.Fdatasync(fd) }},
		{"SyncFileRange", func() error { return syscall.SyncFileRange(fd, 0, 0, 7) }},
	} {
		if _, err := f.WriteString(c.name); err != nil {
			t.Fatal(err)
		}
		ran := false
		go func() { ran = true }()
		if err := c.sync(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !ran {
			t.Errorf("%s keeps the hub", c.name)
		}
	}
}

// TestRescuedTwice: a call that was rescued twice in one place leaves at once the
// third time, and the same call elsewhere does not.
func TestRescuedTwice(t *testing.T) {
	r, w := pipe(t)
	wait, wake := func() { read(t, r) }, func() {
		time.Sleep(20 * time.Millisecond) // a call that is shorter counts against its place
		write(t, w)
	}
	for i, want := range []uint64{1, 1, 0, 0, 0} {
		if n := rescues(wait, wake); n != want {
			t.Errorf("round %d: rescued %d times, want %d", i, n, want)
		}
	}
	if n := rescues(func() { read(t, r) }, wake); n != 1 {
		t.Errorf("elsewhere: rescued %d times", n)
	}
}

// TestFinalizersInBatches: finalizers and cleanups do not wait for all ready threads one by one.
func TestFinalizersInBatches(t *testing.T) {
	for _, cleanup := range []bool{false, true} {
		const n = 500
		done, rounds, first, last := 0, 0, 0, 0
		ran := func() {
			if done++; done == 1 {
				first = rounds
			}
			last = rounds
		}
		for range n {
			p := new([64]int)
			if cleanup {
				runtime.AddCleanup(p, func(int) { ran() }, 1)
			} else {
				runtime.SetFinalizer(p, func(*[64]int) { ran() })
			}
		}
		stop := false
		for i := range 5 {
			go func() {
				for !stop {
					if i == 0 {
						rounds++
					}
					compute(100 * time.Microsecond) // so that the sweeper is ahead
					runtime.Gosched()
				}
			}()
		}
		runtime.GC()
		for done < n-10 { // what the compiler keeps alive
			runtime.Gosched()
		}
		stop = true
		if last-first > n/2 {
			t.Errorf("the first ran in round %d, the last in round %d", first, last)
		}
		runtime.Gosched()
	}
}

// TestGCWithoutHub: other threads run during runtime.GC.
func TestGCWithoutHub(t *testing.T) {
	turns, stop := 0, false
	go func() {
		for !stop {
			turns++
			runtime.Gosched()
		}
	}()
	for turns < 1000 {
		runtime.GC()
	}
	stop = true
	runtime.Gosched()
}
