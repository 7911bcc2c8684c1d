package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/testdata/internal/modules"
)

// The file has what is said of it: 20 modules, five bugs and the schedules of these.
func TestModulesFile(t *testing.T) {
	text, err := os.ReadFile("modules.txt")
	if err != nil {
		t.Fatal(err)
	}
	list, err := readRuns(string(text))
	if err != nil {
		t.Fatal(err)
	}
	bugs := 0
	for _, m := range list {
		bugs += len(m.replays)
		for _, name := range m.replays {
			if s, err := explore.ReadSchedule(filepath.Join("modules", name)); err != nil || !strings.HasPrefix(s.Package, m.Path) {
				t.Errorf("%s of %s: %v", name, m.Path, err)
			}
		}
	}
	if len(list) < 20 || bugs < 5 {
		t.Errorf("%d modules, %d schedules of bugs", len(list), bugs)
	}
	var b strings.Builder
	for _, m := range list {
		m.write(&b)
	}
	if _, body, _ := strings.Cut(string(text), "\n\n"); "\n"+body != b.String() {
		t.Errorf("it is written as\n%s", &b)
	}
	for _, bad := range []string{
		"ran\t1\t1\n",
		"module\tm\n",
		"module\tm\tv1\nran\tx\t1\n",
		"module\tm\tv1\nunrun\t\n",
		"module\tm\tv1\nwith\t\n",
		"with\t-leaks=false\n",
		"module\tm\tv1\ndiffers\tTestA\t\n",
		"module\tm\tv1\nfailed\tTestA\t1\tfailed\tnone\twhy\n",
		"module\tm\tv1\nfailed\tTestA\t1\tfailed\tbug\t\n",
	} {
		if _, err := readRuns(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

// The file of the corpus has its first modules, in the same order.
func TestCorpusFile(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(moduleSets["corpus"].file)
	if err != nil {
		t.Fatal(err)
	}
	list, err := readRuns(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := ofCorpus(list); err != nil {
		t.Error(err)
	}
	var b strings.Builder
	for _, m := range list {
		m.write(&b)
	}
	if _, body, _ := strings.Cut(string(text), "\n\n"); "\n"+body != b.String() {
		t.Errorf("it is written as\n%s", &b)
	}
	if pass, same := whole(list); len(pass) < 15 || len(same) < 13 {
		t.Errorf("modules that pass whole: %d, want 15; of which also no test differs: %d, want 13\n%v\n%v", len(pass), len(same), pass, same)
	}
	if err := ofCorpus(list[1:]); err == nil {
		t.Error("accepted a corpus without its first module")
	}
	list[0].Version = "v0"
	if err := ofCorpus(list); err == nil {
		t.Error("accepted another version")
	}
}

// What differs is taken from what is printed, and how often that fails is not compared.
func TestModulesDiffer(t *testing.T) {
	m := moduleRun{Module: modules.Module{Path: "m", Version: "v1"},
		failed:  []moduleFailure{{test: "TestA", schedules: 2, verdict: "failed"}, {test: "TestB", schedules: 2, verdict: "failed"}},
		differs: []moduleDiffers{{"TestA", "why"}}}
	got := moduleRun{Module: m.Module, failed: []moduleFailure{{test: "TestB", schedules: 1, verdict: "failed"}}}
	got.compares("greenify: TestA, schedule 2 (rpb) is not the same in two processes: ok (12 steps), ok (13 steps)\n" +
		"\tfirst at step 3\nFAIL\tm\t0.1s\nok  \tm/other\t0.1s\n" +
		"greenify: TestC, schedule 1 (fifo) is not the same in two processes: ok (12 steps), failed (13 steps)\nFAIL\tm/sub\t0.1s\n")
	text := fmt.Sprint(m.compare(got))
	for _, want := range []string{"m@v1: sub.TestC is not the same in two processes: ", "m@v1: TestB: failed in 1 schedules, not in 2: "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "TestA") {
		t.Errorf("TestA is compared:\n%s", text)
	}
}

// What fails is counted by test and verdict, and compared with the file.
func TestModulesCompare(t *testing.T) {
	m := moduleRun{Module: modules.Module{Path: "m", Version: "v1"}, names: 2, schedules: 4, failed: []moduleFailure{
		{test: "TestA", schedules: 2, verdict: "left threads that nobody can wake"},
		{test: "sub.TestB", schedules: 1, verdict: "failed"},
	}}
	lines := []explore.Result{
		{Package: "m", Test: "TestA", Verdict: "left a thread that nobody can wake"},
		{Package: "m", Test: "TestA", Verdict: "left 12 threads that nobody can wake"},
		{Package: "m/sub", Test: "TestB", Verdict: "failed"},
		{Package: "m/sub", Test: "TestB", Verdict: "ok"},
	}
	got := moduleRun{Module: m.Module}
	got.count(lines)
	if errs := m.compare(got); len(errs) != 0 {
		t.Error(errs)
	}
	lines[2].Verdict = "did not end within 1000002 steps"
	lines[1].Verdict = "ok"
	got = moduleRun{Module: m.Module}
	got.count(lines[:3])
	text := ""
	for _, err := range m.compare(got) {
		text += err.Error() + "\n"
	}
	for _, want := range []string{
		"m@v1: 2 tests ran in 3 schedules, not 2 in 4: ",
		"m@v1: TestA: left threads that nobody can wake in 1 schedules, not in 2: ",
		"m@v1: sub.TestB: did not end in 1 schedules, not in 0: ",
		"m@v1: sub.TestB: no more: failed: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
