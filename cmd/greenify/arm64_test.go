package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// arm64Exceptions are the programs that are not run emulated, and why.
var arm64Exceptions = map[string]string{
	"poll-busy": "the emulator interrupts a loop of atomic.LoadUint32 only where Go may not preempt: plain Go hangs there, too, with GOMAXPROCS=1",
}

// emulator is that of a process. The tests that need it are make arm64's (.ci/run arm64, and the
// workflow): it takes its time, and is a Debian package.
func emulator(t *testing.T) string {
	t.Helper()
	if os.Getenv("GREENIFY_ARM64") == "" {
		t.Skip("run by make arm64")
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Fatalf("%v: apt-get install qemu-user", err)
	}
	return qemu
}

// TestArm64 runs the programs, patched for linux/arm64, in the emulator of a process
// (make arm64): they print and end as plain ones of this machine do. Those with cgo are not
// among them: they need a C compiler for the other architecture.
func TestArm64(t *testing.T) {
	qemu := emulator(t)
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

// TestArm64Sim searches the same schedules on both processors: each is the same to the last
// step, with what is drawn in it, and sockets return the same.
func TestArm64Sim(t *testing.T) {
	qemu := emulator(t)
	dir := t.TempDir()
	build := func(arch, pkg string, command ...string) string {
		t.Helper()
		bin := filepath.Join(dir, filepath.Base(pkg)+"-"+arch)
		cmd := exec.Command(greenifyCommand(t), append(command, "-sim", "-o", bin, ".")...)
		cmd.Dir = filepath.Join("../../testdata", pkg)
		cmd.Env = append(os.Environ(), "GOARCH="+arch, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
		return bin
	}
	for _, pkg := range []string{"sim/chance", "sim/programs", "sim/corrected"} {
		t.Run(pkg, func(t *testing.T) {
			search := func(bin string, emulator ...string) []byte {
				t.Helper()
				results := bin + ".jsonl"
				argv := append(emulator, bin)
				cmd := exec.Command(argv[0], argv[1:]...)
				cmd.Env = append(os.Environ(), "GREENIFY_SIM=from=1,to=30,keep=1", "GREENIFY_SIM_RESULTS="+results)
				out, _ := cmd.CombinedOutput() // it fails where a schedule does
				lines, err := os.ReadFile(results)
				if err != nil {
					t.Fatalf("%v: %v\n%s", cmd, err, out)
				}
				return lines
			}
			want := search(build("amd64", pkg, "test", "-c"))
			got := search(build("arm64", pkg, "test", "-c"), qemu)
			if n := bytes.Count(want, []byte("\n")); n < 8*30 {
				t.Errorf("%d schedules on amd64", n)
			}
			if !bytes.Equal(got, want) {
				t.Error(firstDifference("arm64", string(got), "amd64", string(want)))
			}
		})
	}
	t.Run("simnet", func(t *testing.T) {
		want, err := exec.Command(build("amd64", "simnet", "build"), "1", "100").Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := exec.Command(qemu, build("arm64", "simnet", "build"), "1", "100").Output()
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 || !bytes.Equal(got, want) {
			t.Error(firstDifference("arm64", string(got), "amd64", string(want)))
		}
	})
}
