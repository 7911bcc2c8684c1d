package explore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Schedule is what the file of a failing schedule says, by which it is run again. The
// program itself reads the choices (runtime/hub/testing/sim_replay.go) and writes the
// file (runtime/hub/sim_log.go).
type Schedule struct {
	Program uint64 // the hash of its functions
	Go      string // release and platform
	Package string
	Test    string // "": it is a program
	Args    []string
	Early   uint64 // nanoseconds
	Steps   uint64 // that a schedule may take
	Seconds uint64 // of virtual time, likewise
	Keep    uint64 // 1: schedules before it may have failed
	Round   uint64 // of -count, from 0
	Leaves  bool   // what it leaves is no failure: -leaks=false

	Seed     uint64 // as its user knows it
	Varied   string // "", or which variation it is
	Mixed    uint64 // as the schedule has it
	Strategy string
	Points   string // "" in files older than points at atomics: sync
	Verdict  string
	Taken    uint64 // steps
	Hash     uint64 // of all choices

	Full    bool // the log had no room: the seed and the strategy have the choices again
	Choices []Choice
}

// A Choice is one that was not the plain one.
type Choice struct {
	Kind   string // one of kinds
	Thread uint64 // who ran last, by descent
	Count  uint64 // choices while it did
	Pick   uint64 // what was chosen: a thread, a case
	Step   uint64
	Check  uint64 // of what was before
}

// Name is what to call it: the test, or the program.
func (s *Schedule) Name() string {
	if s.Test != "" {
		return s.Test
	}
	return path.Base(s.Package)
}

// Early reports whether it is that a timer fired while threads were ready.
func (c Choice) Early() bool { return c.Kind == "timer" }

// kinds are package runtime's (hubSimKindNames).
var kinds = []string{"next", "switch", "case", "timer"}

const (
	scheduleName    = "greenify schedule "
	scheduleVersion = "1"
)

// ReadSchedule reads the file of a schedule. Its errors name the file, and the line.
func ReadSchedule(file string) (*Schedule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := parseSchedule(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

func parseSchedule(text string) (*Schedule, error) {
	head, body, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(head, "greenify recording ") {
		return nil, errors.New("is a recording of a run that was not simulated, and cannot be replayed: look at it with greenify trace")
	}
	version, ok := strings.CutPrefix(head, scheduleName)
	if !ok {
		return nil, fmt.Errorf("is not a file of a schedule: it does not begin with %q", strings.TrimSpace(scheduleName))
	}
	if version != scheduleVersion {
		return nil, fmt.Errorf("is of version %q, and this greenify reads version %s: run the test again with -sim, or use the greenify that wrote it", version, scheduleVersion)
	}
	s := &Schedule{}
	word := map[string]*string{"go": &s.Go, "package": &s.Package, "test": &s.Test, "strategy": &s.Strategy, "verdict": &s.Verdict}
	number := map[string]*uint64{"early": &s.Early, "steps": &s.Steps, "seconds": &s.Seconds, "keep": &s.Keep, "round": &s.Round, "seed": &s.Seed, "taken": &s.Taken}
	hash := map[string]*uint64{"program": &s.Program, "mixed": &s.Mixed, "hash": &s.Hash}
	n := 1
	choices, args := uint64(0), uint64(0)
	program := false
	ended := false
	for line := range strings.Lines(body) {
		n++
		line, whole := strings.CutSuffix(line, "\n")
		if ended || !whole {
			break
		}
		name, value, _ := strings.Cut(line, " ")
		var err error
		switch {
		case name == "end" && value == "":
			ended = true
		case name == "choices" && strings.HasPrefix(value, "too many"):
			s.Full = true
		case name == "choices":
			choices, err = strconv.ParseUint(value, 10, 32)
		case name == "args" && !program:
			args, err = strconv.ParseUint(value, 10, 32)
			program = true
			delete(word, "test")
		case name == "arg" && program:
			var arg string
			arg, err = strconv.Unquote(value)
			s.Args = append(s.Args, arg)
		case name == "varied" && s.Varied == "":
			s.Varied = value
			_, err = ParseVariation(value)
		case name == "points" && slices.Contains(Points[PointsSync:], value):
			s.Points = value
		case name == "leaks" && value == "0":
			s.Leaves = true
		case word[name] != nil:
			*word[name] = value
			delete(word, name)
		case number[name] != nil:
			*number[name], err = strconv.ParseUint(value, 10, 64)
			delete(number, name)
		case hash[name] != nil:
			*hash[name], err = strconv.ParseUint(value, 16, 64)
			delete(hash, name)
		default:
			var c Choice
			if c, err = parseChoice(name, value); err == nil {
				s.Choices = append(s.Choices, c)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %q cannot be read", n, line)
		}
	}
	switch {
	case uint64(len(s.Args)) != args:
		return nil, fmt.Errorf("is not a whole file of a schedule: it has %d of %d arguments", len(s.Args), args)
	case uint64(len(s.Choices)) != choices:
		return nil, fmt.Errorf("is cut off behind line %d: it has %d of %d choices", n, len(s.Choices), choices)
	case !ended:
		return nil, fmt.Errorf("is cut off behind line %d", n)
	case len(word)+len(number)+len(hash) != 0:
		return nil, errors.New("is not a whole file of a schedule: lines are missing")
	}
	return s, nil
}

// WriteTo writes the file of a schedule.
func (s *Schedule) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\nprogram %016x\ngo %s\npackage %s\n", scheduleName, scheduleVersion, s.Program, s.Go, s.Package)
	if s.Test != "" {
		fmt.Fprintf(&b, "test %s\n", s.Test)
	} else {
		fmt.Fprintf(&b, "args %d\n", len(s.Args))
		for _, arg := range s.Args {
			fmt.Fprintf(&b, "arg %s\n", strconv.QuoteToASCII(arg))
		}
	}
	fmt.Fprintf(&b, "early %d\nsteps %d\nseconds %d\nkeep %d\nround %d\n", s.Early, s.Steps, s.Seconds, s.Keep, s.Round)
	if s.Leaves {
		b.WriteString("leaks 0\n")
	}
	fmt.Fprintf(&b, "seed %d\n", s.Seed)
	if s.Varied != "" {
		fmt.Fprintf(&b, "varied %s\n", s.Varied)
	}
	fmt.Fprintf(&b, "mixed %016x\nstrategy %s\n", s.Mixed, s.Strategy)
	if s.Points != "" {
		fmt.Fprintf(&b, "points %s\n", s.Points)
	}
	fmt.Fprintf(&b, "verdict %s\ntaken %d\nhash %016x\n", s.Verdict, s.Taken, s.Hash)
	if s.Full {
		b.WriteString("choices too many: the seed has them again\n")
	} else {
		fmt.Fprintf(&b, "choices %d\n", len(s.Choices))
	}
	for _, c := range s.Choices {
		fmt.Fprintf(&b, "%s %016x %d %016x %d %016x\n", c.Kind, c.Thread, c.Count, c.Pick, c.Step, c.Check)
	}
	b.WriteString("end\n")
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func parseChoice(kind, fields string) (c Choice, err error) {
	c.Kind = kind
	known := false
	for _, k := range kinds {
		known = known || k == kind
	}
	if n, err := fmt.Sscanf(fields, "%x %d %x %d %x", &c.Thread, &c.Count, &c.Pick, &c.Step, &c.Check); !known || n != 5 {
		return c, fmt.Errorf("not a choice: %w", err)
	}
	return c, nil
}
