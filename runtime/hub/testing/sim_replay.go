//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	_ "unsafe" // for linkname
)

// Files of schedules: a schedule that fails is written to one, which greenify replay runs.

//go:linkname hubSimFile
func hubSimFile(file, head string)

//go:linkname hubSimSave
func hubSimSave(verdict string, steps, hash uint64)

//go:linkname hubSimProgramHash
func hubSimProgramHash() uint64

//go:linkname hubSimPlanned
func hubSimPlanned(choices [][6]uint64, lenient bool)

//go:linkname hubSimLooks
func hubSimLooks(verbose bool, tail, draw, stop uint64)

//go:linkname hubSimShowWaits
func hubSimShowWaits()

//go:linkname hubSimUsed testing.hubSimReplayed
func hubSimUsed() (entries, used int)

const hubSimExitDiverged = 97 // package runtime's

// hubSimReplays says where the schedules of a test go that fail, below the folder that
// GREENIFY_SIM_REPLAYS names, and returns what the file of a seed is. If a file is replayed it
// is read.
func hubSimReplays(name, importPath string, round uint64) func(seed uint64) string {
	h := &hubSim
	if h.hash != 0 && h.hash != hubSimProgramHash() {
		fmt.Fprintln(os.Stderr, "greenify: the file is of another program: its functions differ from those here. Go back to the sources that it is of, give the flags that it was built with, or use -lenient")
		os.Exit(hubSimExitDiverged)
	}
	if h.replay != "" {
		hubSimPlanned(hubSimRead(h.replay), h.lenient != 0)
	}
	if h.folder == "" {
		return func(uint64) string { return "" }
	}
	file := filepath.Join(h.folder, strings.NewReplacer("/", "_", ".", "_").Replace(importPath)+"."+name)
	hubSimFile(file, fmt.Sprintf("greenify schedule 1\nprogram %016x\ngo %s %s/%s\npackage %s\ntest %s\nearly %d\nsteps %d\nseconds %d\nkeep %d\nround %d\n",
		hubSimProgramHash(), runtime.Version(), runtime.GOOS, runtime.GOARCH, importPath, name, h.early, h.steps, h.seconds, h.keep, round))
	return func(seed uint64) string { return fmt.Sprintf("%s-%d.sim", file, seed) }
}

// hubSimSame ends a strict replay whose schedule ended otherwise than that of the file.
func hubSimSame(steps, hash uint64) {
	h := &hubSim
	if h.replay == "" || h.lenient != 0 {
		return
	}
	entries, used := hubSimUsed()
	switch {
	case used < entries:
		fmt.Fprintf(os.Stderr, "greenify: the run ended at step %d, with %d of the %d choices of the file: use -lenient\n", steps, used, entries)
	case h.ended != 0 && h.ended != hash:
		fmt.Fprintf(os.Stderr, "greenify: the run made all choices of the file, and then ended otherwise, at step %d: use -lenient\n", steps)
	default:
		return
	}
	os.Exit(hubSimExitDiverged)
}

// A hubSimKept is the schedule of a file that the test itself names (package greensim).
type hubSimKept struct {
	file                         string
	seed                         uint64 // its number in results: behind all seeds
	choices                      [][6]uint64
	points                       hubPoints
	early, steps, seconds, mixed uint64
}

// hubSimTakeKept returns the files that the test has named in its last schedule.
//
//go:linkname hubSimTakeKept
func hubSimTakeKept() []string

func hubSimReadKept(file string, i int) *hubSimKept {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot read the schedule:", err)
		os.Exit(2)
	}
	k := &hubSimKept{file: file, seed: 1<<32 + uint64(i), choices: hubSimRead(file), points: hubPointsSync}
	for line := range strings.Lines(string(text)) {
		for i, name := range hubPointsNames {
			if line == "points "+name+"\n" {
				k.points = hubPoints(i)
			}
		}
		for form, n := range map[string]*uint64{"early %d\n": &k.early, "steps %d\n": &k.steps, "seconds %d\n": &k.seconds, "mixed %x\n": &k.mixed} {
			fmt.Sscanf(line, form, n)
		}
	}
	if k.steps == 0 || k.mixed == 0 || !strings.HasPrefix(string(text), "greenify schedule 1\n") || !strings.HasSuffix(string(text), "\nend\n") {
		fmt.Fprintf(os.Stderr, "greenify: %s is not a whole file of a schedule that this greenify reads: run the test again with -sim, and keep what it writes\n", file)
		os.Exit(2)
	}
	return k
}

// hubSimRead reads the choices of a file that greenify has looked through.
func hubSimRead(path string) (choices [][6]uint64) {
	text, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot read the schedule:", err)
		os.Exit(2)
	}
	for line := range strings.Lines(string(text)) {
		for kind, name := range [...]string{"next", "switch", "case", "timer"} {
			if rest, ok := strings.CutPrefix(line, name+" "); ok {
				c := [6]uint64{uint64(kind)}
				if _, err := fmt.Sscanf(rest, "%x %d %x %d %x", &c[1], &c[2], &c[3], &c[4], &c[5]); err == nil {
					choices = append(choices, c)
				}
			}
		}
	}
	return choices
}
