//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"os"
	"strings"
)

// The state of a search, in the file that GREENIFY_SIM_STATE names: which tests have begun,
// and how they ended. A test that ends the process, by a panic or because it does not end,
// has no end there; who runs the program (greenify sim exec) runs it again then, and the
// tests behind that one.

var hubSimState struct {
	read bool
	ends map[string]*hubSimEnded // of the processes before
}

// A hubSimEnded is how a test ended.
type hubSimEnded struct {
	how       string // hubSimBegins: it has not
	schedules int
}

func (e *hubSimEnded) ran() bool { return e.how != hubSimEndNone }
func (e *hubSimEnded) ok() bool  { return e.how == hubSimEndOK || e.how == hubSimEndNone }

const (
	hubSimBegins    = "begins"
	hubSimEndOK     = "ok"
	hubSimEndFailed = "failed"
	hubSimEndNone   = "none" // it was not asked for

	hubSimFailedBefore = " failed in a process before this one, which printed how"
)

// hubSimBefore returns how a test ended that a process before this one has run, nil if none has.
func hubSimBefore(name string) *hubSimEnded {
	path := hubSim.state
	if path == "" {
		return nil
	}
	s := &hubSimState
	if !s.read {
		s.read, s.ends = true, map[string]*hubSimEnded{}
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			fmt.Fprintln(os.Stderr, "greenify: cannot read the state of the search:", err)
			os.Exit(2)
		}
		for line := range strings.Lines(string(text)) {
			name, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if hubSimReadMore(name, what) {
				delete(s.ends, name)
				continue
			}
			var n [5]int
			how, counts, _ := strings.Cut(what, " ")
			fmt.Sscan(counts, &n[0], &n[1], &n[2], &n[3], &n[4])
			s.ends[name] = &hubSimEnded{how, n[1]}
			hubSim.tests, hubSim.schedules, hubSim.distinct = hubSim.tests+n[0], hubSim.schedules+n[1], hubSim.distinct+n[2]
			hubSim.orders, hubSim.late = hubSim.orders+n[3], hubSim.late+n[4]
		}
	}
	if end := s.ends[name]; end != nil {
		return end
	}
	hubSimNote(path, name, hubSimBegins)
	return nil
}

// hubSimAfter notes how a test ended, and how many tests, schedules, different ones and orderings it was.
func hubSimAfter(name string, ran, ok bool, n ...int) {
	if path := hubSim.state; path != "" {
		end := hubSimEndFailed
		switch {
		case !ran:
			end = hubSimEndNone
		case ok:
			end = hubSimEndOK
		}
		hubSimNote(path, name, end+" "+strings.Trim(fmt.Sprint(n), "[]"))
	}
}

func hubSimNote(path, name, what string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = fmt.Fprintf(f, "%s %s\n", name, what)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot write the state of the search:", err)
		os.Exit(2)
	}
}

// files takes the names of the files of a search out of the environment, so that children of
// the program do not take them for theirs: one that is a simulated test, as of a test that
// runs its own binary, has its first schedule and no files.
func (h *hubSimSearch) files() {
	asked := os.Getenv("GREENIFY_SIM") // results that the go command keeps are those of these seeds
	for name, value := range map[string]*string{"RESULTS": &h.results, "STATE": &h.state, "REPLAY": &h.replay, "REPLAYS": &h.folder, "VARIED": &h.varied} {
		*value = os.Getenv("GREENIFY_SIM_" + name)
		os.Unsetenv("GREENIFY_SIM_" + name)
	}
	if asked != "" {
		os.Setenv("GREENIFY_SIM", fmt.Sprintf("from=1,to=1,early=%d,steps=%d,seconds=%d", h.early, h.steps, h.seconds))
	}
}
