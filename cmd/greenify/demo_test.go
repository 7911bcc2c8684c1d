package main_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestDemoSim runs the demo, its HTTPS server and 210 clients on the simulated loopback, in two
// schedules, each in two processes: they are the same, though its child process is real, and
// is listed.
func TestDemoSim(t *testing.T) {
	cmd := exec.Command(greenifyCommand(t), "test", "-sim", "-v", "-check-determinism", "-schedules", "2", ".")
	cmd.Dir = "../../testdata/demo/service"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`requests answered: 200`,
		`clients that gave up: 10 of 10`,
		`child process: ONE TWO THREE FOUR FIVE`,
		`greenify: schedules that are the same in two processes, with GOMAXPROCS 1 and 2: 2`,
		`greenify: best effort, for no seed decides what is real:`,
		`	child process at main\.go:\d+: \d+ times in \d schedules`,
	} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).Match(out) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	// The child's pipes are the only sockets and pipes that are real.
	child := regexp.MustCompile(`child process at (main\.go:\d+): `).FindSubmatch(out)
	for l := range strings.Lines(string(out)) {
		if child != nil && strings.Contains(l, "socket or pipe of the kernel's") && !strings.Contains(l, string(child[1])) {
			t.Errorf("not of the child: %s", l)
		}
	}
}
