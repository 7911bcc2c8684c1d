package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/plural"
	"github.com/greenify-go/greenify/rewrite/tempdir"
)

// simExec is what go test -sim runs test binaries by (-exec): with a test that ends the
// process, by a panic or because it does not end, the tests behind it run all the same; a
// seed that fails is run again in a process of its own; and -check-determinism runs all of
// it twice. The arguments are those that go test gives a binary.
const simExecName = "sim-exec"

func (e *env) simExec(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s is for go test -exec", simExecName)
	}
	tmp, err := tempdir.Make("", "greenify-sim")
	if err != nil {
		return err
	}
	defer tmp.Remove()
	x := &simRun{env: e, tmp: tmp.Path, binary: args[0], args: args[1:], start: time.Now(), isolate: getenv(e.environ, "GREENIFY_SIM_ISOLATE") != ""}
	x.procs, _ = strconv.Atoi(getenv(e.environ, "GREENIFY_SIM_PROCS"))
	if err := x.checkProcs(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	go x.pass(signals)
	twice := getenv(e.environ, "GREENIFY_SIM_CHECK") != ""
	var procs []string
	if twice {
		procs = []string{"GOMAXPROCS=1"}
	}
	code, results, err := x.searchAll("results", x.option("from"), x.option("to"), e.stdout, e.stderr, procs, true)
	if err != nil {
		return err
	}
	if x.over.Load() {
		return exitWith(code)
	}
	if text := getenv(e.environ, "GREENIFY_SIM_FOR"); text != "" && (code == exitOK || x.option("keep") != 0) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		if code, results, err = x.goOn(d, code, results); err != nil {
			return err
		}
	}
	if !x.over.Load() {
		if twice {
			same, err := x.checkDeterminism(results)
			if err != nil {
				return err
			}
			if !same {
				code = cmp.Or(code, exitFail)
			}
		} else if getenv(e.environ, "GREENIFY_SIM_CONFIRM") != "" {
			if err := x.confirm(results); err != nil {
				return err
			}
		}
	}
	return exitWith(code)
}

// A simRun runs one test binary, more than once.
type simRun struct {
	*env
	tmp     string
	binary  string
	args    []string
	start   time.Time
	isolate bool        // each test in a process of its own
	procs   int         // processes side by side
	over    atomic.Bool // a signal has come

	mu      sync.Mutex
	signal  os.Signal // the last one
	running []*os.Process
}

// pass passes signals on to the processes that run.
func (x *simRun) pass(signals <-chan os.Signal) {
	for s := range signals {
		x.over.Store(true)
		x.mu.Lock()
		x.signal = s
		for _, p := range x.running {
			p.Signal(s)
		}
		x.mu.Unlock()
	}
}

// search runs all tests, going on in another process where one ends the process, or asks for
// another one (runtime/hub/testing/sim_more.go). The lines of its results go to a file.
func (x *simRun) search(name string, args []string, stdout, stderr io.Writer, environ []string) (code int, err error) {
	results, state := filepath.Join(x.tmp, name), filepath.Join(x.tmp, name+".state")
	environ = append(environ, "GREENIFY_SIM_RESULTS="+results, "GREENIFY_SIM_STATE="+state)
	failfast := slices.ContainsFunc(x.args, func(arg string) bool { return arg == "-test.failfast" || arg == "-test.failfast=true" })
	again, asked := args, environ
	unfinished := false
	for known := -1; ; {
		c, err := x.run(stdout, stderr, asked, again)
		if err != nil {
			return 0, err
		}
		code = cmp.Or(code, c)
		text, err := os.ReadFile(state)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return 0, err
		}
		begun := bytes.Count(text, []byte(" begins\n"))
		unfinished = goesOn(text)
		if begun == known || begun == 0 || x.over.Load() {
			break
		}
		if !unfinished && (c == 0 || failfast || x.timeout() || bytes.Contains(text, []byte("\nall ok"))) {
			break
		}
		known = begun
		again, asked = x.inTime(args, environ)
	}
	if unfinished {
		code = cmp.Or(code, exitFail)
	}
	return code, nil
}

// goesOn reports whether a state ends with a test that is to go on in another process.
func goesOn(state []byte) (more bool) {
	for line := range strings.Lines(string(state)) {
		switch fields := strings.Fields(line); {
		case len(fields) < 2:
		case fields[1] == "more":
			more = true
		case fields[1] == "begins":
			more = false
		}
	}
	return more
}

// inTime returns the arguments and the variables of a process that has the rest of the time of
// -timeout, and calls it by all of it.
func (x *simRun) inTime(args, environ []string) ([]string, []string) {
	d, i := timeoutOf(args)
	if d == 0 {
		return args, environ
	}
	args = slices.Clone(args)
	args[i] = timeoutFlag + max(time.Millisecond, d-time.Since(x.start)).String()
	options := getenv(slices.Concat(environ, x.environ), "GREENIFY_SIM")
	return args, append(slices.Clone(environ), fmt.Sprintf("GREENIFY_SIM=%s,timeout=%d", options, d))
}

const timeoutFlag = "-test.timeout="

// timeoutOf is the time of -timeout, and which argument says it; 0: there is no end.
func timeoutOf(args []string) (d time.Duration, at int) {
	for i, arg := range slices.Backward(args) {
		if text, ok := strings.CutPrefix(arg, timeoutFlag); ok {
			d, err := time.ParseDuration(text)
			if err != nil {
				d = 0 // the program says so
			}
			return max(0, d), i
		}
	}
	return 0, 0
}

// goOn runs the seeds behind those that have run, as many at a time, each time in another
// process, until the time is up or one fails. What a process prints is shown if one fails in it.
func (x *simRun) goOn(d time.Duration, code int, results []explore.Result) (int, []explore.Result, error) {
	n := x.option("to") - x.option("from") + 1
	from := x.option("from")
	processes := 1
	for ; !x.over.Load() && !x.timeout() && time.Since(x.start) < d && from+2*n <= simMost; processes++ {
		from += n
		var stdout, stderr bytes.Buffer
		name := fmt.Sprint("seeds", from)
		c, more, err := x.searchAll(name, from, from+n-1, &stdout, &stderr, []string{"XML_OUTPUT_FILE="}, true)
		if err != nil {
			return code, results, err
		}
		results = append(results, more...)
		if old, err := filepath.Glob(filepath.Join(x.tmp, name+".*")); err == nil {
			for _, file := range old {
				os.Remove(file)
			}
		}
		if c != exitOK {
			x.stdout.Write(stdout.Bytes())
			x.stderr.Write(stderr.Bytes())
			if code = cmp.Or(code, c); x.option("keep") == 0 {
				break
			}
		}
	}
	fmt.Fprintf(x.stdout, "greenify: seeds %d to %d, schedules: %d, processes: %d\n", x.option("from"), from+n-1, len(results), processes)
	return code, results, nil
}

// option is a number of what the program is told.
func (x *simRun) option(name string) (n uint64) {
	for field := range strings.SplitSeq(getenv(x.environ, "GREENIFY_SIM"), ",") {
		if text, ok := strings.CutPrefix(field, name+"="); ok {
			n, _ = strconv.ParseUint(text, 10, 64)
		}
	}
	return n
}

// timeout reports whether the time of -timeout is up: who runs on then never ends.
func (x *simRun) timeout() bool {
	d, _ := timeoutOf(x.args)
	return d > 0 && time.Since(x.start) >= d
}

// run runs the binary once, and passes signals on.
func (x *simRun) run(stdout, stderr io.Writer, environ, args []string) (code int, err error) {
	cmd := exec.Command(x.binary, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	cmd.Env = x.environ
	for _, kv := range environ {
		key, _, _ := strings.Cut(kv, "=")
		cmd.Env = append(slices.DeleteFunc(slices.Clone(cmd.Env), func(old string) bool { return strings.HasPrefix(old, key+"=") }), kv)
	}
	x.mu.Lock() // so that no signal comes in between
	if err := cmd.Start(); err != nil {
		x.mu.Unlock()
		return 0, fmt.Errorf("cannot run the tests: %w", err)
	}
	x.running = append(x.running, cmd.Process)
	if x.signal != nil {
		cmd.Process.Signal(x.signal)
	}
	x.mu.Unlock()
	err = cmd.Wait()
	x.mu.Lock()
	x.running = slices.DeleteFunc(x.running, func(p *os.Process) bool { return p == cmd.Process })
	x.mu.Unlock()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if code = exit.ExitCode(); code < 0 {
			x.over.Store(true) // by a signal
			code = exitUsage
		}
		return code, nil
	}
	return 0, err
}

// results are what a search has written to a file: none if no test has run.
func (x *simRun) results(name string) ([]explore.Result, error) {
	text, err := os.ReadFile(filepath.Join(x.tmp, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return explore.Read(name, text)
}

// alone runs one seed of a test in a process of its own, which is told more options. What it prints
// goes to out.
func (x *simRun) alone(r explore.Result, name string, out io.Writer, more string, environ ...string) (got explore.Result, err error) {
	options := getenv(x.environ, "GREENIFY_SIM") + fmt.Sprintf(",from=%d,to=%d,shard=1,shards=1", r.Seed, r.Seed) + more
	args := []string{"-test.run=^" + r.Test + "$"}
	for _, arg := range x.args {
		flag, _, _ := strings.Cut(arg, "=")
		if !slices.Contains([]string{"-test.run", "-test.v", "-test.count", "-test.testlogfile", "-test.coverprofile", "-test.list", "-test.skip"}, flag) {
			args = append(args, arg)
		}
	}
	if r.Round > 0 {
		args = append([]string{"-test.count=" + strconv.FormatUint(r.Round+1, 10)}, args...)
	}
	file := filepath.Join(x.tmp, name)
	os.Remove(file)
	environ = append([]string{"GREENIFY_SIM=" + options, "GREENIFY_SIM_RESULTS=" + file, "GREENIFY_SIM_REPLAYS=", "GREENIFY_SIM_STATE=", "GREENIFY_SIM_VARIED=" + r.Varied, "XML_OUTPUT_FILE="}, environ...)
	if _, err := x.run(out, out, environ, args); err != nil {
		return got, err
	}
	list, err := x.results(name)
	for _, l := range list {
		if l.Test == r.Test && l.Seed == r.Seed && l.Round == r.Round {
			got = l
		}
	}
	return got, err
}

// confirm runs the first seed that fails of each test again, in a process of its own, and
// says which do not fail there.
func (x *simRun) confirm(results []explore.Result) error {
	known := map[string]bool{}
	for i, r := range results {
		if r.Verdict == "ok" || r.Strategy == "replay" || known[r.Test] || x.over.Load() || x.timeout() {
			continue
		}
		known[r.Test] = true
		got, err := x.alone(r, "alone", io.Discard, "")
		if err != nil {
			return err
		}
		if got.Verdict != r.Verdict {
			fmt.Fprintf(x.stdout, "greenify: %s: seed %s does not fail so in a process of its own: it needs what ran before it, or something real came otherwise\n\tgreenify test -sim -keep-going -seeds %s %s\n",
				r.Test, r.Name(), x.before(results[:i+1]), r.Package)
			continue
		}
		if again, err := x.again(r); err != nil {
			return err
		} else if again {
			fmt.Fprintf(x.stdout, "greenify: %s: it fails in the plain order, too, if it has run before in the process, as with go test -count=2: "+
				"that may be why its other schedules fail\n", r.Test)
		} else if hasty, err := x.hasty(r); err != nil {
			return err
		} else if hasty {
			fmt.Fprintf(x.stdout, "greenify: %s: seed %s does not fail if no timer fires while threads are ready, as if these were slow: so a slow machine may fail it, "+
				"but it may be that the test alone takes it for certain that they are not; with -early=false no timer does\n", r.Test, r.Name())
		}
	}
	return nil
}

// before says which schedules to run again for the last of these: those of its test up to it, in
// its process. One that is a variation ran in place of a seed.
func (x *simRun) before(results []explore.Result) string {
	last := results[len(results)-1]
	if last.Varied == "" {
		return fmt.Sprint("1-", last.Seed)
	}
	from, n := x.option("from"), x.option("to")-x.option("from")+1
	seed := from
	for i, r := range slices.Backward(results) {
		if r.Test == last.Test && r.Round == last.Round && r.Varied == "" {
			seed = r.Seed + uint64(len(results)-1-i)
			break
		}
	}
	return fmt.Sprint(seed-(seed-from)%n, "-", seed, " -feedback")
}

// again reports whether a test that failed in another schedule fails in the plain order when
// it runs for the second time, if it does not for the first.
func (x *simRun) again(r explore.Result) (bool, error) {
	if r.Seed == 1 {
		return false, nil
	}
	got, err := x.alone(explore.Result{Package: r.Package, Test: r.Test, Seed: 1, Round: 1}, "second", io.Discard, "")
	return got.Verdict != "" && got.Verdict != "ok", err
}

// hasty reports whether a schedule that failed does not fail without the timers that fired in
// it while threads were ready, its other choices being made as far as they come.
func (x *simRun) hasty(r explore.Result) (bool, error) {
	if r.Replay == "" {
		return false, nil
	}
	s, err := explore.ReadSchedule(filepath.Join(getenv(x.environ, "GREENIFY_SIM_REPLAYS"), r.Replay))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // the process had no time to write it
	}
	if err != nil {
		return false, err
	}
	choices := slices.DeleteFunc(slices.Clone(s.Choices), explore.Choice.Early)
	if s.Full || len(choices) == len(s.Choices) {
		return false, nil
	}
	s.Choices = choices
	var text bytes.Buffer
	s.WriteTo(&text)
	path := filepath.Join(x.tmp, "hasty.sim")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		return false, err
	}
	got, err := x.alone(r, "hasty", io.Discard, "", replayOptions{lenient: true}.environ(s, path)...)
	return got.Verdict == "ok", err
}

// checkDeterminism runs all schedules in another process, with other processors, and says
// which differ and where.
func (x *simRun) checkDeterminism(first []explore.Result) (same bool, err error) {
	type key struct {
		test        string
		seed, round uint64
	}
	_, again, err := x.searchAll("again", x.option("from"), x.option("to"), io.Discard, io.Discard, []string{"GOMAXPROCS=2", "GREENIFY_SIM_REPLAYS=", "XML_OUTPUT_FILE="}, false)
	if err != nil {
		return false, err
	}
	// Of a test of the package and one of its external tests that have the same name, there are two.
	second := map[key][]explore.Result{}
	for _, r := range again {
		k := key{r.Test, r.Seed, r.Round}
		second[k] = append(second[k], r)
	}
	differ := 0
	known := map[string]bool{}
	for _, r := range first {
		var other explore.Result
		k := key{r.Test, r.Seed, r.Round}
		ran := len(second[k]) > 0
		if ran {
			other, second[k] = second[k][0], second[k][1:]
		}
		if ran && other.Hash == r.Hash && other.Steps == r.Steps && other.Verdict == r.Verdict {
			continue
		}
		differ++
		if known[r.Test] {
			continue
		}
		known[r.Test] = true
		fmt.Fprintf(x.stdout, "greenify: %s, schedule %s (%s) is not the same in two processes: %s (%d steps), %s (%d steps)\n",
			r.Test, r.Name(), r.Strategy, r.Verdict, r.Steps, cmp.Or(other.Verdict, "did not run"), other.Steps)
		if err := x.where(r); err != nil {
			return false, err
		}
	}
	if x.over.Load() {
		return false, nil
	}
	if differ == 0 {
		fmt.Fprintf(x.stdout, "greenify: schedules that are the same in two processes, with GOMAXPROCS 1 and 2: %d\n", len(first))
	} else {
		fmt.Fprintf(x.stdout, "greenify: %d of %s differ in two processes\n", differ, plural.Of(len(first), "schedule"))
	}
	return differ == 0, nil
}

// where says at which step two runs of a seed differ. These may have millions of steps, and are read
// side by side.
func (x *simRun) where(r explore.Result) error {
	var next [2]func() (explore.Step, bool)
	var runs sync.WaitGroup
	var errs [2]error
	var outs [2]*io.PipeReader
	for i := range next {
		out, in := io.Pipe()
		outs[i] = out
		runs.Go(func() {
			_, errs[i] = x.alone(r, fmt.Sprint("where", i), in, ",verbose=1", "GOMAXPROCS="+strconv.Itoa(i+1))
			in.Close()
		})
		var stop func()
		next[i], stop = iter.Pull(placedSteps(out))
		defer stop()
	}
	for {
		a, ok := next[0]()
		b, also := next[1]()
		switch {
		case ok && also && a.N == b.N && a.Turn == b.Turn && a.Drawn == b.Drawn && a.File == b.File && a.Line == b.Line:
			continue
		case ok && also:
			fmt.Fprintf(x.stdout, "\tfirst at step %d, %s:%d, in %s; in the other at step %d, %s:%d, in %s\n", a.N, a.File, a.Line, a.Func, b.N, b.File, b.Line, b.Func)
		case ok || also:
			if also {
				a = b
			}
			fmt.Fprintf(x.stdout, "\tfirst at step %d, %s:%d, in %s, to which the other does not come\n", a.N, a.File, a.Line, a.Func)
		default:
			fmt.Fprint(x.stdout, "\tit is the same when it runs alone: what ran before it differs, or something real does\n")
		}
		break
	}
	for _, out := range outs {
		runs.Go(func() { io.Copy(io.Discard, out) }) // to its end
	}
	runs.Wait()
	return errors.Join(errs[:]...)
}

// placedSteps are the steps of what a program prints: not those in which the time goes on, which is
// not anywhere.
func placedSteps(printed io.Reader) iter.Seq[explore.Step] {
	return func(yield func(explore.Step) bool) {
		for lines := bufio.NewReader(printed); ; {
			line, err := lines.ReadString('\n')
			var run explore.Run
			run.Read(strings.TrimSuffix(line, "\n"))
			for _, s := range run.Steps {
				if s.Thread != 0 && !yield(s) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

// runner has go test run binaries by simExec, unless the user has them run by another program.
func (o *simOptions) runner(l *goLine, args []string) ([]string, error) {
	if l.exec {
		switch {
		case o.twice:
			return nil, errors.New("-check-determinism runs the tests by greenify: take -exec away")
		case o.during != 0:
			return nil, errors.New("-for runs the tests by greenify: take -exec away")
		case o.isolate || o.procs > 1:
			return nil, errors.New("-isolate and -procs run the tests by greenify: take -exec away")
		}
		return args, nil
	}
	if o.during > 0 && !l.timeout {
		// The go command waits ten minutes if it is not told otherwise.
		args = slices.Insert(args, l.first, "-timeout="+(o.during+10*time.Minute).String())
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	quote := "'"
	if strings.Contains(self, "'") {
		quote = `"`
	}
	return slices.Insert(args, l.first, "-exec="+quote+self+quote+" "+simExecName), nil
}
