package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	runtimedebug "runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/plural"
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
	"github.com/greenify-go/greenify/runtime/setting"
)

var (
	goBuild = goCommand("build", "[flags] [packages]", "compile patched programs", `
With -strict a program that has calls left blocking is not written.`)
	goRun = goCommand("run", "[flags] package [arguments]", "compile and run a patched program", `
GREENIFY in its environment has its settings: greenify help runtime.`)
	goTest = goCommand("test", "[flags] [packages] [flags of the test binary]", "test patched packages", `
Its output is that of go test, also with -v.`)
	goVet     = goCommand("vet", "[flags] [packages]", "run go vet on patched packages", "")
	goList    = goCommand("list", "[flags] [packages]", "list packages, as patched ones are built", "")
	goInstall = goCommand("install", "[flags] [packages]", "compile patched programs and install them", `
They go where go install puts them: go help install.`)
)

// goCommand is the row of a go command that runs on patched code.
func goCommand(name, args, short, long string) *command {
	return &command{
		name: name, args: args, short: short, goes: name,
		long: "The go command of the same name, on patched code: what it prints and its exit code\nare go " + name + "'s." + long,
		setup: func(fs *flag.FlagSet) runner {
			o := declareBuild(fs, name == "build")
			declareSim(fs, &o.sim, name)
			return func(e *env, args []string) error {
				if err := o.sim.alone(fs); err != nil {
					return err
				}
				return e.goCommand(o, readGoLine(name, args))
			}
		},
	}
}

// buildOptions are greenify's own flags of a build.
type buildOptions struct {
	scope        toolchain.Scope
	groups       []string // of -patch; nil is all
	allowPartial bool
	strict       bool
	locks        bool
	disk         bool // -offload=disk
	workers      int  // -offload-size, 0 if not given
	sim          simOptions
}

// declareBuild declares the flags; this is where people read of them, too.
func declareBuild(fs *flag.FlagSet, strict bool) *buildOptions {
	o := &buildOptions{scope: toolchain.ScopeAll}
	parsed(fs, "scope", "`all|deps|main`: "+`whose go statements start green threads: those of every package
(the default), of all but the standard library, of the main module.
Other goroutines stay native and run beside the hub, in parallel.`, func(s string) (err error) {
		o.scope, err = toolchain.ParseScope(s)
		return err
	})
	declarePatch(fs, &o.groups, &o.allowPartial)
	if strict {
		fs.BoolVar(&o.strict, "strict", false, `of programs: write nothing and exit with 1 if a call is left
blocking: one that greenify inspect would list`)
	}
	fs.BoolVar(&o.locks, "locks", false, `every sync.Mutex and RWMutex knows who holds it, so that reports of
deadlocks say so, with the line that locked it, and circles of locks
are proven. They become larger (24 bytes, and 176), and to lock and
unlock a free one takes about 20 ns more.`)
	parsed(fs, "offload", "`disk`: "+`calls that package os makes for a disk (open, read, write, sync, stat,
rename, remove, mkdir and so on) are made by workers of the offload
pool, and other threads run meanwhile; greenify rules has the list.
They are short as a rule: such a call costs some microseconds more.
Group os must be patched.`, func(s string) error {
		if s != "disk" {
			return fmt.Errorf("unknown kind of call %q: use -offload=disk", s)
		}
		o.disk = true
		return nil
	})
	parsed(fs, "offload-size", fmt.Sprintf("`N`: "+`how many threads do offloaded work at once, %d if not given;
GREENIFY=offload=N overrides it at run time`, setting.Unset("offload", false)), func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > setting.PoolMax {
			return fmt.Errorf("-offload-size is %q: use a number from 1 to %d", s, setting.PoolMax)
		}
		o.workers = n
		return nil
	})
	return o
}

// declarePatch declares which groups are patched, for builds and in source.
func declarePatch(fs *flag.FlagSet, groups *[]string, allowPartial *bool) {
	parsed(fs, "patch", "`groups`: "+`which module groups to patch, separated by commas: os, select,
socket, thread, time, process, signal, dns, db, builtins, or all.
As in eventlet.monkey_patch: if any is named, only those are; with
- in front all but those are. A wait of another group keeps the hub,
so all green threads wait: time is time.Sleep, socket and os are
descriptors of net and os, thread is sync, select and builtins are
select and the other channel operations; process, signal and dns are
waits in system calls and C. A set without thread, select and
builtins is refused: the thread that would end the wait cannot run.
All packages of a program must be patched for the same groups.`, func(s string) (err error) {
		*groups, err = rules.ParsePatch(s)
		return err
	})
	fs.BoolVar(allowPartial, "allow-partial", false, `take a set of groups that would be refused, and say what may
deadlock`)
}

// open returns the private toolchain for a build.
func (e *env) open(o *buildOptions, l *goLine) (*toolchain.Toolchain, error) {
	if o.disk && o.groups != nil && !slices.Contains(o.groups, "os") {
		return nil, errors.New("-offload=disk is for calls of group os, which -patch leaves out: add os to -patch, or take -offload=disk away")
	}
	if o.groups != nil {
		if err := e.partial(o, l); err != nil {
			return nil, refused(err)
		}
	}
	steps := newMeter(e.stderr)
	tc, err := toolchain.Open(toolchain.Options{
		Dir:     l.dir,
		Scope:   o.scope,
		Groups:  o.groups,
		Disk:    o.disk,
		Locks:   o.locks,
		Sim:     o.sim.on,
		Workers: o.workers,
		Progress: func(format string, args ...any) {
			// What lists is read by programs, and compiles nothing.
			if steps.people || l.verbose || l.command != "list" && !l.dryRun {
				steps.begin(fmt.Sprintf(format, args...), "")
			}
		},
		Stderr: e.stderr,
	})
	steps.end()
	if err != nil {
		return nil, refused(err)
	}
	if o.sim.on {
		l.callAtomics(getenv(e.environ, "GOFLAGS"), tc.GOROOT)
	}
	if l.verbose {
		e.say("%s, rules %s, scope %s: %s of the standard library patched", tc.Version, rules.Version(), o.scope, plural.Of(len(tc.Patched), "file"))
	}
	if l.work {
		fmt.Fprintf(e.stderr, "GREENIFY_GOROOT=%s\n", tc.GOROOT)
	}
	return tc, nil
}

// goCommand runs a go command with the private toolchain. It returns only if
// that cannot be done.
func (e *env) goCommand(o *buildOptions, l *goLine) error {
	if l.command == "run" || l.command == "test" {
		one := ""
		switch {
		case o.sim.on:
			one = "a simulated program is one process"
		case l.command == "test":
			one = "the tests of a package are one process"
		}
		if err := e.checkSettings(one); err != nil {
			return err
		}
	}
	var sim []string
	counted := true
	if o.sim.on {
		var err error
		if counted, err = o.sim.check(l.command, l.args); err != nil {
			return err
		}
		racing := slices.Contains(l.kinds, "-race") || slices.Contains(load.SplitFlags(getenv(e.environ, "GOFLAGS")), "-race")
		if o.sim.points == explore.PointsMemory && !racing {
			return errors.New("-points=memory has points where the race detector looks at accesses: add -race")
		}
		if l.command == "run" || l.command == "test" {
			if sim, err = o.sim.environ(l.command == "run", func(key string) string { return getenv(e.environ, key) }); err != nil {
				return err
			}
		}
	}
	// Nothing that is read here becomes garbage soon, and a collection would take as long as the reading.
	percent := runtimedebug.SetGCPercent(-1)
	tc, err := e.open(o, l)
	runtimedebug.SetGCPercent(percent)
	if err != nil {
		return err
	}
	if l.command != "vet" && l.command != "list" {
		e.noteCgo(l, tc)
	}
	if l.command != "list" && !l.dryRun {
		e.compileStd(l, tc)
	}
	if o.strict {
		return e.strict(tc, l)
	}
	environ := slices.DeleteFunc(tc.Environ(e.environ), func(kv string) bool { return strings.HasPrefix(kv, "GREENIFY_SIM") })
	environ = append(environ, sim...)
	if o.sim.on && l.command == "run" {
		environ = append(environ, "GREENIFY_SIM_RUN="+strings.Join(l.packages(), " "))
	}
	if o.sim.on && !l.forBazel() {
		environ = slices.DeleteFunc(environ, func(kv string) bool { return strings.HasPrefix(kv, "XML_OUTPUT_FILE=") })
	}
	args := l.withTags(getenv(e.environ, "GOFLAGS"))
	if o.sim.on && l.command == "test" {
		if args, err = o.sim.runner(l, args); err != nil {
			return err
		}
	}
	if (o.sim.results != "" || o.sim.twice || o.sim.during != 0) && !counted {
		args = slices.Insert(args, l.first, "-count=1") // a result that the go command has kept would write nothing
	}
	argv := slices.Concat([]string{"go", l.command}, args)
	if err := e.exec(tc.Go, argv, environ); err != nil {
		return fmt.Errorf("cannot run %s: %w", tc.Go, err)
	}
	return nil
}

// checkSettings refuses settings that the program would refuse, before it is built; one says
// why it cannot be several processes, if that is so.
func (e *env) checkSettings(one string) error {
	for field := range strings.SplitSeq(getenv(e.environ, "GREENIFY"), ",") {
		v, refused := setting.Read(field, false)
		if refused != "" {
			return errors.New(refused)
		}
		if v.Name == "workers" && one != "" {
			return fmt.Errorf("GREENIFY: workers: %s: take workers out of GREENIFY", one)
		}
	}
	return nil
}

// buildTags are those of the command line, else those of GOFLAGS, with greenify's own.
func (l *goLine) buildTags(goflags string) string {
	return "-tags=" + joinTags(cmp.Or(l.tags, goflag(goflags, "tags")))
}
