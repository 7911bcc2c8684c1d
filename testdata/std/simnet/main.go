// Command simnet runs Go's own tests of the network under greenify test -sim, over the
// simulated loopback, in a few schedules each.
//
//	go run ./testdata/std/simnet [-schedules N] [packages]
//
// Every test must pass in all of them, but for those in testdata/std/simnet.tsv, each of which
// says why it cannot. One that fails and is not there is an error, and so is a line whose test
// passes, unless it says that it may: what that asks for depends on the machine.
//
// Exit status: 0 all is as it should be, 1 a test differs, 2 usage, or tests that could not be
// run at all.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/testdata/std/internal/tool"
)

var packages = strings.Fields("net/smtp net/http/httptest net/rpc crypto/tls net net/http")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("simnet", flag.ContinueOnError)
	flags.SetOutput(stderr)
	schedules := flags.Int("schedules", 3, "run so `many` schedules of each test")
	file := flags.String("exceptions", "testdata/std/simnet.tsv", "`file` of the tests that cannot pass")
	if flags.Parse(args) != nil {
		return 2
	}
	list := flags.Args()
	if len(list) == 0 {
		list = packages
	}
	code, err := compare(list, *schedules, *file, stdout)
	if err != nil {
		fmt.Fprintf(stderr, "simnet: %v\n", err)
		return 2
	}
	return code
}

func compare(list []string, schedules int, file string, stdout io.Writer) (code int, err error) {
	known, err := readExceptions(file, runtime.Version())
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "simnet")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	greenify, err := tool.Greenify(dir)
	if err != nil {
		return 0, err
	}
	for _, pkg := range list {
		exceptions := known[pkg]
		// An exception that waits for what a simulation does not have would do so until the time of all is up.
		var args []string
		if len(exceptions) > 0 {
			args = append(args, "-skip=^("+strings.Join(sorted(exceptions), "|")+")$")
		}
		results, printed, _, err := test(greenify, dir, pkg, schedules, append(args, "-timeout=30m")...)
		if err == nil && len(results) == 0 {
			err = fmt.Errorf("%s: no test ran\n%s", pkg, printed)
		}
		if err != nil {
			return 0, err
		}
		failed := map[string]string{} // by test, how
		for _, name := range sorted(exceptions) {
			alone, said, ok, err := test(greenify, dir, pkg, schedules, "-run=^"+name+"$", "-timeout=1m")
			if err != nil {
				return 0, err
			}
			if len(alone) == 0 && !ok {
				alone = []explore.Result{{Test: name, Verdict: "does not end in a minute"}}
			}
			results, printed = append(results, alone...), append(printed, said...)
		}
		ran := map[string]bool{}
		for _, r := range results {
			if ran[r.Test] = true; r.Verdict != "ok" && failed[r.Test] == "" {
				failed[r.Test] = r.Verdict
			}
		}
		wrong := 0
		for _, name := range sorted(ran) {
			exception, listed := exceptions[name]
			switch how := failed[name]; {
			case how != "" && !listed:
				fmt.Fprintf(stdout, "FAIL %s %s: %s\n", pkg, name, how)
				wrong++
			case how != "":
				fmt.Fprintf(stdout, "exception %s %s: %s: %s\n", pkg, name, how, exception.reason)
			case listed && !exception.mayPass:
				fmt.Fprintf(stdout, "STALE exception %s %s: it passes\n", pkg, name)
				wrong++
			}
		}
		for _, name := range sorted(exceptions) {
			if !ran[name] {
				fmt.Fprintf(stdout, "STALE exception %s %s: it does not run\n", pkg, name)
				wrong++
			}
		}
		fmt.Fprintf(stdout, "%s: %d tests, %d schedules, %d failed, %d exceptions\n", pkg, len(ran), len(results), len(failed), len(exceptions))
		if wrong > 0 {
			code = 1
			fmt.Fprintf(stdout, "%s\n", printed)
		}
	}
	return code, nil
}

// test runs tests of a package, and reports whether all was well. A test that ends the process takes
// nothing from those behind it, so what has run is what has results.
func test(greenify, dir, pkg string, schedules int, args ...string) (results []explore.Result, printed []byte, ok bool, err error) {
	file := filepath.Join(dir, "results.jsonl")
	os.Remove(file)
	// A test that waits for the time while its threads keep each other busy takes many steps.
	cmd := exec.Command(greenify, "test", "-sim", fmt.Sprint("-schedules=", schedules), "-keep-going", "-confirm=false", "-steps=10000000",
		"-replays="+dir, "-results="+file, "-short", "-count=1")
	cmd.Args = append(append(cmd.Args, args...), pkg)
	cmd.Env = tool.Environ()
	printed, err = cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return nil, nil, false, err
	}
	ok = err == nil
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, printed, ok, nil
	}
	if err != nil {
		return nil, nil, false, err
	}
	results, err = explore.Read(file, text)
	return results, printed, ok, err
}

// An exception is a test that cannot pass.
type exception struct {
	mayPass bool
	reason  string
}

// readExceptions reads lines of four fields separated by tabs: package, test, what it does, reason.
// What it does is "fails" or "may pass", and perhaps ", <go1.27": in which releases. It
// returns those of a release, by package and test.
func readExceptions(file, release string) (map[string]map[string]exception, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]exception{}
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 || slices.Contains(f, "") {
			return nil, fmt.Errorf("%s:%d: want package, test, what it does and reason, separated by tabs", file, i+1)
		}
		does, in, _ := strings.Cut(f[2], ", ")
		if does != "fails" && does != "may pass" || in != "" && in != "<go1.27" && in != ">=go1.27" {
			return nil, fmt.Errorf("%s:%d: %q is neither fails nor may pass, perhaps with , <go1.27 or , >=go1.27", file, i+1, f[2])
		}
		if !(rules.Leaf{Go: in}).In(release) {
			continue
		}
		if all[f[0]] == nil {
			all[f[0]] = map[string]exception{}
		}
		all[f[0]][f[1]] = exception{does == "may pass", f[3]}
	}
	return all, nil
}

func sorted[V any](m map[string]V) (list []string) {
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
