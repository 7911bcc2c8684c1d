//go:build greenify_hub && greenify_sim

package runtime

import _ "unsafe" // for linkname

// Variations: a schedule up to a step, from where on its strategy draws anew; perhaps up to another
// step, and so on. What a search varies, and why, is package testing's (testing/sim_feedback.go).

var hubSimVaried struct {
	seed    uint64 // of the schedule that is varied
	cuts    [hubSimCuts]hubSimCut
	n, next int
}

// A hubSimCut is where a variation goes another way.
type hubSimCut struct{ step, draw uint64 }

const hubSimCuts = 16 // package explore's

// testing_hubSimVaries says where the schedule that begins now goes another way: once more.
//
//go:linkname testing_hubSimVaries testing.hubSimVaries
func testing_hubSimVaries(seed, step, draw uint64) {
	v := &hubSimVaried
	v.seed = seed
	v.cuts[v.n] = hubSimCut{step, draw}
	v.n++
	hubSim.tail = v.cuts[0].step
}

// hubSimVary is called at such a step. What the program itself draws is as before: its strategy alone
// has other numbers.
func hubSimVary() {
	v, s := &hubSimVaried, &hubSim
	s.rng = hubMix(s.rng ^ hubMix(v.cuts[v.next].draw))
	hubSimPlan(max(s.begun, s.steps))
	if v.next++; v.next < v.n {
		s.tail = v.cuts[v.next].step
	}
}

// varied writes which variation the schedule is, as package explore reads it.
func (w *hubSimFile) varied() {
	v := &hubSimVaried
	if v.n == 0 {
		return
	}
	w.add("\nvaried ")
	w.decimal(v.seed)
	for _, c := range v.cuts[:v.n] {
		w.add("+")
		w.decimal(c.step)
		w.add(".")
		w.decimal(c.draw)
	}
}

// testing_hubSimBegun returns the step before the test function of the last schedule.
//
//go:linkname testing_hubSimBegun testing.hubSimBegun
func testing_hubSimBegun() uint64 { return hubSim.begun }
