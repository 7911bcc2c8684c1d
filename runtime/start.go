//go:build !greenify

package green

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/greenify-go/greenify/runtime/setting"
)

// settings are the parts of the GREENIFY variable; a program built by greenify
// reads them in package runtime.
var settings struct {
	off   bool // off: run as plain Go
	stats bool // stats=1: print the hub's statistics when main ends
}

// readSettings reads the GREENIFY variable, once.
var readSettings = sync.OnceFunc(func() {
	hub.watch.busy = time.Second
	if strings.HasSuffix(os.Args[0], ".test") { // as go test names its binaries
		hub.watch.busy = 100 * time.Millisecond
	}
	for field := range strings.SplitSeq(os.Getenv("GREENIFY"), ",") {
		if !readSetting(field) {
			stop("unknown setting " + field + " in GREENIFY; known are " + setting.Known(true))
		}
	}
})

// readSetting reads one setting. It reports false for a wrong key or value.
func readSetting(field string) bool {
	key, value, _ := strings.Cut(field, "=")
	switch key {
	case "off":
		settings.off = true
		return field == "off"
	case "stats":
		settings.stats = true
		return value == "1"
	case "blocked":
		limit, ok := readLimit(value)
		hub.watch.limit = limit
		return ok
	case "busy":
		limit, ok := readLimit(value)
		hub.watch.busy = limit
		return ok && limit > 0 || value == "off"
	case "offload":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxWorkers {
			return false
		}
		offloadPool.free.Resize(n)
		return true
	}
	return field == ""
}

// readLimit reads a duration as a whole-program build does.
func readLimit(value string) (limit time.Duration, ok bool) {
	limit, err := time.ParseDuration(value)
	number := strings.TrimRight(value, "ums")
	return limit, err == nil && limit >= 0 && strings.Trim(number, "0123456789") == ""
}

// mainPatched is 1 in a program whose main, or whose tests, are patched: see
// package patchedmain.
var mainPatched uint8

// checkMain stops the program if a package is patched and main is not.
func checkMain(path string) {
	readSettings()
	if mainPatched != 0 || settings.off {
		return
	}
	main := "main"
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		main = info.Path
	}
	if strings.HasSuffix(os.Args[0], ".test") { // as go test names its binaries
		main = strings.TrimSuffix(main, ".test")
		stop("package " + path + " is patched in source, but the tests of " + main + " are not:\n" +
			"\tpatch them too: greenify rewrite -w " + main + "\n\tor run without the patch: GREENIFY=off")
	}
	stop("package " + path + " is patched in source, but package main, " + main + ", is not:\n" +
		"\tpatch it too: greenify rewrite -w " + main + "\n\tor run without the patch: GREENIFY=off")
}

// startTest turns the goroutine of a test into a green thread, and the hub on if
// that is the first.
func startTest(rules string) (end func()) {
	startTests(rules)
	if t := callback(); t != nil {
		return t.end
	}
	return func() {}
}

var testsStarted sync.Once

func startTests(rules string) {
	testsStarted.Do(func() {
		if enabled() {
			return // TestMain has
		}
		if readSettings(); !settings.off {
			checkRegistered(rules)
			findGoid()
			hub.on.Store(true)
		}
	})
}

// start turns main into the first green thread and the hub on. It returns what
// main defers.
func start(rules string) (end func()) {
	if enabled() || dumpedGoid() != 1 {
		return func() {} // somebody else called main.main
	}
	readSettings()
	if settings.off {
		return func() {}
	}
	checkRegistered(rules)
	findGoid()
	startMain()
	return func() {
		if deferredBy() == "runtime.Goexit" {
			self().end() // the others go on without main
			return
		}
		// main returns or panics: the program ends, and no other thread runs
		// meanwhile, however long that takes.
		hub.mu.Lock()
		hub.watch.ended = true
		hub.mu.Unlock()
		if settings.stats {
			s := ReadStats()
			fmt.Fprintf(os.Stderr, "greenify: threads=%d peak=%d switches=%d yields=%d rescued=%d preempted=%d\n",
				s.Spawned, s.Peak, s.Switches, s.Yields, s.Rescued, s.Preempted)
		}
	}
}

// startedBy are the rules that main, or the tests, are patched by.
var startedBy string

// checkRegistered stops the program if a package is patched by other rules, or for
// other groups.
func checkRegistered(rules string) {
	startedBy = rules
	var others strings.Builder
	for _, p := range registered {
		if p.rules != rules {
			fmt.Fprintf(&others, "\t%s by %s\n", p.path, p.rules)
		}
	}
	if others.Len() > 0 {
		stop("main is patched in source by rule table " + rules + ", but other packages by other tables or for other groups:\n" +
			others.String() + "\tpatch them all again, with one -patch: greenify rewrite -w ./...")
	}
}

func stop(why string) {
	fmt.Fprintln(os.Stderr, "greenify:", why)
	os.Exit(2)
}
