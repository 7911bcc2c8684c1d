package explore

import (
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
