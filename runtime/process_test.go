//go:build greenify

package green_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// sleeper starts a child that runs until it is killed.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Process.Wait() })
	return cmd
}

// descriptors returns how many this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// osThreads returns how many OS threads this process has.
func osThreads(t *testing.T) (n int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "Threads:")
	fmt.Sscan(rest, &n)
	return n
}

// TestKillProcessWait kills threads that wait for a child in every way. The child of Run,
// Output and CombinedOutput ends; others run on, and can be waited for again. No descriptor
// is left.
func TestKillProcessWait(t *testing.T) {
	sleeper(t) // what package os opens once
	settle()
	for name, f := range map[string]func(cmd *exec.Cmd) error{
		"Process.Wait": func(cmd *exec.Cmd) error {
			if err := cmd.Start(); err != nil {
				return err
			}
			_, err := cmd.Process.Wait()
			return err
		},
		"Cmd.Wait": func(cmd *exec.Cmd) error { cmd.Start(); return cmd.Wait() },
		"Cmd.Run":  (*exec.Cmd).Run,
		"Cmd.Run, with goroutines": func(cmd *exec.Cmd) error {
			cmd.Stdout, cmd.Stderr, cmd.Stdin = new(bytes.Buffer), new(bytes.Buffer), strings.NewReader("x")
			return cmd.Run()
		},
		"Cmd.Output":         func(cmd *exec.Cmd) error { _, err := cmd.Output(); return err },
		"Cmd.CombinedOutput": func(cmd *exec.Cmd) error { _, err := cmd.CombinedOutput(); return err },
		"FindProcess": func(cmd *exec.Cmd) error {
			if err := cmd.Start(); err != nil {
				return err
			}
			p, err := os.FindProcess(cmd.Process.Pid)
			if err == nil {
				_, err = p.Wait()
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := descriptors(t)
			defer func() {
				for end := time.Now().Add(20 * time.Second); descriptors(t) > before; runtime.GC() {
					if time.Sleep(time.Millisecond); time.Now().After(end) { // cleanups close some
						t.Fatalf("%d descriptors, before %d", descriptors(t), before)
					}
				}
			}()
			cmd := exec.Command("sleep", "1000")
			deferred := false
			task := green.Spawn(func() (int, error) {
				defer func() { deferred = true }()
				return 0, f(cmd)
			})
			for cmd.Process == nil || waitOf(task.ID()) != "IO wait" {
				runtime.Gosched()
				select {
				case <-task.Done():
					t.Fatal(task.Wait())
				case <-time.After(time.Millisecond):
				}
			}
			killIn(t, task, "IO wait")
			if _, err := task.Wait(); err != green.ErrKilled || !deferred {
				t.Errorf("%v, deferred call ran: %v", err, deferred)
			}
			err := cmd.Process.Signal(syscall.Signal(0))
			// Nobody else can wait for the child of Run, so the kill has ended it (hub/os/exec).
			if name != "Process.Wait" && name != "Cmd.Wait" && name != "FindProcess" {
				if err != os.ErrProcessDone {
					t.Error("the child runs on:", err)
				}
				if err := syscall.Kill(cmd.Process.Pid, 0); err != syscall.ESRCH {
					t.Error("a zombie is left:", err)
				}
				return
			}
			if err != nil {
				t.Fatal("the child does not run on:", err)
			}
			again := green.Spawn(func() (int, error) { return 0, cmd.Wait() })
			settle()
			cmd.Process.Kill()
			if _, err := again.Wait(); err == nil || err.Error() != "signal: killed" {
				t.Error("waiting again:", err)
			}
			if err := syscall.Kill(cmd.Process.Pid, 0); err != syscall.ESRCH {
				t.Error("a zombie is left:", err)
			}
		})
	}
}

// TestTimeoutProcess: a command that runs for too long is timed out, by whatever means.
func TestTimeoutProcess(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := exec.CommandContext(ctx, "sleep", "1000").Run(); err == nil || ctx.Err() == nil {
		t.Error(err)
	}
	cmd := exec.Command("sleep", "1000")
	if err := green.WithTimeout(20*time.Millisecond, cmd.Run); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
}

// TestProcessThreads: waiting for children takes no OS threads. On a busy machine each
// thread may need one for the system calls on its way to the wait, but no more than start
// at a time: the next ones use those again.
func TestProcessThreads(t *testing.T) {
	const rounds, atATime = 10, 4
	before := osThreads(t)
	var tasks []*green.Task[int]
	for range rounds {
		for range atATime {
			cmd := sleeper(t)
			tasks = append(tasks, green.Spawn(func() (int, error) { cmd.Wait(); return 0, nil }))
		}
		for _, task := range tasks {
			for waitOf(task.ID()) != "IO wait" {
				runtime.Gosched()
			}
		}
	}
	if now := osThreads(t); now > before+rounds*atATime/2 {
		t.Errorf("%d OS threads for %d children, %d before", now, rounds*atATime, before)
	}
	for _, task := range tasks {
		task.Kill()
	}
}

// TestProcessTwoWait: of several who wait for one process, one gets its state and the
// others the error of plain Go.
func TestProcessTwoWait(t *testing.T) {
	cmd := sleeper(t)
	var wg sync.WaitGroup
	states, errs := 0, 0
	for range 5 {
		wg.Go(func() {
			switch s, err := cmd.Process.Wait(); {
			case err == nil && !s.Success():
				states++
			case errors.Is(err, syscall.ECHILD):
				errs++
			default:
				t.Error(s, err)
			}
		})
	}
	settle()
	cmd.Process.Kill()
	wg.Wait()
	if states != 1 || errs != 4 {
		t.Errorf("%d states and %d errors", states, errs)
	}
	if _, err := cmd.Process.Wait(); !errors.Is(err, syscall.ECHILD) {
		t.Error("once more:", err)
	}
}

// TestProcessNoChild: what is no child of this process is not waited for.
func TestProcessNoChild(t *testing.T) {
	p, err := os.FindProcess(os.Getppid())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); !errors.Is(err, syscall.ECHILD) {
		t.Error(err)
	}
}

// TestProcessReaped: somebody else waits for the child too, by its number. One of them
// gets it.
func TestProcessReaped(t *testing.T) {
	cmd := sleeper(t)
	task := green.Spawn(func() (int, error) { _, err := cmd.Process.Wait(); return 0, err })
	settle()
	syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	pid, err := 0, error(syscall.EINTR)
	for err == syscall.EINTR {
		pid, err = syscall.Wait4(cmd.Process.Pid, nil, 0, nil)
	}
	_, waited := task.Wait()
	if errors.Is(waited, syscall.ECHILD) == (err == syscall.ECHILD) || err == nil && pid != cmd.Process.Pid {
		t.Errorf("Wait: %v, wait4: %v", waited, err)
	}
}

// TestProcessNoDescriptor: a process is waited for though no descriptor is free.
func TestProcessNoDescriptor(t *testing.T) {
	cmd := sleeper(t)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = 3
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
	ran := false
	go func() { ran = true; cmd.Process.Kill() }()
	if _, err := cmd.Process.Wait(); err != nil || !ran {
		t.Error(err, ran)
	}
}

// TestProcessTraced: a child that is traced is waited for until it stops, as in plain Go.
func TestProcessTraced(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command("sleep", "1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait() // stopped at its first instruction
	if err == nil || !strings.HasPrefix(err.Error(), "stop signal: trace/breakpoint trap") {
		t.Error(err)
	}
	syscall.PtraceDetach(cmd.ProcessState.Pid())
	syscall.Kill(cmd.ProcessState.Pid(), syscall.SIGKILL)
	syscall.Wait4(cmd.ProcessState.Pid(), nil, 0, nil)
}
