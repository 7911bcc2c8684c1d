package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/tempdir"
)

var replay = &command{
	name: "replay", goes: "build",
	args:  "[flags] file... [build flags]",
	short: "run a schedule again that greenify test -sim or run -sim has written",
	long: `The test or the program of the file is built from the sources here, and its schedule run again,
choice by choice. If the program is another one, or the run differs from the file, that is said, and
the exit code is 2; else it is 1 if the test or the program fails, 0 if it does not. What the go
command was given to build it, such as -race, must be given here, too. A program has the
arguments that it had, and runs in this folder.

-shrink and -html also look for the step from which on the schedule could not end well: they
run other tails, the schedule up to a step and from there on drawn anew, and find the first
step of whose tails none ended well. So many were tried, not all that there are. -shrink takes
more than one file, of one package.`,
	setup: func(fs *flag.FlagSet) runner {
		o := declareBuild(fs, false)
		var r replayOptions
		fs.BoolVar(&r.lenient, "lenient", false, `go on where the run differs, as after a change of the program: a
choice of the file is made where its thread is as far as it was`)
		fs.BoolVar(&r.verbose, "v", false, "print the steps as a table: a column for each thread, with the line\nthat it comes to")
		fs.BoolVar(&r.shrink, "shrink", false, `look for a schedule with fewer choices that fails alike, and write
it to a file`)
		fs.BoolVar(&r.html, "html", false, `make a page of the schedule, which needs no other file: its steps, what
was drawn, and who waits for whom in the end`)
		fs.BoolVar(&r.debug, "debug", false, "run it under Delve, which has it at the step of -step: leniently, for\nthe package is built without optimizations")
		fs.Uint64Var(&r.step, "step", 0, "of -debug: stop at step `N`, or where the program comes next")
		fs.IntVar(&r.tails, "tails", 100, "of -shrink and -html: try `N` other tails from a step; 0: none")
		fs.StringVar(&r.out, "o", "", "write to `file`: of -shrink instead of one named .min.sim beside the other,\nof -html instead of standard output")
		return func(e *env, args []string) error {
			switch {
			case r.shrink && r.html:
				return errors.New("-shrink and -html exclude each other: make the page of the file that -shrink writes")
			case r.debug && (r.shrink || r.html || r.verbose):
				return errors.New("-debug excludes -shrink, -html and -v")
			case r.debug != (r.step > 0):
				return errors.New("-debug and -step N belong together: greenify replay -v shows the steps")
			case r.tails < 0:
				return fmt.Errorf("-tails is %d: use a number of runs, or 0 for none", r.tails)
			}
			if err := onlyGoFlags(fs, args, "run 'greenify help replay'"); err != nil {
				return err
			}
			return e.replay(o, r, args)
		}
	},
}

type replayOptions struct {
	lenient, verbose, shrink, html bool
	debug                          bool
	step                           uint64
	tails                          int
	out                            string
}

// replay runs the schedule of a file again.
func (e *env) replay(o *buildOptions, r replayOptions, args []string) error {
	l := readGoLine("test", args)
	files, flags := l.args[l.rest:], []string(nil)
	if i := slices.IndexFunc(files, func(arg string) bool { return strings.HasPrefix(arg, "-") }); i >= 0 {
		files, flags = files[:i], files[i:]
	}
	switch {
	case len(files) == 0:
		return errors.New("which schedule? Give the file that greenify test -sim or run -sim has written")
	case len(files) > 1 && (!r.shrink || r.out != ""):
		return errors.New("more than one file is for -shrink, without -o")
	}
	var schedules []*explore.Schedule
	for i, file := range files {
		s, err := explore.ReadSchedule(file)
		if err != nil {
			return fmt.Errorf("cannot replay: %w", err)
		}
		if schedules = append(schedules, s); s.Package != schedules[0].Package || (s.Test == "") != (schedules[0].Test == "") {
			return fmt.Errorf("%s and %s are of two packages, %s and %s: shrink one behind the other", files[0], files[i], schedules[0].Package, s.Package)
		}
	}
	s := schedules[0]
	path, err := filepath.Abs(files[0])
	if err != nil {
		return err
	}
	if r.html {
		if err := e.notText(r.out, "refusing to write a page to a terminal: use -o FILE"); err != nil {
			return err
		}
	}
	dlv := ""
	var unoptimized []string
	if r.debug {
		if dlv, err = findDelve(); err != nil {
			return err
		}
		// The package of the test: with all of std so, functions that may not grow the stack have too little.
		unoptimized = []string{"-gcflags=-N -l"}
	}
	what, packages := "test", []string{s.Package}
	if s.Test == "" {
		what = "build"
		if strings.HasSuffix(s.Package, ".go") {
			packages = strings.Fields(s.Package) // files that greenify run was given
		}
	}
	l = readGoLine(what, slices.Concat(l.args[:l.rest], flags, unoptimized, packages))
	o.sim.on = true
	// An interrupt ends what runs, and takes back what was made.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bin, err := e.buildSim(o, l)
	if err != nil {
		return err
	}
	defer bin.remove()
	bin.ctx = ctx
	for _, s := range schedules {
		if s.Test == "" {
			break
		}
		if found, err := bin.has(e, s.Test); err != nil || !found {
			return cmp.Or(err, refused(fmt.Errorf("there is no test %s in %s: the file is of other sources", s.Test, s.Package)))
		}
	}
	if r.debug {
		return e.replayDebug(dlv, r, s, path, bin)
	}
	if r.shrink {
		var failed error
		for i, s := range schedules {
			err := e.shrink(s, files[i], cmp.Or(r.out, shrunkName(files[i])), bin, r.tails)
			if failed = cmp.Or(failed, err); bin.ctx.Err() != nil {
				break
			}
		}
		return failed
	}
	if r.html {
		return e.schedulePage(r, s, path, bin)
	}
	steps := stepReader{w: e.stderr}
	code, err := bin.run(&env{stderr: &steps, environ: e.environ}, e.stdout, r.environ(s, path), arguments(s)...)
	if err != nil {
		return err
	}
	if r.verbose {
		steps.end()
		steps.run.Table().Write(e.stdout)
	}
	switch code {
	case exitOK:
	case exitDiverged:
		code = exitUsage // it was said
	default:
		code = exitFail
	}
	return exitWith(code)
}

// exitDiverged is hubSimExitDiverged of package runtime.
const exitDiverged = 97

// environ is what the program is told to run the schedule of a file.
func (r replayOptions) environ(s *explore.Schedule, path string) []string {
	bit := map[bool]int{true: 1}
	points := max(slices.Index(explore.Points, s.Points), explore.PointsSync)
	options := fmt.Sprintf("GREENIFY_SIM=from=%d,to=%d,points=%d,early=%d,steps=%d,seconds=%d,keep=%d,leaks=%d,mixed=%d,lenient=%d,verbose=%d",
		s.Seed, s.Seed, points, s.Early, s.Steps, s.Seconds, s.Keep, bit[!s.Leaves], s.Mixed, bit[r.lenient], bit[r.verbose])
	if !r.lenient {
		options += fmt.Sprintf(",hash=%d", s.Program)
		if s.Test == "" || s.Verdict != "panicked" && s.Verdict != "exited" { // which end in the midst
			options += fmt.Sprintf(",ended=%d", s.Hash)
		}
	}
	strategy := slices.Index(explore.Strategies, s.Strategy)
	if strategy >= 0 && (s.Full || s.Test == "") {
		options += fmt.Sprint(",strategy=", 1+strategy)
	}
	environ := []string{options, "GREENIFY_SIM_VARIED=" + s.Varied}
	if s.Test == "" {
		environ = append(environ, "GREENIFY_SIM_RUN="+s.Package)
	}
	if s.Full {
		return environ
	}
	return append(environ, "GREENIFY_SIM_REPLAY="+path)
}

// A stepReader takes the steps out of what a program prints.
type stepReader struct {
	w    io.Writer
	line []byte // begun
	run  explore.Run
}

func (r *stepReader) Write(p []byte) (int, error) {
	for _, c := range p {
		if r.line = append(r.line, c); c == '\n' {
			r.end()
		}
	}
	return len(p), nil
}

func (r *stepReader) end() {
	if !r.run.Read(strings.TrimSuffix(string(r.line), "\n")) {
		r.w.Write(r.line)
	}
	r.line = nil
}

// arguments are those of the program.
func arguments(s *explore.Schedule, more ...string) []string {
	if s.Test == "" {
		return s.Args
	}
	return append([]string{"-test.run=^" + s.Test + "$"}, more...)
}

// A simBinary is the program of a package's tests, or one that greenify run -sim has run.
type simBinary struct {
	ctx  context.Context // ends as an interrupt comes
	tmp  *tempdir.Dir    // its folder
	path string
	dir  string // where it runs
}

// buildSim builds the tests of the one package that is named, or the program.
func (e *env) buildSim(o *buildOptions, l *goLine) (bin *simBinary, err error) {
	tc, err := e.open(o, l)
	if err != nil {
		return nil, err
	}
	e.compileStd(l, tc)
	tmp, err := tempdir.Make(getenv(e.environ, "GOTMPDIR"), "greenify-replay")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			tmp.Remove()
		}
	}()
	bin = &simBinary{tmp: tmp, path: filepath.Join(tmp.Path, "replay.test")}
	pkg := strings.Join(l.packages(), " ")
	goflags := getenv(e.environ, "GOFLAGS")
	var found bytes.Buffer
	list := exec.Command(tc.Go, slices.DeleteFunc(l.list(goflags, "-f", "{{.Name}} {{.Dir}}"), func(arg string) bool { return arg == "-test" })...)
	list.Env, list.Stdout, list.Stderr = tc.Environ(e.environ), &found, e.stderr
	if err := list.Run(); err != nil {
		return nil, refused(fmt.Errorf("cannot find package %s here: %w: replay in its module", pkg, err))
	}
	name, dir, _ := strings.Cut(strings.TrimSpace(found.String()), " ")
	what := "tests"
	out := []string{"-c", "-o", bin.path}
	if l.command == "build" {
		if name != "main" {
			return nil, refused(fmt.Errorf("%s is not a program: the file is of other sources", pkg))
		}
		what, out, dir = "program", out[1:], l.dir
	}
	bin.dir = dir
	args := l.withTags(goflags)
	build := exec.Command(tc.Go, slices.Concat([]string{l.command}, args[:l.first], out, args[l.first:])...)
	build.Env, build.Stdout, build.Stderr = tc.Environ(e.environ), e.stderr, e.stderr
	if err := build.Run(); err != nil {
		return nil, refused(fmt.Errorf("cannot build the %s of %s: %w", what, pkg, err))
	}
	return bin, nil
}

// has reports whether there is a test, fuzz target or example of a name.
func (b *simBinary) has(e *env, name string) (bool, error) {
	cmd := exec.Command(b.path, "-test.list=^"+name+"$")
	cmd.Dir, cmd.Env, cmd.Stderr = b.dir, e.environ, e.stderr
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("cannot list the tests: %w", err)
	}
	return slices.Contains(strings.Split(string(out), "\n"), name), nil
}

func (b *simBinary) remove() { b.tmp.Remove() }

// environ is the environment of the program, with more variables.
func (b *simBinary) environ(e *env, more []string) []string {
	environ := slices.DeleteFunc(slices.Clone(e.environ), func(kv string) bool {
		return strings.HasPrefix(kv, "GREENIFY_SIM") || b.dir != "" && strings.HasPrefix(kv, "PWD=")
	})
	if b.dir != "" {
		more = append(more, "PWD="+b.dir)
	}
	return append(environ, more...)
}

// run runs the program, which prints to w, and returns its exit code. An interrupt is passed on, and is an error.
func (b *simBinary) run(e *env, w io.Writer, environ []string, args ...string) (int, error) {
	cmd := exec.CommandContext(b.ctx, b.path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = b.dir, os.Stdin, w, e.stderr
	cmd.Env = b.environ(e, environ)
	err := cmd.Run()
	if b.ctx.Err() != nil {
		return 0, exitWith(exitFail)
	}
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		if ended.ExitCode() < 0 {
			return exitFail, nil // by a signal
		}
		return ended.ExitCode(), nil
	}
	return exitOK, err
}
