package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// -shard is read as it is meant, or refused with what it may be.
func TestParseShard(t *testing.T) {
	if s, err := ParseShard("2/3"); s != (Shard{2, 3}) || err != nil {
		t.Errorf("2/3 is %v, %v", s, err)
	}
	for _, text := range []string{"", "2", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", " 1/3", "1/1048577", "1/18446744073709551616"} {
		if s, err := ParseShard(text); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("-shard is %q: use ", text)) || s != (Shard{}) {
			t.Errorf("%q is %v, %v", text, s, err)
		}
	}
}

// What -seed has is read as it is written, or refused; a variation's number is no seed's.
func TestParseVariation(t *testing.T) {
	for _, text := range []string{"1", "17", "4294967295", "17+120.3", "17+1.1+2.1+3.9"} {
		v, err := ParseVariation(text)
		if err != nil || v.String() != text {
			t.Errorf("%q is %v, %v", text, v, err)
		}
		if number := v.Number(); len(v.Cuts) == 0 && number != v.Seed || len(v.Cuts) > 0 && (number < 1<<52 || number >= 1<<53) {
			t.Errorf("%q has the number %d", text, number)
		}
	}
	most := "1"
	for i := range hubCutsMost {
		most += fmt.Sprintf("+%d.1", i+1)
	}
	if _, err := ParseVariation(most); err != nil {
		t.Errorf("%q: %v", most, err)
	}
	for _, text := range []string{"", "0", "x", "-1", "4294967296", "17+", "17+3", "17+3.", "17+.3", "17+0.3", "17+9.1+9.2", "17+9.1+8.2", "17++9.1", "+9.1", "17+9.1.2", most + "+99.1"} {
		if v, err := ParseVariation(text); err == nil {
			t.Errorf("%q is read as %v", text, v)
		}
	}
}

// The environment of each kind of machine says a shard, and what it says wrong is refused.
func TestShardOf(t *testing.T) {
	for _, c := range []struct {
		env    string
		shards uint64
		want   Shard
		wrong  string
	}{
		{env: "", want: Shard{}},
		{env: "TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=3", want: Shard{1, 3}},
		{env: "TEST_SHARD_INDEX=2 TEST_TOTAL_SHARDS=3 CI_NODE_INDEX=1 CI_NODE_TOTAL=2", want: Shard{3, 3}},
		{env: "TEST_SHARD_INDEX=3 TEST_TOTAL_SHARDS=3", wrong: `TEST_SHARD_INDEX is "3", and there are 3 shards, counted from 0: use -shard i/n`},
		{env: "TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=x", wrong: `TEST_TOTAL_SHARDS is "x"`},
		{env: "CI_NODE_INDEX=1 CI_NODE_TOTAL=4", want: Shard{1, 4}},
		{env: "CI_NODE_INDEX=4 CI_NODE_TOTAL=4", want: Shard{4, 4}},
		{env: "CI_NODE_INDEX=0 CI_NODE_TOTAL=4", wrong: `CI_NODE_INDEX is "0", and there are 4 shards, counted from 1`},
		{env: "CI_NODE_INDEX=5 CI_NODE_TOTAL=4", wrong: `CI_NODE_INDEX is "5"`},
		{env: "CI_NODE_INDEX=1 CI_NODE_TOTAL=0", wrong: `CI_NODE_TOTAL is "0", which is not a number of shards`},
		{env: "CI_NODE_TOTAL=1", want: Shard{}}, // GitLab without parallel
		{env: "JOB_COMPLETION_INDEX=4", want: Shard{}},
		{env: "JOB_COMPLETION_INDEX=4", shards: 20, want: Shard{5, 20}},
		{env: "JOB_COMPLETION_INDEX=4 CI_NODE_INDEX=1 CI_NODE_TOTAL=4", shards: 5, want: Shard{5, 5}},
		{env: "JOB_COMPLETION_INDEX=5", shards: 5, wrong: `JOB_COMPLETION_INDEX is "5", and there are 5 shards, counted from 0`},
		{env: "CI_NODE_INDEX=1 CI_NODE_TOTAL=4", shards: 5, wrong: "JOB_COMPLETION_INDEX is not set"},
	} {
		getenv := func(key string) string {
			for kv := range strings.FieldsSeq(c.env) {
				if v, ok := strings.CutPrefix(kv, key+"="); ok {
					return v
				}
			}
			return ""
		}
		s, err := ShardOf(getenv, c.shards)
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s, -shards %d: %v, %v, want error %q", c.env, c.shards, s, err, c.wrong)
			}
		} else if s != c.want || err != nil {
			t.Errorf("%s, -shards %d: %v, %v, want %v", c.env, c.shards, s, err, c.want)
		}
	}

	// Bazel is told.
	file := filepath.Join(t.TempDir(), "status")
	env := map[string]string{"TEST_SHARD_INDEX": "0", "TEST_TOTAL_SHARDS": "2", "TEST_SHARD_STATUS_FILE": file}
	if _, err := ShardOf(func(key string) string { return env[key] }, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	env["TEST_SHARD_STATUS_FILE"] = file + "/none"
	if _, err := ShardOf(func(key string) string { return env[key] }, 0); err == nil || !strings.Contains(err.Error(), "cannot write TEST_SHARD_STATUS_FILE") {
		t.Errorf("a status file that cannot be: %v", err)
	}
}

var odd = []string{"a", `"quoted" \ 'x'`, "line\nfeed\ttab\x00\x7f", "ü 世界 \u2028", "bad \xff utf8", "<&>"}

// clean is a text as a JSON or an XML has it.
func clean(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// What is written of a result is read again, whatever the names are.
func TestLine(t *testing.T) {
	for _, s := range odd {
		want := Result{Module: s, Package: s, Test: s, Seed: 7, Strategy: s, Verdict: s, Steps: 3, Hash: "0123456789abcdef", Round: 2, Signature: s, Again: s, Replay: s}
		line := want.line()
		var any map[string]any
		if err := json.Unmarshal([]byte(line), &any); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		got, err := Read("x", []byte(line))
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		for _, f := range []*string{&want.Module, &want.Package, &want.Test, &want.Strategy, &want.Verdict, &want.Signature, &want.Again, &want.Replay} {
			*f = clean(*f)
		}
		if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
}

// A runner has what a program does: a seed is the same schedule wherever it runs.
func run(test string, from, to uint64, shard Shard) (lines string) {
	for seed := from; seed <= to; seed++ {
		if shard.N > 1 && seed%shard.N != shard.I-1 {
			continue
		}
		rng := rand.New(rand.NewPCG(seed, uint64(len(test))))
		r := Result{Module: "m", Package: "m/p", Test: test, Seed: seed, Strategy: "pos", Verdict: "ok", Steps: 10 + rng.Uint64N(5), Hash: fmt.Sprintf("%016x", rng.Uint64N(20))}
		switch rng.Uint64N(10) {
		case 0:
			r.Verdict, r.Signature = "failed", fmt.Sprint("failed: p/x_test.go:", rng.Uint64N(3))
		case 1:
			r.Verdict, r.Signature = "cannot go on", "cannot go on: p/x.go:3, p/x.go:4"
		}
		if r.Signature != "" {
			r.Again = fmt.Sprintf("greenify test -sim -seed %d -run '^%s$' m/p", seed, test)
		}
		lines += r.line()
	}
	return lines
}

func read(t *testing.T, files ...string) (list []Result) {
	t.Helper()
	for i, f := range files {
		r, err := Read(fmt.Sprint(i), []byte(f))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r...)
	}
	return list
}

func text(t *testing.T, s *Summary) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The shards of a search say what one process says, byte for byte, in whatever order their
// files are, and though one is there twice.
func TestMerge(t *testing.T) {
	whole := Merge(read(t, run("TestA", 1, 500, Shard{})+run("TestLong", 1, 500, Shard{})), nil)
	want := text(t, whole)
	if len(whole.Tests) != 2 || whole.Tests[0].Schedules != 500 || whole.Schedules() != 1000 || len(whole.Failures) != 4 || !whole.New() {
		t.Fatalf("one process:\n%s", want)
	}
	for n := uint64(2); n <= 25; n++ {
		var files []string
		for i := range n {
			files = append(files, run("TestLong", 1, 500, Shard{i + 1, n})+run("TestA", 1, 500, Shard{i + 1, n}))
		}
		files = append(files, files[0])
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		if got := text(t, Merge(read(t, files...), nil)); got != want {
			t.Errorf("%d shards:\n%s\nwant\n%s", n, got, want)
		}
	}

	// What it says is so.
	schedules := 0
	for _, f := range whole.Failures {
		schedules += f.Schedules
		for _, r := range read(t, run("TestA", 1, 500, Shard{})+run("TestLong", 1, 500, Shard{})) {
			if r.Signature == f.Signature && (r.Steps < f.Example.Steps || r.Steps == f.Example.Steps && r.Seed < f.Example.Seed) {
				t.Errorf("%s has seed %d of %d steps as its example, but there is seed %d of %d", f.Signature, f.Example.Seed, f.Example.Steps, r.Seed, r.Steps)
			}
		}
	}
	if schedules != whole.Tests[0].Failed+whole.Tests[1].Failed {
		t.Errorf("%d failed schedules by signature, %d by test", schedules, whole.Tests[0].Failed+whole.Tests[1].Failed)
	}
}

// Of what the baseline has nothing is new; its own round trip changes nothing.
func TestBaseline(t *testing.T) {
	results := read(t, run("TestA", 1, 500, Shard{}))
	whole := Merge(results, nil)
	base, err := ReadSummary("base", []byte(text(t, whole)))
	if err != nil || text(t, base) != text(t, whole) {
		t.Fatalf("%v\n%s", err, text(t, base))
	}
	if Merge(results, base).New() {
		t.Error("a failure of the baseline is new")
	}
	gone := base.Failures[1].Signature
	base.Failures = slices.Delete(base.Failures, 1, 2)
	for _, f := range Merge(results, base).Failures {
		if f.New != (f.Signature == gone) {
			t.Errorf("%s: new is %v", f.Signature, f.New)
		}
	}
	for name, c := range map[string]struct{ data, wrong string }{
		"results": {run("TestA", 1, 2, Shard{}), "results is not a baseline: use what greenify sim merge -json -o FILE has written"},
		"empty":   {"", "empty is not a baseline: use"},
		"other":   {`{"v":2,"failures":[]}`, "other is of version 2 of the format, this greenify reads version 1: make the baseline again"},
		"older":   {`{"failures":[]}`, "older is of version none"},
		"strange": {`{"v":1,"failures":[],"more":1}`, "strange is not a baseline: "},
	} {
		if _, err := ReadSummary(name, []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", name, err, c.wrong)
		}
	}
}

// The same seed that was not the same schedule is counted once, and told.
func TestUnlike(t *testing.T) {
	a := Result{Module: "m", Package: "m", Test: "TestA", Seed: 3, Strategy: "pos", Verdict: "ok", Steps: 3, Hash: "0123456789abcdef"}
	b := a
	b.Hash, b.Verdict, b.Signature = "1123456789abcdef", "failed", "failed: x_test.go:3"
	for _, list := range [][]Result{{a, b, a}, {b, a, b}, {a, a, b, b}} {
		s := Merge(list, nil)
		if want := (Test{Package: "m", Test: "TestA", Schedules: 1, Distinct: 2, Failed: 1, Unlike: 1}); s.Tests[0] != want || s.Failures[0].Schedules != 1 {
			t.Errorf("%+v", s)
		}
	}
	if s := Merge([]Result{a, a}, nil); s.Tests[0].Unlike != 0 {
		t.Errorf("%+v", s)
	}
}

// What is no file of results is refused, with the line.
func TestRead(t *testing.T) {
	good := run("TestA", 1, 3, Shard{})
	lines := strings.SplitAfter(good, "\n")
	edit := func(old, new string) string { return lines[0] + strings.Replace(lines[1], old, new, 1) + lines[2] }
	for _, c := range []struct{ name, data, wrong string }{
		{"cut", good[:len(good)-1], "x:3: the last line is cut off: "},
		{"cut early", lines[0] + lines[1][:40], `x:2: the last line is cut off: "{\"v\":1,`},
		{"cut inside", lines[0] + lines[1][:40] + "\n" + lines[2], "x:2: "},
		{"text", lines[0] + "hello\n", `x:2: "hello" is not a result of greenify test -sim -results`},
		{"empty line", lines[0] + "\n" + lines[1], `x:2: "" is not a result of`},
		{"newer", edit(`"v":1`, `"v":2`), "is of version 2 of the format, this greenify reads version 1: merge with the greenify that wrote it"},
		{"older", edit(`"v":1,`, ``), "x:2: "},
		{"field", edit(`"seed"`, `"sed"`), "x:2: "},
		{"seed", edit(`"seed":2`, `"seed":0`), "it has no seed"},
		{"negative", edit(`"seed":2`, `"seed":-2`), "x:2: "},
		{"hash", edit(`"hash":"0`, `"hash":"x`), "its hash is not one"},
		{"test", edit(`"TestA"`, `""`), "it has no test"},
		{"two", edit("}\n", "}{}\n"), "x:2: "},
		{"signature", strings.Replace(good, `"ok"`, `"failed"`, 1), "failures have a signature"},
		{"array", "[]\n", "x:1: "},
		{"binary", "\x00\x01\n", "x:1: "},
	} {
		if list, err := Read("x", []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.wrong) || !strings.HasPrefix(err.Error(), "x:") || list != nil {
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
	}
	if list, err := Read("x", []byte(good)); len(list) != 3 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := Read("x", nil); len(list) != 0 || err != nil {
		t.Errorf("an empty file, of a shard without seeds: %v, %v", list, err)
	}
}
