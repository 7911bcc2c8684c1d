// Command chan runs every program of Go's test/chan plain and patched, each by the
// directive on its first line, and compares what they print and how they exit. The
// programs are those of the release at hand, or, as a release from the module proxy
// comes without them, of another Go installation in PATH.
//
//	go run ./testdata/std/chan [flags] [program.go ...]
//
// The directives mean what they mean to Go's own runner
// (cmd/internal/testdir): the program must pass plain, and do the same
// patched. Exit status: 0 all do, 1 some do not, 2 usage or a directive that
// this runner does not know.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/greenify-go/greenify/testdata/std/internal/tool"
)

func main() {
	limit := flag.Duration("timeout", time.Minute, "`time` that a program may take, build not counted")
	flag.Parse()
	dir, err := os.MkdirTemp("", "chan")
	if err != nil {
		fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, dir, flag.Args(), *limit)
	stop()
	os.RemoveAll(dir)
	os.Exit(code)
}

func fatal(err error) {
	fmt.Fprintf(os.Stderr, "chan: %v\n", err)
	os.Exit(2)
}

func run(ctx context.Context, dir string, programs []string, limit time.Duration) (code int) {
	greenify, err := tool.Greenify(dir)
	if err != nil {
		fmt.Fprintf(os.Stderr, "chan: %v\n", err)
		return 2
	}
	src, err := source()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chan: %v\n", err)
		return 2
	}
	if len(programs) == 0 {
		programs, err = filepath.Glob(filepath.Join(src, "*.go"))
		if err != nil || len(programs) == 0 {
			fmt.Fprintf(os.Stderr, "chan: no programs in %s\n", src)
			return 2
		}
	}
	same := 0
	for _, p := range programs {
		p = filepath.Base(p)
		plain, err := runner{"go", src, dir, limit}.program(ctx, p)
		if err != nil {
			fmt.Fprintf(os.Stderr, "chan: %s: %v\n", p, err)
			code = 2
			continue
		}
		patched, err := runner{greenify, src, dir, limit}.program(ctx, p)
		switch {
		case ctx.Err() != nil:
			return 2
		case err != nil:
			fmt.Fprintf(os.Stderr, "chan: %s: %v\n", p, err)
			code = 2
		case plain.problem != "":
			fmt.Printf("FAIL  %-18s plain: %s\n", p, plain.problem)
			code = max(code, 1)
		case plain != patched:
			fmt.Printf("FAIL  %-18s patched differs\nplain:   %+v\npatched: %+v\n", p, plain, patched)
			code = max(code, 1)
		default:
			fmt.Printf("same  %-18s %s, %d bytes\n", p, plain.directive, len(plain.output))
			same++
		}
	}
	fmt.Printf("%d of %d programs behave the same plain and patched\n", same, len(programs))
	return code
}

// source finds the programs.
func source() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	roots := []string{strings.TrimSpace(string(root))}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if path, err := filepath.EvalSymlinks(filepath.Join(dir, "go")); err == nil {
			roots = append(roots, filepath.Dir(filepath.Dir(path)))
		}
	}
	for _, root := range roots {
		src := filepath.Join(root, "test", "chan")
		if _, err := os.Stat(src); err == nil {
			return src, nil
		}
	}
	return "", fmt.Errorf("no test/chan in any of %s: add a Go installation from go.dev/dl to PATH", strings.Join(roots, ", "))
}

// runner runs programs with one go command.
type runner struct {
	command string // go or greenify
	src     string // where the programs are; commands run there
	tmp     string
	limit   time.Duration
}

// result is what a program did. Two runs of it must be equal.
type result struct {
	directive string
	problem   string // why the directive is not satisfied; empty if it is
	output    string
}

// program does what the directive of the program asks for.
func (r runner) program(ctx context.Context, name string) (result, error) {
	text, err := os.ReadFile(filepath.Join(r.src, name))
	if err != nil {
		return result{}, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	d := strings.TrimSpace(strings.TrimPrefix(first, "//"))
	var out, problem string
	switch d { // of those of testdir_test.go, the ones that occur
	case "run":
		out, problem = r.run(ctx, name)
	case "runoutput":
		out, problem = r.run(ctx, name)
		if problem == "" {
			generated := filepath.Join(r.tmp, "generated.go")
			if err := os.WriteFile(generated, []byte(out), 0o644); err != nil {
				return result{}, err
			}
			var more string
			more, problem = r.run(ctx, generated)
			out += more
		}
	case "errorcheck":
		out, problem = r.do(ctx, r.command, "build", "-gcflags=-C -e -d=panic,ssa/check/on", "-o", os.DevNull, name)
		if problem == "" {
			problem = "compiles, but should not"
		} else {
			problem = errorCheck(name, string(text), out)
		}
	default:
		return result{}, fmt.Errorf("unknown directive %q; see cmd/internal/testdir for what it means", first)
	}
	return result{d, problem, out}, nil
}

// run builds and runs a program.
func (r runner) run(ctx context.Context, file string) (out, problem string) {
	exe := filepath.Join(r.tmp, "program")
	if out, problem := r.do(ctx, r.command, "build", "-o", exe, file); problem != "" {
		return out, "build: " + problem
	}
	return r.do(ctx, exe)
}

// buildTime is how long a build may take, a cold one of std included.
const buildTime = 10 * time.Minute

// do runs a command and returns what it printed and, unless it exited with
// status 0, how it ended.
func (r runner) do(ctx context.Context, command string, args ...string) (out, problem string) {
	limit := r.limit
	if command == r.command {
		limit = buildTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir = r.src
	cmd.Env = append(tool.Environ(), "GOENV=off", "GOFLAGS=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	b, err := cmd.CombinedOutput()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		problem = fmt.Sprintf("still running after %v", limit)
	case err != nil:
		problem = err.Error()
	}
	return string(b), problem
}

var (
	wantRE = regexp.MustCompile(`// (?:GC_)?ERROR (.*)`)
	quoted = regexp.MustCompile(`"([^"]*)"`)
)

// errorCheck matches the compiler's errors with the ERROR comments of the
// program: each pattern matches an error of its line, and each error is
// matched. It returns the first that is not so.
func errorCheck(name, text, out string) string {
	var errs []string // file:line: message; continuation lines joined
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t") && len(errs) > 0:
			errs[len(errs)-1] += line
		default:
			errs = append(errs, strings.TrimPrefix(line, "./"))
		}
	}
	wanted := false
	n := 0
	for line := range strings.Lines(text) {
		n++
		m := wantRE.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		prefix := fmt.Sprintf("%s:%d: ", name, n)
		for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
			wanted = true
			re, err := regexp.Compile(q[1])
			if err != nil {
				return err.Error()
			}
			matched := false
			var rest []string
			for _, e := range errs {
				if msg, ok := strings.CutPrefix(e, prefix); ok && re.MatchString(msg) {
					matched = true
				} else {
					rest = append(rest, e)
				}
			}
			if !matched {
				return fmt.Sprintf("%smissing error %q", prefix, q[1])
			}
			errs = rest
		}
	}
	switch {
	case !wanted:
		return "no ERROR comment"
	case len(errs) > 0:
		return "unexpected error " + errs[0]
	}
	return ""
}
