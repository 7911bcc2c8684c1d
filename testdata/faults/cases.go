package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/greenify-go/greenify/rewrite/explore"
)

// A kase is a command that writes, and what its user has then.
type kase struct {
	name   string
	args   []string
	weight int // how much of all kills is its
	// before puts files in place, on top of those of the tree.
	before func(w *world) error
	codes  []int  // of a run that nobody disturbs
	stdout string // the file, in out, that the shell sends it to
	// whole looks at the files that differ from run to run; nil if none does. Once the command
	// has run undisturbed, done is set.
	whole func(w *world, done bool) error
	fresh string // its cache is made anew: in memory, or on the disk of the release, with links
}

const (
	inMemory = "memory"
	onDisk   = "disk"
)

// The folders of a world. What a command is to write is in tree and out.
var folders = []string{"tree", "out", "tmp"}

func cases() []*kase {
	ok, found := []int{0}, []int{0, 1}
	source := func(name string, weight int, args ...string) *kase {
		return &kase{name: name, args: args, weight: weight, codes: ok, before: sourceTree(!strings.Contains(name, "-get"))}
	}
	list := []*kase{
		source("rewrite -w", 3, "rewrite", "-w", "./..."),
		source("rewrite -w -get", 3, "rewrite", "-w", "-get", "./..."),
		source("check -fix", 3, "check", "-fix", "./..."),
		source("check -fix -get", 3, "check", "-fix", "-get", "./..."),
		source("generate", 3, "generate", "./..."),
		source("generate -get", 3, "generate", "-get", "./..."),
		source("generate -clean", 3, "generate", "-clean", "./..."),
		source("diff -get", 3, "diff", "-get", "./..."),
		source("check -baseline -update", 3, "check", "-baseline", "../out/baseline", "-update", "./..."),
		{name: "build -o", args: []string{"build", "-o", "../out/", "."}, weight: 1, codes: ok, before: program, whole: built("program")},
		{name: "build -strict -o", args: []string{"build", "-strict", "-o", "../out/", "."}, weight: 1, codes: ok, before: program, whole: built("program")},
		{name: "install", args: []string{"install", "."}, weight: 1, codes: ok, before: program, whole: built("bin/program")},
		{name: "test -c -o", args: []string{"test", "-c", "-o", "../out/program.test", "."}, weight: 1, codes: ok, before: program, whole: built("program.test")},
		{name: "run -sim -replays", args: []string{"run", "-sim", "-seed=1", "-replays", "../out/files", "."}, weight: 1, codes: []int{1}, before: loser, whole: searched},
		{name: "test -sim -replays -results", args: []string{"test", "-sim", "-vet=off", "-keep-going", "-schedules=20", "-replays", "../out/files", "-results", "../out/results", "."}, weight: 1, codes: []int{1}, before: loser, whole: searched},
		{name: "replay -shrink", args: []string{"replay", "-shrink", "-tails=0", "-o", "../out/least.sim", "../in/lost.sim"}, weight: 1, codes: ok, before: loser, whole: searched},
		{name: "replay -html -o", args: []string{"replay", "-html", "-tails=0", "-o", "../out/lost.html", "../in/lost.sim"}, weight: 1, codes: ok, before: loser, whole: paged},
		{name: "sim merge -o", args: []string{"sim", "merge", "-o", "../out/table", "../in/results"}, weight: 14, codes: []int{1}},
		{name: "trace html -o", args: []string{"trace", "html", "-o", "../out/trace.html", "../in/trace"}, weight: 14, codes: ok},
		{name: "trace pprof -o", args: []string{"trace", "pprof", "-o", "../out/trace.pb", "../in/trace"}, weight: 14, codes: ok},
		{name: "profile -o", args: []string{"profile", "-seconds=0.05", "-o", "../out/parked.pb", "../in/admin"}, weight: 4, codes: ok, whole: profiled},
		{name: "private toolchain, of links", args: []string{"list", "."}, weight: 1, codes: ok, before: small, fresh: onDisk},
		{name: "private toolchain, of copies", args: []string{"list", "."}, weight: 1, codes: ok, before: small, fresh: inMemory},
		// What only prints is killed as any command that does, but notices a full disk.
		{name: "completion", args: []string{"completion", "bash"}, codes: ok, stdout: "completion"},
		{name: "rules", args: []string{"rules"}, codes: ok, stdout: "rules"},
		{name: "help", args: []string{"help", "runtime"}, codes: ok, stdout: "help"},
		{name: "diff", args: []string{"diff", "./..."}, codes: []int{1}, stdout: "diff", before: sourceTree(true)},
		{name: "check -sarif", args: []string{"check", "-sarif", "./..."}, codes: []int{1}, stdout: "sarif", before: sourceTree(true)},
	}
	for _, k := range list {
		switch {
		case strings.HasPrefix(k.name, "check -fix"):
			k.codes = found
		case k.name == "generate -clean":
			k.before = twins
		case k.name == "diff -get":
			k.codes = []int{1}
		}
	}
	return list
}

// sourceTree has two packages of ten files each that the mode in source patches; go.mod requires
// package green or not.
func sourceTree(required bool) func(w *world) error {
	return func(w *world) error {
		files := map[string]string{
			"go.mod":  "module example.com/faults\n\ngo 1.26.0\n\nreplace github.com/greenify-go/greenify => " + w.repo + "\n",
			"main.go": "package main\n\nimport \"example.com/faults/sub\"\n\nfunc main() {\n\tc := make(chan int, 1)\n\twork0(c)\n\tsub.Work0(c)\n}\n",
		}
		for i := range 10 {
			files[fmt.Sprintf("work%d.go", i)] = fmt.Sprintf("package main\n\nfunc work%d(c chan int) {\n\tc <- %[1]d\n\tgo func() { <-c }()\n}\n", i)
			files[fmt.Sprintf("sub/work%d.go", i)] = fmt.Sprintf("package sub\n\nfunc Work%d(c chan int) {\n\tc <- %[1]d\n\tgo func() { <-c }()\n}\n", i)
		}
		if required {
			maps.Copy(files, w.required)
		}
		return w.write("tree", files)
	}
}

// twins is a tree with twins, which generate -clean removes.
func twins(w *world) error {
	if err := sourceTree(true)(w); err != nil {
		return err
	}
	if w.twins == nil {
		if r := w.start([]string{"generate", "./..."}, *cache, "").wait(); r.code != 0 {
			return r.error()
		}
		w.twins = map[string]string{}
		for name, text := range w.files("tree") {
			w.twins[strings.TrimPrefix(name, "tree/")] = text
		}
		return nil
	}
	return w.write("tree", w.twins)
}

// small is the smallest program.
func small(w *world) error {
	return w.write("tree", map[string]string{"go.mod": "module example.com/small\n\ngo 1.26.0\n", "main.go": "package main\n\nfunc main() {}\n"})
}

// program prints a number, which is another one each time, so that it is compiled each time.
// A build of the one before is there.
func program(w *world) error {
	w.n++
	if err := w.write("tree", map[string]string{
		"go.mod":       "module example.com/program\n\ngo 1.26.0\n",
		"main.go":      fmt.Sprintf("package main\n\nvar n = \"program %d\"\n\nfunc main() { println(n) }\n", w.n),
		"main_test.go": "package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) {\n\tmain()\n\tos.Exit(0)\n}\n",
	}); err != nil {
		return err
	}
	for name, text := range w.old {
		if err := w.writeFile(name, text, 0o777); err != nil {
			return err
		}
	}
	return nil
}

// built demands that a program is the one that was there or the new one, and all of it.
func built(name string) func(w *world, done bool) error {
	name = filepath.Join("out", name)
	return func(w *world, done bool) error {
		data, err := os.ReadFile(w.path(name))
		if errors.Is(err, fs.ErrNotExist) && !done && w.old[name] == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if string(data) == w.old[name] && !done {
			return nil
		}
		out, err := exec.Command(w.path(name)).CombinedOutput()
		if want := fmt.Sprintf("program %d\n", w.n); err != nil || string(out) != want {
			return fmt.Errorf("%s, of %d bytes, is neither the old nor the new program: %v %q, want %q", name, len(data), err, out, want)
		}
		if done {
			w.old = map[string]string{name: string(data)}
		}
		return nil
	}
}

// loser has a test, and is a program, that fails in some schedules.
func loser(w *world) error {
	return w.write("tree", map[string]string{
		"go.mod":  "module example.com/loser\n\ngo 1.26.0\n",
		"main.go": "package main\n\nfunc main() { <-make(chan int) }\n",
		"main_test.go": `package main

import (
	"sync"
	"testing"
)

func TestLost(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 2 {
		wg.Go(func() {
			mu.Lock()
			was := n
			mu.Unlock()
			mu.Lock()
			n = was + 1
			mu.Unlock()
		})
	}
	wg.Wait()
	if n != 2 {
		t.Errorf("%d, want 2", n)
	}
}
`})
}

// searched demands that every file of a schedule can be read, and every line of results but for
// one at the end, which a run that was stopped has begun; once it was run again that one, too.
func searched(w *world, done bool) error {
	files, _ := filepath.Glob(w.path("out/files/*.sim"))
	if least := w.path("out/least.sim"); exists(least) {
		files = append(files, least)
	}
	for _, name := range files {
		if _, err := explore.ReadSchedule(name); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(w.path("out/results"))
	if err != nil {
		return nil
	}
	if !done {
		data = data[:bytes.LastIndexByte(data, '\n')+1]
	}
	list, err := explore.Read("results", data)
	if done && err == nil && len(list) < 20 {
		err = fmt.Errorf("%d results, want those of 20 schedules", len(list))
	}
	return err
}

// paged demands that a page, which has times in it, is there to its end.
func paged(w *world, done bool) error {
	data, err := os.ReadFile(w.path("out/lost.html"))
	if errors.Is(err, fs.ErrNotExist) && !done {
		return nil
	}
	if err == nil && !bytes.HasSuffix(bytes.TrimSpace(data), []byte("</html>")) {
		err = fmt.Errorf("a page of %d bytes is cut off", len(data))
	}
	return err
}

// profiled demands that a profile can be read.
func profiled(w *world, done bool) error {
	data, err := os.ReadFile(w.path("out/parked.pb"))
	if errors.Is(err, fs.ErrNotExist) && !done {
		return nil
	}
	if err == nil {
		_, err = profile.ParseData(data)
	}
	return err
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// loose are files that whole looks at.
func (k *kase) loose(name string) bool { return k.whole != nil && strings.HasPrefix(name, "out/") }

// state says whether the files are those of before or of after, and fails if they are neither.
func (k *kase) state(w *world, before, after map[string]string, done bool) (changed bool, err error) {
	now := w.files("tree", "out")
	if k.whole != nil {
		if err := k.whole(w, done); err != nil {
			return false, err
		}
	}
	if k.stdout != "" && !done {
		delete(now, "out/"+k.stdout) // the shell has it
	}
	// What is written before it has its name goes with the next run (litter).
	loose := func(name, _ string) bool {
		return k.loose(name) || !done && strings.HasPrefix(filepath.Base(name), ".greenify-")
	}
	maps.DeleteFunc(now, loose)
	before, after = maps.Clone(before), maps.Clone(after)
	for _, m := range []map[string]string{before, after} {
		maps.DeleteFunc(m, loose)
		if k.stdout != "" && !done {
			delete(m, "out/"+k.stdout)
		}
	}
	switch {
	case maps.Equal(now, after):
		return true, nil
	case done:
		return false, fmt.Errorf("the files are not those of a run that nobody disturbs: %s", difference(now, after))
	case maps.Equal(now, before):
		return false, nil
	}
	return false, fmt.Errorf("the files are neither those before (%s) nor those after it (%s)", difference(now, before), difference(now, after))
}

// difference says which files differ.
func difference(now, want map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if text, ok := want[name]; !ok {
			list = append(list, "more: "+name)
		} else if text != now[name] {
			list = append(list, "other: "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := now[name]; !ok {
			list = append(list, "missing: "+name)
		}
	}
	return cmp.Or(strings.Join(list, ", "), "none")
}
