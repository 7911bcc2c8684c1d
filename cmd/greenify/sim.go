package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// simOptions are the flags of -sim. What they ask for goes to the program by its
// environment (runtime/hub/sim_report.go), for a binary runs any seed.
type simOptions struct {
	on        bool
	from, to  uint64
	seeds     string // the flag that says from and to
	varied    string // its value, if that is a variation
	schedules uint64
	strategy  uint64 // and 1; 0: the portfolio
	points    int    // of explore.Points
	explore   bool
	early     time.Duration
	keep      bool
	twice     bool // -check-determinism
	confirm   bool
	during    time.Duration // -for
	isolate   bool
	procs     int
	results   string
	replays   string
	shard     explore.Shard
	shards    uint64 // of -shards
	steps     uint64
	virtual   virtualTime
	strict    bool
	feedback  *bool // nil: if nobody knows the seeds beforehand, with -for
	leaks     bool
}

const (
	simSchedules = 100
	simSteps     = 1_000_000
	simEarly     = 20 * time.Millisecond
	simMost      = 1<<32 - 1 // seeds are below, so that -count has others
	simMostProcs = 1024
)

// declareSim declares the flags of -sim for one of the go commands that takes them. What does
// not run the program has no others than that.
func declareSim(fs *flag.FlagSet, o *simOptions, command string) {
	const simulate = `: one seed decides which thread runs, what time it is and what
is drawn at random, so that each run can be had again; greenify help sim`
	switch command {
	case "run", "test":
		fs.BoolVar(&o.on, "sim", false, "simulate"+simulate)
	case "build", "install":
		fs.BoolVar(&o.on, "sim", false, "write a program that simulates"+simulate+`.
GREENIFY_SIM=seed=7 in its environment has it run the schedule of seed 7.`)
		return
	default:
		return
	}
	o.early, o.steps, o.virtual = simEarly, simSteps, 7*24*3600
	parsed(fs, "seed", "`N`: with -sim: run the schedule of this number, from 1", func(s string) (err error) {
		return o.setSeeds(command, "-seed", s, s)
	})
	parsed(fs, "strategy", "`name`: "+`with -sim: how threads are chosen: portfolio (the default: the others
take turns by the number of the seed), fifo, random, rpb, pct, pos,
delay or surw`, func(s string) error {
		i := slices.Index(explore.Strategies, s)
		if o.strategy = uint64(i + 1); i < 0 && s != "portfolio" {
			return fmt.Errorf("unknown strategy %q for -strategy: use portfolio, %s", s, strings.Join(explore.Strategies, ", "))
		}
		return nil
	})
	parsed(fs, "points", "`where`: "+`with -sim: where another thread may run though this one need not
wait: sync (channels, package sync, go statements), atomics (also
the program's operations of sync/atomic) or memory (also its
accesses to memory, if it is built with -race). If not given turns:
atomics in the schedules of half of the seeds, sync in the others`, func(s string) error {
		if o.points = slices.Index(explore.Points, s); o.points < 0 {
			return fmt.Errorf("unknown points %q for -points: use %s", s, strings.Join(explore.Points, ", "))
		}
		return nil
	})
	parsed(fs, "early", "`D`: "+`with -sim: timers that are due within D, 20ms if not given, may fire
while threads are ready, as if these were slow; -early=false: only
when no thread can run`, func(s string) (err error) {
		if on, err := strconv.ParseBool(s); err == nil {
			o.early = map[bool]time.Duration{true: simEarly}[on]
			return nil
		}
		if o.early, err = time.ParseDuration(s); err != nil || o.early < 0 {
			return fmt.Errorf("-early is %q: use a duration such as 20ms, or false", s)
		}
		return nil
	})
	fs.Uint64Var(&o.steps, "steps", simSteps, "`N`: with -sim: a schedule that takes more steps does not end")
	fs.Var(&o.virtual, "virtual", "`D`: with -sim: nor does one that takes more virtual time")
	fs.BoolVar(&o.strict, "strict-sim", false, "with -sim: a schedule fails that does anything that no seed decides")
	fs.StringVar(&o.replays, "replays", "", "with -sim: write the files of failing schedules to `folder`, not to\ngreenify's cache")
	if command != "test" {
		return
	}
	parsed(fs, "seeds", "`A-B`: with -sim: run the schedules of these numbers", func(s string) error {
		from, to, ok := strings.Cut(s, "-")
		if !ok {
			return fmt.Errorf("-seeds is %q: use a range such as 1-1000", s)
		}
		return o.setSeeds(command, "-seeds", from, to)
	})
	parsed(fs, "schedules", fmt.Sprintf("`N`: with -sim: run so many schedules of each test, %d if not given:\nthose of the seeds from 1 on", simSchedules), func(s string) error {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil || n == 0 {
			return fmt.Errorf("-schedules is %q: use a number from 1 to %d", s, uint64(simMost))
		}
		o.schedules = n
		return nil
	})
	declareShards(fs, o)
	fs.BoolVar(&o.leaks, "leaks", true, "with -sim: a test fails that leaves threads that nobody can wake")
	fs.BoolVar(&o.explore, "explore", false, "with -sim: take seeds that nobody has tried, not those from 1 on")
	fs.BoolFunc("feedback", `with -sim: behind the first 50 schedules of a test, half are variations
of those before that have shown a new ordering of operations. -for
does so unless it is told -feedback=false`, func(s string) error {
		on, err := strconv.ParseBool(s)
		if err != nil {
			return errors.New("parse error") // as package flag has it (badValue)
		}
		o.feedback = &on
		return nil
	})
	fs.BoolVar(&o.twice, "check-determinism", false, "with -sim: run each schedule in two processes, with GOMAXPROCS 1 and 2,\nand say which differ, and at which step")
	fs.BoolVar(&o.isolate, "isolate", false, "with -sim: run each test in a process of its own, so that nothing that\nanother one did is there")
	parsed(fs, "procs", "`N`: "+`with -sim: run N processes side by side, each with a part of the seeds,
with -isolate each with a test. (-parallel is how many tests that call
t.Parallel run at once in a schedule, as ever.)`, func(s string) (err error) {
		if o.procs, err = strconv.Atoi(s); err != nil || o.procs < 1 || o.procs > simMostProcs {
			return fmt.Errorf("-procs is %q: use a number from 1 to %d", s, simMostProcs)
		}
		return nil
	})
	parsed(fs, "for", "`D`: "+`with -sim: go on with the seeds behind those, as many at a time, until
a test fails or the time is up`, func(s string) (err error) {
		if o.during, err = time.ParseDuration(s); err != nil || o.during <= 0 {
			return fmt.Errorf("-for is %q: use a duration such as 30s", s)
		}
		return nil
	})
	fs.BoolVar(&o.confirm, "confirm", true, "with -sim: run the first seed that fails of each test again, in a process\nof its own, and say so if it does not fail there")
	fs.BoolVar(&o.keep, "keep-going", false, "with -sim: go on with a test that has failed, to find what else it has")
}

// simFlags are the names of the flags that mean something with -sim only. Without it they
// are left to the test binary.
var simFlags = strings.Fields("seed seeds schedules strategy points explore early steps virtual keep-going results replays check-determinism confirm for shard shards isolate procs strict-sim feedback leaks")

// alone returns an error for such a flag without -sim.
func (o *simOptions) alone(fs *flag.FlagSet) (err error) {
	fs.Visit(func(f *flag.Flag) {
		if !o.on && slices.Contains(simFlags, f.Name) {
			err = fmt.Errorf("-%s is a flag of simulations: add -sim", f.Name)
		}
	})
	return err
}

func (o *simOptions) setSeeds(command, name, from, to string) (err error) {
	if o.seeds != "" && o.seeds != name {
		return fmt.Errorf("%s and %s exclude each other", o.seeds, name)
	}
	o.seeds = name
	if name == "-seed" && command == "test" && strings.Contains(from, "+") {
		v, err := explore.ParseVariation(from)
		if err != nil {
			return fmt.Errorf("-seed is %q: use a number from 1 to %d, or what -feedback has said, such as 17+120.3", from, uint64(simMost))
		}
		o.from, o.to, o.varied = v.Number(), v.Number(), from
		return nil
	}
	a, err1 := strconv.ParseUint(from, 10, 32)
	b, err2 := strconv.ParseUint(to, 10, 32)
	if err1 != nil || err2 != nil || a == 0 || b < a {
		if name == "-seed" {
			return fmt.Errorf("-seed is %q: use a number from 1 to %d", from, uint64(simMost))
		}
		return fmt.Errorf("-seeds is %q: use a range such as 1-1000, of numbers from 1 to %d", from+"-"+to, uint64(simMost))
	}
	o.from, o.to, o.varied = a, b, "" // the last one counts
	return nil
}

// check returns an error if a go command is asked for what has no meaning in a simulation.
// Counted is whether it is told how often to run the tests.
func (o *simOptions) check(command string, args []string) (counted bool, err error) {
	for _, arg := range args {
		if arg == "-args" || arg == "--args" {
			break
		}
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if (command == "build" || command == "install") && slices.Contains(simFlags, name) {
			return false, fmt.Errorf("-%s is for programs that run: take it away, and say what to run by GREENIFY_SIM in the environment of what is built (greenify help sim)", name)
		}
		switch strings.TrimPrefix(name, "test.") {
		case "bench":
			return false, errors.New("-bench measures time, which is virtual with -sim: take one of them away")
		case "fuzz":
			return false, errors.New("-fuzz runs processes of its own, which -sim cannot decide: take one of them away; without -fuzz the seed corpus is run")
		case "count":
			counted = true
		}
	}
	return counted, nil
}

// environ is what the program is told.
func (o *simOptions) environ(program bool, getenv func(string) string) ([]string, error) {
	switch {
	case o.seeds != "" && (o.schedules != 0 || o.explore || o.during != 0):
		return nil, errors.New(o.seeds + " says which schedules to run: take -schedules, -explore and -for away")
	case o.twice && o.during != 0:
		return nil, errors.New("-check-determinism and -for exclude each other")
	}
	from, to := o.from, o.to
	if o.seeds == "" {
		n := o.schedules
		if n == 0 {
			n = simSchedules
		}
		from = 1
		if o.explore {
			from += rand.Uint64N(simMost - n + 1)
		}
		to = from + n - 1
	}
	bit := map[bool]int{true: 1}
	feedback := o.during != 0
	if o.feedback != nil {
		feedback = *o.feedback
	}
	shard := explore.Shard{I: 1, N: 1}
	if !program {
		var err error
		if shard, err = o.part(getenv); err != nil {
			return nil, err
		}
	}
	results, err := o.resultsFile()
	if err != nil {
		return nil, err
	}
	replays, err := o.folder()
	if err != nil {
		return nil, err
	}
	yes := map[bool]string{true: "1"}
	during := ""
	if o.during != 0 {
		during = o.during.String()
	}
	return []string{"GREENIFY_SIM_FOR=" + during, "GREENIFY_SIM_ISOLATE=" + yes[o.isolate], fmt.Sprint("GREENIFY_SIM_PROCS=", o.procs), "GREENIFY_SIM_CHECK=" + yes[o.twice], "GREENIFY_SIM_CONFIRM=" + yes[o.confirm], "GREENIFY_SIM_RESULTS=" + results, "GREENIFY_SIM_REPLAYS=" + replays, "GREENIFY_SIM_VARIED=" + o.varied, fmt.Sprintf("GREENIFY_SIM=from=%d,to=%d,strategy=%d,points=%d,early=%d,steps=%d,seconds=%d,keep=%d,shard=%d,shards=%d,strict=%d,feedback=%d,leaks=%d",
		from, to, o.strategy, o.points, o.early, o.steps, uint64(o.virtual), bit[o.keep], shard.I, shard.N, bit[o.strict], bit[feedback], bit[o.leaks])}, nil
}

// folder is where files of schedules go that fail.
func (o *simOptions) folder() (string, error) {
	dir := o.replays
	if dir == "" {
		cache, err := toolchain.CacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(cache, "schedules")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o777)
}

// virtualTime is a duration in seconds.
type virtualTime uint64

func (v *virtualTime) String() string { return fmt.Sprint(uint64(*v), "s") }

func (v *virtualTime) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second {
		return errors.New("use a duration of a second or more, such as 1h")
	}
	*v = virtualTime(d / time.Second)
	return nil
}
