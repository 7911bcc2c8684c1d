package cacheprog

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The program of these tests is this one: it keeps bodies as files of a folder, and misbehaves
// as it is told.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CACHEPROG_DIR"); dir != "" {
		serve(dir, os.Getenv("CACHEPROG_FAULT"))
		return
	}
	os.Exit(m.Run())
}

func serve(dir, fault string) {
	out := json.NewEncoder(os.Stdout)
	switch fault {
	case "dumb":
		return
	case "no put":
		out.Encode(response{KnownCommands: []string{"get", "close"}})
	default:
		out.Encode(response{KnownCommands: []string{"get", "put", "close"}})
	}
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	var held []response // "backwards" answers two by two, the later first
	answer := func(r response) {
		if held = append(held, r); fault == "backwards" && r.DiskPath != "" && len(held) == 1 {
			return
		}
		for i := range held {
			out.Encode(held[len(held)-1-i])
		}
		held = nil
	}
	for {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		name := filepath.Join(dir, fmt.Sprintf("%x", r.ActionID))
		switch r.Command {
		case "put":
			var body []byte
			if err := in.Decode(&body); err != nil || int64(len(body)) != r.BodySize {
				answer(response{ID: r.ID, Err: fmt.Sprintf("%d bytes, %d were announced: %v", len(body), r.BodySize, err)})
				continue
			}
			if fault == "cut" {
				body = body[:len(body)-1]
			}
			err := os.WriteFile(name, body, 0o666)
			out.Encode(response{ID: r.ID, DiskPath: name, Err: text(err)})
		case "get":
			if fault == "ends" {
				return
			}
			_, err := os.Stat(name)
			answer(response{ID: r.ID, Miss: err != nil, DiskPath: name})
		case "close":
			out.Encode(response{ID: r.ID})
			return
		}
	}
}

func text(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

func start(t *testing.T, dir, fault string) *Client {
	t.Helper()
	t.Setenv("CACHEPROG_DIR", dir)
	t.Setenv("CACHEPROG_FAULT", fault)
	c, err := Start([]string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func id(s string) [sha256.Size]byte { return sha256.Sum256([]byte(s)) }

// What one client puts another one gets, also nothing, and also if there is much of it.
func TestShared(t *testing.T) {
	dir := t.TempDir()
	texts := map[string]string{"a": "text of a", "empty": "", "long": strings.Repeat("x", 1<<20)}
	c := start(t, dir, "")
	for name, text := range texts {
		if _, ok := c.Get(id(name)); ok {
			t.Errorf("%s is there before it was put", name)
		}
		if err := c.Put(id(name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, dir, "")
	defer c.Close()
	for name, text := range texts {
		if got, ok := c.Get(id(name)); !ok || string(got) != text {
			t.Errorf("%s: %.20q, %v, want %.20q", name, got, ok, text)
		}
	}
}

// Answers go to who has asked, in whatever order they come.
func TestBackwards(t *testing.T) {
	dir := t.TempDir()
	c := start(t, dir, "backwards")
	for i := range 8 {
		if err := c.Put(id(fmt.Sprint(i)), fmt.Appendf(nil, "text %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if got, ok := c.Get(id(fmt.Sprint(i))); !ok || string(got) != fmt.Sprint("text ", i) {
				t.Errorf("%d: %q, %v", i, got, ok)
			}
		})
	}
	wg.Wait()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A program that misbehaves is an error or a miss, never a wrong answer, and nobody waits for it.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CACHEPROG_DIR", dir)
	t.Setenv("CACHEPROG_FAULT", "dumb")
	if _, err := Start([]string{os.Args[0]}); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("a program that says nothing: error %v", err)
	}
	if _, err := Start([]string{filepath.Join(dir, "none")}); err == nil {
		t.Error("no error where there is no program")
	}
	if _, err := Start(nil); err == nil {
		t.Error("no error without a name")
	}

	c := start(t, dir, "no put")
	if err := c.Put(id("a"), []byte("a")); err == nil || !strings.Contains(err.Error(), `"put"`) {
		t.Errorf("put where there is none: error %v", err)
	}
	c.Close()

	c = start(t, dir, "cut")
	if err := c.Put(id("a"), []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Get(id("a")); ok {
		t.Errorf("what was cut short is %q", got)
	}
	c.Close()

	c = start(t, dir, "ends")
	done := make(chan bool)
	go func() {
		c.Get(id("a"))
		c.Put(id("b"), []byte("b"))
		c.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience * 3):
		t.Error("who asks a program that has ended waits for ever")
	}
}
