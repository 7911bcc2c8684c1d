package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// measured are the operations that a setting may slow down.
var measured = []string{"Switch$", "Chan/pingpong/cap0", "Chan/make", "Mutex/free", "RWMutex/read"}

// none are the settings of a program that is no test: a test binary turns some on.
const none = "blocked=0,made=0,deadlock=0"

// settings prints what the settings of GREENIFY, and -locks, cost while they are on.
func settings(ctx context.Context, tmp, greenify string) error {
	for name, args := range map[string][]string{"patched": nil, "locks": {"-locks"}} {
		args = append(append([]string{"test"}, args...), "-c", "-o", filepath.Join(tmp, name), ".")
		if _, err := command(ctx, suite, nil, greenify, args...); err != nil {
			return err
		}
	}
	columns := []struct{ title, binary, env string }{
		{"none", "patched", none},
		{"blocked", "patched", "blocked=50ms,made=0,deadlock=0"},
		{"deadlock", "patched", "blocked=0,made=0,deadlock=5s"},
		{"made", "patched", "blocked=0,made=1,deadlock=0"},
		{"stats", "patched", none + ",stats=1"},
		{"admin", "patched", none + ",admin=" + filepath.Join(tmp, "socket")},
		{"trace", "patched", none + ",trace=" + os.DevNull},
		{"-locks", "locks", none},
	}
	var names []string
	best := map[string][]float64{}
	for range *count {
		for i, c := range columns {
			for _, name := range measured {
				out, err := command(ctx, tmp, []string{"GOMAXPROCS=1", "GREENIFY=" + c.env}, filepath.Join(tmp, c.binary),
					"-test.run=^$", "-test.bench=Benchmark"+name, "-test.benchtime="+*benchtime)
				if err != nil {
					return err
				}
				for _, m := range parse(out, "") {
					if best[m.name] == nil {
						names = append(names, m.name)
						for range columns {
							best[m.name] = append(best[m.name], math.Inf(1))
						}
					}
					best[m.name][i] = min(best[m.name][i], m.value)
				}
			}
		}
	}
	t := table{{""}}
	for _, c := range columns {
		t[0] = append(t[0], c.title)
	}
	for _, name := range names {
		row := []string{name}
		for _, v := range best[name] {
			row = append(row, figure(v))
		}
		t = append(t, row)
	}
	fmt.Printf("with one setting on, best of %d runs of %s, 1 P\n\n", *count, *benchtime)
	t.print()
	return nil
}
