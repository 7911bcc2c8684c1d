//go:build greenify_hub && greenify_sim

package runtime

// What a seed is: a strategy, and points. Their names are in package explore
// (greenify_strategy.go here), where the tests of this file are, too.

// hubPortfolio is the strategy of a seed, for ever: the first is the order that plain
// patched programs have. The others repeat themselves.
//
// Every fifth is a random walk. Of the others the odd ones are surw, which needs the fewest
// schedules for most programs (testdata/sim); of the even ones half are pos, and rpb and pct
// take turns.
func hubPortfolio(seed uint64) hubStrategy {
	switch {
	case seed == 1:
		return hubStrategyFIFO
	case seed%5 == 0:
		return hubStrategyRandom
	}
	if seed%4 == 2 && seed%hubPortfolioPeriod > hubPortfolioPeriod/2 {
		return hubStrategyPCT
	}
	return [...]hubStrategy{hubStrategyPOS, hubStrategySURW, hubStrategyRPB, hubStrategySURW}[seed%4]
}

// hubPointsOf is which points a seed has, for ever, if points are asked for: by turns
// four have those at atomics and four have not.
func hubPointsOf(asked hubPoints, seed uint64) hubPoints {
	switch {
	case asked != hubPointsTurns:
		return asked
	case seed/4%2 != 0:
		return hubPointsAtomics
	}
	return hubPointsSync
}
