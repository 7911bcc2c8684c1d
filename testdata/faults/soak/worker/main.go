// Worker is what make soak runs, patched: a server, and a client in another process.
//
//	worker server [HTTPS ECHO DNS]
//	worker client HTTPS ECHO DNS HTTPS ECHO DNS
//
// A server prints the addresses of its services. Both print a line for each line of standard input,
// with their threads, and when that ends they end what they do, and print what is left.
package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// patience is for what must be done in the end, on a machine that does much else.
const patience = 3 * time.Minute

func main() {
	switch args := os.Args[1:]; {
	case len(args) == 1 && args[0] == "server":
		server("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	case len(args) == 4 && args[0] == "server":
		server(args[1], args[2], args[3])
	case len(args) == 7 && args[0] == "client":
		client([2][]string{args[1:4], args[4:7]})
	default:
		fmt.Fprintln(os.Stderr, "usage: worker server [HTTPS ECHO DNS], or worker client HTTPS ECHO DNS HTTPS ECHO DNS")
		os.Exit(2)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

// answer prints what is asked for until standard input ends.
func answer(done *atomic.Int64, failed *atomic.Int64) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(green.ReadStats().Alive, done.Load(), failed.Load())
	}
}

// left prints which threads there are beside this one, once there are no others or a while has passed.
func left() {
	var list []green.Thread
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(50 * time.Millisecond) {
		list = list[:0]
		for _, t := range green.Threads() {
			if !t.Running {
				list = append(list, t)
			}
		}
		if len(list) == 0 {
			break
		}
	}
	fmt.Println("left", len(list))
	for _, t := range list {
		fmt.Fprintf(os.Stderr, "thread %d, started at %s:%d, waits in %s for %v\n", t.ID, t.File, t.Line, t.Wait, t.Since)
	}
}

// server serves HTTPS, echoes lines, and names addresses.
func server(https, echoes, dns string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(240 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(err)
	web, err := net.Listen("tcp", https)
	must(err)
	echo, err := net.Listen("tcp", echoes)
	must(err)
	names, err := net.ListenPacket("udp", dns)
	must(err)
	fmt.Println(web.Addr(), echo.Addr(), names.LocalAddr())

	var done, failed atomic.Int64
	mux := http.NewServeMux()
	for name, f := range work {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			done.Add(1)
			if err := f(); err != nil {
				failed.Add(1)
				log.Printf("%s: %v", name, err)
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			io.WriteString(w, "ok")
		})
	}
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { // its client does not wait for that
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: patience, IdleTimeout: 20 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	var wg sync.WaitGroup
	wg.Go(func() { s.ServeTLS(web, "", "") })
	wg.Go(func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				for lines := bufio.NewReader(c); ; {
					c.SetDeadline(time.Now().Add(patience))
					line, err := lines.ReadString('\n')
					if err != nil {
						return
					}
					if _, err := io.WriteString(c, line); err != nil {
						return
					}
				}
			})
		}
	})
	wg.Go(func() { serveNames(names) })
	answer(&done, &failed)
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	must(cmp.Or(s.Shutdown(ctx), echo.Close(), names.Close()))
	wg.Wait()
	left()
}

// serveNames answers each question for an address with 127.0.0.9, and one in ten not at all.
func serveNames(c net.PacketConn) {
	b := make([]byte, 512)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		if n < 17 || mrand.IntN(10) == 0 {
			continue
		}
		end := 12 // of the name
		for end < n && b[end] != 0 {
			end += int(b[end]) + 1
		}
		if end+5 > n {
			continue
		}
		out := append([]byte{}, b[:end+5]...)
		out[2], out[3] = 0x84, 0 // an answer, from who knows
		binary.BigEndian.PutUint16(out[8:], 0)
		binary.BigEndian.PutUint16(out[10:], 0)
		if kind := binary.BigEndian.Uint16(b[end+1:]); kind == 1 {
			binary.BigEndian.PutUint16(out[6:], 1)
			out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 9)
		} else {
			binary.BigEndian.PutUint16(out[6:], 0)
		}
		c.WriteTo(out, from)
	}
}

// work is what requests ask for.
var work = map[string]func() error{
	"timers":   timers,
	"child":    child,
	"childcut": childCut,
	"pipe":     pipe,
	"kills":    kills,
	"timeouts": timeouts,
	"channels": channels,
}

func timers() error {
	t, tick, hour := time.NewTimer(20*time.Millisecond), time.NewTicker(5*time.Millisecond), time.NewTimer(time.Hour)
	defer tick.Stop()
	defer hour.Stop()
	for n := 0; ; n++ {
		select {
		case <-t.C:
			return nil
		case <-tick.C:
		case <-hour.C:
			return errors.New("an hour has passed")
		}
	}
}

func child() error {
	cmd := exec.Command("/bin/cat")
	cmd.Stdin = strings.NewReader("through a child")
	out, err := cmd.Output()
	if err == nil && string(out) != "through a child" {
		err = fmt.Errorf("a child says %q", out)
	}
	return err
}

// childCut has a child that does not end by itself.
func childCut() error {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	if err := exec.CommandContext(ctx, "/bin/sleep", "60").Run(); err == nil {
		return errors.New("a child has slept for a minute")
	}
	return nil
}

func pipe() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	sent := make(chan error)
	go func() {
		_, err := w.Write(make([]byte, 200_000)) // more than a pipe holds
		sent <- cmp.Or(err, w.Close())
	}()
	n, err := io.Copy(io.Discard, r)
	if err = cmp.Or(<-sent, err); err == nil && n != 200_000 {
		err = fmt.Errorf("%d bytes of 200000", n)
	}
	return err
}

// kills has threads that wait, each for something else, and kills them. What they hold they give back.
func kills() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	var mu, held sync.Mutex
	var wg sync.WaitGroup
	wg.Add(1)
	cond := sync.NewCond(new(sync.Mutex))
	never, nobody, nowhere := make(chan bool), make(chan bool), make(chan bool)
	held.Lock()
	defer held.Unlock()
	waits := []func(){
		func() { <-never },
		func() { nobody <- true },
		func() {
			select {
			case <-nowhere:
			case <-time.After(time.Hour):
			}
		},
		func() { held.Lock() },
		func() { wg.Wait() },
		func() { cond.L.Lock(); defer cond.L.Unlock(); cond.Wait() },
		func() { time.Sleep(time.Hour) },
		func() { r.Read(make([]byte, 1)) },
		func() {
			if c, err := l.Accept(); err == nil {
				c.Close()
			}
		},
		func() { exec.Command("/bin/sleep", "60").Run() },
	}
	waits = waits[:len(waits)-1+mrand.IntN(2)] // a child costs more than all others
	var handles []*green.Handle
	var ended atomic.Int64
	for _, wait := range waits {
		handles = append(handles, green.Spawn(func() (bool, error) {
			defer ended.Add(1)
			func() {
				mu.Lock() // a free one, or it waits for others that are killed
				defer mu.Unlock()
			}()
			wait()
			return true, nil
		}).Handle)
	}
	time.Sleep(time.Duration(mrand.IntN(5)) * time.Millisecond)
	for _, i := range mrand.Perm(len(handles)) {
		if err := handles[i].Kill(); err != nil {
			return fmt.Errorf("kill %d: %w", i, err)
		}
	}
	for i, h := range handles {
		if err := h.Wait(); err == nil {
			return fmt.Errorf("wait %d ended by itself", i)
		}
	}
	if !mu.TryLock() {
		return errors.New("a lock was not given back")
	}
	mu.Unlock()
	return nil
}

// timeouts ends waits that know no context.
func timeouts() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	defer c.Close()
	err = green.WithTimeout(5*time.Millisecond, func() error {
		_, err := c.Read(make([]byte, 1))
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a read in time ends by %v", err)
	}
	return nil
}

func channels() error {
	in, out := make(chan int), make(chan int, 3)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for n := range in {
				out <- n
			}
		})
	}
	go func() {
		for n := range 100 {
			in <- n
		}
		close(in)
		wg.Wait()
		close(out)
	}()
	sum := 0
	for n := range out {
		sum += n
	}
	if sum != 4950 {
		return fmt.Errorf("the sum is %d", sum)
	}
	return nil
}

// client asks two servers, of which the second is killed and started again now and then: it may fail.
func client(servers [2][]string) {
	var done, failed atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i, s := range servers {
		p := &peer{web: s[0], echo: s[1], names: s[2], client: &http.Client{Timeout: patience, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 4, IdleConnTimeout: 5 * time.Second, ForceAttemptHTTP2: i == 1}}}
		for n := range 4 {
			wg.Go(func() {
				t := time.NewTicker(100 * time.Millisecond)
				defer t.Stop()
				for {
					select {
					case <-ctx.Done():
						return
					case <-t.C:
					}
					if err := p.one(ctx); err != nil && ctx.Err() == nil && i == 0 {
						failed.Add(1)
						log.Print(err)
					}
					done.Add(1)
					if mrand.IntN(50) == 0 && n == 0 {
						p.client.CloseIdleConnections()
					}
				}
			})
		}
	}
	answer(&done, &failed)
	stop()
	wg.Wait()
	clients.Range(func(c, _ any) bool {
		c.(*http.Client).CloseIdleConnections()
		return true
	})
	left()
}

// clients are those that have been made, which have idle connections.
var clients sync.Map

// A peer is a server, as its client knows it.
type peer struct {
	web, echo, names string
	client           *http.Client
}

func (p *peer) get(ctx context.Context, c *http.Client, path string) error {
	clients.Store(c, true)
	r, err := http.NewRequestWithContext(ctx, "GET", "https://"+p.web+"/"+path, nil)
	if err != nil {
		return err
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && string(data) != "ok" {
		err = errors.New(strconv.Itoa(answer.StatusCode) + " " + string(data))
	}
	return err
}

// one makes one of all kinds of requests.
func (p *peer) one(ctx context.Context) error {
	switch kind := mrand.IntN(12); kind {
	default:
		paths := []string{"timers", "child", "childcut", "pipe", "kills", "timeouts", "channels"}
		return p.get(ctx, p.client, paths[mrand.IntN(len(paths))])
	case 0: // connects anew
		c := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
		defer clients.Delete(c)
		return p.get(ctx, c, "channels")
	case 1: // gives up
		ctx, stop := context.WithTimeout(ctx, 20*time.Millisecond)
		defer stop()
		if err := p.get(ctx, p.client, "slow"); err == nil {
			return errors.New("a slow request has ended")
		}
	case 2: // is killed
		h := green.Spawn(func() (bool, error) { return true, p.get(ctx, p.client, "slow") })
		time.Sleep(10 * time.Millisecond)
		if err := h.Kill(); err != nil {
			return err
		}
		if _, err := h.Wait(); err == nil {
			return errors.New("a killed request has ended")
		}
	case 3, 4: // by TCP, half reset
		c, err := net.DialTimeout("tcp", p.echo, patience)
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		if kind == 3 {
			c.(*net.TCPConn).SetLinger(0)
			io.WriteString(c, "half a li")
			return nil
		}
		io.WriteString(c, "a line\n")
		if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || line != "a line\n" {
			return fmt.Errorf("echo: %q, %w", line, err)
		}
	case 5: // a name, of which one question in ten has no answer
		r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", p.names)
		}}
		ctx, stop := context.WithTimeout(ctx, 300*time.Millisecond)
		defer stop()
		if list, err := r.LookupHost(ctx, "soak.test."); err == nil && (len(list) != 1 || list[0] != "127.0.0.9") {
			return fmt.Errorf("soak.test is %q", list)
		}
	}
	return nil
}
