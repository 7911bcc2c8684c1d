package main_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/greenify-go/greenify/runtime/setting"
)

// Programs that plain Go and greenify must run alike; their README.md says what
// is compared and which directives change it.
const programs = "../../testdata/programs"

var keepPrograms = flag.String("programs", "", "build the programs into this `directory` and keep them")

// programTimeout is for one run; most take a few milliseconds.
const programTimeout = 2 * time.Minute

func TestPrograms(t *testing.T) {
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

// buildPrograms builds programs of a module with one command and returns their folder.
// It has the symbols that a stack dump needs and no others: to link is most of the work.
func buildPrograms(t *testing.T, kind, module, command string, packages ...string) (dir string) {
	t.Helper()
	dir, err := filepath.Abs(*keepPrograms)
	if err != nil {
		t.Fatal(err)
	}
	if *keepPrograms == "" {
		dir = sharedDir(t)
	}
	dir = filepath.Join(dir, kind)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	args := []string{"build", "-trimpath", "-ldflags=-w", "-o", dir + string(filepath.Separator)}
	cmd := exec.Command(command, append(args, packages...)...)
	cmd.Dir = module
	if module != programs { // a copy, which requires package green
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	}
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, msg)
	}
	return dir
}

// plainPrograms builds the programs with plain Go, once for all tests.
func plainPrograms(t *testing.T) (dir string) {
	t.Helper()
	builtPlain.Do(func() { builtPlainDir = buildPrograms(t, "plain", programs, "go", "./...") })
	if builtPlainDir == "" {
		t.Fatal("plain Go does not build the programs")
	}
	return builtPlainDir
}

var (
	builtPlain    sync.Once
	builtPlainDir string
)

// sharedDir is a folder for all tests, which testscript.Main removes: that of its links.
func sharedDir(t *testing.T) string {
	t.Helper()
	link, err := exec.LookPath("greenify")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(link))
}

// greenifyCommand returns the command under test: GREENIFY_CMD, or this package
// (script_test.go, TestMain).
func greenifyCommand(t *testing.T) string {
	if cmd := os.Getenv("GREENIFY_CMD"); cmd != "" {
		return cmd
	}
	bin, err := exec.LookPath("greenify") // as which this test binary is there
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func haveCgo(t *testing.T) bool {
	out, err := exec.Command("go", "env", "CGO_ENABLED").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)) == "1"
}

// directives are what the opening comment of a program asks for.
type directives struct {
	exit          string
	sameStderr    bool
	stderr        []*regexp.Regexp
	patchedStderr []*regexp.Regexp
	want          []string
	env           []string
	needs         string
}

var (
	header    = regexp.MustCompile(`^(?://.*\n)*`)
	directive = regexp.MustCompile(`^// ([a-z-]+): (.+)$`)
	position  = regexp.MustCompile(`@\w+`)
)

func readDirectives(t *testing.T, source string) directives {
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	pattern := func(s string) *regexp.Regexp {
		return regexp.MustCompile(position.ReplaceAllStringFunc(s, func(mark string) string {
			before, _, ok := bytes.Cut(text, []byte("// "+mark+"\n"))
			if !ok {
				t.Fatalf("%s: no line is marked %s", source, mark)
			}
			return fmt.Sprintf(`main\.go:%d\b`, bytes.Count(before, []byte("\n"))+1)
		}))
	}
	d := directives{exit: "exit status 0"}
	_, list, _ := strings.Cut(string(header.Find(text)), "\n//\n")
	for line := range strings.Lines(list) {
		m := directive.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("%s: %q is no directive", source, line)
		}
		switch key, value := m[1], m[2]; key {
		case "exit":
			d.exit = "signal: " + value
			if strings.Trim(value, "0123456789") == "" {
				d.exit = "exit status " + value
			}
		case "stderr":
			if value == "same" {
				d.sameStderr = true
				continue
			}
			d.stderr = append(d.stderr, pattern(value))
		case "patched-stderr":
			d.patchedStderr = append(d.patchedStderr, pattern(value))
		case "want":
			d.want = append(d.want, value)
		case "env":
			d.env = append(d.env, value)
		case "needs":
			d.needs = value
		default:
			t.Fatalf("%s: unknown directive %q; the known ones are in README.md there", source, key)
		}
	}
	return d
}

// run is one run of a program and its outcome.
type run struct {
	title  string
	bin    string
	args   []string
	env    []string
	green  bool // on the hub
	exit   string
	stdout string
	stderr string
}

func (r *run) do(t *testing.T, d directives) {
	t.Helper()
	if err := r.try(t, d); err != nil {
		t.Fatalf("%s: %v\nstdout:\n%s\nstderr:\n%s", r.title, err, r.stdout, r.stderr)
	}
}

// try is do for a program that may hang: that is its error.
func (r *run) try(t *testing.T, d directives) error {
	ctx, cancel := context.WithTimeout(t.Context(), programTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.bin, r.args...)
	cmd.Dir = t.TempDir()
	cmd.Env = slices.Concat(os.Environ(), []string{"GREENIFY="}, r.env, d.env)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // shows who waits for what
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	r.stdout, r.stderr = stdout.String(), stderr.String()
	if ctx.Err() != nil || cmd.ProcessState == nil {
		return fmt.Errorf("%v (%v)", err, ctx.Err())
	}
	r.exit = cmd.ProcessState.String()
	return nil
}

// check compares a run with what is expected of it.
func (d directives) check(r, plain run) (problems []string) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	switch {
	case d.want == nil:
		if r.exit != d.exit {
			report("ends with %s, want %s; stderr:\n%s", r.exit, d.exit, clip(r.stderr))
		}
		if r.stdout != plain.stdout {
			report("stdout differs from plain:\n%s", diff(r.stdout, plain.stdout))
		}
		if r.stdout == "" && d.stderr == nil {
			report("prints nothing, so nothing is proved")
		}
	case r.green:
		if r.exit != d.exit {
			report("ends with %s, want %s; stderr:\n%s", r.exit, d.exit, clip(r.stderr))
		}
		if want := strings.Join(d.want, "\n") + "\n"; r.stdout != want {
			report("stdout is not what the header wants:\n%s", diff(r.stdout, want))
		}
	default:
		return nil
	}

	if d.sameStderr {
		if got, want := withoutAddresses(r.stderr), withoutAddresses(plain.stderr); got != want {
			report("stderr differs from plain:\n%s", diff(got, want))
		}
	}
	patterns := d.stderr
	if r.green {
		patterns = slices.Concat(d.stderr, d.patchedStderr)
	}
	for _, p := range patterns {
		if !p.MatchString(r.stderr) {
			report("stderr does not match %s:\n%s", p, clip(r.stderr))
		}
	}
	if !d.sameStderr && patterns == nil && r.stderr != "" {
		report("prints on stderr:\n%s", clip(r.stderr))
	}
	return problems
}

var address = regexp.MustCompile(`0x[0-9a-f]+\??|goroutine \d+|gp=\S+ m=\S+ mp=\S+`)

// withoutAddresses removes from a crash report what differs from run to run.
func withoutAddresses(stderr string) string {
	return address.ReplaceAllStringFunc(stderr, func(s string) string { return strings.TrimRight(s, "0123456789abcdefx?") })
}

// diff shows two texts from the first line in which they differ.
func diff(got, want string) string {
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	n := 0
	for n < len(g)-1 && n < len(w)-1 && g[n] == w[n] {
		n++
	}
	return fmt.Sprintf("from line %d on, got:\n%s\nwant:\n%s", n+1, clip(strings.Join(g[n:], "")), clip(strings.Join(w[n:], "")))
}

// clip shortens a long output for a report.
func clip(s string) string {
	lines := strings.SplitAfterN(s, "\n", 61)
	if len(lines) > 60 {
		lines[60] = "...\n"
	}
	return strings.Join(lines, "")
}

// knownSettings lists the settings of the help: the first column.
func knownSettings() []string {
	var list []string
	for line := range strings.Lines(setting.Help(false)) {
		if text, ok := strings.CutPrefix(line, "\t"); ok && !strings.HasPrefix(text, " ") {
			list = append(list, strings.Fields(text)[0])
		}
	}
	return list
}

// testSettings runs a program, which prints while it is initialized, with the
// settings of the GREENIFY variable.
func testSettings(t *testing.T, plain, patched string) {
	want := run{title: "plain", bin: plain}
	want.do(t, directives{})
	const refused = `^greenify: .*\bsetting.*GREENIFY.*\boff\b.*\bstats=1\b`
	for _, known := range knownSettings() { // the hub knows what the help says
		r := run{title: known, bin: patched, env: []string{"GREENIFY=" + known}}
		r.do(t, directives{})
		if r.exit != "exit status 0" {
			t.Errorf("GREENIFY=%s: %s, stderr:\n%s", known, r.exit, r.stderr)
		}
	}
	const stats = `^greenify: threads=[1-9]\d* .*switches=[1-9]`
	for _, test := range []struct {
		value  string
		exit   string
		stderr string
	}{
		{"", "exit status 0", `^$`},
		{"off", "exit status 0", `^$`},
		{"stats=1", "exit status 0", stats},
		{",stats=1,", "exit status 0", stats},
		{"off,stats=1", "exit status 0", `^greenify: threads=0 .*switches=0 `},
		{"bogus", "exit status 2", refused},
		{"bogus", "exit status 2", `\bbogus\b`},
		{"off,bogus", "exit status 2", refused},
		{"stats=2", "exit status 2", `^greenify: GREENIFY: stats=2: is neither 0 nor 1; see greenify help runtime`},
		{"OFF", "exit status 2", refused},
	} {
		r := run{title: test.value, bin: patched, env: []string{"GREENIFY=" + test.value}}
		r.do(t, directives{})
		stdout := want.stdout
		if test.exit != want.exit {
			stdout = "" // refused before anything of the program runs
		}
		if r.exit != test.exit || r.stdout != stdout || !regexp.MustCompile(test.stderr).MatchString(r.stderr) {
			t.Errorf("GREENIFY=%s: %s, stdout:\n%sstderr:\n%swant %s, stdout:\n%sstderr that matches %s",
				test.value, r.exit, r.stdout, r.stderr, test.exit, stdout, test.stderr)
		}
	}
}
