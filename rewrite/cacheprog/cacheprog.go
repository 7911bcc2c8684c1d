// Package cacheprog asks the program that GOCACHEPROG names, as the go command does, so that
// what greenify keeps is shared by machines that share a build cache. The protocol is that of
// cmd/go/internal/cacheprog: a line of JSON for each request and for each answer, which have numbers, for
// they may come in another order; the body of a put is a line of its own.
package cacheprog

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// patience is how long the program may take to say what it can, and to end.
const patience = 10 * time.Second

// A Client may be used by several goroutines at once.
type Client struct {
	cmd   *exec.Cmd
	stdin io.Closer
	write sync.Mutex // of a request
	out   *bufio.Writer
	known []string
	ended chan bool // closed when there are no more answers

	mu      sync.Mutex
	last    int64
	waiting map[int64]chan response
}

type request struct {
	ID       int64
	Command  string
	ActionID []byte `json:",omitempty"`
	OutputID []byte `json:",omitempty"`
	BodySize int64  `json:",omitempty"`
}

type response struct {
	ID            int64
	Err           string
	KnownCommands []string
	Miss          bool
	DiskPath      string
}

// errEnded is the error of a request that the program does not answer any more.
var errEnded = errors.New("GOCACHEPROG has ended")

// Start starts the program and waits until it says what it can.
func Start(args []string) (*Client, error) {
	if len(args) == 0 {
		return nil, errors.New("GOCACHEPROG names no program")
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("GOCACHEPROG: %w", err)
	}
	c := &Client{cmd: cmd, stdin: stdin, out: bufio.NewWriter(stdin), ended: make(chan bool), waiting: map[int64]chan response{}}
	first := c.wait(0)
	go c.read(stdout)
	select {
	case r := <-first:
		c.known = r.KnownCommands
		return c, nil
	case <-c.ended:
		err = errEnded
	case <-time.After(patience):
		err = fmt.Errorf("GOCACHEPROG has said nothing for %v", patience)
	}
	c.stop()
	return nil, err
}

// wait registers interest in the answer of a number.
func (c *Client) wait(id int64) chan response {
	ch := make(chan response, 1)
	c.mu.Lock()
	c.waiting[id] = ch
	c.mu.Unlock()
	return ch
}

func (c *Client) read(stdout io.Reader) {
	defer close(c.ended)
	for d := json.NewDecoder(stdout); ; {
		var r response
		if d.Decode(&r) != nil {
			return
		}
		c.mu.Lock()
		ch := c.waiting[r.ID]
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		if ch != nil {
			ch <- r
		}
	}
}

func (c *Client) ask(r request, body []byte) (response, error) {
	if !slices.Contains(c.known, r.Command) {
		return response{}, fmt.Errorf("GOCACHEPROG does not know %q", r.Command)
	}
	c.mu.Lock()
	c.last++
	r.ID = c.last
	c.mu.Unlock()
	ch := c.wait(r.ID)
	if err := c.send(r, body); err != nil {
		return response{}, err
	}
	var got response
	select {
	case got = <-ch:
	case <-c.ended:
		select {
		case got = <-ch: // its last words
		default:
			return response{}, errEnded
		}
	}
	if got.Err != "" {
		return got, fmt.Errorf("GOCACHEPROG: %s", got.Err)
	}
	return got, nil
}

func (c *Client) send(r request, body []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	r.BodySize = int64(len(body))
	e := json.NewEncoder(c.out)
	if err := e.Encode(r); err != nil {
		return err
	}
	if len(body) > 0 {
		if err := e.Encode(body); err != nil { // bytes are base64 in JSON
			return err
		}
	}
	return c.out.Flush()
}

// Get returns what was put under an id, on whatever machine. What was cut short on its way is not
// returned: Put adds a hash.
func (c *Client) Get(id [sha256.Size]byte) ([]byte, bool) {
	r, err := c.ask(request{Command: "get", ActionID: id[:]}, nil)
	if err != nil || r.Miss {
		return nil, false
	}
	data, err := os.ReadFile(r.DiskPath)
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum, data := data[:sha256.Size], data[sha256.Size:]
	return data, sha256.Sum256(data) == [sha256.Size]byte(sum)
}

// Put keeps data under an id.
func (c *Client) Put(id [sha256.Size]byte, data []byte) error {
	sum := sha256.Sum256(data)
	body := append(sum[:], data...)
	output := sha256.Sum256(body)
	_, err := c.ask(request{Command: "put", ActionID: id[:], OutputID: output[:]}, body)
	return err
}

// Close tells the program to end, and waits until it has kept everything.
func (c *Client) Close() error {
	_, err := c.ask(request{Command: "close"}, nil)
	if errors.Is(err, errEnded) {
		err = nil
	}
	return errors.Join(err, c.stop())
}

// stop ends the program, which does so by itself as its input ends.
func (c *Client) stop() error {
	c.stdin.Close()
	kill := time.AfterFunc(patience, func() { c.cmd.Process.Kill() })
	defer kill.Stop()
	<-c.ended
	return c.cmd.Wait()
}
