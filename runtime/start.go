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

// readSettings reads the GREENIFY variable, once. As in package runtime (hub/family.go,
// hub/settings.go) a program with more rights than its user does not listen to it, and
// children are told that they are.
var readSettings = sync.OnceFunc(func() {
	hub.watch.busy = time.Second
	if strings.HasSuffix(os.Args[0], ".test") { // as go test names its binaries
		hub.watch.busy = 100 * time.Millisecond
	}
	value := os.Getenv(variable)
	if value == "" || secureMode() {
		return
	}
	for field := range strings.SplitSeq(value, ",") {
		if readSetting(field) {
			continue
		}
		switch {
		case field == "help":
			stop("settings in GREENIFY are " + setting.Known(true) + seeHelp)
		case settingWrong == "":
			stop("unknown setting " + setting.Safe(field) + " in GREENIFY; known are " + setting.Known(true) + seeHelp)
		}
		stop("GREENIFY: " + setting.Safe(field) + ": " + settingWrong + seeHelp)
	}
	if family.parent == 0 && !settings.off {
		os.Setenv(variable, value+",parent="+strconv.Itoa(os.Getpid()))
	}
	if family.parent != 0 && family.parent != os.Getpid() && !family.children {
		settings.stats = false
		hub.watch.limit = 0
	}
})

const (
	variable = "GREENIFY"
	seeHelp  = "; see greenify help runtime"
)

// family is what hub/family.go explains.
var family struct {
	parent   int  // process id of who was asked
	children bool // children=1
}

// settingWrong says what is wrong with the value that readSetting does not take; ""
// if it does not know the key.
var settingWrong string

// readSetting reads one setting. It reports false for a wrong key or value.
func readSetting(field string) bool {
	key, value, valued := strings.Cut(field, "=")
	bit := func(to *bool) bool {
		*to = !valued || value == "1"
		settingWrong = "is neither 0 nor 1"
		return *to || value == "0"
	}
	switch key {
	case "off":
		settings.off = true
		settingWrong = "takes no value"
		return !valued
	case "stats":
		return bit(&settings.stats)
	case "children":
		return bit(&family.children)
	case "parent":
		n, err := strconv.Atoi(value)
		family.parent = n
		settingWrong = "is no process id; greenify sets it for children"
		return err == nil && n > 0
	case "blocked":
		return readDuration(value, &hub.watch.limit)
	case "busy":
		if value == "off" {
			value = "0"
		}
		return readDuration(value, &hub.watch.busy)
	case "offload":
		n, err := strconv.Atoi(value)
		settingWrong = "is no number from 1 to " + strconv.Itoa(maxWorkers)
		if err != nil || n < 1 || n > maxWorkers {
			return false
		}
		offloadPool.free.Resize(n)
		return true
	}
	settingWrong = ""
	return field == ""
}

// readDuration reads a whole number of us, ms or s, or 0, as a whole-program build
// does.
func readDuration(value string, to *time.Duration) bool {
	settingWrong = "is no whole number of us, ms or s"
	unit := strings.TrimLeft(value, "0123456789")
	number := strings.TrimSuffix(value, unit)
	switch {
	case number == "" || unit != "" && unit != "us" && unit != "ms" && unit != "s":
		return false
	case unit == "" && strings.Trim(number, "0") != "":
		settingWrong = "has no unit: " + number + "ms"
		return false
	}
	if unit == "" {
		unit = "s"
	}
	limit, err := time.ParseDuration(number + unit)
	*to = limit
	settingWrong = "is too long"
	return err == nil
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
	// The go command keeps the results of tests by the variables that they read
	// through package os, as far as package testing knows of it: once it has begun.
	os.Getenv(variable)
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
