package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// nap is a child that takes the pause.
func nap() *exec.Cmd { return exec.Command("sleep", "0.1") }

// shell is a child that takes the pause before it does the rest.
func shell(rest string) *exec.Cmd { return exec.Command("sh", "-c", "sleep 0.1; "+rest) }

var processOps = []op{
	{"os/exec.Cmd.Run", func(t *T) { t.Call(func() { must(nap().Run()) }) }},
	{"os/exec.Cmd.Output", func(t *T) { t.Call(func() { must1(shell("echo x").Output()) }) }},
	{"os/exec.Cmd.CombinedOutput", func(t *T) { t.Call(func() { must1(shell("echo x >&2").CombinedOutput()) }) }},
	{"os/exec.Cmd.Wait", func(t *T) {
		c := nap()
		must(c.Start())
		t.Call(func() { must(c.Wait()) })
	}},
	{"os/exec.Cmd.Run, Stdin a reader", func(t *T) {
		c := shell("cat")
		c.Stdin = bytes.NewReader(make([]byte, 1<<20))
		t.Call(func() { must(c.Run()) })
	}},
	{"os/exec.Cmd.Run, Stdout a writer", func(t *T) {
		var b bytes.Buffer
		c := shell("echo x")
		c.Stdout, c.Stderr = &b, &b
		t.Call(func() { must(c.Run()) })
	}},
	{"os/exec.Cmd.Run, files", func(t *T) {
		c := nap()
		c.Stdout, c.Stderr = os.Stderr, os.Stderr
		t.Call(func() { must(c.Run()) })
	}},
	{"os/exec.Cmd.StdoutPipe", func(t *T) {
		c := shell("echo x")
		r := must1(c.StdoutPipe())
		must(c.Start())
		t.Call(func() { must1(io.ReadAll(r)) })
		must(c.Wait())
	}},
	{"os/exec.Cmd.StderrPipe", func(t *T) {
		c := shell("echo x >&2")
		r := must1(c.StderrPipe())
		must(c.Start())
		t.Call(func() { must1(r.Read(make([]byte, 10))) })
		must(c.Wait())
	}},
	{"os/exec.Cmd.StdinPipe", func(t *T) {
		c := shell("cat >/dev/null")
		w := must1(c.StdinPipe())
		must(c.Start())
		t.Call(func() { must1(w.Write(make([]byte, 1<<20))) })
		w.Close()
		must(c.Wait())
	}},
	{"os/exec.CommandContext, killed", func(t *T) {
		ctx, cancel := context.WithTimeout(context.Background(), pause)
		t.Defer(cancel)
		c := exec.CommandContext(ctx, "sleep", "60")
		t.Call(func() { c.Run() })
	}},
	{"os/exec.Cmd.WaitDelay", func(t *T) {
		c := exec.Command("sh", "-c", "sleep 1 & exit 0")
		c.Stdout = new(bytes.Buffer)
		c.WaitDelay = pause
		t.Call(func() { c.Run() })
	}},
	{"os.Process.Wait", func(t *T) {
		p := must1(os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep 0.1"}, &os.ProcAttr{}))
		t.Call(func() { must1(p.Wait()) })
	}},
	{"os.FindProcess and Wait", func(t *T) {
		c := nap()
		must(c.Start())
		p := must1(os.FindProcess(c.Process.Pid))
		t.Call(func() { must1(p.Wait()) })
	}},
	{"syscall.Wait4", func(t *T) {
		pid := must1(syscall.ForkExec("/bin/sh", []string{"sh", "-c", "sleep 0.1"}, &syscall.ProcAttr{}))
		t.Call(func() { must1(syscall.Wait4(pid, nil, 0, nil)) })
	}},
	{"three children at once", func(t *T) {
		t.Call(func() {
			done := make(chan error)
			for range 3 {
				go func() { done <- nap().Run() }()
			}
			for range 3 {
				must(<-done)
			}
		})
	}},
}

var signalOps = []op{
	{"os/signal.Notify", func(t *T) {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR1)
		t.Defer(func() { signal.Stop(c) })
		t.After(func() { syscall.Kill(os.Getpid(), syscall.SIGUSR1) })
		t.Call(func() { <-c })
	}},
	{"os/signal.NotifyContext", func(t *T) {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGUSR2)
		t.Defer(stop)
		t.After(func() { syscall.Kill(os.Getpid(), syscall.SIGUSR2) })
		t.Call(func() { <-ctx.Done() })
	}},
	{"os/signal.Notify, from a child", func(t *T) {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGCHLD)
		t.Defer(func() { signal.Stop(c) })
		cmd := nap()
		must(cmd.Start())
		t.Call(func() { <-c })
		must(cmd.Wait())
	}},
	{"os.Process.Signal and Wait", func(t *T) {
		c := exec.Command("sleep", "60")
		must(c.Start())
		t.After(func() { c.Process.Signal(os.Interrupt) })
		t.Call(func() { c.Wait() })
	}},
	{"os/signal.Stop", func(t *T) {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGHUP)
		t.Call(func() { signal.Stop(c); time.Sleep(pause) })
	}},
}
