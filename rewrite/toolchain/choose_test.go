package toolchain

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// The hub's choices are hubChoose's (runtime/hub/choose.go): another answer there is
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
	const answer = "{ return plain }"
	for _, v := range []struct{ name, answer, want string }{
		{"first", answer, "012"},
		{"last", "{ if kind == hubChoiceThread { return n - 1 }; return plain }", "210"},
	} {
		p, err := load(env, Options{Scope: ScopeAll, Groups: rules.Groups})
		if err != nil {
			t.Fatal(err)
		}
		const file = "src/runtime/greenify_choose.go"
		text := string(p.added[file])
		if strings.Count(text, answer) != 1 {
			t.Fatalf("%s does not have one %q", file, answer)
		}
		p.added[file] = []byte(strings.Replace(text, answer, v.answer, 1))
		root := filepath.Join(dir, v.name)
		if err := (&shadow{dir: root, goroot: env.GOROOT, patch: p}).ensure(t.Logf); err != nil {
			t.Fatal(err)
		}
		tc := &Toolchain{GOROOT: filepath.Join(root, env.GOROOT), GOCACHE: filepath.Join(dir, "build")}
		bin := filepath.Join(dir, v.name+".bin")
		cmd := exec.Command(filepath.Join(env.GOROOT, "bin", "go"), "build", "-o", bin, src)
		cmd.Env = tc.Environ(os.Environ())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", v.name, err, out)
		}
		out, err := exec.Command(bin).CombinedOutput()
		if string(out) != v.want || err != nil {
			t.Errorf("%s: the threads ran in the order %q, want %q (error %v)", v.name, out, v.want, err)
		}
		if v.answer != answer {
			continue
		}
		f, err := elf.Open(bin)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		symbols, err := f.Symbols()
		if err != nil {
			t.Fatal(err)
		}
		hub := false
		for _, s := range symbols {
			hub = hub || s.Name == "runtime.hubNext"
			if strings.HasPrefix(s.Name, "runtime.hubChoose") || s.Name == "runtime.hubTakeAt" {
				t.Errorf("a plain build has %s", s.Name)
			}
		}
		if !hub {
			t.Error("the program has no hub")
		}
	}
}
