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
	test := strings.HasSuffix(os.Args[0], ".test") // as go test names its binaries
	hub.watch.busy = time.Duration(setting.Unset("busy", test))
	value := os.Getenv(variable)
	if value == "" || secureMode() {
		return
	}
	for field := range strings.SplitSeq(value, ",") {
		v, refused := setting.Read(field, true)
		if refused != "" {
			stop(refused)
		}
		set(v)
	}
	if family.parent == 0 && !settings.off {
		os.Setenv(variable, value+",parent="+strconv.Itoa(os.Getpid()))
	}
	if family.parent != 0 && family.parent != os.Getpid() && !family.children {
		settings.stats = false
		hub.watch.limit = 0
	}
})

const variable = "GREENIFY"

// family is what hub/family.go explains.
var family struct {
	parent   int  // process id of who was asked
	children bool // children=1
}

// set does what a setting says.
func set(v setting.Value) {
	switch v.Name {
	case "":
	case "blocked":
		hub.watch.limit = time.Duration(v.N)
	case "busy":
		hub.watch.busy = time.Duration(v.N)
	case "children":
		family.children = v.N != 0
	case "help":
		os.Stdout.WriteString(setting.Help(true))
		os.Exit(0)
	case "off":
		settings.off = true
	case "offload":
		offloadPool.free.Resize(int(v.N))
	case "parent":
		family.parent = int(v.N)
	case "stats":
		settings.stats = v.N != 0
	default:
		panic("green: a setting of the table that package green does not know: " + v.Name)
	}
}

// mainPatched is 1 in a program whose main, or whose tests, are patched: see
// package patchedmain.
var mainPatched uint8

// registered are the packages patched in source and their versions of the rule
// table.
var registered []patchedPackage

type patchedPackage struct{ path, rules string }

// register notes that a package is patched. It stops the program if main is not.
func register(path, rules string) {
	checkMain(path)
	registered = append(registered, patchedPackage{path, rules})
}

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
