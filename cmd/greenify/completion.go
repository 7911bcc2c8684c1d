package main

import (
	"flag"
	"fmt"
	"strings"
)

// The scripts are written from the table of commands. They complete commands, flags
// and what an argument may be, else files.
var completion = &command{
	name: "completion", args: "bash|zsh|fish",
	short: "print a script with which a shell completes greenify's command lines",
	long: `For the shell that runs:

	source <(greenify completion bash)
	source <(greenify completion zsh)
	greenify completion fish | source

Such a line in ~/.bashrc, ~/.zshrc (behind compinit) or ~/.config/fish/config.fish is for all.`,
	words: []string{"bash", "zsh", "fish"},
	setup: func(*flag.FlagSet) runner {
		return func(e *env, args []string) error {
			scripts := map[string]func() string{"bash": completeBash, "zsh": completeZsh, "fish": completeFish}
			if len(args) != 1 || scripts[args[0]] == nil {
				return fmt.Errorf("completion takes bash, zsh or fish")
			}
			return e.print(scripts[args[0]]())
		}
	},
}

// A completedFlag is a flag as a shell completes it.
type completedFlag struct {
	name, short string
	takesValue  bool
	values      []string // nil: a file
}

// completedFlags are the flags of a command, the go command's behind its own.
func (c *command) completedFlags() []completedFlag {
	var list []completedFlag
	fs, _ := c.flagSet()
	fs.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		usage, _, _ = strings.Cut(strings.TrimPrefix(usage, value+": "), "\n")
		cf := completedFlag{name: f.Name, short: usage, takesValue: !isBool(f)}
		if strings.Contains(value, "|") || value == "disk" {
			cf.values = strings.Split(value, "|")
		}
		list = append(list, cf)
	})
	if c.goes != "" {
		for _, name := range goFlagNames(c.goes) {
			list = append(list, completedFlag{name: name, short: "see go help " + c.goes, takesValue: goTakesValue(c.goes, name)})
		}
	}
	return list
}

// completedWords is what the arguments of a command may be; nil for files. Of a command
// whose name has two words, the second is one of them.
func (c *command) completedWords() []string {
	if c == help {
		return append(topicNames(), firstWords()...)
	}
	if _, second, ok := strings.Cut(c.name, " "); ok {
		return []string{second}
	}
	return c.words
}

// first is the first word of the name of a command.
func (c *command) first() string {
	first, _, _ := strings.Cut(c.name, " ")
	return first
}

func firstWords() []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.first())
	}
	return names
}

func completeBash() string {
	var b strings.Builder
	b.WriteString(`# bash completion for greenify: source <(greenify completion bash)
_greenify() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i=1 flags valued words
	COMPREPLY=()
	case ${COMP_WORDS[1]} in
	-C) i=3 ;;
	-C=*) i=2 ;;
	esac
	[[ $prev == -C ]] && return # a folder
	if ((COMP_CWORD <= i)); then
		COMPREPLY=($(compgen -W '` + strings.Join(firstWords(), " ") + ` -C -h -version' -- "$cur"))
		return
	fi
	case ${COMP_WORDS[i]} in
`)
	for _, c := range commands {
		var flags, valued []string
		for _, f := range c.completedFlags() {
			flags = append(flags, "-"+f.name)
			if f.takesValue {
				valued = append(valued, "-"+f.name)
			}
		}
		fmt.Fprintf(&b, "\t%s)\n\t\tflags='%s'\n\t\tvalued='%s'\n\t\twords='%s'\n\t\t;;\n", c.first(),
			strings.Join(append(flags, "-h"), " "), strings.Join(valued, " "), strings.Join(c.completedWords(), " "))
	}
	b.WriteString("\tesac\n\tcase $prev in\n")
	seen := map[string]bool{}
	for _, c := range commands {
		for _, f := range c.completedFlags() {
			if f.values != nil && !seen[f.name] {
				seen[f.name] = true
				fmt.Fprintf(&b, "\t-%s)\n\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n\t\treturn\n\t\t;;\n", f.name, strings.Join(f.values, " "))
			}
		}
	}
	b.WriteString(`	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$flags" -- "$cur"))
	elif [[ -n $words && " $valued " != *" $prev "* ]]; then
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
	fi # else the name of a file
}
complete -o default -F _greenify greenify
`)
	return b.String()
}

func completeZsh() string {
	var b strings.Builder
	b.WriteString(`#compdef greenify
# zsh completion for greenify: source <(greenify completion zsh)
_greenify() {
	local line state
	_arguments -C '-C[change to this folder first]:folder:_directories' '1:command:->command' '*::argument:->argument'
	case $state in
	command)
		local -a list
		list=(
`)
	for _, c := range commands {
		fmt.Fprintf(&b, "\t\t\t%s\n", quote(c.first()+":"+c.short))
	}
	b.WriteString("\t\t)\n\t\t_describe command list\n\t\t;;\n\targument)\n\t\tcase $line[1] in\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "\t\t%s)\n\t\t\t_arguments", c.first())
		for _, f := range c.completedFlags() {
			spec := "-" + f.name + "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(f.short) + "]"
			switch {
			case f.values != nil:
				spec += ":value:(" + strings.Join(f.values, " ") + ")"
			case f.takesValue:
				spec += ":value:_files"
			}
			fmt.Fprintf(&b, " \\\n\t\t\t\t%s", quote(spec))
		}
		rest := "*:file:_files"
		if words := c.completedWords(); words != nil {
			rest = "1:argument:(" + strings.Join(words, " ") + ")' '*:file:_files"
		}
		fmt.Fprintf(&b, " \\\n\t\t\t\t'%s'\n\t\t\t;;\n", rest)
	}
	b.WriteString("\t\tesac\n\t\t;;\n\tesac\n}\ncompdef _greenify greenify\n")
	return b.String()
}

func completeFish() string {
	var b strings.Builder
	b.WriteString("# fish completion for greenify: greenify completion fish | source\n")
	names := strings.Join(firstWords(), " ")
	fmt.Fprintf(&b, "complete -c greenify -n 'not __fish_seen_subcommand_from %s' -f\n", names)
	fmt.Fprintf(&b, "complete -c greenify -n 'not __fish_seen_subcommand_from %s' -o C -r -d 'change to this folder first'\n", names)
	for _, c := range commands {
		fmt.Fprintf(&b, "complete -c greenify -n 'not __fish_seen_subcommand_from %s' -a %s -d %s\n", names, c.first(), quote(c.short))
		in := "-n '__fish_seen_subcommand_from " + c.first() + "'"
		if words := c.completedWords(); words != nil {
			fmt.Fprintf(&b, "complete -c greenify %s -a '%s'\n", in, strings.Join(words, " "))
		}
		for _, f := range c.completedFlags() {
			more := ""
			switch {
			case f.values != nil:
				more = " -x -a '" + strings.Join(f.values, " ") + "'"
			case f.takesValue:
				more = " -r"
			}
			fmt.Fprintf(&b, "complete -c greenify %s -o %s%s -d %s\n", in, f.name, more, quote(f.short))
		}
	}
	return b.String()
}

// quote quotes a word for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
