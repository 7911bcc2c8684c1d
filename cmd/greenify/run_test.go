package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programTimeout is for one run; most take a few milliseconds.
const programTimeout = 2 * time.Minute

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
			t.Fatalf("%s: %q is not a directive", source, line)
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
	if slices.Contains(r.env, "GREENIFY=off") {
		cmd.Env = append(cmd.Env, "GREENIFY=off") // settings of the program's own do not switch it on again
	}
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
