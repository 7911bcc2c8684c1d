package main_test

import (
	"path/filepath"
	"testing"
)

// Programs that plain Go and greenify must run alike; their README.md says what
// is compared and which directives change it.
const programs = "../../testdata/programs"

func TestPrograms(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob(filepath.Join(programs, "*", "main.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no programs in %s: %v", programs, err)
	}
	plain, patched := plainPrograms(t), buildPrograms(t, "patched", programs, greenifyCommand(t), "./...")
	t.Run("settings", func(t *testing.T) {
		testSettings(t, filepath.Join(plain, "init-blocks"), filepath.Join(patched, "init-blocks"))
	})
	for _, source := range sources {
		name := filepath.Base(filepath.Dir(source))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testProgram(t, name, plain, patched)
		})
	}
}

// testProgram runs a program of which there is a binary in each of two folders.
func testProgram(t *testing.T, name, plain, patched string) {
	want := readDirectives(t, filepath.Join(programs, name, "main.go"))
	if want.needs == "cgo" && !haveCgo(t) {
		t.Skip("no cgo here")
	}
	bin := filepath.Join(patched, name)
	runs := []run{
		{title: "plain", bin: filepath.Join(plain, name)},
		{title: "off", bin: bin, env: []string{"GREENIFY=off"}},
		{title: "patched", bin: bin, green: true},
		{title: "patched on one processor", bin: bin, green: true, env: []string{"GOMAXPROCS=1"}},
	}
	for i := range runs {
		runs[i].do(t, want)
		for _, problem := range want.check(runs[i], runs[0]) {
			t.Errorf("%s: %s", runs[i].title, problem)
		}
	}
}
