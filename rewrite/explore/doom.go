package explore

// A Doom says from which step on a schedule could not end well, so far as tails tell: runs that
// are the schedule up to a step, and from there on drawn anew.
type Doom struct {
	Step  uint64 // of the tails from here on none ended well; 1: from the beginning
	Tails int    // so many
	Alike int    // of them ended as the schedule does, the others badly, too, but otherwise
	Well  int    // tails from the step before that ended well
	Runs  int
}

// FindDoom looks for it in a schedule of so many steps. Run runs the n-th tail from a step on,
// and says how it ended. The step is found by bisection, for what cannot end well from a step on
// cannot from a later one; but tails are a sample.
func FindDoom(steps uint64, tails int, run func(step uint64, n int) (well, alike bool, err error)) (d Doom, err error) {
	// doomed runs tails until one ends well.
	doomed := func(step uint64) (alike int, doomed bool, err error) {
		for n := range tails {
			d.Runs++
			well, same, err := run(step, n+1)
			if err != nil || well {
				return 0, false, err
			}
			if same {
				alike++
			}
		}
		return alike, true, nil
	}
	d.Tails = tails
	// Inv: from low on a tail ended well, or low is 0; from high on none can, for the schedule is over, or none did.
	low, high := uint64(0), max(steps, 1)
	d.Alike = tails
	for at := uint64(1); low+1 < high; at = (low + high) / 2 {
		alike, bad, err := doomed(at)
		if err != nil {
			return d, err
		}
		if bad {
			high, d.Alike = at, alike
		} else {
			low = at
		}
	}
	d.Step = high
	for n := range tails {
		if low == 0 {
			break
		}
		d.Runs++
		well, _, err := run(low, n+1)
		if err != nil {
			return d, err
		}
		if well {
			d.Well++
		}
	}
	return d, nil
}
