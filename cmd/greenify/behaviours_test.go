package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// Programs that check themselves, one for each behaviour that eventlet and gevent
// are known for, or are known to get wrong.
const behaviours = "../../testdata/behaviours"

// steps are what a first build says beside the go command.
var steps = regexp.MustCompile(`(?m)^greenify: (making the private toolchain|compiling the standard library) ?.*\n`)

// A behaviour is a named test. Its program, testdata/behaviours/NAME, is built by
// greenify and run on all processors and on one: it must end as its header says
// (testdata/programs/README.md), with status 0 if that says nothing.
type behaviour struct {
	name     string
	off      bool     // run the program with GREENIFY=off, too
	programs []string // of testdata/programs, which show it as well
	test     func(t *testing.T, b *behaviourBuild)
}

// behaviourTable is what the tests of eventlet and gevent come down to. Each of these
// is broken on purpose in mutants_test.go.
var behaviourTable = []behaviour{
	{name: "01-ticker", test: testTicker},
	{name: "02-not-covered", off: true, test: testNotCovered},
	{name: "03-same-output", programs: []string{"forms-select", "os-pipe", "panic-thread"}},
	{name: "04-lock-across-yield", off: true},
	{name: "05-primitives", off: true},
	{name: "06-sleepers", off: true},
	{name: "07-kill", off: true},
	{name: "08-timeouts", off: true},
	{name: "09-close", off: true},
	{name: "10-deadlock", off: true},
	{name: "11-blocked-detector"},
	{name: "12-foreign", off: true, programs: []string{"cgo-exact", "cgo-thread", "native-spawn"}},
	{name: "13-callbacks", off: true},
	{name: "14-two-hubs"},
	{name: "15-offload", test: testOffload},
	{name: "16-accept-loop", off: true},
	{name: "17-stale-wakeup", off: true},
	{name: "18-broken-pipe", off: true},
	{name: "19-fairness", off: true, programs: []string{"poll-sync", "poll-busy", "poll-sleep", "busy-left"}},
	{name: "20-two-queries", off: true},
	{name: "21-run-twice", test: testRunTwice},
	{name: "22-patch", test: testPatch},
	{name: "23-empty-hub", test: testEmptyHub},
	{name: "24-server-and-client"},
	{name: "25-kill-in-std", off: true},
}

func TestBehaviours(t *testing.T) {
	b := &behaviourBuild{greenify: greenifyCommand(t), dir: t.TempDir()}
	b.once = sync.OnceValue(b.build)
	for _, row := range behaviourTable {
		t.Run(row.name, func(t *testing.T) {
			_, err := os.Stat(filepath.Join(behaviours, row.name, "main.go"))
			own := err == nil
			if own {
				b.own = append(b.own, "./"+row.name)
			}
			for _, name := range row.programs {
				b.programs = append(b.programs, "./"+name)
			}
			t.Parallel() // goes on when all that run have said what to build
			if err := b.once(); err != nil {
				t.Fatalf("%s: %v", notBuilt, err)
			}
			if own {
				b.run(t, row)
			}
			for _, name := range row.programs {
				t.Run(name, func(t *testing.T) { testProgram(t, name, b.path("plain"), b.path("patched")) })
			}
			if row.test != nil {
				row.test(t, b)
			}
		})
	}
}

// notBuilt begins the message that a program could not be built. mutants_test.go
// tells by it a feature that is broken from one that is not there.
const notBuilt = "not built"

// behaviourBuild builds what the subtests that run need, each way with one command.
type behaviourBuild struct {
	greenify      string
	dir           string
	own, programs []string // packages of testdata/behaviours and of testdata/programs
	once          func() error
}

func (b *behaviourBuild) path(elem ...string) string {
	return filepath.Join(append([]string{b.dir}, elem...)...)
}

func (b *behaviourBuild) build() error {
	for _, c := range []struct {
		command, dir, out string
		packages          []string
	}{
		{b.greenify, behaviours, "own", b.own},
		{"go", programs, "plain", b.programs},
		{b.greenify, programs, "patched", b.programs},
	} {
		if c.packages == nil {
			continue
		}
		if err := os.MkdirAll(b.path(c.out), 0o777); err != nil {
			return err
		}
		out := b.path(c.out) + string(filepath.Separator)
		cmd := exec.Command(c.command, append([]string{"build", "-trimpath", "-o", out}, c.packages...)...)
		cmd.Dir = c.dir
		if msg, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %v\n%s", cmd, err, msg)
		}
	}
	return nil
}

// run runs the program of a row.
func (b *behaviourBuild) run(t *testing.T, row behaviour) {
	want := readDirectives(t, filepath.Join(behaviours, row.name, "main.go"))
	bin := b.path("own", row.name)
	runs := []run{
		{title: "patched", bin: bin, green: true},
		{title: "patched on one processor", bin: bin, green: true, env: []string{"GOMAXPROCS=1"}},
	}
	if row.off {
		runs = append(runs, run{title: "off", bin: bin, env: []string{"GREENIFY=off"}})
	}
	checkRuns(t, want, runs)
}

// prints ends a line of the log that is no failure.
const prints = " prints"

// checkRuns runs programs that check themselves.
func checkRuns(t *testing.T, want directives, runs []run) {
	for _, r := range runs {
		r.do(t, want)
		t.Logf("%s%s\n%s", r.title, prints, r.stdout)
		for _, problem := range want.check(r, r) {
			t.Errorf("%s: %s", r.title, problem)
		}
	}
}

// notInSource are the programs whose behaviour is another when they are patched in
// source, and why.
var notInSource = map[string]string{
	"07-kill":             "a thread is killed when its wait is over (Handle.Kill)",
	"08-timeouts":         "likewise",
	"11-blocked-detector": "there is no watchdog (OnBlocked)",
	"17-stale-wakeup":     "a thread is killed when its wait is over",
	"25-kill-in-std":      "likewise; the standard library returns first",
}

// The same behaviours in source: greenify rewrite -w patches the programs, the plain
// go command builds them.
func TestBehavioursInSource(t *testing.T) {
	src, bin := t.TempDir(), t.TempDir()
	if err := os.CopyFS(src, os.DirFS(behaviours)); err != nil {
		t.Fatal(err)
	}
	requireGreen(t, src)
	goCommand(t, src, greenifyCommand(t), "rewrite", "-w", "./...")
	goCommand(t, src, "go", "build", "-o", bin+string(filepath.Separator), "./...")
	for _, row := range behaviourTable {
		source := filepath.Join(src, row.name, "main.go")
		if _, err := os.Stat(source); err != nil {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var runs []run
			if notInSource[row.name] == "" {
				runs = append(runs,
					run{title: "patched", bin: filepath.Join(bin, row.name)},
					run{title: "patched on one processor", bin: filepath.Join(bin, row.name), env: []string{"GOMAXPROCS=1"}})
			}
			if row.off {
				runs = append(runs, run{title: "off", bin: filepath.Join(bin, row.name), env: []string{"GREENIFY=off"}})
			}
			want := readDirectives(t, source)
			want.stderr = append(want.stderr, regexp.MustCompile("")) // statistics may be there
			checkRuns(t, want, runs)
		})
	}
}

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
		// Each set of groups has a standard library of its own, which may have to be compiled.
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
