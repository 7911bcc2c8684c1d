// Kills and timeouts inside the standard library, at moments that are arranged and at
// random: afterwards every pool answers, and answers what it was asked, and no descriptor,
// goroutine, connection or process is left. The number of kills is the first argument,
// 4,000 without; the second is the only user, or moment.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// A user is something that std holds over a wait.
type user struct {
	name string
	// use uses it once, for about two milliseconds or for ever.
	use func() error
	// fit demands that it is fit for the next one, beyond what use says.
	fit func() error
	// stop frees what the user itself needs.
	stop func()

	endless bool // use does not end
}

const threads = 10

func main() {
	if !green.Enabled() {
		err := green.WithTimeout(time.Hour, func() error { return nil })
		check.That(err == nil, "unpatched: %v", err)
		return
	}
	kills := 4_000
	if len(os.Args) > 1 {
		kills = check.Must1(strconv.Atoi(os.Args[1]))
	}
	check.Must1(os.Open("/dev/null")).Close() // the poller's own descriptors are open
	only := ""
	if len(os.Args) > 2 {
		only = os.Args[2]
	}
	killMoments(only)
	for _, start := range users {
		was := left()
		u := start()
		if only != "" && u.name != only {
			u.stop()
			continue
		}
		if !u.endless {
			if err := usedBy(threads, u.use); err != nil { // fills a pool
				check.That(false, "%s: %v before any kill", u.name, err)
			}
		}
		with := left()
		var killed atomic.Int64
		var wg sync.WaitGroup
		for range threads {
			wg.Go(func() {
				for range kills / len(users) / threads {
					if killedOnce(u.use) {
						killed.Add(1)
					}
				}
			})
		}
		done := make(chan bool)
		go func() { wg.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(3 * check.Limit):
			check.That(false, "%s: the kills are not over after %v", u.name, 3*check.Limit)
		}
		check.That(killed.Load() > 0, "%s: threads were killed", u.name)
		behind := usedBy(1, u.fit)
		if !u.endless {
			behind = errors.Join(behind, usedBy(threads, u.use))
		}
		if behind != nil {
			check.That(false, "%s: %v behind the kills", u.name, behind)
		}
		settled(u.name, with)
		u.stop()
		settled(u.name+", stopped", was)
	}
}

// usedBy has n threads use it at once. None must hang.
func usedBy(n int, use func() error) (err error) {
	c := make(chan error, n)
	for range n {
		go func() { c <- use() }()
	}
	end := time.After(check.Limit)
	for range n {
		select {
		case e := <-c:
			err = errors.Join(err, e)
		case <-end:
			return errors.Join(err, errors.New("it hangs"))
		}
	}
	return err
}

// killedOnce has a thread use it and kills it at some moment, or lets its time be over.
func killedOnce(use func() error) (killed bool) {
	d := time.Duration(rand.IntN(4000)) * time.Microsecond
	var timeout *green.TimeoutError
	if rand.IntN(2) == 0 {
		return errors.As(green.WithTimeout(d, use), &timeout)
	}
	t := green.Spawn(func() (int, error) { return 0, use() })
	time.Sleep(d)
	t.Kill()
	_, err := t.Wait()
	return err == green.ErrKilled
}

// What there may be no more of.
type things struct{ descriptors, goroutines, children int }

func left() things {
	entries := check.Must1(os.ReadDir("/proc/self/fd"))
	return things{len(entries) - 1, runtime.NumGoroutine(), children()}
}

// children counts the child processes, those that nobody has waited for, too.
func children() (n int) {
	for _, task := range check.Must1(os.ReadDir("/proc/self/task")) {
		list, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
		for _, c := range list {
			if c == ' ' {
				n++
			}
		}
	}
	return n
}

// settled demands that there is no more of anything than before, once all that ends by
// itself has. What only a collection frees counts as lost.
func settled(name string, before things) {
	for end := time.Now().Add(check.Limit); ; time.Sleep(time.Millisecond) {
		now := left()
		if now.descriptors <= before.descriptors && now.goroutines <= before.goroutines && now.children <= before.children {
			check.That(true, "%s: nothing is left", name)
			return
		}
		if time.Now().After(end) {
			buf := make([]byte, 1<<16)
			fmt.Printf("%s\n", buf[:runtime.Stack(buf, true)])
			check.That(false, "%s: %+v, before %+v", name, now, before)
		}
	}
}

// soon is a context for what is to work.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), check.Limit)
}
