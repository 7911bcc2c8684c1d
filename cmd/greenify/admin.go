package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// A snapshot is what a program says at its admin socket (runtime/hub/admin.go).
type snapshot struct {
	Error     string   `json:"error,omitempty"`
	Pending   string   `json:"pending,omitempty"` // why a kill has not taken place yet
	UptimeMS  int64    `json:"uptime_ms"`
	Spawned   int64    `json:"spawned"`
	Alive     int64    `json:"alive"`
	Peak      int64    `json:"peak"`
	Switches  int64    `json:"switches"`
	Yields    int64    `json:"yields"`
	Rescued   int64    `json:"rescued"`
	Preempted int64    `json:"preempted"`
	Timers    int64    `json:"timers"`
	FDWaiters int64    `json:"fd_waiters"`
	Workers   int64    `json:"offload_size"`
	Busy      int64    `json:"offload_busy"`
	Queue     int64    `json:"offload_queue"`
	Threads   []thread `json:"threads"`
	Parts     []part   `json:"workers,omitempty"` // of a program with GREENIFY=workers=n, and nothing else
}

// A part is what one worker says.
type part struct {
	Worker int      `json:"worker"`
	Answer snapshot `json:"answer"`
}

// merge puts the parts together: sums, and all threads.
func (s *snapshot) merge() {
	for _, p := range s.Parts {
		a := p.Answer
		s.UptimeMS = max(s.UptimeMS, a.UptimeMS)
		for _, sum := range []struct{ to, n *int64 }{
			{&s.Spawned, &a.Spawned}, {&s.Alive, &a.Alive}, {&s.Peak, &a.Peak}, {&s.Switches, &a.Switches}, {&s.Yields, &a.Yields},
			{&s.Rescued, &a.Rescued}, {&s.Preempted, &a.Preempted}, {&s.Timers, &a.Timers}, {&s.FDWaiters, &a.FDWaiters},
			{&s.Workers, &a.Workers}, {&s.Busy, &a.Busy}, {&s.Queue, &a.Queue},
		} {
			*sum.to += *sum.n
		}
		for _, t := range a.Threads {
			t.Worker = p.Worker
			s.Threads = append(s.Threads, t)
		}
	}
}

// A threadKey names a thread.
type threadKey struct {
	Worker int    `json:"-"` // of the program's; 0 if it has none
	ID     uint64 `json:"id"`
}

// String is the number of the thread, behind that of the worker.
func (k threadKey) String() string {
	if k.Worker == 0 {
		return fmt.Sprint(k.ID)
	}
	return fmt.Sprint(k.Worker, "/", k.ID)
}

func (k threadKey) compare(l threadKey) int {
	return cmp.Or(cmp.Compare(k.Worker, l.Worker), cmp.Compare(k.ID, l.ID))
}

type thread struct {
	threadKey
	Name    string `json:"name,omitempty"`
	Parent  uint64 `json:"parent"`
	State   string `json:"state"` // running, ready, preempted, waiting, native, syscall
	Wait    string `json:"wait,omitempty"`
	On      string `json:"on,omitempty"`
	SinceMS int64  `json:"since_ms,omitempty"`
	Start   string `json:"start"`
	At      string `json:"at"`
}

// what is the state in words.
func (t thread) what() string {
	if t.State == "waiting" {
		return t.Wait
	}
	return t.State
}

// title is its number, and its name if it has one.
func (t thread) title() string { return strings.TrimSpace(t.threadKey.String() + " " + t.Name) }

func (t thread) since() string {
	if t.State != "waiting" {
		return ""
	}
	return (time.Duration(t.SinceMS) * time.Millisecond).Round(10 * time.Millisecond).String()
}

// place shortens "pkg.f /dir/file.go:1" and "at /dir/file.go:1" to the file's name.
func place(s string) string {
	before, path, ok := strings.Cut(strings.TrimPrefix(s, "at "), " ")
	if !ok {
		return filepath.Base(before)
	}
	if before == "as" {
		return path
	}
	return before[strings.LastIndex(before, "/")+1:] + " " + filepath.Base(path)
}

// askAdmin asks a program and returns its answer.
func askAdmin(socket, request string) ([]byte, error) {
	c, err := net.DialTimeout("unix", socket, 5*time.Second)
	if err != nil {
		return nil, fmt.Errorf("%w: is it a program that runs with GREENIFY=admin=%s?", err, socket)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, request+"\n"); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(c)
	if err == nil && len(answer) == 0 {
		err = fmt.Errorf("%s: no answer: the program is of another user, or ends", socket)
	}
	return answer, err
}

// killThread has a program kill one of its threads. It returns what became of that.
func killThread(socket string, k threadKey) (said string, err error) {
	request := fmt.Sprint("kill ", k.ID)
	if k.Worker != 0 {
		request = fmt.Sprint("kill ", k.Worker, " ", k.ID)
	}
	answer, err := askAdmin(socket, request)
	if err != nil {
		return "", err
	}
	var s snapshot
	if err := json.Unmarshal(answer, &s); err != nil {
		return "", fmt.Errorf("%s: %w", socket, err)
	}
	switch {
	case s.Error != "":
		return "", fmt.Errorf("thread %s: %s", k, s.Error)
	case s.Pending != "":
		return fmt.Sprintf("thread %s: %s", k, s.Pending), nil
	}
	return fmt.Sprintf("thread %s is killed", k), nil
}

func snap(socket string) (*snapshot, error) {
	answer, err := askAdmin(socket, "ps")
	if err != nil {
		return nil, err
	}
	s := new(snapshot)
	if err := json.Unmarshal(answer, s); err != nil {
		return nil, fmt.Errorf("%s: %w", socket, err)
	}
	s.merge()
	return s, nil
}
