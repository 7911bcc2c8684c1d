package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/greenify-go/greenify/rewrite/insource"
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
	"github.com/greenify-go/greenify/runtime/setting"
)

// Exit codes.
const (
	exitOK    = 0
	exitFail  = 1 // findings, differences, the program's own failure
	exitUsage = 2 // wrong usage, or the patch cannot be applied
)

// A command is one run of greenify.
type command struct {
	stdout, stderr io.Writer
	env            []string
	// exec replaces the process by another program (execve), so that exit
	// codes, signals and the terminal are the go command's own.
	exec func(path string, argv, env []string) error
}

const usage = `greenify is a compile-time monkey_patch for Go: goroutines become green threads,
which run cooperatively, one at a time, and nothing in the program changes.

usage:

	greenify build|run|test|vet|list [flags] [packages]
		the go command of the same name, on patched code
	greenify check [-fix] [-json] [-sarif] [-baseline file] [packages]
		what blocks in the packages, as findings; -fix patches first, as
		rewrite -w does, and reports what remains
	greenify diff [packages]
		what rewrite would change
	greenify rewrite -w [packages]
		patch the source itself, to be built by the plain go command
	greenify generate [-check|-clean] [packages]
		write patched twins, which go build -tags green builds instead
	All four take -tags, -patch, -allow-partial and -everywhere[=false]: whether
	they also look at the files for other platforms and tags. All but check do
	unless told not to.
	greenify rules [-md|-json|-coverage [-json]]
		the table of what is patched; what becomes of everything in the
		standard library that may block
	greenify inspect [-json] BINARY
		how a binary is patched, and which of its calls keep the hub
	greenify explain SYMBOL
		what happens to net.Dial, sync.Mutex.Lock, ...
	greenify debug [flags] [package] [flags of dlv debug] [-- arguments]
		the patched program under Delve
	greenify ps [-json] SOCKET
		the green threads of a program that runs with GREENIFY=admin=SOCKET
	greenify top SOCKET
		the same as a live screen, which sorts, filters and kills
	greenify profile [-seconds N] [-o FILE] SOCKET
		for how long its threads are parked, by stack: for go tool pprof
	greenify trace html|pprof FILE
		what GREENIFY=trace=FILE wrote as one page, or as a profile of parked time
	greenify version
		versions of greenify, of its rules and of Go
	greenify help [flags|runtime]
		this text, the flags, the settings of a patched program
`

const helpFlags = `Flags of greenify; all others are the go command's (go help build).

	-scope all|deps|main
		whose go statements start green threads: those of every package
		(the default), of all but the standard library, of the main module.
		Other goroutines stay native and run beside the hub, in parallel.
	-patch groups
		which module groups to patch, separated by commas: os, select,
		socket, thread, time, process, signal, dns, db, builtins, or all.
		As in eventlet.monkey_patch: if any is named, only those are; with
		- in front all but those are. A wait of another group keeps the hub,
		so all green threads wait: time is time.Sleep, socket and os are
		descriptors of net and os, thread is sync, select and builtins are
		select and the other channel operations; process, signal and dns are
		waits in system calls and C. A set without thread, select and
		builtins is refused: the thread that would end the wait cannot run.
		(check, diff, rewrite and generate too; all packages of a program must
		be patched for the same groups)
	-allow-partial
		build such a set all the same, and say what may deadlock
	-strict
		(build, of programs) write nothing and exit with 1 if a call is left
		blocking: one that greenify inspect would list
	-locks
		every sync.Mutex and RWMutex knows who holds it, so that reports of
		deadlocks say so, with the line that locked it, and circles of locks
		are proven. They become larger (24 bytes, and 176), and to lock and
		unlock a free one takes about 20 ns more.
	-offload disk
		calls that package os makes for a disk (open, read, write, sync, stat,
		rename, remove, mkdir and so on) are made by workers of the offload
		pool, and other threads run meanwhile; greenify rules has the list.
		They are short as a rule: such a call costs some microseconds more.
		Group os must be patched.
	-offload-size N
		how many threads do offloaded work at once, 20 if not given;
		GREENIFY=offload=N overrides it at run time
	-v
		also print which toolchain is used and what is patched in it (but for
		test, whose output -v changes)
	-work
		also print the folder of the patched toolchain (it is kept)

The private toolchain and its build cache are in $GREENIFYCACHE, by default the
folder greenify of the user's cache folder. The user's own build cache, module
cache and files are not touched. Patched code is built with the tag greenify.

Exit codes: 0 ok; 1 the build, the test or the program failed; 2 wrong usage, or
the patch cannot be applied.
`

func (c *command) run(args []string) int {
	if len(args) == 0 {
		fmt.Fprint(c.stderr, usage)
		return exitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "build", "run", "test", "vet", "list":
		return c.goCommand(name, args)
	case "check":
		return insource.Check(args, c.stdout, c.stderr)
	case "diff":
		return insource.Diff(args, c.stdout, c.stderr)
	case "generate":
		return insource.Generate(args, c.stdout, c.stderr)
	case "rewrite":
		return insource.Rewrite(args, c.stdout, c.stderr)
	case "inspect":
		return c.inspect(args)
	case "rules":
		return c.rules(args)
	case "debug":
		return c.debug(args)
	case "ps":
		return c.ps(args)
	case "top":
		return c.top(args)
	case "profile":
		return c.profile(args)
	case "trace":
		return c.trace(args)
	case "explain":
		return c.explain(args)
	case "version":
		return c.version(args)
	case "help", "-h", "-help", "--help":
		return c.help(args)
	}
	return c.usageError("unknown command %q: run 'greenify help'", name)
}

// usageError prints a message and returns the exit code for wrong usage or a
// patch that cannot be applied.
func (c *command) usageError(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "greenify: "+format+"\n", args...)
	return exitUsage
}

func (c *command) help(args []string) int {
	topics := map[string]string{"flags": helpFlags, "runtime": setting.Help()}
	switch {
	case len(args) == 0:
		fmt.Fprint(c.stdout, usage)
	case len(args) == 1 && topics[args[0]] != "":
		fmt.Fprint(c.stdout, topics[args[0]])
	default:
		return c.usageError("unknown help topic %q: there are flags and runtime", strings.Join(args, " "))
	}
	return exitOK
}

func (c *command) version(args []string) int {
	if len(args) > 0 {
		return c.usageError("version takes no arguments")
	}
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	fmt.Fprintf(c.stdout, "greenify %s, rules %s, patches %s releases\n", version, rules.Version(), toolchain.Supported)
	return exitOK
}

func (c *command) rules(args []string) int {
	print, ok := map[string]func(io.Writer) error{
		"":                rules.Print,
		"-md":             rules.PrintMarkdown,
		"-json":           rules.PrintJSON,
		"-coverage":       rules.PrintCoverage,
		"-coverage -json": rules.PrintCoverageJSON,
		"-json -coverage": rules.PrintCoverageJSON,
	}[strings.Join(args, " ")]
	if !ok {
		return c.usageError("rules takes -md, -json or -coverage [-json], not %q", strings.Join(args, " "))
	}
	if err := print(c.stdout); err != nil {
		return c.usageError("%v", err)
	}
	return exitOK
}

func (c *command) explain(args []string) int {
	if len(args) != 1 {
		return c.usageError("explain takes one symbol, such as net.Dial or sync.Mutex.Lock")
	}
	rows := rules.Explain(args[0])
	for _, r := range rows {
		fmt.Fprintf(c.stdout, "%s, %s (group %s): %s: %s\n", r.Symbol, r.Reach, r.Group, r.Act, r.Why)
	}
	covers := rules.Covers(args[0])
	for _, r := range covers {
		fmt.Fprintf(c.stdout, "%s, whole program (group %s): %s: %s (%s)\n", r.Symbol, r.Group, r.Whole, r.Why, r.Kinds)
		if r.Disk != "" {
			fmt.Fprintf(c.stdout, "%s, with -offload=disk (group %s): what it waits for on a disk is offloaded: %s\n", r.Symbol, r.Group, r.Disk)
		}
	}
	if covers == nil && !slices.ContainsFunc(rows, func(r rules.Row) bool { return r.Reach != rules.InSource }) {
		fmt.Fprintf(c.stdout, "%s, whole program: no rule of its own; whatever it waits in below is patched\n", args[0])
	}
	if slices.ContainsFunc(rows, func(r rules.Row) bool { return r.Reach == rules.InSource }) {
		return exitOK
	}
	for _, r := range covers {
		why := r.Stays
		if r.Source != rules.Short {
			why = "it is promoted, and has the rule of the method that it is"
		}
		fmt.Fprintf(c.stdout, "%s, in source: %s: %s\n", r.Symbol, r.Source, why)
	}
	if covers == nil {
		fmt.Fprintf(c.stdout, "%s, in source: no rule; a call stays as it is\n", args[0])
	}
	return exitOK
}

// goCommand runs a go command with the private toolchain. It returns only if
// that cannot be done.
func (c *command) goCommand(name string, args []string) int {
	f, err := parseFlags(name, args)
	if err != nil {
		return c.usageError("%v", err)
	}
	if f.groups != nil {
		if err := c.partial(f); err != nil {
			return c.usageError("%v", err)
		}
	}
	tc, err := toolchain.Open(toolchain.Options{
		Dir:      f.dir,
		Scope:    f.scope,
		Groups:   f.groups,
		Disk:     f.disk,
		Locks:    f.locks,
		Workers:  f.workers,
		Progress: c.progress(f.verbose),
		Stderr:   c.stderr,
	})
	if err != nil {
		return c.usageError("%v", err)
	}
	if f.verbose {
		fmt.Fprintf(c.stderr, "greenify: %s, rules %s, scope %s: %d files of the standard library patched\n",
			tc.Version, rules.Version(), f.scope, len(tc.Patched))
	}
	if f.work {
		fmt.Fprintf(c.stderr, "GREENIFY_GOROOT=%s\n", tc.GOROOT)
	}
	if name != "vet" && name != "list" {
		c.noteCgo(name, f, tc)
	}
	if name != "list" && !f.dryRun {
		c.noteFirst(f, tc)
	}
	if f.strict {
		return c.strict(tc, f)
	}
	argv := slices.Concat([]string{"go", name}, f.withTags(getenv(c.env, "GOFLAGS")))
	if err := c.exec(tc.Go, argv, tc.Environ(c.env)); err != nil {
		return c.usageError("cannot run %s: %v", tc.Go, err)
	}
	return exitOK
}

// noteFirst says why the first build of its kind takes so long, to a log as well: else
// it is silent for minutes.
func (c *command) noteFirst(f *goFlags, tc *toolchain.Toolchain) {
	kind := slices.Clone(f.kinds)
	for _, key := range []string{"GOARCH", "GOEXPERIMENT", "CGO_ENABLED"} {
		if v := getenv(c.env, key); v != "" {
			kind = append(kind, key+"="+v)
		}
	}
	variant := strings.Join(kind, " ")
	if !tc.FirstBuild(variant) {
		return
	}
	if variant != "" {
		variant = " for " + variant
	}
	fmt.Fprintf(c.stderr, "greenify: compiling the standard library%s (once)\n", variant)
}

// progress reports long work: always with -v, else to a person only.
func (c *command) progress(verbose bool) func(string, ...any) {
	if f, ok := c.stderr.(*os.File); !verbose && (!ok || !term.IsTerminal(int(f.Fd()))) {
		return nil
	}
	return func(format string, args ...any) {
		fmt.Fprintf(c.stderr, "greenify: "+format+"\n", args...)
	}
}

// getenv returns the value of a variable: the first, as in syscall.Getenv.
func getenv(env []string, key string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, key+"="); ok {
			return v
		}
	}
	return ""
}
