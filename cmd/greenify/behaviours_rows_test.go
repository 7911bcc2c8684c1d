package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// testTicker makes the operations of testdata/ticker/ops of which its table says that
// they are cooperative: the ticker goes on in every one. make ticker has the figures.
func testTicker(t *testing.T, b *behaviourBuild) {
	table, err := os.ReadFile("../../testdata/ticker/ticks.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(table)), "\n")[1:]
	wanted := map[string]int{} // number by name
	for i, row := range rows {
		f := strings.Split(row, "\t")
		if f[3] == "cooperative" && (f[0] != "builtins" || haveCgo(t)) {
			wanted[f[1]] = i + 1
		}
	}
	if len(wanted) < 200 {
		t.Fatalf("only %d operations are cooperative", len(wanted))
	}
	ops := b.path("ticker")
	cmd := exec.Command(b.greenify, "build", "-o", ops, ".")
	cmd.Dir = "../../testdata/ticker/ops"
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", notBuilt, err, msg)
	}
	const parts = 8 // they sleep most of the time
	var mu sync.Mutex
	missing := maps.Clone(wanted)
	var wg sync.WaitGroup
	for part := range parts {
		wg.Go(func() {
			list := ticks(t, ops, part*len(rows)/parts+1, (part+1)*len(rows)/parts)
			mu.Lock()
			defer mu.Unlock()
			maps.DeleteFunc(missing, func(name string, _ int) bool { return list[name] })
		})
	}
	wg.Wait()
	// Some may have more chances, for the machine may have other things to do.
	for range 8 {
		if len(missing) > len(wanted)/4 {
			break
		}
		for name, n := range maps.Clone(missing) {
			wg.Go(func() {
				list := ticks(t, ops, n, n)
				mu.Lock()
				defer mu.Unlock()
				if list[name] {
					delete(missing, name)
				}
			})
		}
		wg.Wait()
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s: the ticker stands still", name)
	}
	t.Logf("%d operations", len(wanted))
}

// ticks makes the operations from one number to another and returns those in which
// the ticker had at least a quarter of its turns. It ends at one that hangs.
func ticks(t *testing.T, ops string, from, to int) map[string]bool {
	r := run{title: "ticker", bin: ops, args: []string{"-from", strconv.Itoa(from), "-to", strconv.Itoa(to)}}
	if err := r.try(t, directives{}); err != nil {
		t.Logf("operations %d to %d: %v\n%s", from, to, err, clip(r.stderr))
	}
	list := map[string]bool{}
	for line := range strings.Lines(r.stdout) {
		switch f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) {
		case 4:
			t.Logf("%s: %s", f[2], f[3])
		case 5:
			var took, ticks int // milliseconds, ticks of 5 ms
			if _, err := fmt.Sscan(f[3]+" "+f[4], &took, &ticks); err != nil {
				t.Errorf("strange line %q", line)
			}
			list[f[2]] = ticks > 0 && ticks*4 >= took/5
		}
	}
	return list
}

// testNotCovered demands that greenify inspect lists the call that keeps the hub.
func testNotCovered(t *testing.T, b *behaviourBuild) {
	stdout := runCommand(t, ".", 0, nil, b.greenify, "inspect", b.path("own", "02-not-covered"))
	if !regexp.MustCompile(`main\.go:\d+: syscall\.RawSyscall: package runtime is not told of the call`).MatchString(stdout) {
		t.Errorf("greenify inspect does not list RawSyscall:\n%s", stdout)
	}
}

// testOffload demands that a pool without workers is refused.
func testOffload(t *testing.T, b *behaviourBuild) {
	for _, size := range []string{"0", "-1", "many"} {
		r := run{bin: b.path("own", "15-offload")}
		r.do(t, directives{env: []string{"GREENIFY=offload=" + size}})
		if r.exit != "exit status 2" || !strings.Contains(r.stderr, "offload="+size+": ") || r.stdout != "" {
			t.Errorf("GREENIFY=offload=%s: %s\n%s%s", size, r.exit, r.stdout, r.stderr)
		}
	}
}

// testRunTwice rewrites a module twice: the second run changes nothing. Nor does a
// whole-program build change anything, and it makes the same binary again.
func testRunTwice(t *testing.T, b *behaviourBuild) {
	dir := b.path("twice")
	copyPrograms(t, dir)
	before := tree(t, dir)
	packages := []string{"./internal/...", "./forms-go", "./forms-receive", "./forms-select", "./forms-send", "./forms-sync", "./net-close"}
	var bins [2][]byte
	for i := range bins {
		runCommand(t, dir, 0, nil, b.greenify, "build", "-o", b.path("twice.bin"), "./forms-go")
		data, err := os.ReadFile(b.path("twice.bin"))
		if err != nil {
			t.Fatal(err)
		}
		bins[i] = data
	}
	if !bytes.Equal(bins[0], bins[1]) {
		t.Error("a second build makes another binary")
	}
	if !maps.Equal(tree(t, dir), before) {
		t.Error("a build changes sources")
	}
	goCommand(t, dir, b.greenify, append([]string{"rewrite", "-w"}, packages...)...)
	once := tree(t, dir)
	if maps.Equal(once, before) {
		t.Fatal("rewrite changes nothing")
	}
	goCommand(t, dir, b.greenify, append([]string{"rewrite", "-w"}, packages...)...)
	for name, text := range tree(t, dir) {
		if text != once[name] {
			t.Errorf("a second run changes %s:\n%s", name, diff(text, once[name]))
		}
	}
}

// testPatch compares every combination of -patch with the truth table of
// eventlet.monkey_patch, and what two sets do with what they say.
func testPatch(t *testing.T, b *behaviourBuild) {
	// Each of five groups, and all, is named, taken out or not mentioned.
	names := append([]string{"all"}, rules.Groups[:5]...)
	for n := range 3 * 3 * 3 * 3 * 3 * 3 {
		var words []string
		state := map[string]int{}
		for _, name := range names {
			switch state[name] = n % 3; n % 3 {
			case 1:
				words = append(words, name)
			case 2:
				words = append(words, "-"+name)
			}
			n /= 3
		}
		if words == nil {
			continue // no -patch: all
		}
		onlyFalse := !slices.ContainsFunc(rules.Groups, func(g string) bool { return state[g] == 1 })
		var want []string
		for _, g := range rules.Groups {
			switch {
			case state[g] == 1,
				state[g] == 0 && state["all"] == 1,
				state[g] == 0 && state["all"] == 0 && onlyFalse:
				want = append(want, g)
			}
		}
		flag := strings.Join(words, ",")
		got, err := rules.ParsePatch(flag)
		if !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("-patch=%s: %v, %v, want %v", flag, got, err, want)
		}
	}
	for flag, want := range map[string]string{
		"all,-db":   "os select socket thread time process signal dns builtins\n",
		"-os,-time": "select socket thread process signal dns db builtins\n",
	} {
		if os.Getenv("GREENIFY_KINDS") == "" {
			break // each set has a standard library of its own: make kinds
		}
		// It may have to be compiled.
		out := runCommand(t, behaviours, 0, nil, b.greenify, "run", "-patch="+flag, "./22-patch")
		if out = steps.ReplaceAllString(out, ""); out != want {
			t.Errorf("-patch=%s patches %s, want %s", flag, out, want)
		}
	}
	for flag, want := range map[string]string{
		"threading":  `greenify: unknown group "threading" in -patch`,
		"time,-time": "greenify: -patch=time,-time names time both ways",
		"-all":       "greenify: -patch=-all patches nothing",
		"-thread":    "greenify: -patch without thread: ",
	} {
		if stderr := runCommand(t, behaviours, 2, nil, b.greenify, "build", "-patch="+flag, "-o", b.path("none"), "./04-lock-across-yield"); !strings.HasPrefix(stderr, want) {
			t.Errorf("-patch=%s: %s", flag, stderr)
		}
		if _, err := os.Stat(b.path("none")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("-patch=%s builds: %v", flag, err)
		}
	}
}

// testEmptyHub runs tests that leave nothing, a thread, a timer in the hub.
func testEmptyHub(t *testing.T, b *behaviourBuild) {
	bin := b.path("empty.test")
	cmd := exec.Command(b.greenify, "test", "-c", "-o", bin, "./23-empty-hub")
	cmd.Dir = behaviours
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", notBuilt, err, msg)
	}
	runCommand(t, ".", 0, nil, bin, "-test.run=TestClean")
	for name, want := range map[string]string{
		"TestThread": `empty_test\.go:\d+: left in the hub:\n\s+thread \d+ waits in chan send, \S+, started at \S+empty_test\.go:23 by thread \d+\n`,
		"TestTimer":  `empty_test\.go:\d+: left in the hub:\n\s+1 calls of time\.AfterFunc are due\n`,
	} {
		if stdout := runCommand(t, ".", 1, nil, bin, "-test.run="+name); !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("%s does not match %s:\n%s", name, want, stdout)
		}
	}
}
