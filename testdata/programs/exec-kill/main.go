// A context kills the child that Wait waits for; the process is gone and its
// pipes are closed. Kill and Signal from another goroutine end Wait too.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sleep", "600")
	err := cmd.Run()
	fmt.Println(err, ctx.Err(), cmd.ProcessState)

	ctx, cancel = context.WithCancel(context.Background())
	cmd = exec.CommandContext(ctx, "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	go func() {
		out.Read(make([]byte, 10))
		cancel()
	}()
	err = cmd.Wait()
	fmt.Println(err, ctx.Err())

	p, err := os.StartProcess("/bin/sleep", []string{"sleep", "600"}, &os.ProcAttr{})
	if err != nil {
		panic(err)
	}
	states := make(chan string)
	go func() {
		state, err := p.Wait()
		states <- fmt.Sprint(state, " ", err)
	}()
	time.Sleep(20 * time.Millisecond)
	fmt.Println(p.Kill())
	fmt.Println(<-states)
	fmt.Println(errors.Is(p.Kill(), os.ErrProcessDone))
}
