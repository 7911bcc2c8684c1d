package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A command is one row of the table of commands. Its run gets the values of its flags
// and the arguments behind them; what it returns becomes the message and the exit code.
//
// The flags are package flag's, which are Go's: a -flag of one dash, and of a go
// command the same kind on both sides. A library for commands would have to let the
// flags of the go command through that it does not know; with those that keep single
// dashes (ff, its ffcli, subcommands) that is the part one writes by hand, and the rest
// of it is this file.
type command struct {
	name  string   // one word, or two
	args  string   // the usage line behind the name
	short string   // for the list of commands
	long  string   // for its own help
	goes  string   // the go command whose flags it takes, too; "" for none
	words []string // what an argument may be, for completion; nil for files
	// setup declares the flags and returns what runs the command with them.
	setup func(*flag.FlagSet) runner
}

type runner func(e *env, args []string) error

// commands is the table, in the order of the help.
var commands []*command

func init() { // help and completion, which are in the table, read it
	commands = []*command{
		goBuild, goRun, goTest, goVet, goList, goInstall, sdk,
		check, diff, rewrite, generate,
		ruleTable, explain, inspectBinary,
		replay, debug, ps, top, profileParked, trace, simMerge,
		version, completion, help,
	}
}

func commandNames() []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}

func findCommand(name string) *command {
	for _, c := range commands {
		if c.name == name {
			return c
		}
	}
	return nil
}

// flagSet returns the flags of the command and what runs it with them.
func (c *command) flagSet() (*flag.FlagSet, runner) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if c.goes == "" {
		fs.String("C", "", "change to `dir` first, as in greenify -C")
	}
	return fs, c.setup(fs)
}

// An env is what a run of greenify has around it.
type env struct {
	stdout, stderr io.Writer
	environ        []string
	// exec replaces the process by another program (execve), so that exit
	// codes, signals and the terminal are the go command's own.
	exec func(path string, argv, env []string) error
}

// Exit codes.
const (
	exitOK    = 0
	exitFail  = 1 // findings, differences, the program's own failure, an error of the system
	exitUsage = 2 // wrong usage, or the patch cannot be applied
)

// An exit is an error that knows its exit code. Without an err everything has been
// said.
type exit struct {
	code int
	err  error
}

func (x *exit) Error() string {
	if x.err == nil {
		return fmt.Sprint("exit status ", x.code)
	}
	return x.err.Error()
}

func (x *exit) Unwrap() error { return x.err }

// refused is the error that a patch cannot be applied, or a command is used wrongly,
// though the system says why.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return &exit{exitUsage, err}
}

// exitWith ends with a code, and says nothing more.
func exitWith(code int) error {
	if code == exitOK {
		return nil
	}
	return &exit{code: code}
}

// exitCode is the one place that picks an exit code: that of an exit; 1 if the system
// failed, as for a file that cannot be read; 2 for what is wrong with the usage.
func exitCode(err error) int {
	var x *exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &x):
		return x.code
	case errors.As(err, new(syscall.Errno)):
		return exitFail
	}
	return exitUsage
}

// run runs the command that the arguments name and returns the exit code.
func (e *env) run(args []string) int {
	err := e.dispatch(args)
	if x, ok := err.(*exit); err != nil && !(ok && x.err == nil) {
		e.say("%v", err)
	}
	return exitCode(err)
}

// say prints a message, each line of it under greenify's name but for those that are
// indented.
func (e *env) say(format string, args ...any) {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(fmt.Sprintf(format, args...)) + "\n") {
		if !strings.HasPrefix(line, "\t") {
			b.WriteString("greenify: ")
		}
		b.WriteString(line)
	}
	io.WriteString(e.stderr, b.String())
}

func (e *env) dispatch(args []string) error {
	args, err := e.changeDirFlag(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		io.WriteString(e.stderr, usage())
		return exitWith(exitUsage)
	}
	name := args[0]
	if name == simExecName {
		return e.simExec(args[1:])
	}
	switch {
	case isHelp(name):
		name = "help"
	case name == "-version" || name == "--version":
		name = "version"
	}
	if c := findCommand(name); c != nil {
		return e.execute(c, args[1:])
	}
	if len(args) > 1 {
		if c := findCommand(name + " " + args[1]); c != nil {
			return e.execute(c, args[2:])
		}
	}
	return unknownCommand(name)
}

func isHelp(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) }

// execute runs one command with its arguments.
func (e *env) execute(c *command, args []string) error {
	fs, run := c.flagSet()
	var err error
	if c.goes != "" {
		args, err = ownFlags(c, fs, args)
	} else if args, err = parseFlags(fs, args); err == nil {
		if dir := fs.Lookup("C").Value.String(); dir != "" {
			err = e.changeDir(dir)
		}
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return e.print(c.help())
	case err != nil:
		return refused(flagError(c, fs, err))
	}
	if c.goes != "" {
		e.notOurs(c, fs, args)
	}
	return run(e, args)
}

// parseFlags parses flags in front of arguments and behind them, up to "--", and
// returns the arguments.
func parseFlags(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		ended := len(fs.Args()) < len(args) && args[len(args)-len(fs.Args())-1] == "--"
		if args = fs.Args(); ended {
			return append(rest, args...), nil
		}
		if len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// flagError is the error of package flag, with a remedy.
func flagError(c *command, fs *flag.FlagSet, err error) error {
	var own error
	fs.VisitAll(func(f *flag.Flag) {
		if v, ok := f.Value.(*parsedFlag); ok && v.err != nil {
			own = v.err
		}
	})
	if own != nil {
		return own // it says all there is to say
	}
	name, undefined := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !undefined {
		return badValue(fs, err)
	}
	if s := suggestFlag(name, flagNames(fs)); s != "" {
		return fmt.Errorf("%w: did you mean -%s? Run 'greenify help %s'", err, s, c.name)
	}
	return fmt.Errorf("%w: run 'greenify help %s'", err, c.name)
}

// badValue is the error of package flag about the value of a flag, with what would be right.
func badValue(fs *flag.FlagSet, err error) error {
	text := err.Error()
	if name, missing := strings.CutPrefix(text, "flag needs an argument: -"); missing {
		if f := fs.Lookup(name); f != nil {
			value, usage := flag.UnquoteUsage(f)
			usage, _, _ = strings.Cut(strings.TrimPrefix(usage, value+": "), "\n")
			return fmt.Errorf("%w: -%s %s: %s", err, name, value, strings.TrimRight(usage, ",;:"))
		}
	}
	text, wrong := strings.CutSuffix(text, ": parse error")
	if !wrong {
		return err
	}
	name := strings.TrimPrefix(text[strings.LastIndex(text, " ")+1:], "-")
	if f := fs.Lookup(name); f != nil && isBool(f) {
		return fmt.Errorf("%s: use -%s, -%s=true or -%s=false", text, name, name, name)
	}
	return fmt.Errorf("%s: use a number, such as -%s=%s", text, name, fs.Lookup(name).DefValue)
}

// A parsedFlag is a flag whose value a function reads. Package flag has its own, but
// hides the error in a sentence of its own.
type parsedFlag struct {
	text string
	set  func(string) error
	err  error
}

func (v *parsedFlag) String() string { return v.text }

func (v *parsedFlag) Set(s string) error {
	v.text, v.err = s, v.set(s)
	return v.err
}

// parsed declares a flag whose value a function reads.
func parsed(fs *flag.FlagSet, name, usage string, set func(string) error) {
	fs.Var(&parsedFlag{set: set}, name, usage)
}

// changeDirFlag takes -C dir off the front of the arguments and changes to that folder,
// as the go command does it (cmd/go, handleChdirFlag).
func (e *env) changeDirFlag(args []string) ([]string, error) {
	if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return args, nil
	}
	dir, ok := strings.CutPrefix("-"+strings.TrimLeft(args[0], "-"), "-C")
	switch {
	case !ok:
		return args, nil
	case strings.HasPrefix(dir, "="):
		return args[1:], e.changeDir(dir[1:])
	case dir != "":
		return args, nil
	case len(args) == 1:
		return nil, errors.New("flag needs an argument: -C")
	}
	return args[2:], e.changeDir(args[1])
}

func (e *env) changeDir(dir string) error {
	if err := os.Chdir(dir); err != nil {
		return refused(fmt.Errorf("cannot change to the folder of -C: %w", err))
	}
	// The go command asks PWD where it is.
	wd, err := filepath.Abs(dir)
	if filepath.IsAbs(dir) {
		wd = filepath.Clean(dir)
	} else if old := getenv(e.environ, "PWD"); filepath.IsAbs(old) {
		wd = filepath.Join(old, dir)
	}
	if err != nil {
		return err
	}
	e.environ = append(slices.DeleteFunc(slices.Clone(e.environ), func(kv string) bool { return strings.HasPrefix(kv, "PWD=") }), "PWD="+wd)
	return os.Setenv("PWD", wd)
}

// unknownCommand refuses a command that there is not.
func unknownCommand(name string) error {
	if slices.Contains(strings.Fields("bug clean doc env fix fmt get mod work telemetry tool"), name) {
		return fmt.Errorf("unknown command %q: use go %s", name, name)
	}
	for _, c := range commandNames() {
		if strings.HasPrefix(c, name+" ") {
			return fmt.Errorf("unknown command %q: use greenify %s", name, c)
		}
	}
	if s := suggest(name, commandNames()); s != "" {
		return fmt.Errorf("unknown command %q: did you mean %s? Run 'greenify help'", name, s)
	}
	return fmt.Errorf("unknown command %q: run 'greenify help'", name)
}

// getenv returns the value of a variable: the first, as in syscall.Getenv.
func getenv(environ []string, key string) string {
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, key+"="); ok {
			return v
		}
	}
	return ""
}
