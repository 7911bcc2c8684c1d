package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
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
	t.Parallel()
	b := &behaviourBuild{greenify: greenifyCommand(t), dir: t.TempDir()}
	b.once = sync.OnceValue(b.build)
	for _, row := range behaviourTable {
		t.Run(row.name, func(t *testing.T) {
			_, err := os.Stat(filepath.Join(behaviours, row.name, "main.go"))
			own := err == nil
			if own {
				b.own = append(b.own, "./"+row.name)
			}
			if os.Getenv("GREENIFY_KINDS") == "" {
				row.programs = nil // TestPrograms runs them; make whole and the mutants do here
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
		cmd := exec.Command(c.command, append([]string{"build", symbols, "-o", out}, c.packages...)...)
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
	t.Parallel()
	src, bin := t.TempDir(), t.TempDir()
	if err := os.CopyFS(src, os.DirFS(behaviours)); err != nil {
		t.Fatal(err)
	}
	requireGreen(t, src)
	goCommand(t, src, greenifyCommand(t), "rewrite", "-w", "./...")
	goCommand(t, src, "go", "build", symbols, "-o", bin+string(filepath.Separator), "./...")
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
