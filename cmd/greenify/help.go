package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

var help = &command{
	name: "help", args: "[COMMAND|TOPIC]",
	short: "print this text, that of a command or of a topic",
	setup: func(*flag.FlagSet) runner {
		return func(e *env, args []string) error {
			name := strings.Join(args, " ")
			if name == "" {
				return e.print(usage())
			}
			if c := findCommand(name); c != nil {
				return e.print(c.help())
			}
			for _, t := range topics {
				if t.name == name {
					return e.print(t.text())
				}
			}
			if s := suggest(name, append(topicNames(), commandNames()...)); s != "" {
				return fmt.Errorf("unknown help topic %q: did you mean %s?", name, s)
			}
			return fmt.Errorf("unknown help topic %q: there are the commands and %s", name, strings.Join(topicNames(), ", "))
		}
	},
}

// groups are the commands in the list of them, by the first of each group.
var commandGroups = []struct{ first, title string }{
	{"build", "The go command of the same name, on patched code:"},
	{"check", "Source that is patched itself, and built by the plain go command:"},
	{"rules", "What is patched:"},
	{"debug", "Programs that run or ran:"},
	{"version", "The rest:"},
}

// usage is the list of all commands and topics.
func usage() string {
	var b strings.Builder
	b.WriteString(`greenify is a compile-time monkey_patch for Go: goroutines become green threads,
which run cooperatively, one at a time, and nothing in the program changes.

usage: greenify [-C dir] COMMAND [flags] [arguments]

`)
	row := func(name, short string) { fmt.Fprintf(&b, "\t%-11s %s\n", name, short) }
	for _, c := range commands {
		for _, g := range commandGroups {
			if g.first == c.name {
				fmt.Fprintf(&b, "%s\n\n", g.title)
			}
		}
		row(c.name, c.short)
		next := slices.Index(commandNames(), c.name) + 1
		if next == len(commands) || slices.ContainsFunc(commandGroups, func(g struct{ first, title string }) bool { return g.first == commands[next].name }) {
			b.WriteString("\n")
		}
	}
	b.WriteString("Topics of greenify help:\n\n")
	for _, t := range topics {
		row(t.name, t.short)
	}
	b.WriteString("\ngreenify help COMMAND and greenify COMMAND -h print the flags of a command. -C dir, in\nfront of it or behind, changes to that folder first, as in go -C.\n\n")
	b.WriteString(exitCodes)
	return b.String()
}

const exitCodes = `Exit codes: 0 ok; 1 there are findings or differences, or the build, the test, the
program or the system failed; 2 wrong usage, or the patch cannot be applied.
`

// help is the text of one command.
func (c *command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "usage: greenify %s\n\n", strings.TrimSpace(c.name+" "+c.args))
	fmt.Fprintf(&b, "%s%s.\n", strings.ToUpper(c.short[:1]), c.short[1:])
	if c.long != "" {
		fmt.Fprintf(&b, "\n%s\n", c.long)
	}
	fs, _ := c.flagSet()
	if flags := describeFlags(fs); flags != "" {
		fmt.Fprintf(&b, "\nflags:\n\n%s", flags)
	}
	if c.goes != "" {
		fmt.Fprintf(&b, "\nAll other flags are those of go help %s.\n", c.goes)
	}
	return b.String()
}

// describeFlags lists flags: the name, what its value is, and what it does. The usage
// of a flag names the value in back quotes, as package flag has it, and may begin with
// it and a colon.
func describeFlags(fs *flag.FlagSet) string {
	var b strings.Builder
	fs.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		usage = strings.TrimPrefix(usage, value+": ")
		fmt.Fprintf(&b, "  %s\n", strings.TrimSpace("-"+f.Name+" "+value))
		for line := range strings.Lines(usage) {
			fmt.Fprintf(&b, "    \t%s\n", strings.TrimRight(line, "\n"))
		}
		if _, own := f.Value.(*parsedFlag); !own && f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(&b, "    \t(default %s)\n", f.DefValue)
		}
	})
	return b.String()
}

// helpFlags is the topic flags.
func helpFlags() string {
	fs, _ := goBuild.flagSet()
	return `Flags of greenify; all others are the go command's (go help build). A flag is on with
-flag, -flag=true and so on, as Go reads it.

` + describeFlags(fs) + `
-strict is for build alone. Two flags of the go command mean more here:

  -v
    	also print which toolchain is used and what is patched in it (but for
    	test, whose output -v changes)
  -work
    	also print the folder of the patched toolchain (it is kept)

The private toolchain and its build cache are in $GREENIFYCACHE, by default the
folder greenify of the user's cache folder. The user's own build cache, module
cache and files are not touched. Patched code is built with the tag greenify.

` + exitCodes
}
