//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"internal/race"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "unsafe" // for linkname
)

// greenify test -sim: each test, fuzz target (its seed corpus) and example runs in many
// schedules, each from a seed of its own, by what package testing runs it by.

// hubSimSettings has the layout of package runtime's hubSimOptions.
type hubSimSettings struct {
	from, to uint64
	strategy uint64
	points   uint64
	early    uint64
	steps    uint64
	seconds  uint64
	keep     uint64
	mixed    uint64
	lenient  uint64
	verbose  uint64
	hash     uint64
	ended    uint64
	shard    uint64
	shards   uint64
	tail     uint64
	draw     uint64
	stop     uint64
	strict   uint64
	feedback uint64
	leaks    uint64
	timeout  uint64
}

//go:linkname hubSimOptions
func hubSimOptions() hubSimSettings

//go:linkname hubSimBegin
func hubSimBegin(number, seed uint64, strategy hubStrategy, points hubPoints, early int64, most uint64, until int64, label string)

//go:linkname hubSimWait
func hubSimWait() (long bool, steps, hash uint64)

//go:linkname hubSimEnd
func hubSimEnd()

// hubSimBody is called before and behind each test function, tRunner's.
//
//go:linkname hubSimBody
func hubSimBody(begins bool)

//go:linkname hubSimOn
func hubSimOn() bool

// hubPortfolio and hubPointsOf say what a seed is.
//
//go:linkname hubPortfolio
func hubPortfolio(seed uint64) hubStrategy

//go:linkname hubPointsOf
func hubPointsOf(asked hubPoints, seed uint64) hubPoints

//go:linkname hubSimMix
func hubSimMix(z uint64) uint64

// hubSimRaces writes the places of the data races of the last schedule.
//
//go:linkname hubSimRaces
func hubSimRaces(text []byte) int

// hubSimGREENIFY is what a command needs in front to run a schedule again.
//
//go:linkname hubSimGREENIFY
func hubSimGREENIFY() string

//go:linkname hubSimLeft
func hubSimLeft() (n int, kinds uint64)

//go:linkname hubSimStuck
func hubSimStuck(text []byte) int

//go:linkname hubSimProve
func hubSimProve(text []byte) (threads, length int)

// hubSimOrders begins to note the orderings of a test, of which some are known.
//
//go:linkname hubSimOrders
func hubSimOrders(known []uint64)

// hubSimOrderBegin says whether those of the schedule that begins now count.
//
//go:linkname hubSimOrderBegin
func hubSimOrderBegin(on bool)

// hubSimOrdered returns all so far, as they came, and a hash of those of the last schedule.
//
//go:linkname hubSimOrdered
func hubSimOrdered() (all []uint64, hash uint64)

// A hubSimSearch counts what was searched.
type hubSimSearch struct {
	hubSimSettings
	part                       hubShard
	results                    string // the file
	state                      string // likewise (sim_state.go)
	replay, folder             string // the file that is replayed, the folder of those that fail (sim_replay.go)
	varied                     string // the variation that is run, as it is written
	tests, schedules, distinct int
	orders, late               int  // orderings, and those that came in the last tenth of the schedules of a test
	failed                     bool // a schedule has
	xml                        hubXML
	leaves                     bool // the rest is for the next process (sim_more.go)
}

var hubSim hubSimSearch

// hubSimRun runs something named, in a schedule for each seed. It reports whether
// it ran, and whether it was right in all of them.
func hubSimRun(name, importPath string, run func() (ran, ok bool)) (ran, ok bool) {
	if !hubSimOn() { // GREENIFY=off
		return run()
	}
	h := &hubSim
	if h.to == 0 {
		h.hubSimSettings = hubSimOptions()
		h.files()
		h.divide()
		if h.timeout != 0 {
			*timeout = time.Duration(h.timeout) // as the user has said it; the alarm is set
		}
	}
	if h.leaves {
		return false, true
	}
	if end := hubSimBefore(name); end != nil {
		if end.ran() && !end.ok() {
			h.xml.add(importPath, name, end.schedules, name+hubSimFailedBefore)
		} else if end.ran() {
			h.xml.add(importPath, name, end.schedules, "")
		}
		return end.ran(), end.ok()
	}
	seen := map[uint64]bool{}
	var news []int // how many orderings there are behind each schedule
	tests, schedules := h.tests, h.schedules
	var wrong strings.Builder // many may fail
	defer func() {
		if h.leaves {
			return
		}
		all, late := len(news), 0
		if all > 0 {
			all = news[all-1]
			late = all - news[len(news)-1-len(news)/10]
		}
		h.orders, h.late = h.orders+all, h.late+late
		if h.distinct += len(seen); ran {
			h.tests++
			h.xml.add(importPath, name, h.schedules-schedules, wrong.String())
		}
		hubSimAfter(name, ran, ok, h.tests-tests, h.schedules-schedules, len(seen), all, late)
	}()
	leaks := map[uint64]hubSimLeak{}
	var feedback hubSimFeedback
	if h.varied != "" {
		v, err := hubParseVariation(h.varied)
		if err != nil {
			fmt.Fprintf(os.Stderr, "greenify: GREENIFY_SIM_VARIED is %q: use what greenify test -sim has said\n", h.varied)
			os.Exit(2)
		}
		feedback.add(v)
	}
	plain := uint64(0) // steps that the first schedule takes
	ok = true
	more := hubSimTakeMore(name)
	if more != nil {
		seen, leaks, ok, ran, news, feedback = more.seen, more.leaks, more.ok, true, more.news, more.feedback
		h.schedules += more.schedules
		if h.failed = h.failed || !ok; !ok {
			wrong.WriteString(name + hubSimFailedBefore)
		}
	}
	hubSimOrders(more.orderings())
	times, verbose := *count, chatty
	defer func() {
		*count, chatty = times, verbose
		hubSimPasses(ok && !h.leaves)
	}()
	*count = 1
	for round := range uint64(times) {
		again := more != nil && more.round == round // this process begins in its midst
		if more != nil && round < more.round {
			continue
		}
		replays := hubSimReplays(name, importPath, round)
		mixed := func(seed uint64) uint64 { return hubSimSeed(name, seed+round<<32) }
		// schedule runs one: of a seed, or if there is a file the one that the program keeps
		// there. It reports whether the test ends with it.
		schedule := func(seed uint64, kept *hubSimKept) (ends bool) {
			// The first one is counted in the shard that it belongs to.
			ours := h.from <= seed && h.part.Has(seed) && !(again && seed == 1)
			if seed != 1 && !ours {
				return false
			}
			if ours && h.feedback != 0 && kept == nil {
				seed = feedback.vary(h.from, seed)
			}
			v := feedback.of(seed)
			strategy, points := hubPortfolio(v.Seed), hubPointsOf(hubPoints(h.points), v.Seed)
			if h.strategy != 0 {
				strategy = hubStrategy(h.strategy - 1)
			}
			mixed := mixed(v.Seed)
			if h.mixed != 0 && seed == h.to {
				mixed = h.mixed
				if h.replay != "" {
					strategy = hubStrategyReplay
				}
			}
			early, most, seconds := h.early, h.most(seed, plain), h.seconds
			command := hubSimGREENIFY() + fmt.Sprintf("greenify test -sim -seed %v%s -run '^%s$' %s", v, h.flags(round), name, importPath)
			if kept != nil {
				hubSimPlanned(kept.text, true)
				strategy, points, mixed, early, most, seconds = hubStrategyReplay, kept.points, kept.mixed, kept.early, kept.steps, kept.seconds
				command = hubSimGREENIFY() + "greenify replay -lenient " + hubSimRaceFlag() + kept.file
			}
			result := hubResult{Package: importPath, Test: name, Seed: seed, Strategy: hubStrategyNames[strategy], Round: round, Again: command}
			if len(v.Cuts) > 0 {
				result.Varied = v.String()
			}
			if kept != nil {
				result.Seed = kept.seed
			} else if file := replays(seed); file != "" {
				result.Replay = filepath.Base(file)
				command += "\n\t" + hubSimGREENIFY() + "greenify replay " + hubSimRaceFlag() + file
			}
			label := fmt.Sprintf("in schedule %v (%s) of %s, which is run again by\n\t%s\n", v, result.Strategy, name, command)
			hubSimOutput.name, hubSimOutput.first, hubSimOutput.verbose = name, seed == 1 && round == 0 && !again, verbose
			if seed == h.to && kept == nil {
				hubSimLooks(h.verbose != 0, h.tail, h.draw, h.stop)
			} else {
				hubSimLooks(false, 0, 0, 0)
			}
			if strategy != hubStrategyReplay {
				for _, c := range v.Cuts {
					hubSimVaries(v.Seed, c.Step, c.Draw)
				}
			}
			h.begin(&result, ours)
			hubSimOrderBegin(ours)
			hubSimBegin(seed, mixed, strategy, points, int64(early), most, int64(seconds)*1e9, label)
			ended, good := false, false
			races, failures := race.Errors(), numFailed.Load()
			go func() {
				ran, good = run()
				ended = true
				hubSimEnd()
			}()
			long, steps, hash := hubSimWait()
			hubSimShowWaits()
			if ended && !ran {
				return true // not asked for
			}
			ran = true
			if again && seed == 1 {
				numFailed.Store(failures)
				chatty.on = false
				return false // what it was is known
			}
			if seed == h.to && kept == nil {
				hubSimSame(steps, hash)
			}
			if ours {
				h.schedules++
				seen[hash] = true
				all, _ := hubSimOrdered()
				if n := len(news); kept == nil && len(all) > 0 && (n == 0 || news[n-1] < len(all)) {
					feedback.keep(seed, steps)
				}
				news = append(news, len(all))
			}
			why, signature := "", ""
			switch left, kinds := hubSimLeft(); {
			case long && hubSimRefused() != "":
				what, stack, _ := strings.Cut(hubSimRefused(), "\n")
				command, _, _ = strings.Cut(command, "\n") // the choices say nothing of it: it has no file
				result.Replay = ""
				why, signature = "is not simulated: -strict-sim refuses: "+what, "refused: "+what
				fmt.Printf("%s--- FAIL: %s (0.00s)\n%s", verbose.prefix(), name, stack)
			case ended && race.Errors() > races:
				why, signature = "has a data race", hubSimRaced(name)
				if good { // it came behind the test
					fmt.Printf("%s--- FAIL: %s (0.00s)\n", verbose.prefix(), name)
				}
			case ended && !good:
				why, signature = "failed", hubSimFailed(name)
			case long && steps <= most:
				why, signature = fmt.Sprint("did not end within ", time.Duration(seconds)*time.Second, " of virtual time (-virtual)"), "does not end: "+name
			case long:
				why, signature = fmt.Sprint("did not end within ", steps, " steps"), "does not end: "+name
			case !ended:
				why, signature = "cannot go on", hubSimWaits("cannot go on", name, false)
				fmt.Printf("%s--- FAIL: %s (0.00s)\n%s", verbose.prefix(), name, hubSimText(hubSimStuck))
			case left > 0 && h.leaks != 0:
				// What leaves the same threads is the same, and need not be proven again.
				leak, known := leaks[kinds]
				if !known {
					n := 0
					text := hubSimText(func(text []byte) (length int) {
						n, length = hubSimProve(text)
						return length
					})
					if n > 0 {
						leak.why, leak.signature = fmt.Sprint("left ", n, " threads that nobody can wake"), hubSimWaits("left", name, true)
						if n == 1 {
							leak.why = "left a thread that nobody can wake"
						}
						fmt.Printf("%s--- FAIL: %s (0.00s)\n%s", verbose.prefix(), name, text)
					}
					leaks[kinds] = leak
				}
				why, signature = leak.why, leak.signature
			}
			if ours {
				h.end(&result, why, signature, steps, hash)
			}
			if why != "" {
				ok, h.failed = false, true
				report := fmt.Sprintf("%s %s in schedule %v (%s, %d steps), which is run again by\n\t%s\n",
					name, why, v, result.Strategy, steps, command)
				fmt.Print("greenify: ", report)
				wrong.WriteString(report)
				if kept == nil && !strings.HasPrefix(signature, "refused: ") {
					hubSimSave(why, steps, hash)
				}
				if long {
					// Its threads are frozen, with what they hold.
					h.xml.add(importPath, name, h.schedules-schedules, wrong.String())
					h.finish(importPath)
					hubRealPrint(true)
					fmt.Print(verbose.prefix(), "FAIL\n")
					os.Exit(1)
				}
				if h.keep == 0 {
					return true
				}
			}
			chatty.on = false // of -v, the first schedule alone prints
			return false
		}
		// What a program does once, at its first use, is done in the first schedule, which
		// always comes first: else a seed would not be the same schedule alone.
		speak := func() {}
		if again {
			speak = hubSimSilence()
		}
		if schedule(1, nil) {
			return ran, ok
		}
		for i, file := range hubSimTakeKept() {
			if !again && schedule(1, hubSimReadKept(file, i)) {
				return ran, ok
			}
		}
		if h.to > 1 {
			plain = h.measure(name, mixed(1), run)
		}
		speak()
		seed := max(2, h.from)
		if again {
			seed = more.seed
		}
		for ; seed <= h.to; seed++ {
			if schedule(seed, nil) {
				return ran, ok
			}
			if (seed < h.to || round+1 < uint64(times)) && h.mayLeave() {
				h.leave(name, hubSimMore{round: round, seed: seed + 1, schedules: h.schedules - schedules, ok: ok, seen: seen, news: news, leaks: leaks, feedback: feedback})
				return ran, ok
			}
		}
	}
	return ran, ok
}

// hubSimWarm runs a test that does nothing, in a schedule before all: what package testing
// does once, at its first use, is a matter of none that counts, for which test comes first in
// a process depends on -run, and on tests that ended processes before.
func hubSimWarm(run func()) {
	if !hubSimOn() {
		return
	}
	times, verbose := *count, chatty
	*count, chatty.on = 1, false
	hubSimBegin(0, 0, hubStrategyFIFO, hubPointsSync, 0, hubSimDefaultSteps, hubSimDefaultSeconds*1e9, "")
	go func() {
		run()
		hubSimEnd()
	}()
	hubSimWait()
	*count, chatty = times, verbose
}

// A hubSimLeak is what was found of threads that were left.
type hubSimLeak struct{ why, signature string }

// The values of flags that need not be said.
const (
	hubSimDefaultEarly   = 20e6
	hubSimDefaultSteps   = 1_000_000
	hubSimDefaultSeconds = 7 * 24 * 3600
)

// measure runs the first schedule of a test again. Strategies go by how many steps it takes,
// and in the first one there may be more, of what is done once in a process.
func (h *hubSimSearch) measure(name string, mixed uint64, run func() (ran, ok bool)) (steps uint64) {
	failed := numFailed.Load()
	hubSimOutput.drop = true
	hubSimOrderBegin(false)
	hubSimBegin(1, mixed, hubStrategy(max(h.strategy, 1)-1), hubPointsOf(hubPoints(h.points), 1), int64(h.early), h.most(1, 0), int64(h.seconds)*1e9,
		fmt.Sprintf("as schedule 1 of %s runs for the second time\n", name))
	go func() {
		run()
		hubSimEnd()
	}()
	long, steps, _ := hubSimWait()
	if long {
		steps = 0 // it ends once in a process only: others are given what they have anyway
	}
	hubSimTakeKept()
	hubSimOutput.drop = false
	numFailed.Store(failed)
	return steps
}

// most is how many steps a schedule may take. If nobody has said it, that depends on the
// test: the first schedule, in the plain order, may take many more, and the others ten times
// what it took.
func (h *hubSimSearch) most(seed, plain uint64) uint64 {
	switch {
	case h.steps != hubSimDefaultSteps:
		return h.steps
	case seed == 1:
		return 20 * h.steps
	}
	return max(h.steps, 10*plain)
}

// flags are those that a seed needs to be the same schedule again, in a round of -count.
func (h *hubSimSearch) flags(round uint64) (s string) {
	if h.strategy != 0 {
		s += " -strategy " + hubStrategyNames[h.strategy-1]
	}
	if h.points != 0 && h.replay == "" {
		s += " -points " + hubPointsNames[h.points]
	}
	switch h.early {
	case 0:
		s += " -early=false"
	case hubSimDefaultEarly:
	default:
		s += " -early=" + time.Duration(h.early).String()
	}
	if h.steps != hubSimDefaultSteps {
		s += fmt.Sprint(" -steps ", h.steps)
	}
	if h.seconds != hubSimDefaultSeconds {
		s += fmt.Sprint(" -virtual ", h.seconds, "s")
	}
	if race.Enabled {
		s += " -race"
	}
	if h.strict != 0 {
		s += " -strict-sim"
	}
	if h.leaks == 0 {
		s += " -leaks=false"
	}
	if h.keep != 0 {
		s += " -keep-going" // the first schedule may have failed, too
	}
	if round != 0 {
		s += fmt.Sprint(" -count=", round+1)
	}
	return s
}

// hubSimRaceFlag is what greenify replay must be told of how the program was built.
func hubSimRaceFlag() string {
	if race.Enabled {
		return "-race "
	}
	return ""
}

// hubSimSeed makes the number of a schedule one of this test.
func hubSimSeed(name string, n uint64) uint64 {
	h := n
	for i := range len(name) {
		h = hubSimMix(h ^ uint64(name[i]))
	}
	return h
}

func hubSimText(f func(text []byte) int) []byte {
	text := make([]byte, 64<<10)
	return text[:f(text)]
}

// hubSimChosen returns whether -run and -skip choose what has a name, as runTests, runFuzzTests and
// runExamples ask. What they do not choose has no schedule, which begins with a collection.
func hubSimChosen(matchString func(pat, str string) (bool, error)) func(name string) bool {
	m := newMatcher(matchString, *match, "-test.run", *skip)
	return func(name string) bool {
		_, chosen, _ := m.fullName(nil, name)
		return chosen
	}
}

func hubRunTests(modulePath, importPath string, matchString func(pat, str string) (bool, error), tests []InternalTest, deadline time.Time) (ran, ok bool) {
	hubSimWarm(func() {
		runTests(modulePath, importPath, matchString, []InternalTest{{Name: "Test", F: func(*T) {}}}, deadline)
	})
	ok = true
	chosen := hubSimChosen(matchString)
	for i := range tests {
		if !chosen(tests[i].Name) {
			continue
		}
		r, o := hubSimRun(tests[i].Name, importPath, func() (bool, bool) {
			return runTests(modulePath, importPath, matchString, tests[i:i+1], deadline)
		})
		ran, ok = ran || r, ok && o
	}
	return ran, ok
}

func hubRunFuzzTests(deps testDeps, tests []InternalFuzzTarget, deadline time.Time) (ran, ok bool) {
	ok = true
	chosen := hubSimChosen(deps.MatchString)
	for i := range tests {
		if !chosen(tests[i].Name) {
			continue
		}
		r, o := hubSimRun(tests[i].Name, deps.ImportPath(), func() (bool, bool) {
			return runFuzzTests(deps, tests[i:i+1], deadline)
		})
		ran, ok = ran || r, ok && o
	}
	return ran, ok
}

func hubRunExamples(importPath string, matchString func(pat, str string) (bool, error), examples []InternalExample) (ran, ok bool) {
	ok = true
	chosen := hubSimChosen(matchString)
	for i := range examples {
		if !chosen(examples[i].Name) {
			continue
		}
		r, o := hubSimRun(examples[i].Name, importPath, func() (bool, bool) {
			return runExamples(matchString, examples[i:i+1])
		})
		ran, ok = ran || r, ok && o
	}
	if hubSim.leaves {
		hubSim.hide()
		return ran, ok
	}
	hubSimAfter("all", true, true)
	if h := &hubSim; h.tests > 0 {
		of := ""
		if h.part.N > 1 {
			of = ", shard " + h.part.String()
		}
		fmt.Fprintf(os.Stderr, "greenify: tests: %d, schedules: %d, different ones: %d, orderings: %d, new in the last tenth: %d%s\n", h.tests, h.schedules, h.distinct, h.orders, h.late, of)
		hubRealPrint(h.failed || Verbose() || os.Getenv("GREENIFY_SIM_CHECK") != "")
	}
	if hubSimOn() {
		hubSim.finish(importPath)
		// What the last schedule has left was a verdict, or -leaks=false says that it is none.
		hubTestEnd = func() {}
	}
	return ran, ok
}
