// Package simdraw has what draws values for tests: under greenify test -sim they are drawn
// from the seed of the schedule (testdata/script/simdraw.txtar). It is a module of its own,
// for greenify needs none of it.
package simdraw

import (
	"fmt"
	"hash/fnv"
	"os"
	"sync"
	"testing"
	"testing/quick"

	"pgregory.net/rapid"
)

// step takes as many steps as a value says, so that the hash of the schedule tells what was
// drawn.
func step(n uint64) {
	var mu sync.Mutex
	for range n % 8 {
		mu.Lock()
		mu.Unlock()
	}
}

// say appends what was drawn to the file that DRAWS names.
func say(test string, sum uint64) {
	name := os.Getenv("DRAWS")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(f, "%s %016x\n", test, sum)
	f.Close()
}

func TestRapid(t *testing.T) {
	h := fnv.New64a()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.Int64()).Draw(t, "list")
		text := rapid.StringMatching(`[a-z]+\d*`).Draw(t, "text")
		fmt.Fprint(h, list, text)
		step(uint64(len(list)))
	})
	say("rapid", h.Sum64())
}

func TestQuick(t *testing.T) {
	h := fnv.New64a()
	err := quick.Check(func(n uint64, list []int16, of map[string]bool) bool {
		fmt.Fprint(h, n, list, of)
		step(n)
		return true
	}, nil)
	if err != nil {
		t.Error(err)
	}
	say("quick", h.Sum64())
}
