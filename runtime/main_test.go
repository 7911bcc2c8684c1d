package green_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

const rules = "test"

// programs are what the test binary runs instead of tests, each as a process of
// its own, if GREEN_TEST_PROGRAM says so: the main functions of patched programs.
var programs = map[string]func(){}

// The tests run beside the hub, in native goroutines, and start green threads;
// main lets them by leaving the hub. Under greenify test they are green threads
// themselves; what needs a native goroutine makes one by Offload.
func TestMain(m *testing.M) {
	if name := os.Getenv("GREEN_TEST_PROGRAM"); name != "" {
		if f := programs[name]; strings.HasPrefix(name, "unpatched") {
			f()
		} else {
			patchedMain(f)
		}
		os.Exit(0)
	}
	patched.Main(rules, patched.SupportsVersion1)
	code := 0
	green.Offload(func() { code = m.Run() })
	os.Exit(code)
}

func patchedMain(f func()) {
	defer patched.Main(rules, patched.SupportsVersion1)()
	f()
}

// runProgram runs a program and returns what it printed and its exit status.
func runProgram(t *testing.T, name string, env ...string) (stdout, stderr string, status int) {
	t.Helper()
	return rerun(t, nil, append(env, "GREEN_TEST_PROGRAM="+name)...)
}

// rerun runs the test binary.
func rerun(t *testing.T, args []string, env ...string) (stdout, stderr string, status int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), env...)
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), msg.String(), cmd.ProcessState.ExitCode()
}

// off reports whether the tests run as plain Go (TestOff).
func off() bool { return os.Getenv("GREENIFY") == "off" }

// inGreen runs f as a green thread and waits for its end, which may be by
// Goexit.
func inGreen(f func()) {
	done := make(chan bool)
	green.Go(func() {
		defer close(done)
		f()
	})
	<-done
}

// inNative runs f in a native goroutine.
func inNative(f func()) { green.Offload(f) }

func wantLines(t *testing.T, name, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in %s:\n%s", w, name, got)
		}
	}
}
