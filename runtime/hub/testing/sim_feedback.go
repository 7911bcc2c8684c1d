//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	_ "unsafe" // for linkname
)

// Feedback: schedules that have shown a new ordering are varied (runtime/hub/sim_vary.go). What lies
// behind something that few schedules do, few can see; the variations of one that did it begin
// there. Behind the first schedules of a test half of them are such variations, of those that were
// varied least, and of these the newest.

//go:linkname hubSimVaries
func hubSimVaries(seed, step, draw uint64)

//go:linkname hubSimBegun
func hubSimBegun() uint64

const (
	hubSimQuiet = 50 // schedules of a test before its first variation: what a search finds soon it finds without
	hubSimDraws = 32 // ways from a step on
)

// A hubSimFeedback is what is varied of a test.
type hubSimFeedback struct {
	kept []hubSimKeptOne
	made map[uint64]hubVariation // by their numbers
}

// A hubSimKeptOne is a schedule that may be varied.
type hubSimKeptOne struct {
	hubVariation
	begun, steps uint64 // the step before the test function, and all
	tries        int
}

// of returns the schedule that has a number.
func (f *hubSimFeedback) of(number uint64) hubVariation {
	if v, ok := f.made[number]; ok {
		return v
	}
	return hubVariation{Seed: number}
}

// add notes a variation, so that its number is known. It reports whether it is new.
func (f *hubSimFeedback) add(v hubVariation) (number uint64, ok bool) {
	if f.made == nil {
		f.made = map[uint64]hubVariation{}
	}
	number = v.Number()
	_, known := f.made[number]
	f.made[number] = v
	return number, !known
}

// keep notes the last schedule, which has shown a new ordering.
func (f *hubSimFeedback) keep(number, steps uint64) {
	if begun := hubSimBegun(); begun < steps {
		f.kept = append(f.kept, hubSimKeptOne{f.of(number), begun, steps, 0})
	}
}

// vary returns the number of what runs in place of a seed, of those from first on: a variation, or
// the seed.
func (f *hubSimFeedback) vary(first, seed uint64) uint64 {
	rng := seed
	below := func(n uint64) uint64 {
		rng = hubSimMix(rng)
		return rng % n
	}
	if seed < first+hubSimQuiet || len(f.kept) == 0 || below(2) == 0 {
		return seed
	}
	least := &f.kept[0]
	for i := range f.kept {
		if k := &f.kept[i]; k.tries <= least.tries {
			least = k
		}
	}
	least.tries++
	cut := hubVaryCut{least.begun + 1 + below(least.steps-least.begun), 1 + below(hubSimDraws)}
	v := hubVariation{Seed: least.Seed}
	for _, c := range least.Cuts {
		if c.Step < cut.Step && len(v.Cuts) < hubCutsMost-1 {
			v.Cuts = append(v.Cuts, c)
		}
	}
	v.Cuts = append(v.Cuts, cut)
	if number, ok := f.add(v); ok {
		return number
	}
	return seed
}

// The line of a state that goes on, of each schedule that may be varied (sim_more.go).
const hubSimKeptForm = "kept %s %d %d %d"

func (k *hubSimKeptOne) line() string {
	return fmt.Sprintf(hubSimKeptForm, k.hubVariation, k.begun, k.steps, k.tries)
}

// read reads such a line.
func (f *hubSimFeedback) read(line string) bool {
	var k hubSimKeptOne
	var name string
	if n, _ := fmt.Sscanf(line, hubSimKeptForm, &name, &k.begun, &k.steps, &k.tries); n != 4 {
		return false
	}
	v, err := hubParseVariation(name)
	k.hubVariation = v
	f.kept = append(f.kept, k)
	return err == nil
}
