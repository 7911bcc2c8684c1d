package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// An operation is cooperative if the ticker had its turns, by itself or as under plain Go;
// one that is over at once is neither that nor blocking.
func TestClass(t *testing.T) {
	plain := &result{took: 100, ticks: 6}
	for _, test := range []struct {
		r     result
		plain *result
		want  string
	}{
		{result{took: 100, ticks: 10}, nil, cooperative},
		{result{took: 100, ticks: 9}, nil, blocks},
		{result{took: 200, ticks: 20}, nil, cooperative}, // longer, so more ticks are due
		{result{took: 200, ticks: 18}, nil, blocks},
		{result{took: 100, ticks: 6}, plain, cooperative},
		{result{took: 100, ticks: 5}, plain, blocks},
		{result{took: 100}, &result{took: 100}, blocks}, // plain Go blocks, too
		{result{took: 19, ticks: 0}, plain, short},
		{result{took: 100, ticks: 20, err: "EOF"}, nil, fails},
		{result{took: 100, ticks: 20, err: hangs}, nil, hangs},
	} {
		if got := test.r.class(test.plain); got != test.want {
			t.Errorf("%+v beside %+v is %s, want %s", test.r, test.plain, got, test.want)
		}
	}
}

// What a machine with other work can do to an operation is tried again, what the table says is not.
func TestSettled(t *testing.T) {
	results := map[string]result{
		cooperative: {took: 100, ticks: 20}, short: {took: 19}, blocks: {took: 100}, hangs: {err: hangs}, fails: {err: "EOF"},
	}
	for want, settled := range map[string][]string{
		"":          {cooperative, short},
		cooperative: {cooperative},
		short:       {cooperative, short},
		blocks:      {cooperative, short, blocks},
		hangs:       {cooperative, short, hangs},
	} {
		for class, r := range results {
			if got := r.settled(nil, want); got != slices.Contains(settled, class) {
				t.Errorf("%s, wanted %q: settled is %v", class, want, got)
			}
		}
	}
}

// A line is an operation begun, its figures, or its error.
func TestParse(t *testing.T) {
	for line, want := range map[string]struct {
		r     result
		begun bool
	}{
		"7\tos\tread":         {result{n: 7, group: "os", name: "read"}, true},
		"7\tos\tread\tEOF":    {result{n: 7, group: "os", name: "read", err: "EOF"}, false},
		"7\tos\tread\t101\t9": {result{n: 7, group: "os", name: "read", took: 101, ticks: 9}, false},
	} {
		if r, begun, err := parse(line); r != want.r || begun != want.begun || err != nil {
			t.Errorf("%q: %+v, begun %v, error %v", line, r, begun, err)
		}
	}
	for _, line := range []string{"", "seven\tos\tread", "7\tos\tread\t101\tmany"} {
		if r, _, err := parse(line); err == nil {
			t.Errorf("%q is read as %+v", line, r)
		}
	}
}

// The operation of a finding is the one whose literal has its line, or names its function.
func TestFindings(t *testing.T) {
	dir := t.TempDir()
	const src = `package main

var ops = []op{
	{"read", func() {
		read()
	}},
	{"helped", help},
	{"fine", func() {}},
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	greenify := filepath.Join(dir, "greenify")
	const script = "#!/bin/sh\necho '[{\"File\":\"main.go\",\"Line\":5,\"Message\":\"reads\"},{\"File\":\"help.go\",\"Line\":4,\"Func\":\"help\",\"Message\":\"helps\"}]'\nexit "
	if err := os.WriteFile(greenify, []byte(script+"1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	found, err := findings(greenify, dir)
	if err != nil || found["read"] != "reads" || found["helped"] != "helps" || found["fine"] != "" {
		t.Errorf("found %q, error %v", found, err)
	}
	if err := os.WriteFile(greenify, []byte(script+"2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := findings(greenify, dir); err == nil {
		t.Error("a check that cannot be made is taken for one without findings")
	}
}
