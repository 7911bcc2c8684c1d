package insource

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// killCount is GREENIFY_KILLS, or what make test has.
func killCount(t *testing.T, few int) int {
	s := os.Getenv("GREENIFY_KILLS")
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// However rewrite -w of a module of 300 files is killed, the next run finds or
// makes the tree as it was or the patched one, both of which build, and nothing
// is left behind. Every second kill comes at any time of the run, the others
// once it has begun to write. (make kills: 200 of them)
func TestKillRewrite(t *testing.T) {
	kills := killCount(t, 6)
	files := map[string]string{"main.go": "package main\n\nfunc main() {\n\tc := make(chan int, 1)\n\twork0(c)\n}\n"}
	for i := range 299 {
		files[fmt.Sprintf("work%d.go", i)] = fmt.Sprintf("package main\n\nfunc work%d(c chan int) {\n\tc <- %[1]d\n\tgo func() { <-c }()\n}\n", i)
	}
	dir := module(t, files)
	before := tree(t, dir)
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
	start := time.Now()
	run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	took := time.Since(start)
	after := tree(t, dir)
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
	if n := len(before); n != len(after) || maps.Equal(before, after) {
		t.Fatalf("%d files before, %d after", n, len(after))
	}

	old, patched, inTime, runs := 0, 0, 0, 0
	for inTime < kills {
		if runs++; runs > 10*kills {
			t.Fatalf("only %d of %d kills came before the end of the run", inTime, runs)
		}
		for name, text := range before {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "INSOURCE_REWRITE="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if runs%2 == 0 {
			time.Sleep(rand.N(took))
		} else {
			for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
				if _, err := os.Stat(statePath(t, dir)); err == nil {
					break
				}
			}
			time.Sleep(rand.N(30 * time.Millisecond))
		}
		cmd.Process.Signal(syscall.SIGKILL)
		if cmd.Wait() != nil {
			inTime++
		}
		if err := Recover(dir); err != nil { // as every command begins
			t.Fatal(err)
		}
		switch now := tree(t, dir); {
		case maps.Equal(now, before):
			old++
		case maps.Equal(now, after):
			patched++
		default:
			t.Fatalf("run %d left a tree that is neither the old nor the new one", runs)
		}
		if _, err := os.Stat(statePath(t, dir)); err == nil {
			t.Fatal("the journal's folder was left behind")
		}
	}
	t.Logf("%d kills in %d runs; %d trees are old, %d new", inTime, runs, old, patched)
}

const swapFiles = 300

func swapName(root string, i int) string {
	return filepath.Join(root, fmt.Sprint("d", i%10), fmt.Sprint(i, ".go"))
}

// swapForever replaces all files by those of the next generation, for ever.
func swapForever(root string) int {
	for gen := 1; ; gen++ {
		files := map[string]fileEdit{}
		for i := range swapFiles {
			old, err := os.ReadFile(swapName(root, i))
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			files[swapName(root, i)] = fileEdit{old, []byte(fmt.Sprint(os.Getpid(), gen))}
		}
		if err := swap([]string{root}, files); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
}

// Whenever the process is killed, the next run finds or makes the tree of one
// generation, and leaves nothing else behind. (make kills: 200 of them)
func TestKill(t *testing.T) {
	root := t.TempDir()
	for i := range swapFiles {
		if err := os.MkdirAll(filepath.Dir(swapName(root, i)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(swapName(root, i), []byte("0"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	// A process is killed during its first or second swap.
	files := map[string]fileEdit{}
	for i := range swapFiles {
		files[swapName(root, i)] = fileEdit{[]byte("0"), []byte("1")}
	}
	start := time.Now()
	if err := swap([]string{root}, files); err != nil {
		t.Fatal(err)
	}
	most := 50*time.Millisecond + 2*time.Since(start)
	journals, last := 0, ""
	changed, kills := 0, killCount(t, 40)
	n := 0
	for ; n < kills || (journals == 0 || changed == 0) && n < 20*kills; n++ {
		if n >= kills {
			most += most / 4 // the process takes longer to begin than was thought
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "INSOURCE_SWAP="+root)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rand.N(most))
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal("it ended by itself")
		}
		cmd.Wait()
		if unfinished(root) {
			journals++
		}
		if err := Recover(root); err != nil {
			t.Fatal(err)
		}
		files := tree(t, root)
		if len(files) != swapFiles {
			t.Fatalf("%d files, want %d", len(files), swapFiles)
		}
		first := files[swapName(root, 0)]
		for name, text := range files {
			if text != first {
				t.Fatalf("%s is of generation %q, others of %q", name, text, first)
			}
		}
		if _, err := os.Stat(statePath(t, root)); err == nil {
			t.Fatal("the journal's folder was left behind")
		}
		if first != last {
			last, changed = first, changed+1
		}
	}
	t.Logf("%d of %d kills left a journal, %d left new files", journals, n, changed)
	if journals == 0 || changed == 0 {
		t.Error("no kill hit a swap: the test shows nothing")
	}
}
