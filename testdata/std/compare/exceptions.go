package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// exception is a test that is known to fail patched, for a reason that lies in
// cooperation itself.
type exception struct {
	pkg, test string
	class     string
	reason    string
	flaky     bool // may pass: the reason is a race that the test can win
}

// classes are the reasons known to be inherent.
var classes = []string{
	"order",          // passes only in the order in which plain Go runs ready goroutines, which it does not promise
	"sees the patch", // counts what greenify adds to std
	twoAtOnce,
}

// twoAtOnce are tests that look at two threads which run Go code in the same moment: those
// of package runtime by a signal, or in a loop that cannot be stopped. The hub runs one: plain Go
// could not pass them either if it had one thread for Go code. Of a third-party module they are
// tests that need one thread to go on within some milliseconds while others compute or poll.
const twoAtOnce = "two at once"

// strict are the packages that must do without exceptions.
var strict = []string{"sync", "io", "bufio", "database/sql", "net/textproto", "os/exec"}

// maxExceptions is how many there may be of package runtime's own twoAtOnce, of third-party modules,
// and of all others.
const maxExceptions = 10

// thirdParty reports whether the test is none of the standard library.
func (e exception) thirdParty() bool {
	first, _, _ := strings.Cut(e.pkg, "/")
	return strings.Contains(first, ".")
}

// of returns the exceptions of a package.
func of(pkg string, all []exception) []exception {
	return slices.DeleteFunc(slices.Clone(all), func(e exception) bool { return e.pkg != pkg })
}

// readExceptions reads lines of four fields separated by tabs: package, test,
// class (followed by ", flaky" if the test may also pass), reason.
func readExceptions(file string) ([]exception, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []exception
	count := map[string]int{}
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("%s:%d: %d fields, want package, test, class, reason", file, i+1, len(f))
		}
		e := exception{pkg: f[0], test: f[1], reason: f[3]}
		e.class, e.flaky = strings.CutSuffix(f[2], ", flaky")
		switch {
		case !slices.Contains(classes, e.class):
			return nil, fmt.Errorf("%s:%d: unknown class %q; known are %q", file, i+1, e.class, classes)
		case e.reason == "":
			return nil, fmt.Errorf("%s:%d: no reason", file, i+1)
		case slices.Contains(strict, e.pkg):
			return nil, fmt.Errorf("%s:%d: %s may have no exceptions", file, i+1, e.pkg)
		}
		all = append(all, e)
		kind := "other"
		if e.thirdParty() {
			kind = "third-party"
		} else if e.class == twoAtOnce && e.pkg == "runtime" {
			kind = twoAtOnce
		}
		if count[kind]++; count[kind] > maxExceptions {
			return nil, fmt.Errorf("%s:%d: more than %d exceptions of one kind: class %q of package runtime, third-party modules, all others", file, i+1, maxExceptions, twoAtOnce)
		}
	}
	return all, nil
}
