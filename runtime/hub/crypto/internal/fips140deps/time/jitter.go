//go:build greenify_hub && greenify_sim

package time

import _ "unsafe" // for linkname

// hubSimJitter is a clock that does not go evenly, by the seed: the entropy of FIPS 140 is
// how long the processor takes, and virtual time stands still. It is 0 without a simulation.
//
//go:linkname hubSimJitter
func hubSimJitter() int64
