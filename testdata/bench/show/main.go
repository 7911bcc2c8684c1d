// Command show builds the benchmarks of ../suite plain and patched, runs both
// with one and with two processors, and prints them side by side. Run it in the
// root of the repository:
//
//	go run ./testdata/bench/show [-settings | -peers | -builds]
//
// The four runs take turns, -count times each, and every figure is the best of
// its runs: what else the machine does can only add to a time, and many short
// runs find it idle sooner than a few long ones. Of builds the medians are printed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

const suite = "testdata/bench/suite"

var (
	count     = flag.Int("count", 15, "runs of each benchmark in each column")
	benchtime = flag.String("benchtime", "20ms", "time of one run, as in go test")
	run       = flag.String("run", ".", "only benchmarks that match this `regexp`, as in go test -bench")
	build     = flag.Bool("build", true, "also compare greenify build with go build; takes a minute or two")
	onlyBuild = flag.Bool("builds", false, "compare builds instead, of a large program, too; takes most of an hour")
	served    = flag.Bool("servers", true, "also ask servers: HTTP, TLS, TCP and gRPC; takes two minutes")
	onlyOn    = flag.Bool("settings", false, "compare the settings of GREENIFY instead, and -locks")
	withPeers = flag.Bool("peers", false, "compare with eventlet and gevent instead, from Debian packages")
	markdown  = flag.Bool("md", false, "print markdown")
)

// sleepers needs a fresh process and numbers of its own.
const (
	sleepers     = "BenchmarkSleepers"
	sleeping     = "100000x"
	sleeperCount = 3
)

// hot are the rows that must not allocate.
var hot = regexp.MustCompile(`^(Switch|Chan|Select|Mutex|RWMutex|WaitGroup|Cond|Sleep)(/|$)`)

// slow is the ratio above which a row is flagged.
const slow = 1.5

func main() {
	flag.Parse()
	if flag.NArg() > 0 || *count < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := show(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func show(ctx context.Context) error {
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	greenify := os.Getenv("GREENIFY_CMD")
	if greenify == "" {
		greenify = filepath.Join(tmp, "greenify")
		if _, err := command(ctx, ".", nil, "go", "build", "-o", greenify, "./cmd/greenify"); err != nil {
			return err
		}
	}
	if greenify, err = exec.LookPath(greenify); err != nil {
		return err
	}
	if *onlyOn {
		return settings(ctx, tmp, greenify)
	}
	if *onlyBuild {
		return builds(ctx, tmp, greenify, 11, built)
	}
	if *withPeers {
		return comparePeers(ctx, tmp, greenify)
	}
	release, err := command(ctx, ".", nil, "go", "env", "GOVERSION")
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s, %d CPUs, linux/%s, %s\n\n", strings.TrimSpace(release), machine(), runtime.NumCPU(), runtime.GOARCH, time.Now().Format(time.DateOnly))
	if err := operations(ctx, tmp, greenify); err != nil {
		return err
	}
	if *served {
		if err := servers(ctx, tmp, greenify); err != nil {
			return err
		}
	}
	if !*build {
		return nil
	}
	return builds(ctx, tmp, greenify, 3, built[:1])
}

// columns are the configurations compared, in the order they take turns.
var columns = [4]struct {
	binary, procs string
}{{"plain", "1"}, {"patched", "1"}, {"plain", "2"}, {"patched", "2"}}

func operations(ctx context.Context, tmp, greenify string) error {
	for name, goCmd := range map[string]string{"plain": "go", "patched": greenify} {
		if _, err := command(ctx, suite, nil, goCmd, "test", "-c", "-o", filepath.Join(tmp, name), "."); err != nil {
			return err
		}
	}
	// Whoever measures plain Go twice sees fine ratios.
	probe := exec.CommandContext(ctx, filepath.Join(tmp, "patched"), "-test.run=^$")
	probe.Env = append(os.Environ(), "GREENIFY=stats=1")
	out, err := probe.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "greenify: threads=") {
		return fmt.Errorf("%s test -c made no patched program: %v\n%s", greenify, err, out)
	}
	first, _, _ := strings.Cut(*run, "/")
	re, err := regexp.Compile(first)
	if err != nil {
		return err
	}
	var names []string
	best := map[string]*[len(columns)]float64{} // by name and unit
	for round := range *count {
		for i, c := range columns {
			bench := func(args ...string) (string, error) {
				args = append(args, "-test.run=^$", "-test.benchmem", "-test.timeout=5m")
				env := []string{"GOMAXPROCS=" + c.procs, "GREENIFY=" + none}
				return command(ctx, tmp, env, filepath.Join(tmp, c.binary), args...)
			}
			out, err := bench("-test.bench="+*run, "-test.skip="+sleepers, "-test.benchtime="+*benchtime)
			if err != nil {
				return err
			}
			if round < sleeperCount && re.MatchString(sleepers) {
				more, err := bench("-test.bench=^"+sleepers+"$", "-test.benchtime="+sleeping)
				if err != nil {
					return err
				}
				out += more
			}
			for _, m := range parse(out, "-"+c.procs) {
				b := best[m.name]
				if b == nil {
					b = new([len(columns)]float64)
					for j := range b {
						b[j] = math.Inf(1)
					}
					best[m.name] = b
					names = append(names, m.name)
				}
				b[i] = min(b[i], m.value)
			}
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("no benchmark matches %q", *run)
	}

	t := table{{"", "plain, 1 P", "patched", "ratio", "plain, 2 P", "patched", "ratio", "B/op", ""}}
	for _, name := range names {
		op, unit, _ := strings.Cut(name, " ")
		b := best[name]
		switch unit {
		case "B/op", "allocs/op":
			continue
		case "ns/op":
		default:
			op = op + ", " + unit
		}
		var bytes, flags string
		if mem := best[op+" B/op"]; mem != nil {
			n := max(mem[1], mem[3]) // the worse of the patched columns
			bytes = figure(n)
			if n > 0 && hot.MatchString(op) {
				flags += " allocates"
			}
		}
		if b[1]/b[0] > slow {
			flags += " slow"
		}
		t = append(t, []string{op,
			figure(b[0]), figure(b[1]), ratio(b[1], b[0]),
			figure(b[2]), figure(b[3]), ratio(b[3], b[2]),
			bytes, strings.TrimSpace(flags)})
	}
	fmt.Printf("ns per operation, best of %d runs of %s (Sleepers: %d of %s)\n\n",
		*count, *benchtime, min(*count, sleeperCount), sleeping)
	t.print()
	return nil
}

// A measure is one value of one benchmark; its name is "Name unit".
type measure struct {
	name  string
	value float64
}

// parse reads what a test binary prints. The suffix is what it adds to names.
func parse(out, suffix string) (ms []measure) {
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(f[0], "Benchmark"), suffix)
		for i := 2; i+1 < len(f); i += 2 {
			var v float64
			if _, err := fmt.Sscan(f[i], &v); err == nil {
				ms = append(ms, measure{name + " " + f[i+1], v})
			}
		}
	}
	return ms
}

// command runs a command and returns its standard output. The error of a
// failure has all that it printed.
func command(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			out = append(out, exit.Stderr...)
		}
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out), nil
}

// figure prints three digits, or all before the point. Infinity is no figure.
func figure(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return "-"
	case v == 0 || v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func ratio(patched, plain float64) string {
	if math.IsInf(patched, 0) || math.IsInf(plain, 0) {
		return "-"
	}
	return fmt.Sprintf("%.2f", patched/plain)
}

// A table is rows of cells; the first row is the heading.
type table [][]string

func (t table) print() {
	width := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	edge, gap := "", "  "
	if *markdown {
		edge, gap = "| ", " | "
	}
	for n, row := range t {
		cells := make([]string, len(row))
		for i, cell := range row {
			if i == 0 || t[0][i] == "" { // names and flags
				cells[i] = fmt.Sprintf("%-*s", width[i], cell)
			} else {
				cells[i] = fmt.Sprintf("%*s", width[i], cell)
			}
		}
		fmt.Println(strings.TrimRight(edge+strings.Join(cells, gap)+gap, " "))
		if n == 0 && *markdown {
			fmt.Println("| --- |" + strings.Repeat(" ---: |", len(row)-1))
		}
	}
}
