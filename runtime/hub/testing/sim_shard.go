//go:build greenify_hub && greenify_sim

package testing

import "fmt"

// Which seeds a shard has. How a shard is said is in package explore (greenify_shared.go
// here), where the tests of this file are, too.

// Has reports whether a seed is the shard's. Seeds are dealt out in turn. If the number of
// shards has a divisor in common with the period of the portfolio, a shard would get the
// same few strategies for ever: so the next shard begins when both have come around.
func (s hubShard) Has(seed uint64) bool {
	if s.N <= 1 {
		return true
	}
	a, b := s.N, uint64(hubPortfolioPeriod)
	for b != 0 {
		a, b = b, a%b
	}
	around := s.N / a * hubPortfolioPeriod
	seed--
	return (seed+seed/around)%s.N == s.I-1
}

func (s hubShard) String() string { return fmt.Sprint(s.I, "/", s.N) }
