package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The pattern has go test run the benchmarks named and no others, also where they have parts.
func TestPattern(t *testing.T) {
	if got, want := pattern([]string{"Switch", "Chan/pingpong/cap0"}), "^BenchmarkSwitch$|^BenchmarkChan$/^pingpong$/^cap0$"; got != want {
		t.Errorf("the pattern is %s, want %s", got, want)
	}
	cmd := exec.Command("go", "test", "-run=^$", "-benchtime=1x", "-bench="+pattern(compared), ".")
	cmd.Dir = "../suite"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []string
	for _, m := range parse(string(out), "") {
		op, _, _ := strings.Cut(m.name, " ")
		if i := strings.LastIndex(op, "-"); i > 0 { // the number of processors
			op = op[:i]
		}
		got = append(got, op)
	}
	want := slices.Sorted(slices.Values(compared))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("go test -bench=%s ran %q, want %q", pattern(compared), got, want)
	}
}

// Each cell is the median of its runs, with the unit in the name of the row. Only plain Go may
// lack an operation, and only the offload.
func TestCompare(t *testing.T) {
	columns := []peer{{title: "plain"}, {title: "gevent"}}
	full := func(v ...float64) map[string][]float64 {
		m := map[string][]float64{}
		for _, op := range compared {
			m[op+" ns/op"] = v
		}
		for _, name := range apart {
			m[name] = v
		}
		return m
	}
	plain, gevent := full(2, 9000, 3), full(500, 100, 300)
	delete(plain, "Offload ns/op")
	got, err := compare(columns, []map[string][]float64{plain, gevent})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"", "plain", "gevent"},
		{"Spawn, ns/op", "3.00", "300"},
		{"Offload, ns/op", "-", "300"},
		{"HTTP/hello/50, requests/s", "3.00", "300"},
	} {
		if !slices.ContainsFunc(got, func(row []string) bool { return slices.Equal(row, want) }) {
			t.Errorf("there is no row %q in %q", want, got)
		}
	}
	delete(gevent, "Spawn ns/op")
	if _, err := compare(columns, []map[string][]float64{plain, gevent}); err == nil || !strings.Contains(err.Error(), `gevent has printed no "Spawn ns/op"`) {
		t.Errorf("without a run of an operation: error %v", err)
	}
}

// The name of the processor is that of the first one, and none if the kernel has none.
func TestModel(t *testing.T) {
	const amd64 = "processor\t: 0\nmodel\t\t: 1\nmodel name\t: Some CPU: fast\n\nprocessor\t: 1\nmodel name\t: Other\n"
	if got := model(amd64); got != "Some CPU: fast" {
		t.Errorf("the processor is %q", got)
	}
	if got := model("processor\t: 0\nBogoMIPS\t: 50\n"); got != "" {
		t.Errorf("a processor without a name is %q", got)
	}
}
