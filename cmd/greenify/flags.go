package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// tag is the build tag of patched code: the public package of the runtime
// picks its implementation by it.
const tag = "greenify"

// goFlags are the arguments of a go command, with greenify's own flags taken
// out.
type goFlags struct {
	args     []string // for the go command
	first    int      // index in args behind -C, which must be the first flag
	tags     string   // value of -tags
	tagsAt   int      // index in args of the flag -tags, -1 if there is none
	dir      string   // value of -C
	out      string   // value of -o
	sources  []string // -mod, -modfile and -overlay, which decide what is built
	dryRun   bool     // -n
	scope    toolchain.Scope
	disk     bool // -offload=disk
	locks    bool // -locks
	workers  int  // -offload-size, 0 if not given
	verbose  bool
	work     bool
	commands bool     // -x
	kinds    []string // flags with which the standard library is compiled anew

	command      string
	packages     int      // index in args behind the flags
	groups       []string // of -patch; nil is all
	allowPartial bool
	strict       bool
}

// ours are greenify's own flags that take a value.
var ours = []string{"scope", "patch", "offload", "offload-size"}

// valued are the flags that take a value, so that "-o x" is not taken for a flag
// and a package: those of every command, and those of one. From go help build,
// run, testflag, vet and list of Go 1.26.
var valued = map[string][]string{
	"": strings.Fields(`
		C asmflags buildmode compiler covermode coverpkg gccgoflags gcflags
		installsuffix ldflags mod modfile o overlay p pgo pkgdir tags toolexec`),
	"run": {"exec"},
	"test": strings.Fields(`
		bench benchtime blockprofile blockprofilerate count coverprofile cpu
		cpuprofile exec fuzz fuzzminimizetime fuzztime list memprofile
		memprofilerate mutexprofile mutexprofilefraction outputdir parallel
		run shuffle skip timeout trace vet`),
	"vet":  {"c", "vettool"},
	"list": {"f"},
}

// parseFlags takes greenify's flags out of the arguments of a go command and
// finds those of the go command that greenify must know. Flags end at the first
// argument that is none; what follows is the go command's.
func parseFlags(command string, args []string) (*goFlags, error) {
	f := &goFlags{tagsAt: -1, scope: toolchain.ScopeAll, command: command}
	i := 0
	for ; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' || arg == "--" {
			break
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		words := []string{arg}
		if !hasValue && (slices.Contains(ours, name) || slices.Contains(valued[""], name) || slices.Contains(valued[command], name)) {
			if i+1 == len(args) {
				if slices.Contains(ours, name) {
					return nil, fmt.Errorf("flag needs an argument: -%s", name)
				}
				f.args = append(f.args, arg) // the go command will say so
				continue
			}
			i++
			value = args[i]
			words = append(words, value)
		}
		switch name {
		case "scope":
			var err error
			if f.scope, err = toolchain.ParseScope(value); err != nil {
				return nil, err
			}
			continue
		case "patch":
			var err error
			if f.groups, err = rules.ParsePatch(value); err != nil {
				return nil, err
			}
			continue
		case "allow-partial":
			f.allowPartial = !hasValue || value == "true" || value == "1"
			continue
		case "locks":
			f.locks = !hasValue || value == "true" || value == "1"
			continue
		case "strict":
			if f.strict = !hasValue || value == "true" || value == "1"; f.strict && command != "build" {
				return nil, fmt.Errorf("-strict is a flag of greenify build, not of greenify %s", command)
			}
			continue
		case "offload":
			if value != "disk" {
				return nil, fmt.Errorf("unknown kind of call %q for -offload: there is disk", value)
			}
			f.disk = true
			continue
		case "offload-size":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n >= 1<<20 {
				return nil, fmt.Errorf("-offload-size is %q: use a number from 1 to %d", value, 1<<20-1)
			}
			f.workers = n
			continue
		case "tags":
			f.tags, f.tagsAt = value, len(f.args)
			words = []string{"-tags=" + value}
		case "C":
			f.dir, f.first = value, len(f.args)+len(words)
		case "o":
			f.out = value
		case "mod", "modfile", "overlay":
			f.sources = append(f.sources, "-"+name+"="+value)
		case "n":
			f.dryRun = !hasValue || value == "true" || value == "1"
		case "x":
			f.commands = !hasValue || value == "true" || value == "1"
		case "v":
			f.verbose = command != "test" && (!hasValue || value == "true" || value == "1")
		case "race", "msan", "asan", "trimpath":
			if !hasValue || value == "true" || value == "1" {
				f.kinds = append(f.kinds, "-"+name)
			}
		case "buildmode":
			f.kinds = append(f.kinds, "-buildmode="+value)
		case "work":
			f.work = !hasValue || value == "true" || value == "1"
		}
		f.args = append(f.args, words...)
	}
	if f.disk && f.groups != nil && !slices.Contains(f.groups, "os") {
		return nil, errors.New("-offload=disk is for calls of group os, which -patch leaves out: add os to -patch, or take -offload=disk away")
	}
	f.packages = len(f.args)
	f.args = append(f.args, args[i:]...)
	return f, nil
}

// withTags returns the arguments with greenify's tag added to the user's: to
// those of the command line, else to those of GOFLAGS, which a -tags of ours
// would hide.
func (f *goFlags) withTags(goflags string) []string {
	args := slices.Clone(f.args)
	if f.tagsAt >= 0 {
		args[f.tagsAt] = "-tags=" + joinTags(f.tags)
		return args
	}
	return slices.Insert(args, f.first, "-tags="+joinTags(goflag(goflags, "tags")))
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
