package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// together starts many builds of one program at once, on a cache that is empty, and demands that all
// succeed and that one private toolchain is made. They have the lowest priority, and one processor
// each: what is asked is whether they wait for each other as they must.
func together(out io.Writer) error {
	dir, err := os.MkdirTemp("", "greenify-faults-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w := &world{dir: dir}
	if err := errors.Join(w.clear(), program(w)); err != nil {
		return err
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		return err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	made, compiled, good := 0, 0, 0
	begin := time.Now()
	for i := range *processes {
		wg.Go(func() {
			name := w.path(fmt.Sprint("out/", i))
			cmd := exec.Command("nice", "-n", "19", *greenify, "build", "-o", name, ".")
			cmd.Dir, cmd.Env = w.path("tree"), append(w.environ(empty), "GOMAXPROCS=1", "GOGC=50")
			text, err := cmd.CombinedOutput()
			if err == nil {
				var said []byte
				if said, err = exec.Command(name).CombinedOutput(); string(said) != "program 1\n" {
					err = errors.Join(err, fmt.Errorf("the program prints %q", said))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("process %d: %w\n%s", i, err, text))
				return
			}
			good++
			made += strings.Count(string(text), "making the private toolchain")
			compiled += strings.Count(string(text), "compiling the standard library")
		})
	}
	wg.Wait()
	fmt.Fprintf(out, "%d builds at once on an empty cache: %d succeed, %d made the private toolchain, %d compiled the standard library; %.0f s\n",
		*processes, good, made, compiled, time.Since(begin).Seconds())
	if made != 1 || compiled != 1 {
		failed = errors.Join(failed, errors.New("each is to be made once"))
	}
	if l := w.litter(empty); len(l) != 0 {
		failed = errors.Join(failed, fmt.Errorf("left behind: %s", strings.Join(l, ", ")))
	}
	return failed
}
