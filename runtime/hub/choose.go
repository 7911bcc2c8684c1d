//go:build greenify_hub

package runtime

// Chance: whatever the order in which things happen depends on, beside the program
// and the time, is asked for by hubChoose. It returns a number below n, any number if n
// is 0: in a build with -sim what the schedule draws (sim_draw.go), else plain, which is
// what plain Go would have, and of threads the first (sim_off.go).

// hubChoice is a kind of choice.
type hubChoice uint8

const (
	hubChoiceThread hubChoice = iota // which of the ready threads is next
	hubChoiceCase                    // the order in which select looks at its cases
	hubChoiceTicket                  // the shape of the tree of those who wait for semaphores
	hubChoiceTie                     // the order of timers that are due at the same time (synctest)
	hubChoiceWord                    // a random number: math/rand, maps, maphash, names of temporary files
)
