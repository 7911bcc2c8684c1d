package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/greenify-go/greenify/rewrite/explore"
)

var debug = &command{
	name: "debug", goes: "build",
	args:  "[flags] [package] [flags of dlv debug] [-- arguments]",
	short: "run a patched program under Delve",
	long: `Delve builds the program by the go command that it finds, without optimizations; here
that is the one with the patched standard library. Breakpoints are on the original
lines, and goroutines says what green threads wait for.`,
	setup: func(fs *flag.FlagSet) runner {
		o := declareBuild(fs, false)
		return func(e *env, args []string) error {
			if err := onlyGoFlags(fs, args, "flags of dlv come behind the package: run 'greenify help debug'"); err != nil {
				return err
			}
			return e.debug(o, args)
		}
	},
}

// onlyGoFlags refuses a flag in front of the arguments that go build does not have: else
// the program would be compiled before anybody else does.
func onlyGoFlags(own *flag.FlagSet, args []string, remedy string) error {
	flags, _ := splitFlags("build", own, args)
	for _, f := range flags {
		names := goFlagNames("build")
		if slices.Contains(names, f.name) {
			continue
		}
		names = append(names, flagNames(own)...)
		return fmt.Errorf("flag provided but not defined: -%s%s: %s", f.name, didYouMeanFlag(f.name, names), remedy)
	}
	return nil
}

func didYouMeanFlag(name string, names []string) string {
	if s := suggestFlag(name, names); s != "" {
		return ": did you mean -" + s + "?"
	}
	return ""
}

// delveFlags are what Delve asks the compiler for.
const delveFlags = "all=-N -l"

func findDelve() (string, error) {
	dlv, err := exec.LookPath("dlv")
	if err != nil {
		return "", fmt.Errorf("no dlv command: %w: go install github.com/go-delve/delve/cmd/dlv@latest", err)
	}
	return dlv, nil
}

// debug runs Delve on a patched program.
func (e *env) debug(o *buildOptions, args []string) error {
	if err := e.checkSettings("Delve sees one process"); err != nil {
		return err
	}
	dlv, err := findDelve()
	if err != nil {
		return err
	}
	l := readGoLine("build", args)
	if l.dir != "" { // dlv has no such flag
		if err := e.changeDir(l.dir); err != nil {
			return err
		}
		l = readGoLine("build", args[l.first:])
	}
	tc, err := e.open(o, l)
	if err != nil {
		return err
	}
	e.compileStd(l, tc, "-gcflags="+delveFlags)
	argv, err := l.delve(getenv(e.environ, "GOFLAGS"))
	if err != nil {
		return err
	}
	environ := tc.Environ(e.environ)
	path := "PATH=" + filepath.Dir(tc.Go) + string(filepath.ListSeparator) + getenv(environ, "PATH")
	environ = append(slices.DeleteFunc(environ, func(kv string) bool { return strings.HasPrefix(kv, "PATH=") }), path)
	if err := e.exec(dlv, argv, environ); err != nil {
		return fmt.Errorf("cannot run %s: %w", dlv, err)
	}
	return nil
}

// delve returns the command line of dlv. Its --build-flags are split at blanks;
// quotes keep them.
func (l *goLine) delve(goflags string) ([]string, error) {
	words := l.withTags(goflags)
	flags := words[:len(words)-(len(l.args)-l.rest)]
	rest := l.args[l.rest:]
	for i, w := range flags {
		if strings.ContainsAny(w, `'"`) {
			return nil, fmt.Errorf("dlv cannot be given a build flag with quotes: %q", w)
		}
		if strings.ContainsAny(w, " \t") {
			flags[i] = "'" + w + "'"
		}
	}
	argv := []string{"dlv", "debug"}
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		argv, rest = append(argv, rest[0]), rest[1:]
	}
	return slices.Concat(argv, []string{"--build-flags=" + strings.Join(flags, " ")}, rest), nil
}

// replayDebug runs a schedule under Delve, up to a step.
func (e *env) replayDebug(dlv string, r replayOptions, s *explore.Schedule, path string, bin *simBinary) error {
	script := filepath.Join(filepath.Dir(bin.path), "delve")
	if err := os.WriteFile(script, []byte("break runtime.hubSimStop\ncontinue\nstack 12\n"), 0o666); err != nil {
		return err
	}
	args := []string{"exec", bin.path, "--init=" + script}
	if bin.dir != "" {
		args = append(args, "--wd="+bin.dir)
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		args = append(args, "--allow-non-terminal-interactive=true")
	}
	r.lenient = true
	environ := r.environ(s, path)
	environ[0] += fmt.Sprint(",stop=", r.step)
	cmd := exec.Command(dlv, slices.Concat(args, []string{"--"}, arguments(s, "-test.timeout=0"))...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = bin.dir, bin.environ(e, environ), os.Stdin, e.stdout, e.stderr
	err := cmd.Run() // an interrupt is Delve's
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return exitWith(exitFail)
	}
	return err
}
