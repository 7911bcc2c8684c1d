package main

import (
	"slices"
	"strings"
	"testing"
)

const truth = "package\tsymbol\tkinds\twitness\n" +
	"a\tF\tchan\tchan: -> [chan recv]\n" +
	"a\tGone\tdisk\tdisk: -> [open(2)]\n" +
	"a\tKept\tpipe\tpipe: -> b.out -> [write(2)]\n" +
	"b\tG\tlock,net\tnet: -> [poll] ; lock: -> [lock]\n"

func computed() []row {
	return []row{
		{pkg: "a", symbol: "F", kinds: []string{"chan", "disk"}, witness: map[string]string{"chan": "-> [chan recv]", "disk": "-> [read(2)]"}},
		{pkg: "a", symbol: "New", kinds: []string{"sleep"}, witness: map[string]string{"sleep": "-> time.Sleep"}},
		{pkg: "b", symbol: "G", kinds: []string{"net"}, witness: map[string]string{"net": "-> x -> [poll]"}},
	}
}

// Every difference is a line, but for those that are explained; explanations of
// nothing are lines too.
func TestCompare(t *testing.T) {
	known, err := parseDifferences("# comment\na.Kept\t+\tin a field\nb.G\t+lock\tin a field\nc.H\t+\tgone\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range append(compare(computed(), parse(truth), known), known.unused()...) {
		got = append(got, strings.Join(strings.Fields(line)[:2], " "))
	}
	if want := []string{"+ a.F", "- a.Gone", "+ a", "! differences.tsv:"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The new ground truth has what is computed and what is explained; lines whose
// kinds did not change stay as they are.
func TestMerge(t *testing.T) {
	known, err := parseDifferences("a.Kept\t+\tin a field\nb.G\t+lock\tin a field\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "a\tF\tchan,disk\tchan: -> [chan recv] ; disk: -> [read(2)]\n" +
		"a\tKept\tpipe\tpipe: -> b.out -> [write(2)]\n" +
		"a\tNew\tsleep\tsleep: -> time.Sleep\n" +
		"b\tG\tlock,net\tnet: -> [poll] ; lock: -> [lock]\n"
	if got := merge(computed(), parse(truth), known); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDifferences(t *testing.T) {
	if known, err := parseDifferences("# why\na.F\t+lock\tin a field\n"); err != nil || len(known) != 1 {
		t.Errorf("%d lines, %v", len(known), err)
	}
	if _, err := parseDifferences("a.F\t+\t\n"); err == nil {
		t.Error("a line without a reason is accepted")
	}
}

// A table of needs has no witnesses.
func TestNeeds(t *testing.T) {
	old := parse("package\tsymbol\tneeds\na\tF\tio.Reader.Read\na\tG\tio.Writer.Write\n")
	rows := []row{{pkg: "a", symbol: "F", kinds: []string{"io.Reader.Read", "io.Seeker.Seek"}}, {pkg: "a", symbol: "G", kinds: []string{"io.Writer.Write"}}}
	if got := compare(rows, old, nil); len(got) != 1 || !strings.HasPrefix(got[0], "+ a.F\tio.Seeker.Seek\t") {
		t.Errorf("%q", got)
	}
	if got, want := merge(rows, old, nil), "a\tF\tio.Reader.Read,io.Seeker.Seek\na\tG\tio.Writer.Write\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
