package explore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/greenify-go/greenify/runtime/hub"
)

var clause = regexp.MustCompile(`(?m)^package \w+`)

// What only a simulated program has of a search, which seeds a shard has, what a seed is, and
// the file for Bazel, does what it should: its text, as it is compiled into package runtime and
// testing, is compiled into a package with tests of its own (testdata/program).
func TestProgram(t *testing.T) {
	files, err := hub.Files(hub.Config{Release: runtime.Version(), Scope: "all", Sim: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte("module program\n\ngo 1.26\n"))
	for _, name := range []string{
		"testing/greenify_strategy.go", "testing/greenify_shared.go", "testing/greenify_sim_period.go",
		"runtime/greenify_sim_portfolio.go", "testing/greenify_sim_shard.go", "testing/greenify_sim_xml.go",
	} {
		text := clause.ReplaceAll(files[name], []byte("package program"))
		write(filepath.Base(name), text)
	}
	tests, err := os.ReadFile("testdata/program/program_test.go")
	if err != nil {
		t.Fatal(err)
	}
	write("program_test.go", tests)
	cmd := exec.Command("go", "test", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
