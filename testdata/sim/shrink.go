package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// shrunk is what greenify replay -shrink says.
var shrunk = regexp.MustCompile(`greenify: (\d+) choices? instead of (\d+), (\d+) steps? instead of (\d+): .*\. It fails alike (\d+) times of 100 \((\d+) runs?\)`)

// shrink has the first schedule that fails of each kernel made smaller, by greenify replay
// -shrink, which also replays the result 100 times: one that does not fail alike each time is an error.
// So is a row that differs from that of shrunk.txt, if there is one.
func (r *runner) shrink(dir string, names []string) error {
	some, err := regexp.Compile(r.some)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return cannotHappen[name] || !some.MatchString(name) })
	cmd := exec.Command(r.greenify, "test", "-sim", "-confirm=false", "-timeout=0", "-schedules", strconv.Itoa(most),
		"-replays", "found", "-run", "^Test("+strings.Join(names, "|")+")$", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		return err
	}
	var files []string
	for _, name := range names {
		found, err := filepath.Glob(filepath.Join(dir, "found", "goker.Test"+name+"-*.sim"))
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return fmt.Errorf("%s has %d files of schedules that failed, want one\n%s", name, len(found), out)
		}
		files = append(files, found[0])
	}
	const path = "testdata/sim/shrunk.txt"
	known, err := readShrunk(path)
	if err != nil {
		return err
	}
	var errs []error
	var left []int
	for i, name := range names {
		cmd := exec.Command(r.greenify, "replay", "-shrink", "-tails=0", files[i])
		cmd.Dir = dir
		said, err := cmd.CombinedOutput()
		m := shrunk.FindSubmatch(said)
		if m == nil {
			return fmt.Errorf("%s was not shrunk: %v\n%s", name, err, said)
		}
		cell := func(i int) string { return string(m[i]) }
		_, seed, _ := strings.Cut(strings.TrimSuffix(filepath.Base(files[i]), ".sim"), "-")
		if cell(5) != "100" {
			errs = append(errs, fmt.Errorf("%s fails alike %s times of 100", name, cell(5)))
		}
		n, _ := strconv.Atoi(cell(1))
		left = append(left, n)
		row := []string{name, seed, cell(2), cell(1), cell(4), cell(3), cell(6), cell(5)}
		fmt.Println(strings.Join(row, " "))
		if r.update {
			known[name] = row
			if err := writeShrunk(path, known); err != nil {
				return err
			}
		} else if want := known[name]; want != nil && !slices.Equal(want, row) {
			errs = append(errs, fmt.Errorf("%q, but %q in %s: -update writes it anew", row, want, path))
		}
	}
	if slices.Sort(left); len(left) > 0 {
		fmt.Printf("kernels shrunk: %d, choices left: median %d, most %d\n", len(left), left[len(left)/2], left[len(left)-1])
	}
	return errors.Join(errs...)
}

// shrunkHead are the columns of shrunk.txt.
var shrunkHead = strings.Fields("shrunk schedule choices left steps left runs alike")

// readShrunk reads the rows of shrunk.txt by kernel: none if there is no such file.
func readShrunk(path string) (rows map[string][]string, err error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	rows = map[string][]string{}
	for l := range strings.Lines(string(data)) {
		if cells := strings.Fields(l); len(cells) > 0 && cells[0] != shrunkHead[0] {
			rows[cells[0]] = cells
		}
	}
	return rows, nil
}

func writeShrunk(path string, rows map[string][]string) error {
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(shrunkHead, "\t"))
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintln(tw, strings.Join(rows[name], "\t"))
	}
	tw.Flush()
	return os.WriteFile(path, b.Bytes(), 0o666)
}

// addresses are the kernels that compute with addresses, which are others in each process: the
// keys of a map.
var addresses = map[string]bool{"Cockroach3710": true}

// alone runs schedules that failed among others again, each alone in a fresh process: 200 of them,
// as many of each kernel as there are, in turn. Each must end the same, to the last choice.
func (r *runner) alone(dir string, names []string) error {
	const wanted = 200
	tests := map[string]string{}
	left := ""
	for _, name := range names {
		if addresses[name] {
			left += ", without " + name + ", which computes with addresses"
			continue
		}
		tests["Test"+name] = name
	}
	lines, out, err := r.test(dir, tests, "-keep-going", "-schedules", "50")
	if err != nil {
		return err
	}
	failed := map[string][]line{} // by test
	for _, l := range lines {
		if l.Verdict != "ok" && l.Hash != "" {
			failed[l.Test] = append(failed[l.Test], l)
		}
	}
	var chosen []line
	for i, more := 0, true; more && len(chosen) < wanted; i++ {
		more = false
		for _, name := range names {
			if list := failed["Test"+name]; i < len(list) && len(chosen) < wanted {
				chosen = append(chosen, list[i])
				more = true
			}
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no schedule has failed\n%s", out)
	}
	cmd := exec.Command(r.greenify, "test", "-sim", "-c", "-o", "alone.test", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	same := 0
	var errs []error
	for _, l := range chosen {
		results := filepath.Join(dir, "alone.jsonl")
		cmd := exec.Command(filepath.Join(dir, "alone.test"), "-test.run=^"+l.Test+"$", "-test.timeout=1m")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), fmt.Sprintf("GREENIFY_SIM=from=%d,to=%d,keep=1", l.Seed, l.Seed), "GREENIFY_SIM_RESULTS="+results)
		out, _ := cmd.CombinedOutput()
		got, err := readLines(results)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		if err := os.Remove(results); err != nil {
			return err
		}
		if len(got) == 1 && got[0] == l {
			same++
		} else {
			errs = append(errs, fmt.Errorf("alone %+v, among others %+v", got, l))
		}
	}
	fmt.Printf("schedules that failed among others, and fail alike alone: %d of %d, of %d kernels%s\n", same, len(chosen), len(failed), left)
	return errors.Join(errs...)
}
