// Command compare runs the tests of standard library packages, or with -modules those
// of third-party modules, plain and patched, and compares them test by test, subtests
// included.
//
//	go run ./testdata/std/compare [flags] [packages]
//	go run ./testdata/std/compare -all [flags]
//	go run ./testdata/std/compare -modules testdata/std/modules.tsv [flags] [regexp]
//
// Every test that passes with go test must pass with greenify test, but for
// the ones in exceptions.tsv. A test that differs is run once more by itself,
// plain and patched, in fresh processes, while no other package is tested: only if
// it fails patched and passes plain again does it count. The others are printed as
// flaky. A line of exceptions.tsv whose test passes patched is an error too.
//
// Exit status: 0 all is as it should be, 1 a test differs or an exception is
// stale, 2 usage, or tests that could not be run at all.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/build"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/greenify-go/greenify/testdata/std/internal/tool"
)

// packages is what is compared unless packages are named: what starts
// goroutines, or what they wait for.
var packages = strings.Fields(`
	sync internal/sync sync/atomic context time io bufio database/sql
	net/textproto os/exec os/signal net/rpc net/http/httptest net net/http
	net/http/httputil crypto/tls testing testing/synctest iter reflect
	internal/poll os runtime/trace log/slog
`)

func init() {
	// The tests of HTTP/2, a package of its own in Go 1.27.
	if slices.Contains(build.Default.ReleaseTags, "go1.27") {
		packages = append(packages, "net/http/internal/http2")
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	short := flags.Bool("short", false, "leave out the long tests, as in go test")
	limit := flags.Duration("timeout", 10*time.Minute, "`time` that one run of a package's tests may take")
	file := flags.String("exceptions", "testdata/std/exceptions.tsv", "`file` of the tests known to fail patched")
	verbose := flags.Bool("v", false, "print the output of the tests that fail")
	modules := flags.String("modules", "", "compare the modules of this `file`: path, version, packages")
	more := flags.String("flags", "", "more `flags` of go test, such as \"-count=3 -shuffle=on\"")
	all := flags.Bool("all", false, "compare all packages of the standard library that have tests")
	atOnce := flags.Int("p", runtime.NumCPU(), "test so `many` packages at a time")
	quick := flags.Bool("quick", false, "run plain only what does not pass patched; the table has no more of plain")
	out := flags.String("o", "", "write the table to this `file`, too, with the release, the machine and the date")
	if flags.Parse(args) != nil {
		return 2
	}
	if *atOnce < 1 || *all && (*modules != "" || flags.NArg() > 0) {
		fmt.Fprintln(stderr, "compare: -p takes a number of packages, and -all goes without names of them and -modules")
		return 2
	}
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		fmt.Fprintf(stderr, "compare: %v\n", err)
		return 2
	}
	defer os.RemoveAll(dir)
	var targets []target
	if *modules == "" {
		targets, err = standard(ctx, flags.Args(), *all, *file)
	} else {
		targets, err = thirdParty(ctx, *modules, flags.Args(), dir, *file)
	}
	if err != nil {
		fmt.Fprintf(stderr, "compare: %v\n", err)
		return 2
	}
	greenify, err := tool.Greenify(dir)
	if err != nil {
		fmt.Fprintf(stderr, "compare: %v\n", err)
		return 2
	}
	started := time.Now()
	// What both commands leave out: go vet is not what is compared, and debug information
	// is a third of the time to link.
	common := append([]string{"-vet=off", "-ldflags=-w"}, strings.Fields(*more)...)
	// Programs that a test starts and whose output it compares inherit the variable, so they
	// do not report what the hub sees. Its value is the default in test binaries.
	quiet := []string{"GREENIFY=busy=100ms"}
	var machine sync.RWMutex
	reports := each(*atOnce, targets, func(t target) result {
		r, err := comparison{
			plain:   runner{command: "go", short: *short, dir: t.dir, flags: common},
			patched: runner{command: greenify, short: *short, dir: t.dir, flags: common, env: quiet},
			limit:   *limit,
			quick:   *quick,
			machine: &machine,
		}.compare(ctx, t.pkg, t.exceptions)
		return result{r, err}
	})
	code, total := 0, report{plain: newSuite(), patched: newSuite()}
	var lines bytes.Buffer
	table := io.MultiWriter(stdout, &lines)
	fmt.Fprintf(table, row, "", "plain pass/fail/skip", "patched pass/fail/skip", "seconds")
	for i, t := range targets {
		one := <-reports[i]
		if one.err != nil {
			fmt.Fprintf(stderr, "compare: %s: %v\n", t.pkg, one.err)
			code = 2
			if ctx.Err() != nil {
				break
			}
			continue
		}
		if bad := one.report.print(table, t.pkg); bad && code == 0 {
			code = 1
		}
		if *verbose {
			one.report.printOutput(stdout)
		}
		total.add(t.pkg, one.report)
	}
	if len(targets) > 1 {
		total.print(table, fmt.Sprintf("all %d packages", len(targets)))
	}
	if *out != "" && code < 2 {
		if err := os.WriteFile(*out, []byte(about(time.Since(started))+lines.String()), 0o644); err != nil {
			fmt.Fprintf(stderr, "compare: %v\n", err)
			return 2
		}
	}
	return code
}

// result is what came of one package.
type result struct {
	report *report
	err    error
}

// each calls f for each of all, for so many at once, and returns a channel for each result.
func each[T, R any](atOnce int, all []T, f func(T) R) []chan R {
	results := make([]chan R, len(all))
	for i := range results {
		results[i] = make(chan R, 1)
	}
	free := make(chan bool, atOnce)
	go func() {
		for i, one := range all {
			free <- true
			go func() {
				results[i] <- f(one)
				<-free
			}()
		}
	}()
	return results
}

// about says what was compared, where, when and how long.
func about(took time.Duration) string {
	processor := runtime.GOARCH
	info, _ := os.ReadFile("/proc/cpuinfo") // arm64 has no names there
	for line := range strings.Lines(string(info)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			processor = strings.TrimSpace(value)
		}
	}
	return fmt.Sprintf("%s, %d CPUs (%s), %s, %v\n\n", runtime.Version(), runtime.NumCPU(), processor,
		time.Now().UTC().Format(time.DateOnly), took.Round(time.Minute))
}

// target is one package to compare.
type target struct {
	pkg        string
	dir        string // where the go command runs; empty: here
	exceptions []exception
}

// standard returns the packages of the standard library that are named, or all that have
// tests, by default packages, with their lines of the file of exceptions.
func standard(ctx context.Context, list []string, all bool, file string) ([]target, error) {
	exceptions, err := readExceptions(file)
	if err != nil {
		return nil, err
	}
	if all {
		out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}", "std").Output()
		if err != nil {
			return nil, fmt.Errorf("go list std: %w", err)
		}
		list = strings.Fields(string(out))
	} else if len(list) == 0 {
		list = packages
	}
	var targets []target
	for _, pkg := range list {
		targets = append(targets, target{pkg: pkg, exceptions: of(pkg, exceptions)})
	}
	return targets, nil
}

// comparison is one way to run tests against another.
type comparison struct {
	plain, patched runner
	limit          time.Duration
	// quick runs a package's tests plain only if patched one fails, and else those that are skipped
	// patched: what passes patched cannot differ.
	quick bool
	// machine is shared by those who run whole packages, and held by who runs one test alone.
	machine *sync.RWMutex
}

// finding is one line of the report on a package.
type finding struct {
	test, text string
	bad        bool
	output     []string
}

type report struct {
	plain, patched *suite
	findings       []finding
}

// add counts the tests of a package's report to those of all.
func (r *report) add(pkg string, one *report) {
	for _, pair := range [][2]*suite{{r.plain, one.plain}, {r.patched, one.patched}} {
		for name, o := range pair[1].outcome {
			if name != whole {
				pair[0].outcome[pkg+" "+name] = o
			}
		}
		pair[0].took += pair[1].took
	}
}

// compare runs the tests of pkg. Its exceptions are left out of the patched
// run, so that one that hangs does not cost the rest, and tried by themselves.
func (c comparison) compare(ctx context.Context, pkg string, exceptions []exception) (*report, error) {
	var without []string
	for _, e := range exceptions {
		without = append(without, e.test)
	}
	plain, patched, err := c.suites(ctx, pkg, without)
	if err != nil {
		return nil, err
	}
	r := &report{plain: plain, patched: patched}

	suspects := map[string][]string{} // by top-level test
	for _, test := range differing(plain, patched, without) {
		top, _, _ := strings.Cut(test, "/")
		suspects[top] = append(suspects[top], test)
	}
	for _, top := range slices.Sorted(maps.Keys(suspects)) {
		plainAlone, patchedAlone, err := c.alone(ctx, pkg, top, without, plain)
		if err != nil {
			return nil, err
		}
		for _, test := range suspects[top] {
			r.findings = append(r.findings, verdict(test, patched, plainAlone, patchedAlone))
		}
	}
	for _, e := range exceptions {
		if plain.outcome[e.test] == skip {
			continue // needs what this machine, or -short, does not have
		}
		_, patchedAlone, err := c.alone(ctx, pkg, e.test, nil, plain)
		if err != nil {
			return nil, err
		}
		r.findings = append(r.findings, e.verdict(plain, patchedAlone))
	}
	return r, nil
}

// suites runs the tests of pkg, patched those but without, beside other packages.
func (c comparison) suites(ctx context.Context, pkg string, without []string) (plain, patched *suite, err error) {
	c.machine.RLock()
	defer c.machine.RUnlock()
	if c.quick && len(without) == 0 {
		if patched, err = c.patched.all(ctx, pkg, nil, nil, c.limit); err != nil {
			return nil, nil, err
		}
		if skipped, clear := patched.skipped(); clear {
			if plain = newSuite(); len(skipped) > 0 {
				plain, _, err = c.plain.once(ctx, pkg, skipped, nil, c.limit)
			}
			return plain, patched, err
		}
	}
	if plain, err = c.plain.all(ctx, pkg, nil, nil, c.limit); err != nil {
		return nil, nil, err
	}
	patched, err = c.patched.all(ctx, pkg, without, plain, c.limit)
	return plain, patched, err
}

// alone runs one test, or the whole package again, plain and patched, and nothing beside it.
func (c comparison) alone(ctx context.Context, pkg, test string, without []string, base *suite) (plain, patched *suite, err error) {
	only, limit := []string{test}, c.limit
	if test == whole {
		only = nil
	} else {
		limit = min(limit, 30*time.Second+4*time.Duration(base.seconds[test]*float64(time.Second)))
	}
	c.machine.Lock()
	defer c.machine.Unlock()
	if plain, _, err = c.plain.once(ctx, pkg, only, without, limit); err != nil {
		return nil, nil, err
	}
	patched, _, err = c.patched.once(ctx, pkg, only, without, limit)
	return plain, patched, err
}

// differing lists the tests that pass plain and do not pass patched. A failure
// of the package as a whole is listed only if no test explains it.
func differing(plain, patched *suite, without []string) []string {
	var tests []string
	for test, o := range plain.outcome {
		if o != pass || patched.outcome[test] == pass || test == whole {
			continue
		}
		if !slices.ContainsFunc(without, func(w string) bool { return test == w || strings.HasPrefix(test, w+"/") }) {
			tests = append(tests, test)
		}
	}
	if len(tests) == 0 && plain.outcome[whole] == pass && patched.outcome[whole] != pass {
		tests = append(tests, whole)
	}
	slices.Sort(tests)
	return tests
}

// verdict judges a test that passed plain and did not pass patched by how it
// fared alone.
func verdict(test string, patched, plainAlone, patchedAlone *suite) finding {
	first := said(patched.outcome[test])
	switch {
	case plainAlone.outcome[test] != pass:
		return finding{test: test, text: fmt.Sprintf("unsteady: patched %s, but alone plain %s as well", first, said(plainAlone.outcome[test]))}
	case patchedAlone.outcome[test] == pass:
		return finding{test: test, text: fmt.Sprintf("flaky: patched %s, then alone passes", first), output: patched.output[test]}
	}
	return finding{test: test, bad: true, output: patchedAlone.output[test],
		text: fmt.Sprintf("FAIL: patched %s, alone %s; plain passes", first, said(patchedAlone.outcome[test]))}
}

// verdict judges an exception by how its test fared alone.
func (e exception) verdict(plain, patchedAlone *suite) finding {
	switch {
	case plain.outcome[e.test] != pass:
		return finding{test: e.test, bad: true, text: "STALE exception: plain " + said(plain.outcome[e.test])}
	case patchedAlone.outcome[e.test] != pass:
		return finding{test: e.test, text: fmt.Sprintf("exception: patched %s (%s)", said(patchedAlone.outcome[e.test]), e.class)}
	case e.flaky:
		return finding{test: e.test, text: fmt.Sprintf("exception: passes this time (%s, flaky)", e.class)}
	}
	return finding{test: e.test, bad: true, text: "STALE exception: passes patched; remove it"}
}

// said puts an outcome in words.
func said(outcome string) string {
	switch outcome {
	case "":
		return "is not run"
	case fail:
		return "fails"
	case skip:
		return "is skipped"
	case pass:
		return "passes"
	}
	return outcome + "s"
}

// row is the format of a line of the table.
const row = "%-44s %22s %22s %13s\n"

// print writes the report on pkg and says whether anything in it is bad.
func (r *report) print(w io.Writer, pkg string) (bad bool) {
	tally := func(s *suite) string {
		return fmt.Sprintf("%d/%d/%d", s.count(pass), s.count(fail)+s.count(hang), s.count(skip))
	}
	fmt.Fprintf(w, row, pkg, tally(r.plain), tally(r.patched),
		fmt.Sprintf("%.1f %.1f", r.plain.took.Seconds(), r.patched.took.Seconds()))
	for _, f := range r.findings {
		fmt.Fprintf(w, "\t%s %s\n", f.test, f.text)
		bad = bad || f.bad
	}
	return bad
}

// printOutput writes what the tests printed that differ.
func (r *report) printOutput(w io.Writer) {
	for _, f := range r.findings {
		for _, line := range f.output {
			fmt.Fprintf(w, "\t\t%s", line)
		}
	}
}
