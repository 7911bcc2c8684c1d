package explore

// Shrink looks for a schedule with fewer choices that ends as s does. Run has a candidate
// run leniently, and returns the schedule that the run was; nil if it did not end alike. It
// returns the smallest schedule that was found, how often it ran, and an error of run.
//
// It is delta debugging (Zeller, Hildebrandt, TSE 2002): what is left out of the log is
// plain, so a part of a log is a whole schedule. Behind a run the log is that of the run
// itself, without the choices that no longer came.
func Shrink(s *Schedule, most int, run func(*Schedule) (*Schedule, error)) (best *Schedule, runs int, err error) {
	best = s
	try := func(choices []Choice) (ok bool, err error) {
		candidate := *best
		candidate.Choices = choices
		runs++
		got, err := run(&candidate)
		if err != nil || got == nil || !less(got, best) {
			return false, err
		}
		best = got
		return true, nil
	}
	if ok, err := try(nil); ok || err != nil {
		return best, runs, err
	}
	for size := (len(best.Choices) + 1) / 2; size > 0; {
		changed := false
		// From the end: what came late depends on what came before.
		for to := len(best.Choices); to > 0 && runs < most; {
			from := max(to-size, 0)
			rest := append(append([]Choice(nil), best.Choices[:from]...), best.Choices[to:]...)
			ok, err := try(rest)
			if err != nil {
				return best, runs, err
			}
			changed = changed || ok
			to = min(from, len(best.Choices))
		}
		switch {
		case runs >= most:
			return best, runs, nil
		case size > 1:
			size = min(size/2, max(len(best.Choices), 1))
		case !changed:
			return best, runs, nil
		}
	}
	return best, runs, nil
}

// less reports whether a is smaller than b: it has fewer choices, or as many and fewer steps.
func less(a, b *Schedule) bool {
	if a.Full != b.Full {
		return !a.Full
	}
	if len(a.Choices) != len(b.Choices) {
		return len(a.Choices) < len(b.Choices)
	}
	return a.Taken < b.Taken
}
