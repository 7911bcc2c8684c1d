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
func hubSimPlanned(text string, lenient bool)

//go:linkname hubSimLooks
func hubSimLooks(verbose bool, tail, draw, stop uint64)

//go:linkname hubSimShowWaits
func hubSimShowWaits()

// hubSimUnlike says it if a strict replay was not what the file has.
//
//go:linkname hubSimUnlike
func hubSimUnlike(steps, hash, ended uint64) bool

const hubSimExitDiverged = 97 // package runtime's

// hubSimReplays says where the schedules of a test go that fail, below the folder that
// GREENIFY_SIM_REPLAYS names, and returns what the file of a seed is. If a file is replayed it
// is read.
func hubSimReplays(name, importPath string, round uint64) func(seed uint64) string {
	h := &hubSim
	if h.replay != "" {
		hubSimPlanned(hubSimRead(h.replay), h.lenient != 0)
	}
	if h.folder == "" {
		return func(uint64) string { return "" }
	}
	file := filepath.Join(h.folder, strings.NewReplacer("/", "_", ".", "_").Replace(importPath)+"."+name)
	leaks := ""
	if h.leaks == 0 {
		leaks = "leaks 0\n"
	}
	hubSimFile(file, fmt.Sprintf("greenify schedule 1\nprogram %016x\ngo %s %s/%s\npackage %s\ntest %s\nearly %d\nsteps %d\nseconds %d\nkeep %d\nround %d\n%s",
		hubSimProgramHash(), runtime.Version(), runtime.GOOS, runtime.GOARCH, importPath, name, h.early, h.steps, h.seconds, h.keep, round, leaks))
	return func(seed uint64) string { return fmt.Sprintf("%s-%d.sim", file, seed) }
}

// hubSimSame ends a strict replay whose schedule ended otherwise than that of the file.
func hubSimSame(steps, hash uint64) {
	h := &hubSim
	if h.replay != "" && h.lenient == 0 && hubSimUnlike(steps, hash, h.ended) {
		os.Exit(hubSimExitDiverged)
	}
}

// A hubSimKept is the schedule of a file that the test itself names (package greensim).
type hubSimKept struct {
	file                         string
	seed                         uint64 // its number in results: behind all seeds
	text                         string
	points                       hubPoints
	early, steps, seconds, mixed uint64
}

// hubSimTakeKept returns the files that the test has named in its last schedule.
//
//go:linkname hubSimTakeKept
func hubSimTakeKept() []string

func hubSimReadKept(file string, i int) *hubSimKept {
	text := hubSimRead(file)
	k := &hubSimKept{file: file, seed: 1<<32 + uint64(i), text: text, points: hubPointsSync}
	for line := range strings.Lines(text) {
		for i, name := range hubPointsNames {
			if line == "points "+name+"\n" {
				k.points = hubPoints(i)
			}
		}
		for form, n := range map[string]*uint64{"early %d\n": &k.early, "steps %d\n": &k.steps, "seconds %d\n": &k.seconds, "mixed %x\n": &k.mixed} {
			fmt.Sscanf(line, form, n)
		}
	}
	if k.steps == 0 || k.mixed == 0 || !strings.HasPrefix(text, "greenify schedule 1\n") || !strings.HasSuffix(text, "\nend\n") {
		fmt.Fprintf(os.Stderr, "greenify: %s is not a whole file of a schedule that this greenify reads: run the test again with -sim, and keep what it writes\n", file)
		os.Exit(2)
	}
	return k
}

// hubSimRead reads a file that greenify has looked through.
func hubSimRead(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot read the schedule:", err)
		os.Exit(2)
	}
	return string(text)
}
