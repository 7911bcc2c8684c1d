// Package matrix says which part of a large matrix of cases a run of the tests has.
package matrix

import (
	"hash/fnv"
	"os"
)

// Whole reports whether all cases are to be run: make matrix, and a step of .ci/run.
func Whole() bool { return os.Getenv("GREENIFY_MATRIX") != "" }

// Part reports whether this run has the case: every one if it is to be whole, else one of n
// cases, by their names, so that each run and each machine has the same.
func Part(name string, n uint32) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return Whole() || h.Sum32()%n == 0
}
