// Command growth measures how programs grow, plain and built by greenify: memory and time of
// sleeping threads, round trips over many connections; and how long greenify check takes on
// more and more source, beside go vet. It prints a table and draws it. Run it in its
// directory, with the command greenify:
//
//	go run . -greenify ../../.cache/greenify -o ../growth.svg
//
// It is a module of its own so that greenify does not depend on what draws.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

const trips = 50_000 // of one run, over all connections together

// A list is a flag of sizes.
type list []int

func (l *list) String() string { return strings.Trim(fmt.Sprint([]int(*l)), "[]") }

func (l *list) Set(s string) error {
	*l = nil
	for f := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no size", f)
		}
		*l = append(*l, n)
	}
	slices.Sort(*l)
	return nil
}

var (
	threads     = list{1_000, 10_000, 100_000, 1_000_000}
	connections = list{1, 10, 100, 1_000, 10_000}
	lines       = list{10_000, 100_000, 1_000_000}
	rounds      = flag.Int("rounds", 3, "measure each that many `times`; the median counts")
)

func main() {
	greenify := flag.String("greenify", "../../.cache/greenify", "the `command` greenify")
	output := flag.String("o", "growth.svg", "draw into this `file`")
	flag.Var(&threads, "threads", "numbers of threads, with commas")
	flag.Var(&connections, "connections", "numbers of connections")
	flag.Var(&lines, "lines", "lines of source")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := show(ctx, *greenify, *output)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

// A panel is one picture: two curves over the same sizes.
type panel struct {
	title, x, y string
	log         bool // also the axis of y
	sides       [2]string
	points      []point
}

type point struct {
	size   int
	values [2]float64 // of each side
}

func show(ctx context.Context, greenify, output string) error {
	greenify, err := exec.LookPath(greenify)
	if err != nil {
		return err
	}
	if greenify, err = filepath.Abs(greenify); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plainAndPatched := [2]string{"plain", "patched"}
	for i, tool := range []string{"go", greenify} {
		for _, program := range []string{"sleepers", "echo"} {
			if _, err := command(ctx, ".", nil, tool, "build", "-o", filepath.Join(dir, plainAndPatched[i], program), "./"+program); err != nil {
				return err
			}
		}
	}
	memory := &panel{title: "Memory of sleeping threads", x: "threads", y: "bytes per thread", sides: plainAndPatched}
	over := &panel{title: "Time over a sleep of 1 s", x: "threads", y: "µs per thread", sides: plainAndPatched}
	run := func(side int, program string, args ...string) (float64, error) {
		env := []string{"GOMAXPROCS=1", "GREENIFY="}
		out, err := command(ctx, ".", env, filepath.Join(dir, plainAndPatched[side], program), args...)
		if err != nil {
			return 0, err
		}
		return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	}
	err = memory.measure(threads, func(side, n int) (float64, error) {
		return run(side, "sleepers", "memory", strconv.Itoa(n))
	})
	if err != nil {
		return err
	}
	err = over.measure(threads, func(side, n int) (float64, error) {
		ns, err := run(side, "sleepers", "time", strconv.Itoa(n))
		return ns / 1000 / float64(n), err
	})
	if err != nil {
		return err
	}
	echo := &panel{title: "TCP echo", x: "connections", y: "round trips per second", sides: plainAndPatched}
	err = echo.measure(connections, func(side, n int) (float64, error) {
		return run(side, "echo", strconv.Itoa(n), strconv.Itoa(trips))
	})
	if err != nil {
		return err
	}
	check := &panel{title: "Checking source", x: "lines of Go", y: "seconds", log: true, sides: [2]string{"go vet", "greenify check"}}
	space := &panel{x: check.x, y: "MiB of the largest process", sides: check.sides}
	if err := checks(ctx, dir, greenify, check, space); err != nil {
		return err
	}
	about := machine()
	if err := table(about, []*panel{memory, over, echo, check, space}); err != nil {
		return err
	}
	return drawAll(output, about, []*panel{memory, over, echo, check})
}

// measure adds a point for each size. The sides take turns.
func (p *panel) measure(sizes []int, run func(side, size int) (float64, error)) error {
	for _, size := range sizes {
		var all [2][]float64
		for range *rounds {
			for side := range all {
				v, err := run(side, size)
				if err != nil {
					return err
				}
				all[side] = append(all[side], v)
			}
		}
		p.points = append(p.points, point{size, [2]float64{median(all[0]), median(all[1])}})
		fmt.Fprintf(os.Stderr, "growth: %s, %d %s\n", p.title, size, p.x)
	}
	return nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// checks measures time and memory on source that neither tool has seen, with the standard library built.
func checks(ctx context.Context, dir, greenify string, seconds, space *panel) error {
	env := []string{"GOCACHE=" + filepath.Join(dir, "gocache"), "GREENIFYCACHE=" + filepath.Join(dir, "greenifycache")}
	seed := uint64(0)
	peaks := map[int]*[2][]float64{} // by size
	run := func(side, size int) (float64, error) {
		seed++
		src := filepath.Join(dir, "made")
		if err := generate(src, size, seed); err != nil {
			return 0, err
		}
		begin := time.Now()
		var err error
		var kib int64
		if side == 0 {
			_, kib, err = measured(ctx, src, env, "go", "vet", "./...")
		} else {
			var findings []byte
			findings, kib, err = measured(ctx, src, env, greenify, "check", "./...")
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 1 && len(findings) > 0 {
				err = nil // a failure has the same code, and no findings
			}
		}
		took := time.Since(begin)
		if peaks[size] == nil {
			peaks[size] = new([2][]float64)
		}
		peaks[size][side] = append(peaks[size][side], float64(kib)/1024)
		return took.Seconds(), errors.Join(err, os.RemoveAll(src))
	}
	for side := range 2 { // builds what the source imports
		if _, err := run(side, linesOfPackage); err != nil {
			return err
		}
	}
	err := seconds.measure(lines, run)
	for _, pt := range seconds.points {
		space.points = append(space.points, point{pt.size, [2]float64{median(peaks[pt.size][0]), median(peaks[pt.size][1])}})
	}
	return err
}

// command runs a command with more environment variables, and returns what it prints to
// standard output. The error of a failure has what it prints to standard error.
func command(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	out, _, err := measured(ctx, dir, env, name, args...)
	return out, err
}

// measured is command, and returns the resident memory of the largest process of the command, too.
func measured(ctx context.Context, dir string, env []string, name string, args ...string) (out []byte, kib int64, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, &stderr)
	}
	if cmd.ProcessState != nil {
		kib = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	}
	return out, kib, err
}

var model = regexp.MustCompile(`model name\s*: (.*)`)

// machine says what was measured, where and when.
func machine() string {
	processor := runtime.GOARCH
	info, err := os.ReadFile("/proc/cpuinfo")
	if m := model.FindSubmatch(info); err == nil && m != nil {
		processor = string(m[1])
	}
	return fmt.Sprintf("%s, %d CPUs (%s), %s", runtime.Version(), runtime.NumCPU(), processor, time.Now().UTC().Format(time.DateOnly))
}

func table(about string, panels []*panel) error {
	fmt.Printf("%s; median of %d\n", about, *rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, p := range panels {
		fmt.Fprintf(w, "\n%s\t%s, %s\t%s\tratio\t\n", p.x, p.y, p.sides[0], p.sides[1])
		for _, pt := range p.points {
			fmt.Fprintf(w, "%d\t%s\t%s\t%.2f\t\n", pt.size, figure(pt.values[0]), figure(pt.values[1]), pt.values[1]/pt.values[0])
		}
	}
	return w.Flush()
}

// figure has three digits, or all before the point.
func figure(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
