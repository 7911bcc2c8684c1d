package toolchain

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// The hub's choices are hubChoose's (runtime/hub/sim_off.go): another answer there is
// another order of threads. And it costs nothing: with the answers of plain Go, no call
// of it is left in a program.
func TestChoose(t *testing.T) {
	const order = `package main

func main() {
	done := make(chan bool)
	for i := range 3 {
		go func() {
			print(i)
			done <- true
		}()
	}
	for range 3 {
		<-done
	}
}
`
	dir := t.TempDir()
	src := filepath.Join(dir, "order.go")
	if err := os.WriteFile(src, []byte(order), 0o644); err != nil {
		t.Fatal(err)
	}
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	run := func(tc *Toolchain, name, want string) (bin string) {
		bin = filepath.Join(dir, name)
		cmd := exec.Command(tc.Go, "build", "-o", bin, src)
		cmd.Env = tc.Environ(os.Environ())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if out, err := exec.Command(bin).CombinedOutput(); string(out) != want || err != nil {
			t.Errorf("%s: the threads ran in the order %q, want %q (error %v)", name, out, want, err)
		}
		return bin
	}

	f, err := elf.Open(run(plain, "first", "012"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(symbols, func(s elf.Symbol) bool { return s.Name == "runtime.hubNext" }) {
		t.Error("the program has no hub")
	}
	for _, s := range symbols {
		if strings.HasPrefix(s.Name, "runtime.hubChoose") || strings.HasPrefix(s.Name, "runtime.hubSim") || s.Name == "runtime.hubTakeAt" {
			t.Errorf("a plain build has %s", s.Name)
		}
	}

	p, err := load(env, Options{Scope: ScopeAll, Groups: rules.Groups})
	if err != nil {
		t.Fatal(err)
	}
	const (
		file = "src/runtime/greenify_sim_off.go"
		old  = "{ return plain }"
		last = "{ if kind == hubChoiceThread { return n - 1 }; return plain }"
	)
	text := string(p.added[file])
	if strings.Count(text, old) != 1 {
		t.Fatalf("%s does not have one %q", file, old)
	}
	p.added[file] = []byte(strings.Replace(text, old, last, 1))
	root := filepath.Join(dir, "goroot")
	if err := (&shadow{dir: root, goroot: env.GOROOT, patch: p}).ensure(t.Logf); err != nil {
		t.Fatal(err)
	}
	run(&Toolchain{Go: plain.Go, GOROOT: filepath.Join(root, env.GOROOT), GOCACHE: plain.GOCACHE}, "last", "210")
}
