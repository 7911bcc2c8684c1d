// Command show runs the operations of testdata/ticker/ops as plain Go, patched as
// a whole program and patched in source, and prints how often a goroutine that
// ticks every 5 ms got its turn while the operation took its 100 ms: about 20 is
// cooperative, 0 stops everyone.
//
//	go run ./testdata/ticker/show [-update] [-source=false]
//
// The table in testdata/ticker/ticks.tsv is compared: every operation must be of
// the class it has there. -update writes it anew. Ticks differ from run to run,
// classes do not: an operation gets twenty chances to be what the table says it is, for a
// machine with other work gives a program its processor late. What is not cooperative in
// source must be a finding of greenify check.
//
// Exit status: 0 all is as in the table, 1 it is not, 2 nothing could be run.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	ops     = "testdata/ticker/ops"
	table   = "testdata/ticker/ticks.tsv"
	tick    = 5               // milliseconds
	chances = 20              // for an operation to be of its class
	silence = 3 * time.Second // after which an operation hangs
)

// classes, the best first.
const (
	cooperative = "cooperative" // the ticker had 10 of 20 of its turns, or as many as under plain Go
	short       = "short"       // over in less than 20 ms
	blocks      = "blocks"
	hangs       = "hangs"
	fails       = "fails"
)

// A result is one operation made once.
type result struct {
	n           int
	group, name string
	took, ticks int // milliseconds, ticks
	err         string
}

// turns is how many ticks there were, scaled to a call of 100 ms.
func (r result) turns() int { return min(20, (r.ticks*100+r.took/2)/max(r.took, 1)) }

func (r result) class(plain *result) string {
	switch {
	case r.err == hangs:
		return hangs
	case r.err != "":
		return fails
	case r.took < 20:
		return short
	case r.turns() >= 10, plain != nil && plain.turns() > 0 && r.turns() >= plain.turns():
		return cooperative
	}
	return blocks
}

// settled tells whether a class is the wanted one, "" for any, or a better one. A machine with
// other work can make all others: an operation blocks that did not get a processor, is short if
// what it waits for came before it, and hangs if that came late.
func (r result) settled(plain *result, want string) bool {
	switch class := r.class(plain); class {
	case cooperative:
		return true
	case short:
		return want != cooperative
	default:
		return class == want
	}
}

func (r result) cell() string {
	switch {
	case r.err != "":
		return "-"
	case r.took < 20:
		return "-"
	}
	return strconv.Itoa(r.turns())
}

func main() {
	update := flag.Bool("update", false, "write the table anew")
	source := flag.Bool("source", true, "patch in source as well")
	flag.Parse()
	code, err := run(*update, *source)
	if err != nil {
		fmt.Fprintf(os.Stderr, "ticker: %v\n", err)
		code = 2
	}
	os.Exit(code)
}

func run(update, source bool) (int, error) {
	dir, err := os.MkdirTemp("", "ticker")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	greenify := filepath.Join(dir, "greenify")
	if err := command("", "go", "build", "-o", greenify, "./cmd/greenify"); err != nil {
		return 0, err
	}
	if err := command(ops, "go", "build", "-o", filepath.Join(dir, "plain"), "."); err != nil {
		return 0, err
	}
	if err := command(ops, greenify, "build", "-o", filepath.Join(dir, "whole"), "."); err != nil {
		return 0, err
	}
	modes := []string{"plain", "whole"}
	var found map[string]string
	if source {
		modes = append(modes, "source")
		if err := rewrite(greenify, filepath.Join(dir, "src"), filepath.Join(dir, "source")); err != nil {
			return 0, err
		}
		if found, err = findings(greenify, filepath.Join(dir, "src")); err != nil {
			return 0, err
		}
	}
	var rows map[string]map[string]string
	if !update {
		if rows, err = readTable(); err != nil {
			return 0, err
		}
	}
	results := map[string][]result{}
	for _, mode := range modes {
		list, err := all(filepath.Join(dir, mode), results["plain"], func(name string) string { return rows[name][mode] })
		if err != nil {
			return 0, fmt.Errorf("%s: %v", mode, err)
		}
		if mode != "plain" && len(list) != len(results["plain"]) {
			return 0, fmt.Errorf("%s: %d operations, plain has %d", mode, len(list), len(results["plain"]))
		}
		results[mode] = list
	}
	return show(modes, results, rows, found, update)
}

// rewrite patches a copy of the operations in source and builds it.
func rewrite(greenify, dir, bin string) error {
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(ops)); err != nil {
		return err
	}
	const module = "github.com/greenify-go/greenify"
	for _, argv := range [][]string{
		{"go", "mod", "edit", "-require=" + module + "@v0.0.0", "-replace=" + module + "=" + repo},
		{greenify, "rewrite", "-w", "./..."},
		{"go", "build", "-o", bin, "."},
	} {
		if err := command(dir, argv...); err != nil {
			return err
		}
	}
	return nil
}

// command runs a command, which must succeed; greenify's findings (exit code 1)
// are no failure, what is left blocking is to be measured.
func command(dir string, argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil && (filepath.Base(argv[0]) != "greenify" || cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 || argv[1] == "build") {
		return fmt.Errorf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return nil
}

// all makes every operation. It makes one again, several times, if that blocks or fails, or is short,
// and is not wanted to be.
func all(bin string, plain []result, want func(name string) string) ([]result, error) {
	var list []result
	for from := 1; ; {
		more, err := some(bin, from, 0)
		list = append(list, more...)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 || more[len(more)-1].err != hangs {
			break
		}
		from = more[len(more)-1].n + 1
	}
	for i, r := range list {
		var p *result
		if i < len(plain) {
			p = &plain[i]
		}
		for try := 1; try < chances && !list[i].settled(p, want(r.name)); try++ {
			again, err := some(bin, r.n, r.n)
			if err != nil {
				return nil, err
			}
			if len(again) == 1 && again[0].err == "" && (again[0].settled(p, want(r.name)) || list[i].err != "" || again[0].turns() > list[i].turns()) {
				list[i] = again[0]
			}
		}
	}
	return list, nil
}

// some makes the operations from one number to another, the last one if that is
// 0. It ends early at one that hangs.
func some(bin string, from, to int) ([]result, error) {
	args := []string{"-from", strconv.Itoa(from)}
	if to != 0 {
		args = append(args, "-to", strconv.Itoa(to))
	}
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "GREENIFY=", "GODEBUG=")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := make(chan string)
	go func() {
		s := bufio.NewScanner(stdout)
		for s.Scan() {
			lines <- s.Text()
		}
		close(lines)
	}()
	var list []result
	var now *result // begun
	end := func(why string) []result {
		if now != nil {
			now.err = why
			list = append(list, *now)
		}
		return list
	}
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				if err := cmd.Wait(); err != nil && now == nil {
					return nil, fmt.Errorf("%v\n%s", err, &stderr)
				}
				return end(hangs), nil // a deadlock that the runtime saw
			}
			r, begun, err := parse(line)
			if err != nil {
				return nil, err
			}
			if now = nil; begun {
				now = &r
			} else {
				list = append(list, r)
			}
		case <-time.After(silence):
			cmd.Process.Kill()
			go io.Copy(io.Discard, stdout)
			go func() {
				for range lines {
				}
			}()
			cmd.Wait()
			return end(hangs), nil
		}
	}
}

// parse reads a line of the program: an operation begun, or its result.
func parse(line string) (r result, begun bool, err error) {
	f := strings.Split(line, "\t")
	if len(f) < 3 {
		return r, false, fmt.Errorf("strange line %q", line)
	}
	if r.n, err = strconv.Atoi(f[0]); err != nil {
		return r, false, fmt.Errorf("strange line %q", line)
	}
	r.group, r.name = f[1], f[2]
	if len(f) == 5 {
		r.took, err = strconv.Atoi(f[3])
		if err == nil {
			r.ticks, err = strconv.Atoi(f[4])
		}
		return r, false, err
	}
	if len(f) == 4 {
		r.err = f[3]
	}
	return r, len(f) == 3, nil
}

// readTable reads the classes of the table: operation, then mode.
func readTable() (map[string]map[string]string, error) {
	data, err := os.ReadFile(table)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows := map[string]map[string]string{}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 8 {
			return nil, fmt.Errorf("%s: strange line %q", table, line)
		}
		rows[f[1]] = map[string]string{"whole": f[3], "source": f[5]}
	}
	delete(rows, "operation")
	return rows, nil
}

// show prints the table and what differs from the one kept.
func show(modes []string, results map[string][]result, want map[string]map[string]string, found map[string]string, update bool) (int, error) {
	var b strings.Builder
	b.WriteString("group\toperation\tplain\twhole program\tticks\tin source\tticks\tfinding of greenify check\n")
	var differ []string
	count := map[string]map[string]int{"whole": {}, "source": {}}
	for i, p := range results["plain"] {
		fmt.Fprintf(&b, "%s\t%s\t%s", p.group, p.name, p.cell())
		if p.err != "" {
			differ = append(differ, fmt.Sprintf("%s: plain: %s", p.name, p.err))
		}
		for _, mode := range []string{"whole", "source"} {
			if len(results[mode]) == 0 {
				b.WriteString("\t\t")
				if mode == "source" {
					b.WriteString("\t")
				}
				continue
			}
			r := results[mode][i]
			class := r.class(&p)
			count[mode][class]++
			fmt.Fprintf(&b, "\t%s\t%s", class, r.cell())
			if mode == "source" {
				why := ""
				if class == blocks || class == hangs {
					if why = found[p.name]; why == "" {
						differ = append(differ, fmt.Sprintf("%s: in source it %s, and greenify check does not say so", p.name, class))
					}
				}
				b.WriteString("\t" + why)
			}
			switch w := want[p.name][mode]; {
			case w == class, w == short && class == cooperative:
			case update:
			case w == "":
				differ = append(differ, fmt.Sprintf("%s: not in %s, %s: %s", p.name, table, mode, class))
			default:
				differ = append(differ, fmt.Sprintf("%s: %s: %s, want %s: %s", p.name, mode, class, w, r.err))
			}
		}
		b.WriteString("\n")
		if !update {
			delete(want, p.name)
		}
	}
	os.Stdout.WriteString(b.String())
	fmt.Println()
	for _, mode := range modes[1:] {
		fmt.Printf("%s: %d operations", mode, len(results[mode]))
		for _, class := range []string{cooperative, short, blocks, hangs, fails} {
			fmt.Printf(", %d %s", count[mode][class], class)
		}
		fmt.Println()
	}
	if update {
		if err := os.WriteFile(table, []byte(b.String()), 0o644); err != nil {
			return 0, err
		}
	} else {
		for name := range want {
			differ = append(differ, name+": is in "+table+" but was not run")
		}
	}
	for _, d := range differ {
		fmt.Fprintln(os.Stderr, "ticker: "+d)
	}
	if len(differ) > 0 {
		return 1, nil
	}
	return 0, nil
}
