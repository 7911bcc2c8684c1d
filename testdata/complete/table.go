package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A table is the part of one program.
type table struct {
	program *program
	version string
	runs    [4][]*run // by side
}

func (t *table) add(side int, r *run) { t.runs[side] = append(t.runs[side], r) }

// version returns the version of the program's module.
func (p *program) version(binary string) (string, error) {
	if p.module == "" {
		return runtime.Version(), nil
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", err
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == p.module {
			return m.Version, nil
		}
	}
	return "", fmt.Errorf("%s is not made from %s", binary, p.module)
}

// compare reports whether all runs had the same answers and ended alike, and prints what differs.
func (t *table) compare(w io.Writer) bool {
	same := true
	want := t.runs[0][0]
	for i, runs := range t.runs {
		for _, r := range runs {
			if text := differ(want, r); text != "" {
				same = false
				fmt.Fprintf(w, "complete: %s: %s and %s differ: %s\n", t.program.name, sides[0].name, sides[i].name, text)
			}
		}
	}
	return same
}

// differ says where two runs differ.
func differ(a, b *run) string {
	if len(a.loads) != len(b.loads) || len(a.ends) != len(b.ends) {
		return "not the same loads and ends"
	}
	for i := range a.loads {
		x, y := a.loads[i], b.loads[i]
		if len(x.answers) != len(y.answers) {
			return fmt.Sprintf("%s has %d answers and %d", x.name, len(x.answers), len(y.answers))
		}
		for j := range x.answers {
			if x.answers[j] != y.answers[j] {
				return fmt.Sprintf("%s %d:\n%s\n%s", x.name, j, middle([]byte(x.answers[j]), 2000), middle([]byte(y.answers[j]), 2000))
			}
		}
	}
	for i := range a.ends {
		if a.ends[i].status != b.ends[i].status {
			return fmt.Sprintf("process %d ends with %s, and %s", i, a.ends[i].status, b.ends[i].status)
		}
	}
	return ""
}

// text is the part as it is printed.
func (t *table) text() string {
	var b strings.Builder
	first := t.runs[0][0]
	fmt.Fprintf(&b, "%s: %s %s; %s; median of %d\n", t.program.name, t.program.kind, t.version, machine(), len(t.runs[0]))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, f func(*run) float64) {
		fmt.Fprintf(w, "%s\t", name)
		var v [4]float64
		for i, runs := range t.runs {
			var all []float64
			for _, r := range runs {
				all = append(all, f(r))
			}
			v[i] = median(all)
			fmt.Fprintf(w, "%s\t", figure(v[i]))
		}
		fmt.Fprintf(w, "%.2f\t%.2f\t\n", v[1]/v[0], v[3]/v[2])
	}
	fmt.Fprint(w, "\t")
	for _, s := range sides {
		fmt.Fprint(w, s.name, "\t")
	}
	fmt.Fprint(w, "ratio 1\tratio 2\t\n")
	answers := 0
	for i, l := range first.loads {
		answers += len(l.answers)
		switch {
		case l.took == math.MaxInt64: // only compared
		case l.each == nil:
			row(l.name+", s", func(r *run) float64 { return r.loads[i].took.Seconds() })
		default:
			row(l.name+", per s", func(r *run) float64 { return float64(len(r.loads[i].each)) / r.loads[i].took.Seconds() })
			row(l.name+", p99 ms", func(r *run) float64 {
				each := r.loads[i].each
				return float64(each[len(each)*99/100].Microseconds()) / 1000
			})
		}
	}
	row("processor, s", func(r *run) float64 {
		s := r.cpu
		for _, e := range r.ends {
			s += e.cpu
		}
		return s.Seconds()
	})
	row("peak memory, MiB", func(r *run) (s float64) { // servers run side by side
		for _, e := range r.ends {
			s += e.memory
		}
		return max(s, r.memory)
	})
	for i, e := range first.ends {
		name := "SIGTERM"
		if len(first.ends) > 1 {
			name = fmt.Sprintf("SIGTERM of process %d", i+1)
		}
		row(fmt.Sprintf("%s: %s, ms", name, e.status), func(r *run) float64 {
			return float64(r.ends[i].took.Microseconds()) / 1000
		})
	}
	w.Flush()
	fmt.Fprintf(&b, "same: %d answers\n", answers)
	return b.String()
}

func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// figure has three digits, or all before the point.
func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

var model = regexp.MustCompile(`model name\s*: (.*)`)

// machine says by what and when was measured.
func machine() string {
	processor := runtime.GOARCH
	info, err := os.ReadFile("/proc/cpuinfo")
	if m := model.FindSubmatch(info); err == nil && m != nil {
		processor = string(m[1])
	}
	return fmt.Sprintf("%s, %d CPUs (%s), %s", runtime.Version(), runtime.NumCPU(), processor, time.Now().UTC().Format(time.DateOnly))
}

// replace puts a program's part into the file of all.
func replace(file, name, text string) error {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parts := map[string]string{name: text}
	var all []string // what is said before comes first
	for part := range strings.SplitSeq(strings.TrimSpace(string(old)), "\n\n") {
		of, _, _ := strings.Cut(part, ":")
		switch {
		case !slices.ContainsFunc(programs, func(p program) bool { return p.name == of }):
			all = append(all, part)
		case of != name:
			parts[of] = part
		}
	}
	for _, p := range programs {
		if part, ok := parts[p.name]; ok {
			all = append(all, strings.TrimSpace(part))
		}
	}
	tmp := filepath.Join(filepath.Dir(file), "."+filepath.Base(file))
	if err := os.WriteFile(tmp, []byte(strings.Join(all, "\n\n")+"\n"), 0o666); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
