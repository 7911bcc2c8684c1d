package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// speed measures how many schedules of each test one processor runs in a second, in one
// process, beside a process for each schedule and beside plain go test (of what has no bug:
// else it may hang). It is the processor time of the process, user's and system's, so
// that other work on the machine counts little. What goes for the start of the process, with
// the first schedule, is taken off.
func (r *runner) speed(runExpr string) error {
	only, err := regexp.Compile(runExpr)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "set\ttest\tschedules/s\tprocesses/s\tplain/s\toverhead")
	var errs []error
	for _, set := range []string{"goker", "programs", "corrected"} {
		dir, err := os.MkdirTemp("", "greenify-sim-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		names, err := r.write(set, dir)
		if err != nil {
			return err
		}
		sim, plain := filepath.Join(dir, "sim.test"), ""
		if err := build(dir, r.greenify, "test", "-sim", "-c", "-o", sim, "."); err != nil {
			return err
		}
		if set == "corrected" {
			plain = filepath.Join(dir, "plain.test")
			if err := build(dir, "go", "test", "-c", "-o", plain, "."); err != nil {
				return err
			}
		}
		var perSecond, overheads []float64
		for _, name := range names {
			if !only.MatchString(name) {
				continue
			}
			one, many, overhead, base := 0.0, 0.0, 0.0, 0.0
			if one, many, err = simCost(dir, sim, name); err != nil {
				return err
			}
			if many == 0 {
				fmt.Fprintf(tw, "%s\t%s\t-\t%.0f\t-\t-\n", set, name, 1/one)
				continue // it ends the process
			}
			perSecond = append(perSecond, 1/many)
			fmt.Fprintf(tw, "%s\t%s\t%.0f\t%.0f\t", set, name, 1/many, 1/one)
			if plain == "" {
				fmt.Fprintf(tw, "-\t-\n")
				continue
			}
			if base, err = plainCost(dir, plain, name); err != nil {
				return err
			}
			if base == 0 {
				fmt.Fprintf(tw, "-\t-\n")
				continue
			}
			overhead = many / base
			overheads = append(overheads, overhead)
			fmt.Fprintf(tw, "%.0f\t%.2f\n", 1/base, overhead)
		}
		if len(perSecond) == 0 {
			continue
		}
		fmt.Fprintf(tw, "%s\tmedian\t%.0f\t\t\t", set, median(perSecond))
		if len(overheads) > 0 {
			fmt.Fprintf(tw, "%.2f", median(overheads))
		}
		fmt.Fprintln(tw)
		if low := atLeast[set]; median(perSecond) < low {
			errs = append(errs, fmt.Errorf("%s: the median is %.0f schedules a second, want at least %.0f", set, median(perSecond), low))
		}
	}
	tw.Flush()
	os.Stdout.Write(b.Bytes())
	if r.update {
		errs = append(errs, os.WriteFile("testdata/sim/speed.txt", b.Bytes(), 0o666))
	}
	return errors.Join(errs...)
}

// speedTests are some tests of each set.
const speedTests = "^(Account|Reorder3|Transfer|Philosophers3|Cockroach584|Etcd7492|Moby4951|Grpc660|Cockroach1462)$"

// atLeast is how many schedules the median of a set has in a second.
var atLeast = map[string]float64{"programs": 5000}

func median(list []float64) float64 {
	return slices.Sorted(slices.Values(list))[len(list)/2]
}

func build(dir string, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// cost runs a test binary, and returns the seconds of a processor that it took, and what it
// said on standard error.
func cost(dir, bin, name string, environ []string, args ...string) (float64, string, error) {
	cmd := exec.Command(bin, append([]string{"-test.run=^Test" + name + "$"}, args...)...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), environ...), &stderr
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		return 0, "", err
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), stderr.String(), nil
}

var ran = regexp.MustCompile(`greenify: tests: 1, schedules: (\d+),`)

// simCost is what one schedule costs in a process of its own, and in one that runs many; 0
// if the test ends the process.
func simCost(dir, bin, name string) (one, many float64, err error) {
	for range 2 {
		c, _, err := cost(dir, bin, name, []string{"GREENIFY_SIM=from=1,to=1,keep=1"})
		if err != nil {
			return 0, 0, err
		}
		if one == 0 || c < one {
			one = c
		}
	}
	for n := 500; ; n *= 4 {
		c, said, err := cost(dir, bin, name, []string{fmt.Sprintf("GREENIFY_SIM=from=1,to=%d,keep=1", n)})
		if err != nil {
			return 0, 0, err
		}
		m := ran.FindStringSubmatch(said)
		if m == nil {
			return one, 0, nil
		}
		if got, _ := strconv.Atoi(m[1]); got != n {
			return one, 0, nil
		}
		if c-one > 0.1 || n > 30_000 {
			return one, (c - one) / float64(n-1), nil
		}
	}
}

// plainCost is what the test costs in plain Go, or 0 if it sleeps for so long that this cannot be
// measured.
func plainCost(dir, bin, name string) (float64, error) {
	begin := time.Now()
	one, _, err := cost(dir, bin, name, nil)
	if err != nil || time.Since(begin) > 200*time.Millisecond {
		return 0, err
	}
	for n := 50; ; n *= 4 {
		begin := time.Now()
		c, _, err := cost(dir, bin, name, nil, fmt.Sprint("-test.count=", n))
		if err != nil {
			return 0, err
		}
		if c-one > 0.1 || time.Since(begin) > 5*time.Second || n > 100_000 {
			return max(c-one, 1e-3) / float64(n-1), nil
		}
	}
}
