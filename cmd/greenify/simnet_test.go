package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSimNet makes random system calls on sockets and pipes, in plain Go and simulated: both
// return the same. The kernel is late on a machine that has much to do, so where they differ it
// is asked again.
func TestSimNet(t *testing.T) {
	const part = 50
	seeds := part
	if os.Getenv("GREENIFY_SIMS") != "" { // make sim
		seeds = 4 * part
	}
	dir, err := filepath.Abs("../../testdata/simnet")
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "simnet")
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, stderr.String())
		}
		return string(out)
	}
	run("go", "build", "-o", plain, ".")
	bySeed := func(out string) []string { return strings.Split(out, "seed ")[1:] }
	// Plain, it mostly waits.
	parts := make([]string, seeds/part)
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			out, err := exec.Command(plain, strconv.Itoa(i*part+1), strconv.Itoa((i+1)*part)).Output()
			if err != nil {
				t.Errorf("seeds from %d: %v", i*part+1, err)
			}
			parts[i] = string(out)
		})
	}
	wg.Wait()
	want := bySeed(strings.Join(parts, ""))
	got := bySeed(run(greenifyCommand(t), "run", "-sim", ".", "1", strconv.Itoa(seeds)))
	if len(want) != seeds || len(got) != seeds {
		t.Fatalf("%d programs plain and %d simulated, want %d", len(want), len(got), seeds)
	}
	for i := range got {
		seed := strconv.Itoa(i + 1)
		for try := range 5 {
			if want[i] == got[i] {
				break
			}
			time.Sleep(time.Duration(try) * time.Second) // what makes the kernel late may take a while
			want[i] = bySeed(run(plain, seed, seed))[0]
		}
		if want[i] != got[i] {
			t.Errorf("seed %s: %s", seed, firstDifference("simulated", got[i], "plain", want[i]))
		}
	}
}

// firstDifference shows the first line that differs, and those before.
func firstDifference(gotName, got, wantName, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("behind\n%s\n%s\n%s\n%s\n%s", strings.Join(g[:i], "\n"), gotName, g[i], wantName, w[i])
		}
	}
	return fmt.Sprintf("%d lines %s, %d %s", len(g), gotName, len(w), wantName)
}
