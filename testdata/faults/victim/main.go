// Victim is a program that make faults runs, plain and patched, where something is lacking or
// goes wrong. It prints what it sees, which must be the same.
//
//	victim descriptors|memory|held|processor|clock
//	victim server    # prints its addresses, and answers lines of standard input
package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	run := map[string]func(){
		"descriptors": descriptors,
		"memory":      memory,
		"held":        held,
		"processor":   processor,
		"clock":       clock,
		"server":      server,
	}[strings.Join(os.Args[1:], " ")]
	if run == nil {
		fmt.Fprintln(os.Stderr, "usage: victim descriptors|memory|held|processor|clock|server")
		os.Exit(2)
	}
	run()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "victim:", err)
		os.Exit(1)
	}
}

// others counts what another thread does meanwhile.
func others() (count func() int64, stop func()) {
	var n atomic.Int64
	over := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				n.Add(1)
			case <-over:
				return
			}
		}
	})
	return n.Load, func() {
		close(over)
		wg.Wait()
	}
}

// descriptors does everything that needs one, without and with.
func descriptors() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	web, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	// Clients whose descriptors are there before all others are taken.
	client := func() int {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		must(err)
		return fd
	}
	connect := func(fd int, to net.Listener) {
		must(syscall.Connect(fd, &syscall.SockaddrInet4{Port: to.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}))
	}
	one, two := client(), client()
	var said atomic.Int64
	s := &http.Server{ErrorLog: log.New(writer(func(p []byte) (int, error) {
		if strings.Contains(string(p), "too many open files; retrying in") {
			said.Add(1)
		} else {
			fmt.Printf("http: %s", p)
		}
		return len(p), nil
	}), "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })}
	go s.Serve(web)
	dir, err := os.MkdirTemp("", "victim")
	must(err)
	defer os.RemoveAll(dir)
	count, stop := others()

	accepted := func() error {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
		return err
	}
	each := func() {
		for _, op := range []struct {
			name string
			do   func() error
		}{
			{"open", func() error { return closed(os.Open(os.DevNull)) }},
			{"create", func() error { return closed(os.Create(dir + "/file")) }},
			{"read folder", func() error { _, err := os.ReadDir(dir); return err }},
			{"pipe", func() error {
				r, w, err := os.Pipe()
				if err == nil {
					r.Close()
					w.Close()
				}
				return err
			}},
			{"dial", func() error { return closed(net.Dial("tcp", web.Addr().String())) }},
			{"dial in time", func() error { return closed(net.DialTimeout("tcp", web.Addr().String(), time.Minute)) }},
			{"listen", func() error { return closed(net.Listen("tcp", "127.0.0.1:0")) }},
			{"listen for packets", func() error { return closed(net.ListenPacket("udp", "127.0.0.1:0")) }},
			{"listen on a path", func() error { return closed(net.Listen("unix", dir+"/socket")) }},
			{"lookup", func() error { _, err := new(net.Resolver).LookupHost(context.Background(), "127.0.0.1"); return err }},
			{"exec", func() error { return exec.Command("/bin/true").Run() }},
			{"exec with output", func() error { _, err := exec.Command("/bin/true").Output(); return err }},
			{"http", func() error {
				c := &http.Client{Transport: &http.Transport{}}
				r, err := c.Get("http://" + web.Addr().String())
				if err == nil {
					_, err = io.ReadAll(r.Body)
					r.Body.Close()
				}
				c.CloseIdleConnections()
				return err
			}},
			{"accept", accepted},
		} {
			begin, before := time.Now(), count()
			fmt.Printf("%s: %s\n", op.name, text(op.do()))
			if d := time.Since(begin); d > 10*time.Second && count() == before {
				fmt.Printf("%s kept all others waiting for %v\n", op.name, d)
			}
		}
	}
	limit := syscall.Rlimit{Cur: 64, Max: 64}
	must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	var taken []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			fmt.Println("all taken:", text(err))
			break
		}
		taken = append(taken, f)
	}
	connect(one, l)
	connect(two, web)
	each()
	for begin := time.Now(); said.Load() == 0 && time.Since(begin) < 30*time.Second; {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("the server tries again:", said.Load() > 0)
	before := count()
	for begin := time.Now(); count() == before && time.Since(begin) < 30*time.Second; {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("others go on:", count() > before)
	for _, f := range taken {
		f.Close()
	}
	// The client that came meanwhile is served.
	f := os.NewFile(uintptr(two), "client")
	c, err := net.FileConn(f)
	must(err)
	f.Close()
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(c)
	fmt.Println("served:", strings.HasSuffix(string(answer), "hello"), text(err))
	c.Close()
	each()
	stop()
	syscall.Close(one)
	s.Close()
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// closed closes what was opened.
func closed[T io.Closer](c T, err error) error {
	if err == nil {
		err = c.Close()
	}
	return err
}

var numbers = regexp.MustCompile(`\d+`)

// text is an error without what differs from run to run.
func text(err error) string {
	if err == nil {
		return "ok"
	}
	var errno syscall.Errno
	errors.As(err, &errno)
	var wait net.Error
	temporary := errors.As(err, &wait) && wait.Timeout()
	return fmt.Sprintf("%T %s (errno %d, timeout %v)", err, numbers.ReplaceAllString(err.Error(), "N"), int(errno), temporary)
}

// memory makes 400 MB of garbage in 100 threads that hand buffers over. Each holds its last one, so
// that 6 MB are held in whatever order they run.
func memory() {
	const threads, rounds = 100, 64
	in, out := make(chan []byte), make(chan [sha256.Size]byte)
	var wg sync.WaitGroup
	last := make([][]byte, threads)
	for i := range last {
		last[i] = make([]byte, 64<<10)
	}
	for i := range threads {
		wg.Go(func() {
			for range rounds {
				b := make([]byte, 64<<10)
				b[i] = byte(i)
				last[i] = b
				in <- b
			}
		})
		wg.Go(func() {
			for range rounds {
				out <- sha256.Sum256((<-in)[:1024])
			}
		})
	}
	var sum [sha256.Size]byte
	for range threads * rounds {
		for i, b := range <-out {
			sum[i] += b // in any order
		}
	}
	wg.Wait()
	fmt.Printf("%x\n", sum)
}

// held takes more and more memory, and holds it.
func held() {
	var all [][]byte
	for i := range 1024 {
		b := make([]byte, 1<<20)
		for j := range b {
			b[j] = byte(i)
		}
		all = append(all, b)
		runtime.Gosched()
	}
	fmt.Println(len(all), "MB")
}

// processor serves 50 clients, with timeouts that never come to pass, and counts what goes wrong.
func processor() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	s := &http.Server{ReadTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, r.URL.Path)
	})}
	go s.Serve(l)
	var wg sync.WaitGroup
	var good, bad atomic.Int64
	for i := range 50 {
		wg.Go(func() {
			c := &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
			defer c.CloseIdleConnections()
			for j := range 10 {
				path := fmt.Sprintf("/%d/%d", i, j)
				r, err := c.Get("http://" + l.Addr().String() + path)
				var data []byte
				if err == nil {
					data, err = io.ReadAll(r.Body)
					r.Body.Close()
				}
				if err != nil || string(data) != path {
					fmt.Println(cmp.Or(err, errors.New(string(data))))
					bad.Add(1)
					continue
				}
				good.Add(1)
			}
		})
	}
	wg.Wait()
	s.Close()
	fmt.Println(good.Load(), "good,", bad.Load(), "bad")
}

// clock waits in many ways, each for 50 ms by the clock that nobody sets, and says which waits ended
// too early, or more than half a minute too late. The wall clock is set meanwhile.
func clock() {
	const d = 50 * time.Millisecond
	waits := map[string]func(){
		"sleep":   func() { time.Sleep(d) },
		"after":   func() { <-time.After(d) },
		"timer":   func() { t := time.NewTimer(time.Hour); t.Reset(d); <-t.C },
		"ticker":  func() { t := time.NewTicker(d); defer t.Stop(); <-t.C },
		"func":    func() { c := make(chan bool); time.AfterFunc(d, func() { close(c) }); <-c },
		"context": func() { ctx, stop := context.WithTimeout(context.Background(), d); defer stop(); <-ctx.Done() },
		"deadline": func() {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(err)
			defer l.Close()
			must(l.(*net.TCPListener).SetDeadline(time.Now().Add(d)))
			if c, err := l.Accept(); err == nil {
				c.Close()
				fmt.Println("accepted")
			}
		},
		"child": func() {
			ctx, stop := context.WithTimeout(context.Background(), d)
			defer stop()
			exec.CommandContext(ctx, "/bin/sleep", "60").Run()
		},
	}
	names := []string{"sleep", "after", "timer", "ticker", "func", "context", "deadline", "child"}
	early, late := make([]int, len(names)), make([]int, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			for range 40 {
				begin := time.Now() // has the reading of both clocks
				waits[name]()
				switch took := time.Since(begin); {
				case took < d:
					early[i]++
				case took > d+30*time.Second:
					late[i]++
				}
			}
		})
	}
	over := make(chan bool)
	go func() {
		wg.Wait()
		close(over)
	}()
	jumps := 0
	for last := time.Now().Round(0); ; {
		select {
		case <-over:
			for i, name := range names {
				fmt.Printf("%s: %d early, %d late\n", name, early[i], late[i])
			}
			fmt.Fprintln(os.Stderr, "jumps:", jumps)
			return
		case <-time.After(5 * time.Millisecond):
		}
		now := time.Now().Round(0) // of the wall clock only
		if gone := now.Sub(last); gone < 0 || gone > time.Hour {
			jumps++
		}
		last = now
	}
}

// server answers by HTTP, and echoes by TCP, until its standard input ends.
func server() {
	echo, err := net.Listen("tcp", "0.0.0.0:0")
	must(err)
	web, err := net.Listen("tcp", "0.0.0.0:0")
	must(err)
	go func() {
		for {
			c, err := echo.Accept()
			must(err)
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	mux := http.NewServeMux()
	big := []byte(strings.Repeat("0123456789abcde\n", 1<<16)) // 1 MiB
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { w.Write(big) })
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { must(s.Serve(web)) }()
	fmt.Println(echo.Addr().(*net.TCPAddr).Port, web.Addr().(*net.TCPAddr).Port)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "collect" {
			runtime.GC()
		}
		fds, err := os.ReadDir("/proc/self/fd")
		must(err)
		fmt.Println(runtime.NumGoroutine(), len(fds)-1)
	}
}
