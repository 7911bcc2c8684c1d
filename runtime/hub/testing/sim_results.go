//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	_ "unsafe" // for linkname
)

// What a search leaves in files: the results of its schedules (hubResult), for greenify
// sim merge, and that of all for Bazel. And which part of a search this process is.

//go:linkname hubSimResultOf
func hubSimResultOf(path []byte, head, tail, test string)

//go:linkname hubSimPlaces
func hubSimPlaces(text []byte, proven bool) int

//go:linkname hubSimPlace
func hubSimPlace(text []byte, pcs []uintptr) int

//go:linkname hubSimModule
func hubSimModule() string

// hubHold has the thread keep the hub (1), or ends that (-1): then there are no points.
//
//go:linkname hubHold
func hubHold(n int8)

// hubSimFails is where the test of the schedule first failed: the stack of the call of
// Error, Fatal or Fail, from the caller on.
var hubSimFails []uintptr

// divide finds out which shard the process is, what greenify test -sim has said, or of a
// binary that is run by itself the environment.
func (h *hubSimSearch) divide() {
	if h.mixed != 0 {
		return // a replay, of one schedule
	}
	if h.shard != 0 {
		h.part = hubShard{h.shard, h.shards}
		return
	}
	var err error
	if h.part, err = hubShardOf(os.Getenv, h.shards); err != nil {
		fmt.Fprintln(os.Stderr, "greenify:", err)
		os.Exit(2)
	}
}

// begin says that a schedule begins, which is one of the shard's or not.
func (h *hubSimSearch) begin(r *hubResult, ours bool) {
	hubSimFails = nil
	var path []byte
	head, tail := "", ""
	if h.results != "" && ours {
		r.Module = hubSimModule()
		path, head, tail = append([]byte(h.results), 0), r.head(), r.tail()
	}
	hubSimResultOf(path, head, tail, r.Test)
}

// end writes the result of a schedule of the shard's, if it is wanted.
func (h *hubSimSearch) end(r *hubResult, why, signature string, steps, hash uint64) {
	hubSimResultOf(nil, "", "", "")
	if h.results == "" {
		return
	}
	r.Verdict, r.Signature, r.Steps, r.Hash = why, signature, steps, fmt.Sprintf("%016x", hash)
	if _, orders := hubSimOrdered(); orders != 0 {
		r.Orders = fmt.Sprintf("%016x", orders)
	}
	if r.Real = hubSimReal(); r.Real[0] == "" {
		r.Real = nil
	}
	if why == "" {
		r.Verdict, r.Again, r.Replay = "ok", "", ""
	}
	f, err := os.OpenFile(h.results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = f.WriteString(r.line())
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot write the results:", err)
		os.Exit(2)
	}
}

// hubSimWaits is the signature of threads that wait for ever.
func hubSimWaits(kind, test string, proven bool) string {
	if hubSim.results == "" {
		return kind
	}
	return hubSimSignature(kind, test, hubSimText(func(text []byte) int { return hubSimPlaces(text, proven) }))
}

// hubSimSignature is a kind of failure and its places, a line each; the test if there are none.
func hubSimSignature(kind, test string, lines []byte) string {
	text := string(lines)
	text = text[:strings.LastIndexByte(text, '\n')+1] // what found no more room is cut off
	places := strings.Fields(text)
	slices.Sort(places)
	if places = slices.Compact(places); len(places) == 0 {
		places = []string{test}
	}
	return kind + ": " + strings.Join(places, ", ")
}

// hubSimRaced is the signature of a data race: of its accesses, and where their threads are
// from.
func hubSimRaced(test string) string { return hubSimSignature("race", test, hubSimText(hubSimRaces)) }

// hubSimFailed is the signature of a test that failed as ever.
func hubSimFailed(test string) string {
	text := make([]byte, 4<<10)
	if n := hubSimPlace(text, hubSimFails); n > 0 {
		test = string(text[:n])
	}
	return "failed: " + test
}

// hubFails notes where a test of a schedule fails first, at the caller of helpers. A
// schedule is the same whether results are wanted or not, so there are no points here.
func (c *common) hubFails() {
	if hubSimFails != nil || hubSim.results == "" {
		return
	}
	hubHold(1)
	defer hubHold(-1)
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(3, pcs)] // who calls Fail
	hubSimFails = pcs
	c.mu.Lock()
	caller := c.frameSkip(3)
	c.mu.Unlock()
	for i := range pcs {
		f, _ := runtime.CallersFrames(pcs[i : i+1]).Next()
		if f.Function == caller.Function && f.Line == caller.Line {
			hubSimFails = pcs[i:]
			break
		}
	}
}

// finish writes what Bazel shows of the test, if it is Bazel who has started it.
func (h *hubSimSearch) finish(importPath string) {
	path := os.Getenv("XML_OUTPUT_FILE")
	if path == "" {
		return
	}
	if err := os.WriteFile(path, []byte(h.xml.text(importPath)), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot write XML_OUTPUT_FILE:", err)
		os.Exit(2)
	}
}
