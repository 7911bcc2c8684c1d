// Command sim shows how many schedules greenify test -sim needs to find known bugs:
//
//	go run ./testdata/sim [-greenify FILE] [-schedules N] [-run REGEXP] [-strategies LIST]
//
// The bugs are the 63 kernels of real ones in Go's own tests of the goroutine leak profile
// (goker.go). For each kernel and strategy it prints the first schedule that finds it, the
// median of searches from several seeds. The exit code is 1 if one is not found that can
// happen.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

func main() {
	greenify := flag.String("greenify", "greenify", "the command to run")
	schedules := flag.Int("schedules", 1000, "schedules of each search")
	searches := flag.Int("searches", 1, "searches of each kernel, from seeds of their own")
	strategies := flag.String("strategies", "portfolio", "strategies to compare, separated by commas")
	run := flag.String("run", ".", "kernels to search")
	flag.Parse()
	if err := show(*greenify, *schedules, *searches, strings.Split(*strategies, ","), *run); err != nil {
		fmt.Fprintln(os.Stderr, "sim:", err)
		os.Exit(1)
	}
}

// A line is one of -results.
type line struct {
	Test    string
	Seed    int
	Verdict string
	Steps   int
}

func show(greenify string, schedules, searches int, strategies []string, run string) error {
	dir, err := os.MkdirTemp("", "greenify-sim-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names, err := writeGoker(dir)
	if err != nil {
		return err
	}
	firsts := map[string]map[string][]int{} // by strategy and kernel
	total := map[string]int{}
	for _, strategy := range strategies {
		firsts[strategy] = map[string][]int{}
		for i := range searches {
			from := 1 + i*schedules
			results := filepath.Join(dir, fmt.Sprint(strategy, i))
			cmd := exec.Command(greenify, "test", "-sim", "-results", results, "-strategy", strategy,
				fmt.Sprintf("-seeds=%d-%d", from, from+schedules-1), "-run", run, ".")
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if _, exited := err.(*exec.ExitError); err != nil && !exited {
				return err
			}
			lines, err := readLines(results)
			if err != nil {
				return fmt.Errorf("%w\n%s", err, out)
			}
			total[strategy] += len(lines)
			for _, l := range lines {
				name := strings.TrimPrefix(l.Test, "Test")
				if l.Verdict != "ok" {
					firsts[strategy][name] = append(firsts[strategy][name], l.Seed-from+1)
				}
			}
			if os.Getenv("SIMOUT") != "" {
				os.Stderr.Write(out)
			}
		}
	}
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(tw, "kernel\t%s\n", strings.Join(strategies, "\t"))
	missing := 0
	medians := map[string][]int{}
	for _, name := range names {
		fmt.Fprint(tw, name)
		for _, strategy := range strategies {
			list := firsts[strategy][name]
			slices.Sort(list)
			switch {
			case cannotHappen[name] && len(list) == 0:
				fmt.Fprint(tw, "\tcannot happen")
			case len(list) <= searches/2: // the median is not found
				fmt.Fprint(tw, "\tnot found")
				missing++
			default:
				fmt.Fprintf(tw, "\t%d", list[searches/2])
				medians[strategy] = append(medians[strategy], list[searches/2])
			}
		}
		fmt.Fprintln(tw)
	}
	fmt.Fprint(tw, "median")
	for _, strategy := range strategies {
		list := medians[strategy]
		slices.Sort(list)
		if len(list) == 0 {
			fmt.Fprint(tw, "\t-")
			continue
		}
		fmt.Fprintf(tw, "\t%d", list[len(list)/2])
	}
	fmt.Fprintln(tw)
	tw.Flush()
	if missing > 0 {
		return fmt.Errorf("%d not found", missing)
	}
	return nil
}

func readLines(path string) ([]line, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var lines []line
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var l line
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, sc.Err()
}
