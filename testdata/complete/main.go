// Command complete builds complete programs that nobody here wrote, plain and by greenify, has
// their own clients drive them under load, and compares: what they answer, how fast, how much
// memory they take, and how they end when SIGTERM tells them to. Run it in its directory, with
// the command greenify; arguments choose programs:
//
//	go run . -greenify ../../.cache/greenify -o table.txt nats etcd
//
// Each program is required by the module in the folder of its name. This module has their clients.
//
// Exit status: 0 both do the same, 1 something differs or failed, 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A program is one of those that are tried.
type program struct {
	name   string   // its folder here, which has a module that requires it
	kind   string   // what it is
	module string   // that it is of
	paths  []string // its packages
	flags  []string // to build it with

	// drive runs it once: starts it, loads it, and ends it.
	drive func(*run) error
	once  bool // a round takes minutes
}

var programs = []program{
	{name: "coredns", kind: "DNS server", module: "github.com/coredns/coredns", paths: []string{"."}, drive: coredns},
	{name: "nats", kind: "message broker", module: "github.com/nats-io/nats-server/v2", drive: natsServer},
	{name: "etcd", kind: "key-value store with consensus, 3 members", module: "go.etcd.io/etcd/server/v3", drive: etcd},
	{name: "caddy", kind: "web server and proxy", module: "github.com/caddyserver/caddy/v2", paths: []string{"github.com/caddyserver/caddy/v2/cmd/caddy"}, drive: caddy},
	{name: "hugo", kind: "static site generator", module: "github.com/gohugoio/hugo", drive: hugo},
	{name: "git", kind: "git server by HTTP and SSH", module: "github.com/sosedoff/gitkit", paths: []string{"."}, drive: git},
	{name: "toolchain", kind: "Go", paths: []string{"cmd/go", "cmd/compile", "cmd/asm", "cmd/link"}, flags: []string{"-pgo=off"}, drive: toolchain, once: true},
}

// A side is a way to build and run a program.
type side struct {
	name    string
	patched bool
	procs   int // GOMAXPROCS
}

var sides = []side{{"plain 1", false, 1}, {"patched 1", true, 1}, {"plain 2", false, 2}, {"patched 2", true, 2}}

var (
	rounds = flag.Int("rounds", 3, "run each that many `times`; medians count")
	keep   = flag.String("keep", "", "keep what the programs wrote in this `folder`")
	limit  = flag.Duration("limit", 10*time.Minute, "a run that takes longer has failed; the program prints its stacks")
)

func main() {
	greenify := flag.String("greenify", "../../.cache/greenify", "the `command` greenify")
	output := flag.String("o", "", "replace the programs' parts of the table in this `file`")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: complete [flags] [programs]")
		flag.PrintDefaults()
		fmt.Fprint(flag.CommandLine.Output(), "programs:")
		for _, p := range programs {
			fmt.Fprint(flag.CommandLine.Output(), " ", p.name)
		}
		fmt.Fprintln(flag.CommandLine.Output())
	}
	flag.Parse()
	chosen := slices.DeleteFunc(slices.Clone(programs), func(p program) bool {
		return flag.NArg() > 0 && !slices.Contains(flag.Args(), p.name)
	})
	if *rounds < 1 || flag.NArg() > len(chosen) {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := show(ctx, *greenify, *output, chosen)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "complete:", err)
		os.Exit(1)
	}
}

func show(ctx context.Context, greenify, output string, chosen []program) error {
	greenify, err := exec.LookPath(greenify)
	if err != nil {
		return err
	}
	if greenify, err = filepath.Abs(greenify); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "complete")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var bad []string
	for _, p := range chosen {
		same, err := p.show(ctx, greenify, output, filepath.Join(dir, p.name))
		if err != nil {
			fmt.Fprintf(os.Stderr, "complete: %s: %v\n", p.name, err)
		}
		if err != nil || !same {
			bad = append(bad, p.name)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if bad != nil {
		return fmt.Errorf("not the same patched: %s", strings.Join(bad, ", "))
	}
	return nil
}

// show makes one part of the table, and reports whether the sides did the same.
func (p *program) show(ctx context.Context, greenify, output, dir string) (same bool, err error) {
	t := &table{program: p}
	for _, patched := range []bool{false, true} {
		tool := "go"
		if patched {
			tool = greenify
		}
		fmt.Fprintf(os.Stderr, "complete: %s: %s build\n", p.name, filepath.Base(tool))
		if err := p.build(ctx, tool, p.binary(dir, patched)); err != nil {
			return false, err
		}
	}
	if t.version, err = p.version(p.binary(dir, false)); err != nil {
		return false, err
	}
	n := *rounds
	if p.once {
		n = 1
	}
	for round := range n {
		for i, s := range sides {
			fmt.Fprintf(os.Stderr, "complete: %s: round %d, %s\n", p.name, round+1, s.name)
			r, err := p.run(ctx, s, dir, round)
			if err != nil {
				return false, fmt.Errorf("%s: %w", s.name, err)
			}
			t.add(i, r)
		}
	}
	same = t.compare(os.Stderr)
	text := t.text()
	fmt.Print(text)
	if output != "" && same {
		err = replace(output, p.name, text)
	}
	return same, err
}

// binary is the program itself or, if it has several packages, the folder of them.
func (p *program) binary(dir string, patched bool) string {
	name := "plain"
	if patched {
		name = "patched"
	}
	return filepath.Join(dir, name, p.name)
}

func (p *program) build(ctx context.Context, tool, output string) error {
	if err := os.MkdirAll(filepath.Dir(output), 0o777); err != nil {
		return err
	}
	paths := p.paths
	switch {
	case paths == nil:
		paths = []string{p.module}
	case len(paths) > 1:
		output += string(filepath.Separator)
	}
	cmd := exec.CommandContext(ctx, tool, slices.Concat([]string{"build", "-o", output}, p.flags, paths)...)
	cmd.Dir = p.name
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(tool), strings.Join(cmd.Args[1:], " "), err, out)
	}
	return nil
}
