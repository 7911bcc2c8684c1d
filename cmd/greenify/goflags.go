package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
)

// tag is the build tag of patched code: the public package of the runtime
// picks its implementation by it.
const tag = "greenify"

// flagsOfGo are the flags of the go command: those of every command that builds, and
// those of one. A flag that takes a value ends in "=", so that "-o x" is not taken for
// a flag and a package. From go help build, run, test, testflag, vet and list of Go
// 1.26 and 1.27.
var flagsOfGo = map[string][]string{
	"": strings.Fields(`
		C= a n p= race msan asan cover covermode= coverpkg= v work x asmflags=
		buildmode= buildvcs compiler= gccgoflags= gcflags= installsuffix= json
		ldflags= linkshared mod= modcacherw modfile= o= overlay= pgo= pkgdir= tags=
		trimpath toolexec=`),
	"run": {"exec="},
	"test": strings.Fields(`
		args artifacts bench= benchmem benchtime= blockprofile= blockprofilerate= c
		count= coverprofile= cpu= cpuprofile= exec= failfast fullpath fuzz=
		fuzzminimizetime= fuzztime= list= memprofile= memprofilerate= mutexprofile=
		mutexprofilefraction= outputdir= parallel= run= short shuffle= skip= timeout=
		trace= vet=`),
	"vet":  strings.Fields("c= diff fix vettool="),
	"list": strings.Fields("compiled deps e export f= find m retracted test u versions"),
}

// goTakesValue reports whether a flag of a go command takes a value.
func goTakesValue(goes, name string) bool {
	return slices.Contains(flagsOfGo[""], name+"=") || slices.Contains(flagsOfGo[goes], name+"=")
}

// A goFlag is one flag in the arguments of a go command.
type goFlag struct {
	name, value string
	hasValue    bool     // -name=value
	words       []string // as it is written, one or two
}

// on is whether a boolean flag is set. One that the go command refuses is not.
func (f goFlag) on() bool {
	b, err := strconv.ParseBool(f.value)
	return !f.hasValue || b && err == nil
}

// splitFlags takes the flags off the arguments of a go command; rest begins with the
// first argument that is not a flag. The flags in own are greenify's.
func splitFlags(goes string, own *flag.FlagSet, args []string) (flags []goFlag, rest []string) {
	for len(args) > 0 {
		arg := args[0]
		if len(arg) < 2 || arg[0] != '-' || arg == "--" {
			break
		}
		f := goFlag{words: args[:1]}
		f.name, f.value, f.hasValue = strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		if f.name == "args" && goes == "test" {
			break // what follows is for the test binary
		}
		takes := goTakesValue(goes, f.name)
		if ours := ownFlag(own, f.name); ours != nil {
			takes = !isBool(ours)
		}
		if !f.hasValue && takes && len(args) > 1 {
			f.value, f.words = args[1], args[:2]
		}
		flags, args = append(flags, f), args[len(f.words):]
	}
	return flags, args
}

func ownFlag(fs *flag.FlagSet, name string) *flag.Flag {
	if fs == nil {
		return nil
	}
	return fs.Lookup(name)
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// ownFlags takes greenify's flags out of the arguments of a go command, and returns the
// others as they are: they are the go command's.
func ownFlags(c *command, own *flag.FlagSet, args []string) ([]string, error) {
	flags, rest := splitFlags(c.goes, own, args)
	sim := slices.ContainsFunc(flags, func(f goFlag) bool { return f.name == "sim" && f.on() })
	var others []string
	for _, f := range flags {
		switch {
		case !sim && c == goTest && slices.Contains(simFlags, f.name):
			others = append(others, f.words...)
		case own.Lookup(f.name) != nil:
			if err := own.Parse(f.words); err != nil {
				return nil, err
			}
		case f.name == "h" || f.name == "help":
			return nil, flag.ErrHelp
		case f.name == "strict":
			return nil, fmt.Errorf("-strict is a flag of greenify build, not of greenify %s", c.name)
		default:
			others = append(others, f.words...)
		}
	}
	return append(others, rest...), nil
}

// notOurs tells the user, if the go command does not know a flag, of a similar one that greenify
// has. The go command then refuses the flag in its own words; go test hands it to the test binary,
// and so all that follows it, for it cannot know which of that names packages.
func (e *env) notOurs(c *command, own *flag.FlagSet, args []string) {
	if c == debug {
		return // it refuses the flag itself
	}
	sim := c == goTest && own.Lookup("sim").Value.String() == "true"
	names := flagNames(own)
	if c == goTest && !sim {
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(simFlags, name) })
	}
	flags, rest := splitFlags(c.goes, own, args)
	for _, f := range flags {
		switch {
		case slices.Contains(goFlagNames(c.goes), strings.TrimPrefix(f.name, "test.")):
		case slices.Contains(simFlags, f.name):
			e.say("-%s is a flag of greenify test -sim%s", f.name, map[bool]string{true: ": without -sim it is the test binary's"}[c == goTest])
		default:
			if s := suggestFlag(f.name, names); s != "" {
				e.say("-%s is not a flag of greenify: did you mean -%s?", f.name, s)
			}
		}
	}
	if !sim {
		return
	}
	for _, arg := range rest {
		if arg == "-args" || arg == "--args" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && slices.Contains(simFlags, name) {
			e.say("-%s behind the packages is the test binary's: greenify's flags stand in front of them", name)
		}
	}
}

// goFlagNames lists the flags that a go command takes.
func goFlagNames(goes string) []string {
	var names []string
	for _, name := range slices.Concat(flagsOfGo[""], flagsOfGo[goes]) {
		names = append(names, strings.TrimSuffix(name, "="))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A goLine is the command line of a go command, without greenify's own flags.
type goLine struct {
	command string // build, run, ...
	args    []string
	first   int      // index in args behind -C, which must be the first flag
	rest    int      // index in args behind the flags
	tags    string   // value of -tags
	tagsAt  int      // index in args of the flag -tags, -1 if there is none
	dir     string   // value of -C
	out     string   // value of -o
	sources []string // -mod, -modfile and -overlay, which decide what is built
	kinds   []string // flags with which the standard library is compiled anew
	dryRun  bool     // -n
	verbose bool     // -v
	work    bool     // -work
	echo    bool     // -x
	exec    bool     // -exec
	timeout bool     // -timeout
}

// readGoLine finds the flags of a go command that greenify must know. Flags end at the
// first argument that is not one; what follows is the go command's.
func readGoLine(goes string, args []string) *goLine {
	flags, rest := splitFlags(goes, nil, args)
	l := &goLine{command: goes, tagsAt: -1}
	for _, f := range flags {
		words := f.words
		switch f.name {
		case "tags":
			if f.hasValue || len(words) == 2 { // else the go command complains
				l.tags, l.tagsAt = f.value, len(l.args)
				words = []string{"-tags=" + f.value}
			}
		case "C":
			l.dir, l.first = f.value, len(l.args)+len(words)
		case "o":
			l.out = f.value
		case "mod", "modfile", "overlay":
			l.sources = append(l.sources, "-"+f.name+"="+f.value)
		case "n":
			l.dryRun = f.on()
		case "x":
			l.echo = f.on()
		case "v":
			l.verbose = goes != "test" && f.on()
		case "race", "msan", "asan", "trimpath":
			if f.on() {
				l.kinds = append(l.kinds, "-"+f.name)
			}
		case "gcflags", "asmflags":
			if !ofNamed(f.value) {
				l.kinds = append(l.kinds, "-"+f.name+"="+f.value)
			}
		case "buildmode":
			l.kinds = append(l.kinds, "-buildmode="+f.value)
		case "work":
			l.work = f.on()
		case "timeout":
			l.timeout = true
		case "exec":
			l.exec = f.value != ""
		}
		l.args = append(l.args, words...)
	}
	l.rest = len(l.args)
	l.args = append(l.args, rest...)
	return l
}

// ofNamed reports whether flags of the compiler have no pattern: they are for the
// packages that are named on the command line.
func ofNamed(flags string) bool {
	pattern, _, ok := strings.Cut(flags, "=")
	return !ok || strings.HasPrefix(pattern, "-")
}

// withTags returns the arguments with greenify's tag added to the user's: to
// those of the command line, else to those of GOFLAGS, which a -tags of ours
// would hide.
func (l *goLine) withTags(goflags string) []string {
	args := slices.Clone(l.args)
	if l.tagsAt >= 0 {
		args[l.tagsAt] = "-tags=" + joinTags(l.tags)
		return args
	}
	return slices.Insert(args, l.first, "-tags="+joinTags(goflag(goflags, "tags")))
}

// list returns the arguments of the go command that lists the packages of a build,
// run or test, with these flags of go list.
func (l *goLine) list(goflags string, listFlags ...string) []string {
	args := l.withTags(goflags)
	flags, _ := splitFlags(l.command, nil, args[:len(args)-len(l.args)+l.rest])
	argv := []string{"list"}
	for _, f := range flags {
		if slices.Contains([]string{"C", "tags", "mod", "modfile", "overlay", "race"}, f.name) {
			argv = append(argv, f.words...)
		}
	}
	argv = append(argv, listFlags...)
	if l.command == "test" {
		argv = append(argv, "-test")
	}
	return append(append(argv, "--"), l.packages()...)
}

// packages are the arguments that name packages or files. Flags of test may follow its
// packages; of run one package is built, or the files named.
func (l *goLine) packages() []string {
	rest := l.args[l.rest:]
	for i, arg := range rest {
		if strings.HasPrefix(arg, "-") || l.command == "run" && i > 0 && !strings.HasSuffix(arg, ".go") {
			return rest[:i]
		}
	}
	return rest
}

// goflag returns the value of a flag in GOFLAGS.
func goflag(goflags, name string) (value string) {
	for _, word := range load.SplitFlags(goflags) {
		if v, ok := strings.CutPrefix("-"+strings.TrimLeft(word, "-"), "-"+name+"="); ok {
			value = v
		}
	}
	return value
}

func joinTags(tags string) string {
	if tags == "" {
		return tag
	}
	return tags + "," + tag
}
