package insource

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// heldSignals is the child of TestHoldSignals: it says where it is, and is told when
// to go on.
func heldSignals() {
	came := make(chan os.Signal, 1)
	signal.Notify(came, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	release := holdSignals()
	fmt.Println("held")
	os.Stdin.Read(make([]byte, 1))
	<-came // the kernel may deliver a signal later than a byte that was written after it
	signal.Stop(came)
	fmt.Println("whole")
	release()
	fmt.Println("not ended")
}

// A signal that comes between the files of a swap ends the process behind it: the
// interleaving is arranged by pipes.
func TestHoldSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "INSOURCE_HOLD=1")
		if signal.Ignored(s) {
			continue // as SIGHUP below nohup, and a child inherits that: nothing ends there
		}
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		next := func() string { lines.Scan(); return lines.Text() }
		if line := next(); line != "held" {
			t.Fatalf("%v: %q instead of held", s, line)
		}
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		in.Write([]byte("\n"))
		if line := next(); line != "whole" {
			t.Errorf("%v: %q instead of whole: it was ended between two files", s, line)
		}
		if line := next(); line != "" {
			t.Errorf("%v: %s", s, line)
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != s {
			t.Errorf("%v: it ended with %v", s, err)
		}
	}
}
