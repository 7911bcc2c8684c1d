//go:build greenify_hub

package hubworkers

import (
	"strconv"
	"strings"
	"syscall"
)

// The admin socket of the parent (runtime/greenify_admin.go) answers for all workers, each of
// which has a socket of its own beside it. It passes a request on, and puts what they answer
// side by side: {"workers":[{"worker":1,"pid":4711,"answer":...},...]}. A kill says which
// worker it is for: "kill 2 17".

// answer is called by a goroutine of package runtime.
func (p *parent) answer(request string) []byte {
	if !p.runs.Load() {
		return []byte(`{"error":"the program begins"}` + "\n")
	}
	type one struct {
		number, pid int
		path        string
	}
	all := make(chan []one)
	p.loop <- func() {
		var list []one
		for _, l := range p.places {
			if w := l.now; w != nil {
				list = append(list, one{l.number, w.os.Pid, w.admin})
			}
		}
		all <- list
	}
	list := <-all
	if id, ok := strings.CutPrefix(request, "kill "); ok {
		number, thread := cut(id)
		for _, w := range list {
			if strconv.Itoa(w.number) == number && thread != "" {
				return ask1(w.path, "kill "+thread)
			}
		}
		return []byte(`{"error":"no such worker"}` + "\n")
	}
	text := []byte(`{"workers":[`)
	for i, w := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, `{"worker":`+strconv.Itoa(w.number)+`,"pid":`+strconv.Itoa(w.pid)+`,"answer":`...)
		text = append(text, ask1(w.path, request)...)
		text = append(text, '}')
	}
	return append(text, "]}\n"...)
}

// ask1 asks one worker.
func ask1(path, request string) []byte {
	none := []byte(`{"error":"the worker does not answer: it begins, or ends"}` + "\n")
	s, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return none
	}
	defer syscall.Close(s)
	limit := syscall.Timeval{Sec: 5}
	syscall.SetsockoptTimeval(s, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &limit)
	if syscall.Connect(s, &syscall.SockaddrUnix{Name: path}) != nil {
		return none
	}
	if _, err := syscall.Write(s, []byte(request+"\n")); err != nil {
		return none
	}
	var text []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := syscall.Read(s, buf)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			break
		}
		text = append(text, buf[:n]...)
	}
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return none
	}
	return text
}
