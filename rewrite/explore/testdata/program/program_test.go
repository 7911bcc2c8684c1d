package program

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
)

// A seed has one strategy and its points for ever: another map is another search for everybody.
func TestPortfolio(t *testing.T) {
	var got []string
	points := map[hubStrategy]map[hubPoints]bool{}
	for seed := uint64(1); seed <= 40; seed++ {
		s, p := hubPortfolio(seed), hubPointsOf(hubPointsTurns, seed)
		if points[s] == nil {
			points[s] = map[hubPoints]bool{}
		}
		points[s][p] = true
		if seed > 1 && hubPortfolio(seed+hubPortfolioPeriod) != s {
			t.Errorf("seed %d is %s, and not %d behind it", seed, hubStrategyNames[s], hubPortfolioPeriod)
		}
		if seed <= 20 {
			got = append(got, hubStrategyNames[s]+map[hubPoints]string{hubPointsAtomics: "+"}[p])
		}
	}
	const want = "fifo rpb surw pos+ random+ rpb+ surw+ pos surw random surw pos+ surw+ pct+ random+ pos surw pct surw random+"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("the first seeds are\n%s, want\n%s", s, want)
	}
	for s, p := range points {
		if len(p) != 2 && s != hubStrategyFIFO {
			t.Errorf("%s has seeds with points %v only", hubStrategyNames[s], p)
		}
	}
	if got := hubPointsOf(hubPointsMemory, 2); got != hubPointsMemory {
		t.Errorf("points are %s, want those asked for", hubPointsNames[got])
	}
}

// The shards are a partition of the seeds, of equal parts, and each has every remainder of
// the portfolio's period, so every strategy: also where the number of shards has a divisor
// in common with it, as by taking every n-th seed none would.
func TestShards(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 15, 16, 19, 20, 21, 40, 50} {
		around := n * hubPortfolioPeriod
		seeds := around * hubPortfolioPeriod // of which each has its share of all
		counts := make([]uint64, n)
		rests := make([]map[uint64]bool, n)
		for seed := uint64(1); seed <= seeds; seed++ {
			owners := 0
			for i := range n {
				if !(hubShard{i + 1, n}).Has(seed) {
					continue
				}
				owners++
				counts[i]++
				if rests[i] == nil {
					rests[i] = map[uint64]bool{}
				}
				rests[i][seed%hubPortfolioPeriod] = true
			}
			if owners != 1 {
				t.Fatalf("seed %d belongs to %d of %d shards", seed, owners, n)
			}
			if seed%around == 0 && slices.Max(counts) != slices.Min(counts) {
				t.Fatalf("of %d seeds the shards have %d", seed, counts)
			}
			if seed >= n && slices.Max(counts)-slices.Min(counts) > 2 {
				t.Fatalf("of %d seeds the shards have %d", seed, counts)
			}
		}
		for i, r := range rests {
			if len(r) != hubPortfolioPeriod {
				t.Errorf("shard %d/%d has seeds of %d remainders, want %d", i+1, n, len(r), hubPortfolioPeriod)
			}
		}
		if !(hubShard{1, n}).Has(1) {
			t.Errorf("the first schedule is not of the first of %d shards", n)
		}
	}
	if !(hubShard{}).Has(7) {
		t.Error("no shard is the whole search, but lacks seed 7")
	}
}

// The file for Bazel is XML, whatever the names are.
func TestXML(t *testing.T) {
	odd := []string{"a", `"quoted" \ 'x'`, "line\nfeed\ttab\x00\x7f", "ü 世界 \u2028", "bad \xff utf8", "<&>"}
	var x hubXML
	for _, s := range odd {
		x.add(s, s, 3, "")
		x.add(s, s, 3, s)
	}
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Class   string  `xml:"classname,attr"`
				Name    string  `xml:"name,attr"`
				Failure *string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	text := x.text("a&b")
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	n := len(odd)
	if doc.Tests != 2*n || doc.Failures != n || len(doc.Suites) != 1 || doc.Suites[0].Name != "a&b" || doc.Suites[0].Tests != 2*n || doc.Suites[0].Failures != n || len(doc.Suites[0].Cases) != 2*n {
		t.Fatalf("%+v\n%s", doc, text)
	}
	for i, s := range odd {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
		good, bad := doc.Suites[0].Cases[2*i], doc.Suites[0].Cases[2*i+1]
		if good.Name != s || good.Class != s || good.Failure != nil || bad.Name != s || bad.Failure == nil || *bad.Failure != s {
			t.Errorf("%q is %+v and %+v", s, good, bad)
		}
	}
}
