package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// peers has the programs of eventlet and gevent, and a benchmark.
const peers = "testdata/bench/peers"

// python is the interpreter that Debian's packages are for; another one in PATH has them not.
const python = "/usr/bin/python3"

var (
	// compared are benchmarks of the suite that peer.py has, too.
	compared = []string{"Spawn", "Switch", "Chan/pingpong/cap0", "Chan/pingpong/cap1", "Mutex/contended"}
	// apart are the measures that need runs of their own.
	apart = []string{"Sleepers ns/op", "Offload ns/op", "HTTP/hello/50 requests/s"}
)

const (
	peerRounds   = 3
	peerTime     = 100 * time.Millisecond // of one operation
	peerSleepers = 10_000
	peerLoad     = 500 * time.Millisecond // of requests
)

// A peer is one column: what prints its figures, and its server.
type peer struct {
	title  string
	bench  [][]string // command lines
	server []string   // a command line that a port is added to
}

// comparePeers prints what operations cost in plain Go, patched, in eventlet and in gevent, all
// with one processor. The client of the servers has one of its own, if there are two.
func comparePeers(ctx context.Context, tmp, greenify string) error {
	if err := havePackages(ctx); err != nil {
		return err
	}
	on, place, err := pinning()
	if err != nil {
		return err
	}
	about, err := versions(ctx, greenify)
	if err != nil {
		return err
	}
	client := filepath.Join(tmp, "client")
	if _, err := command(ctx, ".", nil, "go", "build", "-o", client, "./testdata/bench/client"); err != nil {
		return err
	}
	columns, err := buildPeers(ctx, tmp, greenify, func(args ...string) []string { return on(0, args...) })
	if err != nil {
		return err
	}

	env := []string{"GOMAXPROCS=1", "GREENIFY=" + none}
	runs := make([]map[string][]float64, len(columns))
	for range peerRounds {
		for i, p := range columns {
			var out string
			for _, args := range p.bench {
				more, err := command(ctx, ".", env, args[0], args[1:]...)
				if err != nil {
					return err
				}
				out += more
			}
			more, err := ask(ctx, env, p.server, on(1, client))
			if err != nil {
				return fmt.Errorf("the server of %s: %w", p.title, err)
			}
			if runs[i] == nil {
				runs[i] = map[string][]float64{}
			}
			for _, m := range parse(out+more, "") {
				runs[i][m.name] = append(runs[i][m.name], m.value)
			}
		}
	}
	t, err := compare(columns, runs)
	if err != nil {
		return err
	}
	fmt.Printf("median of %d runs, GOMAXPROCS=1, %s\n%s\n%s, %d CPUs, linux/%s, %s\n\n", peerRounds, place,
		about, machine(), runtime.NumCPU(), runtime.GOARCH, time.Now().Format(time.DateOnly))
	t.print()
	return nil
}

// buildPeers makes the programs, and the command lines that run them on a processor.
func buildPeers(ctx context.Context, tmp, greenify string, pinned func(args ...string) []string) (columns []peer, err error) {
	for _, c := range []struct{ title, goCmd string }{{"plain", "go"}, {"patched", greenify}} {
		bin := func(name string) string { return filepath.Join(tmp, c.title+"-"+name) }
		for _, build := range []struct {
			dir  string
			args []string
		}{
			{suite, []string{"test", "-c", "-o", bin("suite"), "."}},
			{suite, []string{"build", "-o", bin("hello"), "./hello"}},
		} {
			if _, err := command(ctx, build.dir, nil, c.goCmd, build.args...); err != nil {
				return nil, err
			}
		}
		bench := func(name, which, benchtime string) []string {
			return pinned(bin(name), "-test.run=^$", "-test.bench="+which, "-test.benchtime="+benchtime)
		}
		p := peer{c.title, [][]string{
			bench("suite", pattern(compared), peerTime.String()),
			bench("suite", pattern([]string{"Sleepers"}), fmt.Sprintf("%dx", peerSleepers)),
		}, pinned(bin("hello"))}
		if c.title != "plain" { // which has nothing to offload from
			if _, err := command(ctx, ".", nil, greenify, "test", "-c", "-o", bin("offload"), "./"+peers); err != nil {
				return nil, err
			}
			p.bench = append(p.bench, bench("offload", pattern([]string{"Offload"}), peerTime.String()))
		}
		columns = append(columns, p)
	}
	for _, name := range modules {
		script := pinned(python, "-B", filepath.Join(peers, "peer.py"), name)
		columns = append(columns, peer{name,
			[][]string{slices.Concat(script, []string{"bench", strconv.Itoa(peerSleepers), fmt.Sprint(peerTime.Seconds())})},
			slices.Concat(script, []string{"serve"})})
	}
	return columns, nil
}

// compare makes the table of what was measured in each column. All must be there.
func compare(columns []peer, runs []map[string][]float64) (table, error) {
	t := table{{""}}
	for _, p := range columns {
		t[0] = append(t[0], p.title)
	}
	var names []string
	for _, op := range compared {
		names = append(names, op+" ns/op")
	}
	for _, name := range append(names, apart...) {
		row := []string{strings.Replace(name, " ", ", ", 1)}
		for i, p := range columns {
			v := math.Inf(1)
			if values := runs[i][name]; len(values) > 0 {
				v = median(values)
			} else if p.title != "plain" || name != "Offload ns/op" {
				return nil, fmt.Errorf("the run of %s has printed no %q", p.title, name)
			}
			row = append(row, figure(v))
		}
		t = append(t, row)
	}
	return t, nil
}

// modules are the peers, each of which has a Debian package of its name.
var modules = []string{"eventlet", "gevent"}

func havePackages(ctx context.Context) error {
	for _, name := range modules {
		if _, err := command(ctx, ".", nil, python, "-c", "import "+name); err != nil {
			return fmt.Errorf("%s has no module %s: run apt-get install python3-%s as root, or make bench-peers\n%w", python, name, name, err)
		}
	}
	return nil
}

// pattern is the argument of -bench for these benchmarks and no others.
func pattern(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, "^Benchmark"+strings.ReplaceAll(name, "/", "$/^")+"$")
	}
	return strings.Join(all, "|")
}

// ask starts a server, has the client ask it, ends it, and returns what the client prints.
func ask(ctx context.Context, env, server, client []string) (out string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := l.Addr().(*net.TCPAddr)
	l.Close()
	var said strings.Builder
	cmd := exec.CommandContext(ctx, server[0], slices.Concat(server[1:], []string{strconv.Itoa(addr.Port)})...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return "", err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
		if err != nil && said.Len() > 0 {
			err = fmt.Errorf("%w\n%s", err, &said)
		}
	}()
	return command(ctx, ".", env, client[0], append(slices.Clone(client[1:]), addr.String(), peerLoad.String())...)
}

// median is the value in the middle.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// pinning returns what makes the command line of a program that has a processor of its own, the first (0) or the
// last that there is (1), and says what that means.
func pinning() (on func(which int, args ...string) []string, place string, err error) {
	cpus, err := processors()
	if err != nil {
		return nil, "", err
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return func(_ int, args ...string) []string { return args }, "not pinned to a processor, for there is no taskset", nil
	}
	place = "pinned to one processor, and the client to another"
	if len(cpus) == 1 {
		place = "pinned to one processor, with the client"
	}
	return func(which int, args ...string) []string {
		cpu := cpus[0]
		if which == 1 {
			cpu = cpus[len(cpus)-1]
		}
		return append([]string{taskset, "-c", strconv.Itoa(cpu)}, args...)
	}, place, nil
}

// processors are those that this process may use.
func processors() (cpus []int, err error) {
	var may unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return nil, err
	}
	for cpu := range len(may) * strconv.IntSize {
		if may.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	if len(cpus) == 0 {
		return nil, errors.New("sched_getaffinity names no processor")
	}
	return cpus, nil
}

// versions says what is compared, in one line.
func versions(ctx context.Context, greenify string) (string, error) {
	var all []string
	for _, args := range [][]string{
		{"go", "env", "GOVERSION"},
		{greenify, "version"},
		{python, "-c", "import sys, eventlet, gevent; print('Python %d.%d.%d,' % sys.version_info[:3], 'eventlet ' + eventlet.__version__ + ', gevent', gevent.__version__)"},
	} {
		out, err := command(ctx, ".", nil, args[0], args[1:]...)
		if err != nil {
			return "", err
		}
		all = append(all, strings.TrimSpace(out))
	}
	return strings.Join(all, "; "), nil
}

// machine is the name of the processor, if the kernel has one.
func machine() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // arm64 has no names there
	return cmp.Or(model(string(info)), "processor without a name")
}

// model finds the name in /proc/cpuinfo.
func model(info string) string {
	for line := range strings.Lines(info) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
