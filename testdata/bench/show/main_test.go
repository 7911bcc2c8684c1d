package main

import (
	"math"
	"slices"
	"testing"
)

// What a test binary prints becomes one measure for each unit, by the benchmark's name
// without the number of processors; other lines are none.
func TestParse(t *testing.T) {
	const out = `goos: linux
BenchmarkChan/pingpong-2   	 1000	       123.5 ns/op	      16 B/op	       1 allocs/op
BenchmarkNo-2 this is what the benchmark printed
BenchmarkSwitch   	 5000	         2 ns/op
PASS
`
	for suffix, name := range map[string]string{"-2": "Chan/pingpong", "-1": "Chan/pingpong-2"} {
		want := []measure{{name + " ns/op", 123.5}, {name + " B/op", 16}, {name + " allocs/op", 1}, {"Switch ns/op", 2}}
		if got := parse(out, suffix); !slices.Equal(got, want) {
			t.Errorf("with the suffix %s: %v, want %v", suffix, got, want)
		}
	}
}

// A figure has three digits, a ratio is patched by plain, and what was not measured is
// neither.
func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.456: "0.46", 7: "7.00", 12.34: "12.3", 99.96: "100.0", 1234.4: "1234", math.Inf(1): "-"} {
		if got := figure(v); got != want {
			t.Errorf("figure(%v) is %s, want %s", v, got, want)
		}
	}
	if got := ratio(3, 2); got != "1.50" {
		t.Errorf("3 patched and 2 plain have the ratio %s", got)
	}
	if got := ratio(3, math.Inf(1)); got != "-" {
		t.Errorf("a row without a plain run has the ratio %s", got)
	}
}
