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
	ends map[string]string // of the processes before; hubSimBegins: it has not ended
}

const (
	hubSimBegins    = "begins"
	hubSimEndOK     = "ok"
	hubSimEndFailed = "failed"
	hubSimEndNone   = "none" // it was not asked for
)

// hubSimBefore reports whether a process before this one has run a test, and how that ended.
func hubSimBefore(name string) (ran, ok, done bool) {
	path := hubSim.state
	if path == "" {
		return false, false, false
	}
	s := &hubSimState
	if !s.read {
		s.read, s.ends = true, map[string]string{}
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			fmt.Fprintln(os.Stderr, "greenify: cannot read the state of the search:", err)
			os.Exit(2)
		}
		for line := range strings.Lines(string(text)) {
			var name, end string
			var n [3]int
			if got, _ := fmt.Sscan(line, &name, &end, &n[0], &n[1], &n[2]); got >= 2 {
				s.ends[name] = end
				hubSim.tests, hubSim.schedules, hubSim.distinct = hubSim.tests+n[0], hubSim.schedules+n[1], hubSim.distinct+n[2]
			}
		}
	}
	if end, done := s.ends[name]; done {
		return end != hubSimEndNone, end == hubSimEndOK || end == hubSimEndNone, true
	}
	hubSimNote(path, name, hubSimBegins)
	return false, false, false
}

// hubSimAfter notes how a test ended, and how many tests, schedules and different ones it was.
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
	for name, value := range map[string]*string{"RESULTS": &h.results, "STATE": &h.state, "REPLAY": &h.replay, "REPLAYS": &h.folder} {
		*value = os.Getenv("GREENIFY_SIM_" + name)
		os.Unsetenv("GREENIFY_SIM_" + name)
	}
	if asked != "" {
		os.Setenv("GREENIFY_SIM", fmt.Sprintf("from=1,to=1,early=%d,steps=%d,seconds=%d", h.early, h.steps, h.seconds))
	}
}
