package insource

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

// A command searches a package once: to know whether it is patched, to patch it, and to say
// what remains, whether gofmt would change its files or not. What check -fix changes it
// searches once more, as it is then.
func TestOneSearch(t *testing.T) {
	files := map[string]string{
		"main.go":       program,
		"serve.go":      "package main\n\nimport \"example.com/app/lib\"\n\nvar serve = lib.Serve\n",
		"lib/lib.go":    strings.ReplaceAll(library, "\t", "  "),
		"lib/x_test.go": "package lib_test\n\nimport (\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestX(t *testing.T) { time.Sleep(1) }\n",
		"idle/idle.go":  "package idle\n\nfunc Idle() {}\n",
		"pins/pins.go":  "package pins\n\nimport \"runtime\"\n\nfunc Pin() { runtime.LockOSThread() }\n",
	}
	once := map[string]int{"example.com/app": 1, "example.com/app/lib": 1, "example.com/app/lib_test": 1, "example.com/app/idle": 1, "example.com/app/pins": 1}
	twice := maps.Clone(once)
	for _, path := range []string{"example.com/app", "example.com/app/lib", "example.com/app/lib_test"} {
		twice[path] = 2
	}
	t.Setenv("GREENIFYCACHE", t.TempDir()) // nothing is known of the packages
	for _, test := range []struct {
		name string
		want map[string]int
		run  func(Config) error
	}{
		{"diff", once, func(cfg Config) error { _, err := Diff(cfg); return err }},
		{"rewrite", once, func(cfg Config) error { _, err := Rewrite(cfg); return err }},
		{"check -fix", twice, func(cfg Config) error { _, err := Check(cfg, true); return err }},
		{"generate", once, func(cfg Config) error { _, err := Generate(cfg); return err }},
		{"generate again", once, func(cfg Config) error {
			searched := cfg.searched
			cfg.searched = nil
			if _, err := Generate(cfg); err != nil {
				return err
			}
			cfg.searched = searched
			_, err := Generate(cfg)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := module(t, files)
			got := map[string]int{}
			cfg := Config{Dir: dir, Patterns: []string{"./..."}, searched: func(path string) { got[path]++ }}
			if err := test.run(cfg); err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, test.want) {
				t.Errorf("in %s packages are searched %v times, want %v", filepath.Base(dir), got, test.want)
			}
		})
	}
}
