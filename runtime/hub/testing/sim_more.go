//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	_ "unsafe" // for linkname
)

// A search that goes on in another process. What schedules leave is never gone, so behind many
// that leave something the rest of a test's schedules have a new process, if somebody is there who
// starts it (greenify sim-exec): what has been found so far is in the file of the state, and the
// process ends as one that has no more tests. In the new one the first schedule runs once more,
// unseen and unheard, as it does wherever a seed runs alone.

//go:linkname hubSimCrowded
func hubSimCrowded() bool

// A hubSimMore is what the processes before this one have of a test.
type hubSimMore struct {
	round, seed uint64 // the next one
	schedules   int
	ok          bool
	seen        map[uint64]bool
	orders      []uint64
	news        []int
	leaks       map[uint64]hubSimLeak
	feedback    hubSimFeedback
	passed      []byte // what hubSimPasses writes
}

var hubSimMores = map[string]*hubSimMore{} // by test

// hubSimTakeMore returns what there is of a test, nil if nothing is.
func hubSimTakeMore(name string) *hubSimMore {
	m := hubSimMores[name]
	if m != nil {
		hubSimOutput.passed = m.passed
	}
	return m
}

// orderings are those that are known.
func (m *hubSimMore) orderings() []uint64 {
	if m == nil {
		return nil
	}
	return m.orders
}

// mayLeave reports whether the rest of the schedules should have, and can have, a new process. A
// profile and what tests cover are one file and one number, and the race detector reports a race
// once in a process.
func (h *hubSimSearch) mayLeave() bool {
	if h.state == "" || !hubSimCrowded() || CoverMode() != "" || hubSimGREENIFY() != "" {
		return false
	}
	return *coverProfile+*cpuProfile+*memProfile+*blockProfile+*mutexProfile+*traceFile == ""
}

// The lines of a state that goes on, behind the name of the test.
const (
	hubSimMoreForm   = "more %d %d %d %t"
	hubSimPassedForm = "passed %q"
	hubSimLeakForm   = "leak %d %q %q"
	hubSimSeenForm   = "seen"
	hubSimOrdersForm = "orders"
	hubSimNewsForm   = "news"
)

// leave notes what has been found of a test.
func (h *hubSimSearch) leave(name string, m hubSimMore) {
	h.leaves = true
	lines := []string{fmt.Sprintf(hubSimMoreForm, m.round, m.seed, m.schedules, m.ok)}
	if o := &hubSimOutput; o.passed != nil {
		lines = append(lines, fmt.Sprintf(hubSimPassedForm, o.passed))
	}
	var hashes []uint64
	for hash := range m.seen {
		hashes = append(hashes, hash)
	}
	orders, _ := hubSimOrdered()
	words := func(form string, list any) string { return form + " " + strings.Trim(fmt.Sprint(list), "[]") }
	lines = append(lines, words(hubSimSeenForm, hashes), words(hubSimOrdersForm, orders), words(hubSimNewsForm, m.news))
	for _, k := range m.feedback.kept {
		lines = append(lines, k.line())
	}
	for kinds, leak := range m.leaks {
		lines = append(lines, fmt.Sprintf(hubSimLeakForm, kinds, leak.why, leak.signature))
	}
	hubSimNote(h.state, name, strings.Join(lines, "\n"+name+" "))
}

// hubSimReadMore reads a line of the state, if it is one of these.
func hubSimReadMore(name, line string) bool {
	m := hubSimMores[name]
	var next hubSimMore
	if n, _ := fmt.Sscanf(line, hubSimMoreForm, &next.round, &next.seed, &next.schedules, &next.ok); n == 4 {
		next.seen, next.leaks = map[uint64]bool{}, map[uint64]hubSimLeak{}
		hubSimMores[name] = &next
		return true
	}
	if m == nil {
		return false
	}
	var passed string
	if n, _ := fmt.Sscanf(line, hubSimPassedForm, &passed); n == 1 {
		m.passed = []byte(passed)
		return true
	}
	var kinds uint64
	var leak hubSimLeak
	if n, _ := fmt.Sscanf(line, hubSimLeakForm, &kinds, &leak.why, &leak.signature); n == 3 {
		m.leaks[kinds] = leak
		return true
	}
	if m.feedback.read(line) {
		return true
	}
	form, rest, _ := strings.Cut(line, " ")
	for word := range strings.FieldsSeq(rest) {
		n, err := strconv.ParseUint(word, 10, 64)
		switch {
		case err != nil:
			return false
		case form == hubSimSeenForm:
			m.seen[n] = true
		case form == hubSimOrdersForm:
			m.orders = append(m.orders, n)
		case form == hubSimNewsForm:
			m.news = append(m.news, int(n))
		}
	}
	return form == hubSimSeenForm || form == hubSimOrdersForm || form == hubSimNewsForm
}

// hide has the end of this process say nothing, until package testing is done: the last one says
// how the tests ended, and which threads are left.
func (h *hubSimSearch) hide() {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify:", err)
		os.Exit(2)
	}
	stdout := os.Stdout
	os.Stdout = null
	hubTestEnd = func() {
		os.Stdout = stdout
		null.Close()
	}
}

// hubSimUnheard are the descriptors that standard output and error have while nothing that is
// printed is seen; 0: it is.
//
//go:linkname hubSimUnheard runtime.hubSimUnheard
var hubSimUnheard [2]int32

// hubSimSilence has nothing that the process prints seen, until the function is called that it
// returns, or the process ends (hubSimSpeak).
func hubSimSilence() (speak func()) {
	hubSimOutput.drop = true
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "greenify: cannot go on with the search:", err)
			os.Exit(2)
		}
	}
	null, err := syscall.Open(os.DevNull, syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	fail(err)
	for i := range hubSimUnheard {
		fd, err := syscall.Dup(1 + i)
		fail(err)
		syscall.CloseOnExec(fd)
		hubSimUnheard[i] = int32(fd)
	}
	for i := range hubSimUnheard {
		fail(syscall.Dup3(null, 1+i, 0))
	}
	syscall.Close(null)
	return func() {
		hubSimOutput.drop = false
		for i, fd := range hubSimUnheard {
			fail(syscall.Dup3(int(fd), 1+i, 0))
			syscall.Close(int(fd))
		}
		hubSimUnheard = [2]int32{}
	}
}
