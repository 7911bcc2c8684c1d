package main_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestSimNet makes random system calls on sockets, in plain Go and simulated: both return
// the same. The kernel is late on a machine that has much to do, so where they differ it
// is asked again.
func TestSimNet(t *testing.T) {
	const seeds = 200
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
	want := bySeed(run(plain, "1", strconv.Itoa(seeds)))
	got := bySeed(run(greenifyCommand(t), "run", "-sim", ".", "1", strconv.Itoa(seeds)))
	if len(want) != seeds || len(got) != seeds {
		t.Fatalf("%d programs plain and %d simulated, want %d", len(want), len(got), seeds)
	}
	for i := range got {
		seed := strconv.Itoa(i + 1)
		for range 5 {
			if want[i] == got[i] {
				break
			}
			want[i] = bySeed(run(plain, seed, seed))[0]
		}
		if want[i] != got[i] {
			t.Errorf("seed %s: %s", seed, firstDifference(got[i], want[i]))
		}
	}
}

// firstDifference shows the first call that returned something else, and those before.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("behind\n%s\nsimulated\n%s\nplain\n%s", strings.Join(g[1:i], "\n"), g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines simulated, %d plain", len(g), len(w))
}
