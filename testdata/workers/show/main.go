// Command show runs the server of testdata/workers/server with GREENIFY=workers=2 and prints
// how many requests it answers in a second beside one worker and plain Go, all on the same two
// processors and with the client on them, too; then what becomes of requests while workers are
// restarted and killed. Run it from the top of the repository, with the command greenify:
//
//	go run ./testdata/workers/show -greenify .cache/greenify
//
// Exit status: 0 all is as it should be, 1 it is not.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

var fast, whole bool // which parts are run

func main() {
	greenify := flag.String("greenify", ".cache/greenify", "the `command` greenify")
	rounds := flag.Int("rounds", 25, "measure each that many `times`")
	flag.BoolVar(&fast, "speed", true, "measure")
	flag.BoolVar(&whole, "churn", true, "restart and kill workers")
	flag.Parse()
	if err := show(*greenify, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "show:", err)
		os.Exit(1)
	}
}

func show(greenify string, rounds int) error {
	dir, err := os.MkdirTemp("", "greenify-workers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plain, patched, err := build(dir, "testdata/workers/server", greenify)
	if err != nil {
		return err
	}
	if err := pin(); err != nil {
		return err
	}
	if fast {
		err = speed(plain, patched, rounds)
	}
	if whole {
		err = errors.Join(err, churn(dir, patched, 20, 50, 10_000))
	}
	return err
}

// build makes the server in dir by plain Go and by greenify.
func build(dir, server, greenify string) (plain, patched string, err error) {
	plain, patched = filepath.Join(dir, "plain"), filepath.Join(dir, "patched")
	for _, args := range [][]string{{"go", "build", "-o", plain, "./" + server}, {greenify, "build", "-o", patched, "./" + server}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("%q: %w\n%s", args, err, out)
		}
	}
	return plain, patched, nil
}

// pin has this process, and those that it starts, run on two processors.
func pin() error {
	var may, two unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return err
	}
	for cpu := 0; two.Count() < 2; cpu++ {
		if may.Count() < 2 {
			return errors.New("this process may use one processor only: two are needed")
		}
		if may.IsSet(cpu) {
			two.Set(cpu)
		}
	}
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		return err
	}
	for _, name := range threads { // those that there are; others inherit it
		var tid int
		if _, err := fmt.Sscan(filepath.Base(name), &tid); err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(tid, &two); err != nil {
			return err
		}
	}
	return nil
}

// start runs a server with environment variables, and waits until it answers.
func start(program string, env ...string) (cmd *exec.Cmd, addr string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	addr = l.Addr().String()
	l.Close()
	cmd = exec.Command(program, addr)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	for begin := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		c := client{addr: addr}
		if err = c.get("/hello"); err == nil {
			c.close()
			return cmd, addr, nil
		}
		if time.Since(begin) > 30*time.Second {
			cmd.Process.Kill()
			return nil, "", err
		}
	}
}

// A client has one connection at a time, and makes one request after another on it. It never
// tries again by itself.
type client struct {
	addr string
	conn net.Conn
	r    *bufio.Reader
	port int // its own, of the connection of the last request; 0 if there was none
	dial func(port int)
}

// get makes a request, on a new connection if the last one was closed or there is none.
func (c *client) get(path string) error {
	if c.conn == nil {
		c.port = 0
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			return err
		}
		c.conn, c.r, c.port = conn, bufio.NewReader(conn), conn.LocalAddr().(*net.TCPAddr).Port
		if c.dial != nil {
			c.dial(c.port)
		}
	}
	err := c.ask(path)
	if err != nil {
		c.close()
	}
	return err
}

func (c *client) ask(path string) error {
	if _, err := io.WriteString(c.conn, "GET "+path+" HTTP/1.1\r\nHost: server\r\n\r\n"); err != nil {
		return err
	}
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return errors.New(r.Status)
	}
	if r.Close {
		c.close()
	}
	return nil
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
