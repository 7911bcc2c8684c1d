package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// arm64Exceptions are the programs that are not run emulated, and why.
var arm64Exceptions = map[string]string{
	"poll-busy": "the emulator interrupts a loop of atomic.LoadUint32 only where Go may not preempt: plain Go hangs there, too, with GOMAXPROCS=1",
}

// TestArm64 runs the programs, patched for linux/arm64, in the emulator of a process
// (make arm64): they print and end as plain ones of this machine do. Those with cgo are not
// among them: they need a C compiler for the other architecture.
func TestArm64(t *testing.T) {
	if os.Getenv("GREENIFY_ARM64") == "" {
		t.Skip("run by make arm64")
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Fatalf("%v: apt-get install qemu-user", err)
	}
	plain := plainPrograms(t)
	var patched string
	t.Run("build", func(t *testing.T) {
		t.Setenv("GOARCH", "arm64")
		t.Setenv("CGO_ENABLED", "0")
		patched = buildPrograms(t, "arm64", programs, greenifyCommand(t), "./...")
	})
	bins, err := filepath.Glob(filepath.Join(patched, "*"))
	if err != nil || len(bins) == 0 {
		t.Fatalf("no programs are built: %v", err)
	}
	for _, bin := range bins {
		name := filepath.Base(bin)
		if arm64Exceptions[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := readDirectives(t, filepath.Join(programs, name, "main.go"))
			plain := run{title: "plain", bin: filepath.Join(plain, name)}
			plain.do(t, want)
			r := run{title: "emulated", bin: qemu, args: []string{bin}, green: true}
			r.do(t, want)
			for _, problem := range want.check(r, plain) {
				t.Errorf("%s: %s", r.title, problem)
			}
		})
	}
}
