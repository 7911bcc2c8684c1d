//go:build !greenify

package green_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
	_ "github.com/greenify-go/greenify/runtime/patchedmain"
)

// TestBackInTurn: a thread that comes back from a wait goes behind the threads
// that are ready by then.
//
// Interleaving: the waiting thread is awake, and waits for the hub only, before
// the others have had their turn.
func TestBackInTurn(t *testing.T) {
	var got []string
	inGreen(func() {
		var wg sync.WaitGroup
		c := make(chan int)
		before := waiting("chan receive") // of tests before
		wg.Add(4)
		green.Go(func() {
			defer wg.Done()
			green.Recv(c)
			got = append(got, "waiter")
		})
		green.Yield() // it waits
		for i := range 3 {
			green.Go(func() {
				defer wg.Done()
				got = append(got, fmt.Sprint("ready ", i))
			})
		}
		untilWaiting(t, "chan receive", before+1)
		c <- 1 // a plain send, which does not yield: the waiter is there
		untilWaiting(t, "chan receive", before)
		green.Wait(&wg)
	})
	if want := []string{"ready 0", "ready 1", "ready 2", "waiter"}; !off() && !slices.Equal(got, want) {
		t.Errorf("order is %v", got)
	}
}

// untilWaiting waits, holding the hub, until n threads wait in that way.
func untilWaiting(t *testing.T, wait string, n int) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if waiting(wait) == n {
			return
		}
		time.Sleep(100 * time.Microsecond) // natively
	}
	t.Errorf("there never were %d threads in %s", n, wait)
}

// waiting returns how many threads wait in that way.
func waiting(wait string) (n int) {
	for _, th := range green.Threads() {
		if th.Wait == wait {
			n++
		}
	}
	return n
}

// TestYieldLetsNativeIn: on one processor, too, Yield in a loop lets a native
// goroutine run, and a thread whose native wait is over, long before the Go
// scheduler preempts the loop, which takes a thousand turns or more.
func TestYieldLetsNativeIn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	inGreen(func() {
		c, back := make(chan int), false
		green.Go(func() {
			green.Recv(c)
			back = true
		})
		green.Yield()
		green.Go(func() { // so that there is always a ready thread
			for !back {
				green.Yield()
			}
		})
		green.Yield() // its goroutine has started
		go func() { c <- 1 }()
		turns := 0
		for ; !back; turns++ {
			green.Yield()
		}
		if turns > 100 {
			t.Errorf("took %d turns", turns)
		}
	})
}

// TestStats: what counts as a thread, a yield and a switch.
//
// Interleaving: on one processor and with the hub to itself the program has only
// one way to run.
func TestStats(t *testing.T) {
	stdout, stderr, status := runProgram(t, "stats", "GOMAXPROCS=1", "GREENIFY=stats=1")
	// main, the three, and the callback while it runs; each of the three goes
	// behind the others once; main waits.
	want := "{Spawned:4 Alive:4 Peak:4 Switches:0 Yields:0 Rescued:0 Preempted:0}\n" +
		"{Spawned:4 Alive:1 Peak:4 Switches:7 Yields:4 Rescued:0 Preempted:0}\n" +
		"{Spawned:5 Alive:1 Peak:4 Switches:9 Yields:5 Rescued:0 Preempted:0}\n"
	if status != 0 || stdout != want {
		t.Errorf("exit status %d, stdout:\n%swant\n%s%s", status, stdout, want, stderr)
	}
	wantLines(t, "stderr", stderr, "greenify: threads=5 peak=4 switches=9 yields=5 rescued=0 preempted=0\n")
}

func init() {
	programs["stats"] = func() {
		var wg sync.WaitGroup
		for range 3 {
			wg.Add(1)
			green.Go(func() { green.Yield(); wg.Done() })
		}
		fmt.Printf("%+v\n", green.ReadStats())
		green.Wait(&wg)
		green.Wait(&wg) // need not wait
		fmt.Printf("%+v\n", green.ReadStats())
		callback := patched.Enter00(func() {})
		patched.Call00(func() { callback() })
		fmt.Printf("%+v\n", green.ReadStats())
	}
	programs["registry"] = func() { fmt.Println("runs") }
	programs["unpatched main"] = func() {
		ended := make(chan bool)
		go patchedMain(func() { // as in a test that calls main
			fmt.Println(green.Enabled(), green.InHub())
			close(ended)
		})
		<-ended
	}
	if os.Getenv("GREEN_TEST_PROGRAM") == "registry" {
		patched.Register("example.com/same", rules, patched.SupportsVersion1)
		for _, path := range []string{"example.com/a", "example.com/b"} {
			patched.Register(path, os.Getenv("GREEN_TEST_RULES"), patched.SupportsVersion1)
		}
	}

	// A goroutine of package initialization. It ends when the hub is on.
	started, inHub := make(chan bool), make(chan bool, 1)
	green.Go(func() {
		started <- green.InHub()
		for i := 0; i < 1000 && !green.Enabled(); i++ {
			green.Sleep(time.Millisecond)
		}
		green.Sleep(time.Millisecond)
		inHub <- green.InHub()
	})
	if <-started {
		panic("in the hub before main")
	}
	early = sync.OnceValue(func() bool { return <-inHub })
}

var early func() (inHub bool)

// TestRegistry: packages patched by different rule tables do not start together.
func TestRegistry(t *testing.T) {
	stdout, stderr, status := runProgram(t, "registry", "GREEN_TEST_RULES="+rules)
	if status != 0 || stdout != "runs\n" || stderr != "" {
		t.Errorf("same rules: exit status %d, %q, %q", status, stdout, stderr)
	}
	stdout, stderr, status = runProgram(t, "registry", "GREEN_TEST_RULES=old")
	const want = "greenify: main is patched in source by rule table test, but other packages by other tables or for other groups:\n" +
		"\texample.com/a by old\n\texample.com/b by old\n\tpatch them all again, with one -patch: greenify rewrite -w ./...\n"
	if status != 2 || stdout != "" || stderr != want {
		t.Errorf("other rules: exit status %d, %q, %q", status, stdout, stderr)
	}
	if _, stderr, status = runProgram(t, "registry", "GREEN_TEST_RULES="+rules+":thread,time"); status != 2 || !strings.Contains(stderr, "\texample.com/a by test:thread,time\n") {
		t.Errorf("other groups: exit status %d, %q", status, stderr)
	}
	if _, stderr, status = runProgram(t, "registry", "GREEN_TEST_RULES=old", "GREENIFY=off"); status != 0 {
		t.Errorf("off: exit status %d, %q", status, stderr)
	}
}

// TestCalledMain: a main function that somebody else than package runtime calls
// does not turn the hub on.
func TestCalledMain(t *testing.T) {
	if stdout, stderr, status := runProgram(t, "unpatched main"); status != 0 || stdout != "false false\n" {
		t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
	}
}

// TestEarly: a goroutine started before main is native and stays native.
func TestEarly(t *testing.T) {
	if early() {
		t.Error("is in the hub")
	}
}

func TestIsPatched(t *testing.T) {
	for _, group := range []string{"builtins", "db", "dns", "os", "process", "select", "signal", "socket", "thread", "time"} {
		if green.IsPatched(group) != green.Enabled() {
			t.Errorf("IsPatched(%q) is %v", group, !green.Enabled())
		}
	}
	if green.IsPatched("times") {
		t.Error("there is no group times")
	}
}

// TestThreads: the list has each thread with the number a stack dump gives it,
// who started it where, and what it waits for.
func TestThreads(t *testing.T) {
	number := func() uint64 {
		buf := make([]byte, 64)
		match := regexp.MustCompile(`^goroutine (\d+) `).FindSubmatch(buf[:runtime.Stack(buf, false)])
		n, _ := strconv.ParseUint(string(match[1]), 10, 64)
		return n
	}
	inGreen(func() {
		var ids [3]uint64
		var mu sync.Mutex
		mu.Lock()
		c := make(chan int)
		ended := make(chan bool, 2)
		_, _, line, _ := runtime.Caller(0)
		green.Go(func() { ids[0] = number(); green.Recv(c); ended <- true })
		green.Go(func() { ids[1] = number(); green.Lock(&mu); mu.Unlock(); ended <- true })
		green.Yield()
		green.Go(func() { ids[2] = number(); ended <- true })
		list := green.Threads() // the third has not run
		c <- 1
		mu.Unlock()
		for range 3 {
			green.Recv(ended)
		}
		for i, want := range []green.Thread{
			{ID: number(), Running: true},
			{ID: ids[0], Parent: number(), Wait: "chan receive", Line: line + 1},
			{ID: ids[1], Parent: number(), Wait: "sync.Mutex.Lock", Line: line + 2},
			{ID: ids[2], Parent: number(), Line: line + 4},
		} {
			at := slices.IndexFunc(list, func(th green.Thread) bool { return th.ID == want.ID })
			if at < 0 {
				t.Fatalf("thread %d is not among %+v", i, list)
			}
			got := list[at]
			if got.Running != want.Running || got.Wait != want.Wait || (got.Since != 0) != (want.Wait != "") ||
				want.Parent != 0 && (got.Parent != want.Parent || got.Line != want.Line || filepath.Base(got.File) != "source_test.go") {
				t.Errorf("thread %d is %+v, want %+v", i, got, want)
			}
		}
	})
}
