package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/greenify-go/greenify/rewrite/insource"
	"github.com/greenify-go/greenify/rewrite/plural"
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

	greenify build|run|test|vet|list|install [flags] [packages]
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
	greenify explain SYMBOL|STATEMENT
		what happens to net.Dial, sync.Mutex.Lock, select, ...
	greenify debug [flags] [package] [flags of dlv debug] [-- arguments]
		the patched program under Delve
	greenify ps [-json] SOCKET
		the green threads of a program that runs with GREENIFY=admin=SOCKET
	greenify top SOCKET
		the same as a live screen, which sorts, filters and kills
	greenify profile [-seconds N] [-o FILE] SOCKET
		for how long its threads are parked, by stack: for go tool pprof
	greenify trace html|pprof [-o FILE] TRACE
		what GREENIFY=trace=TRACE wrote as one page, or as a profile of parked
		time, on standard output if there is no -o
	greenify version
		versions of greenify, of its rules and of Go
	greenify help [COMMAND|flags|runtime]
		this text, that of one command, the flags, the settings of a patched
		program

-C dir in front of the command changes to that folder first, as in go -C.
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

// commands are the names of all commands, in the order of the usage text.
var commands = strings.Fields("build run test vet list install check diff rewrite generate rules inspect explain debug ps top profile trace version help")

func (c *command) run(args []string) int {
	args, err := c.changeDir(args)
	if err != nil {
		return c.usageError("%v", err)
	}
	if len(args) == 0 {
		fmt.Fprint(c.stderr, usage)
		return exitUsage
	}
	name, args := args[0], args[1:]
	if len(args) == 1 && isHelp(args[0]) && slices.Contains(commands, name) {
		return c.help([]string{name})
	}
	switch name {
	case "build", "run", "test", "vet", "list", "install":
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
	case "version", "-version", "--version":
		return c.version(args)
	case "help", "-h", "-help", "--help":
		return c.help(args)
	}
	return c.unknownCommand(name)
}

func isHelp(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) }

// changeDir takes -C dir off the arguments and changes to that folder, as the go
// command does it (cmd/go, handleChdirFlag).
func (c *command) changeDir(args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	dir, ok := strings.CutPrefix("-"+strings.TrimLeft(args[0], "-"), "-C")
	switch {
	case !ok || !strings.HasPrefix(args[0], "-"):
		return args, nil
	case strings.HasPrefix(dir, "="):
		dir, args = dir[1:], args[1:]
	case dir != "":
		return args, nil
	case len(args) == 1:
		return nil, errors.New("flag needs an argument: -C")
	default:
		dir, args = args[1], args[2:]
	}
	if err := os.Chdir(dir); err != nil {
		return nil, fmt.Errorf("cannot change to the folder of -C: %w", err)
	}
	// The go command asks PWD where it is.
	wd, err := filepath.Abs(dir)
	if filepath.IsAbs(dir) {
		wd = filepath.Clean(dir)
	} else if old := getenv(c.env, "PWD"); filepath.IsAbs(old) {
		wd = filepath.Join(old, dir)
	}
	if err != nil {
		return nil, err
	}
	c.env = append(slices.DeleteFunc(slices.Clone(c.env), func(kv string) bool { return strings.HasPrefix(kv, "PWD=") }), "PWD="+wd)
	return args, os.Setenv("PWD", wd)
}

// unknownCommand refuses a command that there is not.
func (c *command) unknownCommand(name string) int {
	goCommands := strings.Fields("bug clean doc env fix fmt get mod work telemetry tool")
	switch s := suggest(name, commands); {
	case slices.Contains(goCommands, name):
		return c.usageError("unknown command %q: use go %s", name, name)
	case s != "":
		return c.usageError("unknown command %q: did you mean %s? Run 'greenify help'", name, s)
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
	topics := map[string]string{"flags": helpFlags, "runtime": setting.Help(), "explain": usageExplain}
	switch name := strings.Join(args, " "); {
	case len(args) == 0:
		fmt.Fprint(c.stdout, usage)
	case topics[name] != "":
		fmt.Fprint(c.stdout, topics[name])
	case slices.Contains([]string{"check", "diff", "rewrite", "generate"}, name):
		fmt.Fprint(c.stdout, commandUsage(name)+"\n")
		insource.Help(name, c.stdout)
	case slices.Contains(commands, name):
		fmt.Fprint(c.stdout, commandUsage(name))
	default:
		if text, ok := topicText(name); ok {
			fmt.Fprint(c.stdout, text)
			break
		}
		names := append([]string{"flags", "runtime"}, topicNames()...)
		if s := suggest(name, append(names, commands...)); s != "" {
			return c.usageError("unknown help topic %q: did you mean %s?", name, s)
		}
		return c.usageError("unknown help topic %q: there are the commands and %s", name, strings.Join(names, ", "))
	}
	return exitOK
}

// commandUsage is what the usage text says of a command.
func commandUsage(name string) string {
	var b strings.Builder
	for line := range strings.Lines(usage) {
		line = strings.TrimRight(line, "\n")
		head, isHead := strings.CutPrefix(line, "\tgreenify ")
		if names, _, _ := strings.Cut(head, " "); isHead && slices.Contains(strings.Split(names, "|"), name) {
			fmt.Fprintf(&b, "usage: greenify %s\n\n", strings.Replace(head, names, name, 1))
		} else if body, ok := strings.CutPrefix(line, "\t\t"); ok && b.Len() > 0 {
			fmt.Fprintln(&b, body)
		} else if b.Len() > 0 {
			break
		}
	}
	if slices.Contains([]string{"build", "run", "test", "vet", "list", "install"}, name) {
		fmt.Fprintf(&b, "\nFlags: greenify help flags, and those of go help %s.\n", name)
	}
	return b.String()
}

func (c *command) version(args []string) int {
	if len(args) > 0 {
		return c.usageError("version takes no arguments")
	}
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	fmt.Fprintf(c.stdout, "greenify %s, rules %s, patches %s releases\n", version, rules.Version(), toolchain.Releases())
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
		fmt.Fprintf(c.stderr, "greenify: %s, rules %s, scope %s: %s of the standard library patched\n",
			tc.Version, rules.Version(), f.scope, plural.Of(len(tc.Patched), "file"))
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
