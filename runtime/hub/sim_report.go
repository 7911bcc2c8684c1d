//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/bytealg"
	"internal/runtime/syscall/linux"
	"internal/strconv"
	_ "unsafe" // for linkname
)

// What packages testing and os ask of a simulation (the folders here).

// hubSimOptions are what greenify has asked for, in the variable GREENIFY_SIM: numbers
// with names, separated by commas. The command has checked them.
type hubSimOptions struct {
	from, to uint64 // seeds
	strategy uint64 // and 1; 0: the portfolio
	points   uint64 // hubPoints
	early    uint64 // nanoseconds
	steps    uint64
	seconds  uint64 // of virtual time
	keep     uint64 // go on behind a failure
	mixed    uint64 // of a replay: the seed as the schedule has it
	lenient  uint64 // likewise: go on where the run differs
	verbose  uint64 // likewise: print each step
	hash     uint64 // likewise: what hubSimProgramHash must be; 0: anything
	ended    uint64 // likewise: hash of all choices
	shard    uint64 // which of shards is searched, from 1; 0: what the environment says
	shards   uint64
	tail     uint64 // of a replay: the step from which on it draws anew, by the number draw; 0: none
	draw     uint64
	stop     uint64 // likewise: the step at which a debugger has it; 0: none
	strict   uint64 // -strict-sim
	feedback uint64 // vary schedules that show something new
	leaks    uint64 // 0: what a test leaves is no failure
	timeout  uint64 // nanoseconds of -timeout, of which this process has the rest; 0: it has all
}

//go:linkname testing_hubSimOptions testing.hubSimOptions
func testing_hubSimOptions() hubSimOptions {
	o := hubSimReadOptions()
	hubSim.alive = hub.alive.Load()
	hubSURW.wanted = o.strategy == 0 || o.strategy == uint64(hubStrategySURW)+1
	return o
}

// hubSimReadOptions reads the variable. What it does not have, as for a binary that is run by
// hand, is what greenify test -sim asks for.
func hubSimReadOptions() (o hubSimOptions) {
	o.read(hubSimDefault)
	o.read(gogetenv("GREENIFY_SIM"))
	hubReal.strict = o.strict != 0
	if o.hash != 0 && o.hash != hubSimProgramHash() {
		print("greenify: the file is of another program: its functions differ from those here. Go back to the sources that it is of, give the flags that it was built with, or use -lenient\n")
		exit(hubSimExitDiverged)
	}
	return o
}

func (o *hubSimOptions) read(text string) {
	for len(text) > 0 {
		field := text
		if i := bytealg.IndexByteString(text, ','); i >= 0 {
			field, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		i := bytealg.IndexByteString(field, '=')
		if i < 0 {
			hubSimRefuse(field, "it has no number")
		}
		n, err := strconv.ParseUint(field[i+1:], 10, 64)
		if err != nil {
			hubSimRefuse(field, "use a number")
		}
		switch field[:i] {
		case "seed":
			o.from, o.to = n, n
		case "from":
			o.from = n
		case "to":
			o.to = n
		case "strategy":
			o.strategy = n
		case "points":
			o.points = n
		case "early":
			o.early = n
		case "steps":
			o.steps = n
		case "seconds":
			o.seconds = n
		case "keep":
			o.keep = n
		case "mixed":
			o.mixed = n
		case "lenient":
			o.lenient = n
		case "verbose":
			o.verbose = n
		case "hash":
			o.hash = n
		case "ended":
			o.ended = n
		case "shard":
			o.shard = n
		case "shards":
			o.shards = n
		case "tail":
			o.tail = n
		case "draw":
			o.draw = n
		case "stop":
			o.stop = n
		case "strict":
			o.strict = n
		case "feedback":
			o.feedback = n
		case "leaks":
			o.leaks = n
		case "timeout":
			o.timeout = n
		default:
			hubSimRefuse(field, "use seed, or from and to, early, steps, seconds, keep, strict, leaks, shard, shards")
		}
	}
	if last := uint64(len(hubStrategyNames) - 1); o.strategy > last { // replay cannot be asked for
		hubSimRefuse("strategy="+hubSimDigits(o.strategy), "use a number from 1 to "+hubSimDigits(last)+", or 0 for the portfolio")
	}
	if last := uint64(len(hubPointsNames) - 1); o.points > last {
		hubSimRefuse("points="+hubSimDigits(o.points), "use a number from 0 to "+hubSimDigits(last))
	}
	if o.from == 0 || o.to < o.from {
		hubSimRefuse("from="+hubSimDigits(o.from)+",to="+hubSimDigits(o.to), "use seed=7, say, or a range of numbers from 1 on")
	}
}

// hubSimRefuse ends the process for a wrong field of the variable, with what to do. It was
// written by hand then.
func hubSimRefuse(field, remedy string) {
	print("greenify: GREENIFY_SIM has \"", field, "\": ", remedy, "\n")
	exit(2)
}

func hubSimDigits(n uint64) string { return string(itoa(make([]byte, 20), n)) }

const hubSimDefault = "from=1,to=100,early=20000000,steps=1000000,seconds=604800,leaks=1"

// testing_hubSimBegin begins a schedule, perhaps the first one of a test.
//
//go:linkname testing_hubSimBegin testing.hubSimBegin
func testing_hubSimBegin(number, seed uint64, strategy hubStrategy, points hubPoints, early int64, most uint64, until int64, label string) {
	if hubSim.first = number == 1; hubSim.first {
		hubSim.vain.Store(0)
		hubChildTest()
		hubSim.length, hubSim.atomics = 0, 0
	}
	hubSim.label, hubSim.told = label, false
	hubSimLog.seed = number
	hubSimBegin(seed, strategy, points, early, most, until)
	hubSimOurs(true) // until hubSimWait returns: what it starts may run before it waits
}

//go:linkname testing_hubSimWait testing.hubSimWait
func testing_hubSimWait() (long bool, steps, hash uint64) {
	verdict, steps, hash := hubSimWait()
	return verdict != hubVerdictRest, steps, hash
}

// hubSimUnheard are what package testing keeps standard output and error as, while the first
// schedule of a test runs once more, in another process, and nothing that it prints is seen.
//
//go:linkname hubSimUnheard
var hubSimUnheard [2]int32

// hubSimSpeak has what the process prints seen again: it ends, and says why.
//
//go:nosplit
func hubSimSpeak() {
	for i, fd := range hubSimUnheard {
		if fd != 0 {
			linux.Syscall6(sysDup3, uintptr(fd), uintptr(1+i), 0, 0, 0, 0)
		}
	}
}

// hubSimDies is called as the process ends.
func hubSimDies(how string) {
	hubSimSpeak()
	if s := &hubSim; s.on && !s.told {
		if hubSimLog.verbose {
			hubSimShowWaits()
		}
		hubSimWriteDeath(how)
		print("greenify: the program ", how, " ", s.label)
		s.told = true
		hubRealPrint(true)
		if gp := getg(); gp == gp.m.curg || gp == gp.m.g0 {
			hubSimSave(how, s.steps, s.hash)
		}
		hubSimEndsAlike()
	}
}

// hubSimDeadlocks is called as the process ends because no thread can go on.
func hubSimDeadlocks() { hubSimDies(hubSimAsleep) }

// hubSimExits is called as the process ends by os.Exit, or by the end of main.
func hubSimExits(code int) {
	s := &hubSim
	switch {
	case s.driver != 0 || code != 0:
		if hubSimDies("exited"); code == hubSimExitDiverged && hubSimMain.replay {
			exit(1) // the code is the replay's
		}
	case s.on && !s.told: // a program
		if hubSimRaces() > 0 {
			hubSimDies(hubSimRaced) // the detector has the process fail
			return
		}
		hubRealPrint(true)
		hubSimEndsAlike()
	}
}

// testing_hubSimFile says where a schedule of a test goes that fails, and what its file begins with.
//
//go:linkname testing_hubSimFile testing.hubSimFile
func testing_hubSimFile(file, head string) { hubSimLog.file, hubSimLog.head = file, head }

//go:linkname testing_hubSimSave testing.hubSimSave
func testing_hubSimSave(verdict string, steps, hash uint64) { hubSimSave(verdict, steps, hash) }

//go:linkname testing_hubSimProgramHash testing.hubSimProgramHash
func testing_hubSimProgramHash() uint64 { return hubSimProgramHash() }

// testing_hubSimPlanned has the schedules of strategy replay be the one of a file, which has
// this text.
//
//go:linkname testing_hubSimPlanned testing.hubSimPlanned
func testing_hubSimPlanned(text string, lenient bool) { hubSimPlanned(hubSimParse(text), lenient) }

// testing_hubSimLooks says what is looked at in the schedule that begins now: whether each step
// is printed, where a replay draws anew, and at which step a debugger has it.
//
//go:linkname testing_hubSimLooks testing.hubSimLooks
func testing_hubSimLooks(verbose bool, tail, draw, stop uint64) {
	hubSimLog.verbose = verbose
	hubSim.tail, hubSim.draw, hubSim.stop = tail, draw, stop
	hubSimVaried.n, hubSimVaried.next = 0, 0
}

// testing_hubSimShowWaits prints what the threads of the last schedule wait for that are left, of one
// whose steps are printed.
//
//go:linkname testing_hubSimShowWaits testing.hubSimShowWaits
func testing_hubSimShowWaits() {
	if hubSimLog.verbose {
		hubSimShowWaits()
	}
}

//go:linkname testing_hubSimUnlike testing.hubSimUnlike
func testing_hubSimUnlike(steps, hash, ended uint64) bool { return hubSimUnlike(steps, hash, ended) }

// testing_hubSimSettings is what of GREENIFY a schedule depends on.
//
//go:linkname testing_hubSimSettings testing.hubSimGREENIFY
func testing_hubSimSettings() string {
	if hubSettings.races {
		return "GREENIFY=races=1 "
	}
	return ""
}

//go:linkname testing_hubSimEnd testing.hubSimEnd
func testing_hubSimEnd() { hubSimEnd() }

//go:linkname testing_hubSimOn testing.hubSimOn
func testing_hubSimOn() bool { return hub.on }

//go:linkname testing_hubPortfolio testing.hubPortfolio
func testing_hubPortfolio(seed uint64) hubStrategy { return hubPortfolio(seed) }

//go:linkname testing_hubPointsOf testing.hubPointsOf
func testing_hubPointsOf(asked hubPoints, seed uint64) hubPoints { return hubPointsOf(asked, seed) }

//go:linkname testing_hubSimMix testing.hubSimMix
func testing_hubSimMix(z uint64) uint64 { return hubMix(z) }

// testing_hubSimLeft returns how many threads of the last schedule are left, and a hash
// of how they wait.
//
//go:linkname testing_hubSimLeft testing.hubSimLeft
func testing_hubSimLeft() (n int, kinds uint64) {
	systemstack(func() {
		hubSimEach(func(gp *g) {
			if hubSimLeft(gp) {
				n++
				kinds += hubMix(uint64(hubKind(gp)))
			}
		})
	})
	return n, kinds
}

func hubSimLeft(gp *g) bool {
	return gp.hub.green && hubSimThis(gp) && hubParked(gp) && gp.waitreason != waitReasonPreempted
}

// testing_hubSimStuck writes what the threads of the last schedule that are left wait for.
//
//go:linkname testing_hubSimStuck testing.hubSimStuck
func testing_hubSimStuck(text []byte) (length int) {
	stw := stopTheWorldGC(stwAllThreadsSyscall)
	systemstack(func() {
		g0 := getg()
		g0.writebuf = text[0:0:len(text)]
		hubNoteDeferred()
		hubAlikeOf(true, func(gp *g) bool { return hubSimLeft(gp) && !hubTesting(gp) }, func(gp *g, more int) {
			hubPrintWait(gp)
			hubPrintStack(hubStack(gp, hubPCs[:]), true)
			hubPrintMore(gp, more)
		})
		length = len(g0.writebuf)
		g0.writebuf = nil
	})
	startTheWorldGC(stw)
	return length
}

// testing_hubSimProve writes which of them nobody can wake, and returns how many.
//
//go:linkname testing_hubSimProve testing.hubSimProve
func testing_hubSimProve(text []byte) (threads, length int) {
	return hubDeadlocks(nil, text, hubAllStuck)
}

// testing_hubSimCrowded reports whether earlier schedules have left so much that what comes should
// have a process of its own: each schedule looks at all threads, and what they hold is never free.
//
//go:linkname testing_hubSimCrowded testing.hubSimCrowded
func testing_hubSimCrowded() bool {
	s := &hubSim
	return hub.alive.Load() > s.alive+hubSimCrowd || s.base != 0 && gcController.heapMarked > s.base+hubSimCrowdHeap
}

const (
	hubSimCrowd     = 10_000  // threads, more than before the first test
	hubSimCrowdHeap = 1 << 29 // bytes, more than behind the first collection
)

// hubSimAlarm sleeps for some nanoseconds of real time, in a native goroutine.
//
//go:linkname time_hubSimAlarm time.hubSimAlarm
func time_hubSimAlarm(d int64) {
	hubSimOurs(true)
	entersyscallblock()
	systemstack(func() {
		for end := nanotime1() + d; nanotime1() < end; {
			usleep(20_000)
		}
	})
	exitsyscall()
	hubSimOurs(false) // it will panic
}

// hubSimKept are the files that the tests of the schedule have named.
var hubSimKept []string

//go:linkname greensim_replays github.com/greenify-go/greenify/runtime/greensim.replays
func greensim_replays(file string) {
	if hubSim.on {
		hubSimKept = append(hubSimKept, file)
	}
}

//go:linkname testing_hubSimTakeKept testing.hubSimTakeKept
func testing_hubSimTakeKept() []string {
	files := hubSimKept
	hubSimKept = nil
	return files
}
