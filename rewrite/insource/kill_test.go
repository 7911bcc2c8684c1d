package insource

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// killCount is GREENIFY_KILLS, or what make test has.
func killCount(t *testing.T, few int) int {
	s := os.Getenv("GREENIFY_KILLS")
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// However rewrite -w of a module of 300 files is killed, the next run finds or
// makes the tree as it was or the patched one, both of which build, and nothing
// is left behind. Every second kill comes at any time of the run, the others
// once it has begun to write. (make kills: 200 of them)
func TestKillRewrite(t *testing.T) {
	kills := killCount(t, 6)
	files := map[string]string{"main.go": "package main\n\nfunc main() {\n\tc := make(chan int, 1)\n\twork0(c)\n}\n"}
	for i := range 299 {
		files[fmt.Sprintf("work%d.go", i)] = fmt.Sprintf("package main\n\nfunc work%d(c chan int) {\n\tc <- %[1]d\n\tgo func() { <-c }()\n}\n", i)
	}
	dir := module(t, files)
	before := tree(t, dir)
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
	start := time.Now()
	run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	took := time.Since(start)
	after := tree(t, dir)
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
	if n := len(before); n != len(after) || maps.Equal(before, after) {
		t.Fatalf("%d files before, %d after", n, len(after))
	}

	old, patched, inTime, runs := 0, 0, 0, 0
	for inTime < kills {
		if runs++; runs > 10*kills {
			t.Fatalf("only %d of %d kills came before the end of the run", inTime, runs)
		}
		for name, text := range before {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "INSOURCE_REWRITE="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if runs%2 == 0 {
			time.Sleep(rand.N(took))
		} else {
			for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
				if _, err := os.Stat(statePath(t, dir)); err == nil {
					break
				}
			}
			time.Sleep(rand.N(30 * time.Millisecond))
		}
		cmd.Process.Signal(syscall.SIGKILL)
		if cmd.Wait() != nil {
			inTime++
		}
		if err := Recover(dir); err != nil { // as every command begins
			t.Fatal(err)
		}
		switch now := tree(t, dir); {
		case maps.Equal(now, before):
			old++
		case maps.Equal(now, after):
			patched++
		default:
			t.Fatalf("run %d left a tree that is neither the old nor the new one", runs)
		}
		if _, err := os.Stat(statePath(t, dir)); err == nil {
			t.Fatal("the journal's folder was left behind")
		}
	}
	t.Logf("%d kills in %d runs; %d trees are old, %d new", inTime, runs, old, patched)
}
