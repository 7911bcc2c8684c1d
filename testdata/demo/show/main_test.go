package main

import (
	"strings"
	"testing"
	"time"
)

// The demo fails for each promise that a run does not keep, also for one that is not shown.
func TestJudge(t *testing.T) {
	good := func(change func(*result)) []result {
		list := make([]result, runs)
		for i := range list {
			list[i] = result{report: "all", elapsed: time.Second, figures: []figure{{"threads", "9"}, {"mthreads", "1"}}}
		}
		if change != nil {
			change(&list[runs-1])
		}
		return list
	}
	for _, test := range []struct {
		name   string
		change func(*result)
		want   string
	}{
		{"as promised", nil, ""},
		{"another report", func(r *result) { r.report = "half" }, "patched printed:\nhalf"},
		{"slow", func(r *result) { r.elapsed = limit + 1 }, "more than 5s"},
		{"lost updates", func(r *result) { r.lost = 3 }, "patched lost 3 updates"},
		{"not patched", func(r *result) { r.figures = nil }, "no green threads"},
		{"two at once", func(r *result) { r.figures[1].value = "2" }, "on 2 OS threads at once"},
	} {
		same, err := judge(good(nil), good(test.change), good(nil)[0])
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if same != !strings.Contains(test.want, "printed") {
			t.Errorf("%s: same output %v", test.name, same)
		}
	}
	plain := good(func(r *result) { r.lost = 3; r.figures = nil })
	if same, err := judge(plain, good(nil), plain[0]); !same || err != nil {
		t.Errorf("plain Go may lose updates and has no threads: same %v, error %v", same, err)
	}
	if same, _ := judge(good(nil), good(nil), result{report: "half"}); same {
		t.Error("another report with the patch off is the same")
	}
}
