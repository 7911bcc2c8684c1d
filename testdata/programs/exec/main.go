// Children with pipes on both sides: many at once, chained, waited for while
// others go on. Interleaving: main waits for a child that waits for input that
// another goroutine gives later.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

func main() {
	// Wait parks only its caller.
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command("sh", "-c", "read line; exit 7")
	cmd.Stdin = r
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		fmt.Fprintln(w, "line")
	}()
	exit := new(exec.ExitError)
	fmt.Println(errors.As(cmd.Wait(), &exit), exit.ExitCode())

	// Talking to a child line by line.
	cmd = exec.Command("sh", "-c", `while read a; do echo "got $a"; done; echo end >&2`)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(out)
	for i := range 3 {
		fmt.Fprintln(in, i)
		lines.Scan()
		fmt.Println(lines.Text())
	}
	in.Close()
	fmt.Println(lines.Scan(), cmd.Wait(), strings.TrimSpace(stderr.String()))

	// Ten chains of three, joined by io.Pipe, so by goroutines.
	var wg sync.WaitGroup
	results := make([]string, 10)
	for i := range results {
		wg.Go(func() {
			pr, pw := io.Pipe()
			first := exec.Command("cat")
			first.Stdin = strings.NewReader(strings.Repeat("x", 200_000+i))
			first.Stdout = pw
			second := exec.Command("sh", "-c", "cat | wc -c")
			second.Stdin = pr
			go func() { pw.CloseWithError(first.Run()) }()
			out, err := second.Output()
			results[i] = fmt.Sprint(strings.TrimSpace(string(out)), " ", err)
		})
	}
	wg.Wait()
	for _, r := range results {
		fmt.Println(r)
	}
	_, err = exec.Command("./no such program").Output()
	fmt.Println(errors.Is(err, os.ErrNotExist))
}
