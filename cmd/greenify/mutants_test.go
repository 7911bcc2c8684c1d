package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A mutant is greenify with one feature broken on purpose: in a file, old is
// replaced. The test of its behaviour must fail, or the script of that name.
type mutant struct {
	behaviour, file, old, new string
	why                       string // what is broken
}

// test is the test that is to fail.
func (m mutant) test() (name, sub string) {
	if script, ok := strings.CutSuffix(m.behaviour, scripts); ok {
		return "TestScript", script
	}
	return "TestBehaviours", m.behaviour
}

const scripts = ".txtar"

const yieldPoints = "runtime/hub/groups.go"

var mutants = []mutant{
	{"01-ticker", "runtime/hub/sysmon.go", "	if now-hubWatch.since < limit {", "	if true {",
		"the hub is not taken from a thread that is stuck in a system call"},
	{"02-not-covered", "runtime/hub/slice.go", "	case preempted:\n		hubPreempted(gp)\n", "	case preempted:\n		hubYield(gp)\n",
		"preemption lets others run in the middle of a computation"},
	{"02-not-covered", "runtime/code/code.go", "		return ok || Reasons[name] != \"\"\n", "		return ok\n",
		"greenify inspect does not list the call that keeps the hub"},
	{"03-same-output", "runtime/hub/stats.go", "	if !hubSettings.stats {\n", "	if hubSettings.off {\n",
		"a patched program prints its statistics unasked"},
	{"04-lock-across-yield", yieldPoints, "	waitReasonSyncMutexLock:         hubGroupThread,", "	waitReasonSyncMutexLock:         0,",
		"waiting for a lock keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonSyncCondWait:          hubGroupThread,", "	waitReasonSyncCondWait:          0,",
		"sync.Cond.Wait keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonSyncWaitGroupWait:     hubGroupThread,", "	waitReasonSyncWaitGroupWait:     0,",
		"sync.WaitGroup.Wait keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonSyncRWMutexLock:       hubGroupThread,", "	waitReasonSyncRWMutexLock:       0,",
		"a writer that waits for readers keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonSyncRWMutexRLock:      hubGroupThread,", "	waitReasonSyncRWMutexRLock:      0,",
		"a reader that waits for a writer keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonChanSend:              hubGroupBuiltins,", "	waitReasonChanSend:              0,",
		"a send keeps the hub"},
	{"05-primitives", yieldPoints, "	waitReasonChanReceive:           hubGroupBuiltins,", "	waitReasonChanReceive:           0,",
		"a receive keeps the hub"},
	{"06-sleepers", yieldPoints, "	waitReasonSleep:                 hubGroupTime,", "	waitReasonSleep:                 0,",
		"time.Sleep keeps the hub"},
	{"07-kill", "runtime/hub/kill.go", "		cut = hubCutSema(gp)", "		cut = false",
		"a thread that waits for a lock is not killed"},
	{"07-kill", "runtime/hub/kill.go", "hubClaim(gp) && hubCutChan(gp)", "false",
		"a thread that waits for a channel is not killed"},
	{"07-kill", "runtime/hub/kill.go", "cut = !gp.timer.isFake && gp.timer.stop()", "cut = false",
		"a thread that sleeps is not killed"},
	{"07-kill", "runtime/hub/kill.go", "if cut = atomic.Casuintptr(", "if cut = false && atomic.Casuintptr(",
		"a thread that waits for a descriptor is not killed"},
	{"07-kill", "runtime/task.go", "	if h.state == taskDone {\n		h.mu.Unlock()\n		return\n	}\n	h.state = taskRuns", "	h.state = taskRuns",
		"a thread that was killed before its turn runs"},
	{"07-kill", "runtime/kill.go", "		h.killed = true\n		runtime.Goexit()\n", "		h.killed = true\n		if false {\n			runtime.Goexit()\n		}\n",
		"a thread that kills itself goes on"},
	{"07-kill", "rewrite/rules/thread.go", `"hubUncut(1); defer hubRelocked()"`, `"hubUncut(1); hubUncut(-1)"`,
		"a thread that is killed in Cond.Wait does not lock c.L first"},
	{"07-kill", "runtime/hub/notify.go", "s.ticket == l.notify {\n		atomic.Store", "s.ticket != l.notify {\n		atomic.Store",
		"the ticket of a killed waiter swallows a signal"},
	{"07-kill", "rewrite/rules/thread.go", `"hubSort(l, s)"`, `""`,
		"who comes to a condition behind a later ticket is not put before it"},
	{"07-kill", "runtime/hub/uncut.go", "gp.hub.kill.claim == nil || atomic.Cas(", "gp.hub.kill.claim == nil || true || atomic.Cas(",
		"a killed Put puts its item"},
	{"07-kill", "runtime/hub/uncut.go", "panics = panics || !p.goexit && !p.recovered", "panics = false",
		"a kill ends a panic"},
	{"07-kill", "runtime/hub/rwmutex.go", "		if n <= hubAbandonedBit {\n", "		if n != 0 {\n",
		"a killed writer keeps readers out"},
	{"07-kill", "runtime/hub/os/process.go", "	if hubPolls() {\n", "	if hubPolls() && false {\n",
		"a thread that waits for a child is not killed"},
	{"08-timeouts", "runtime/timeout.go", "				h.kill(cause)", "				h.kill(nil)",
		"a timeout loses whose it is"},
	{"08-timeouts", "runtime/timeout.go", "			h.Kill()\n			Recv(h.done)\n", "",
		"what an inner timeout guards goes on when the outer one is over"},
	{"09-close", yieldPoints, "	waitReasonSemacquire:            hubGroupThread,", "	waitReasonSemacquire:            0,",
		"the second reader of a descriptor keeps the hub"},
	{"10-deadlock", "runtime/hub/deadlock.go", "	hubPrintObject(gp, true)\n", "",
		"the report does not say what a thread waits on"},
	{"10-deadlock", "runtime/hub/deadlock.go", "if others && hubWaitsForLock(gp) {", "if false {",
		"the report does not say who is to unlock a lock"},
	{"11-blocked-detector", "runtime/hub/blocked.go", "	b.state = blockFound\n", "	b.state = blockQuiet\n",
		"the detector forgets that it has reported the turn"},
	{"11-blocked-detector", "runtime/hub/sysmon.go", "	hubWatchdog(step, used, now)\n", "",
		"the detector never looks"},
	{"11-blocked-detector", "runtime/hub/blocked.go", "	hubPrintStack(b.event.pcs[:b.event.n], false)\n", "",
		"the detector prints no stack"},
	{"12-foreign", "runtime/hub/queue.go", "	hub.remote.pushBack(gp)\n", "",
		"a wake-up from outside is lost while the hub is busy"},
	{"12-foreign", "rewrite/rules/thread.go", "enters := hub.on && gp.m.isextra", "enters := false && gp.m.isextra",
		"a callback from a C thread runs beside the hub"},
	{"13-callbacks", "rewrite/rules/thread.go", `"fingStatus.Or(fingRunningFinalizer)", "hubBatch()"`, `"fingStatus.Or(fingRunningFinalizer)", "hubEnter(false)"`,
		"finalizers run beside the hub"},
	{"13-callbacks", "rewrite/rules/thread.go", `before, "c.call(c.fn, c.arg)", "hubBatch()"`, `before, "c.call(c.fn, c.arg)", "hubEnter(false)"`,
		"cleanups run beside the hub"},
	{"14-two-hubs", "runtime/green.go", "	startAt(0)\n	go f()\n", "	native(f)\n",
		"what is patched in source runs beside the hub of a whole-program build"},
	{"14-two-hubs", "runtime/hub/settings.go", "		hubSettings.off = true\n", "",
		"a process that is to be plain Go has a hub"},
	{"15-offload", "runtime/hub/pool.go", "	ok := w.busy < w.size\n", "	ok := true\n",
		"the offload pool has no bound"},
	{"15-offload", "runtime/hub/pool.go", "		w.q.pushBack(gp)", "		w.q.push(gp)",
		"the last to ask for a worker is the first"},
	{"15-offload", "runtime/patched.go", "		defer enter(true)\n	}\n	f()\n", "		f()\n		enter(true)\n		return\n	}\n	f()\n",
		"after a panic in offloaded work the caller stays outside the hub"},
	{"15-offload", "runtime/setting/table.go", "n < 1 || s.max", "n < 0 || s.max",
		"a pool without workers is taken"},
	{"15-offload", "runtime/patched.go", "	if leave() {\n", "	if inHub() && false {\n",
		"offloaded work keeps the hub"},
	{"16-accept-loop", "runtime/pool.go", "NewSemaphore(size)", "NewSemaphore(10 * size)",
		"a pool lets ten times as many threads run"},
	{"16-accept-loop", "runtime/pool.go", "	p.tasks.Join()\n", "",
		"Pool.Wait does not wait"},
	{"17-stale-wakeup", "runtime/hub/kill.go", "cut = !gp.timer.isFake && gp.timer.stop()", "cut = !gp.timer.isFake",
		"the timer of a sleep that was cut is not stopped"},
	{"18-broken-pipe", "rewrite/rules/signal.go", "var signal = []Leaf{\n", "var signal = []Leaf{\n" +
		`	{File: fdUnix, Edit: edit("FD.Write", replace, "err == syscall.EAGAIN && fd.pd.pollable()", "(err == syscall.EAGAIN || err == syscall.EPIPE) && fd.pd.pollable()", 1), Why: "eventlet's bug"},` + "\n",
		"a write to a broken pipe is tried again, as in eventlet"},
	{"19-fairness", "runtime/hub/queue.go", "	hub.runq.pushBack(gp)\n	hub.yielded++\n", "	hub.runq.push(gp)\n	hub.yielded++\n",
		"a thread that yields goes before those that are ready"},
	{"19-fairness", "runtime/hub/slice.go", "		hubLate = hubLateMax\n	} else {", "	} else {",
		"a thread whose slice is over does not yield where it need not wait"},
	{"19-fairness", "rewrite/rules/thread.go", `&m.state, hubLate, mutexLocked)"`, `&m.state, 0, mutexLocked)"`,
		"Mutex.Lock is no yield point"},
	{"19-fairness", "rewrite/rules/thread.go", `r < hubLate"`, `r < 0"`,
		"RWMutex.RLock is no yield point"},
	{"19-fairness", "runtime/hub/slice.go", "	if getg().hub.owner && hubGroups&hubGroupTime != 0 {", "	if false {",
		"time.Sleep(0) does not yield"},
	{"19-fairness", "runtime/hub/busy.go", "b.held >= limit && !first {", "b.held < 0 && !first {",
		"a busy loop keeps the hub for ever"},
	{"19-fairness", "runtime/hub/slice.go", "		gp.hub.busy = true\n", "",
		"a busy loop that was cut keeps the hub for another second"},
	{"19-fairness", "runtime/hub/slice.go", "			hubBusyReport(gp)\n", "",
		"a thread that is cut is not reported"},
	{"19-fairness", "rewrite/rules/thread.go", `edit("Once.Do", replace, "!o.done.Load()", "!o.done.Load() || hubLate != 0", 1)`, `edit("Once.Do", replace, "!o.done.Load()", "!o.done.Load()", 1)`,
		"Once.Do is no yield point"},
	{"20-two-queries", yieldPoints, "	waitReasonIOWait:                hubGroupOS | hubGroupSocket,", "	waitReasonIOWait:                0,",
		"waiting for a descriptor keeps the hub"},
	{"21-run-twice", "rewrite/find/register.go", "				started = true\n", "				started = false\n",
		"rewrite does not see that main starts the hub already"},
	{"22-patch", "rewrite/rules/select.go", "only = only || !off", "only = only || off",
		"groups that are taken out count as named"},
	{"22-patch", "rewrite/rules/select.go", `var waiters = []string{"thread", `, `var waiters = []string{`,
		"yield points without locks are not refused"},
	{"23-empty-hub", "runtime/greentest/greentest.go", "if before[th.ID] || th.Running {", "if before[th.ID] || true {",
		"threads that are left are not seen"},
	{"23-empty-hub", "runtime/greentest/greentest.go", "green.Pending() - calls; n > 0", "green.Pending() - calls; n < 0",
		"timers that are left are not seen"},
	{"24-server-and-client", "runtime/hub/birth.go", "(hubScope == hubScopeAll || hubInScope(hubStart(gp)))", "hubInScope(hubStart(gp))",
		"goroutines of the standard library run beside the hub"},
	{"25-kill-in-std", "runtime/hub/api.go", "		hubCancel((*g)(gp))\n", "",
		"a kill cancels no context"},
	{"25-kill-in-std", "runtime/hub/shield.go", "	poll_runtime_pollSetDeadline(pd, -1, mode)\n	if gp.hub.shield.cut(); gp.hub.shield.cuts > hubPatience {", "	if gp.hub.shield.cuts > hubPatience {",
		"the pool is not told that a wait was cut"},
	{"25-kill-in-std", shields, `Edit: edit("DB.putConn", entry, "", "if dc.hubCut { err = driver.ErrBadConn }", 1)`, `Edit: edit("DB.putConn", entry, "", "_ = dc.hubCut", 1)`,
		"a connection goes back in the middle of its answer"},
	{"25-kill-in-std", shields, `"Dialer.DialContext", "d.DialContext(hub, network, address)"`, `"Dialer.DialTCP", "d.DialTCP(hub, network, laddr, raddr)"`,
		"net.Dial has no shield"},
	{"25-kill-in-std", shields, `"defer hubCancel(cancel).EndErr(&err)"`, `"_ = hubCancel"`,
		"http.Transport has no shield"},
	{"25-kill-in-std", shields, `"defer hubEnd(hubWhole())", 1), Why: "the connection's reader waits`, `"", 1), Why: "the connection's reader waits`,
		"who reads the end of a body leaves the connection's reader alone"},
	{"25-kill-in-std", shields, `"c.hubWait()"`, `"c.Wait()"`,
		"a process that Run waits for is left"},
	{"25-kill-in-std", shields, `edit("Conn.Cmd", entry, "", "defer hubEnd(hubWhole())", 1)`, `edit("Conn.Cmd", entry, "", "", 1)`,
		"a command that was cut keeps its turn in the pipeline"},
	{"25-kill-in-std", shields, `	shieldFD("net/rpc/client.go", "DialHTTPPath"`, `	//`,
		"rpc.DialHTTP loses the connection"},
	{"25-kill-in-std", "rewrite/rules/thread.go", `	{File: "runtime/pprof/pprof.go"`, `	//`,
		"a profile is not written when the next one begins"},
	{"25-kill-in-std", "rewrite/rules/thread.go", `	{File: "runtime/trace/subscribe.go", Edit: edit("traceMultiplexer.unsubscribeTraceStartWriter"`, `	//`,
		"the next trace hangs"},
	{"25-kill-in-std", "rewrite/rules/thread.go", `	{File: "runtime/trace/subscribe.go", Edit: edit("traceMultiplexer.unsubscribeFlightRecorder"`, `	//`,
		"a flight recorder stays on"},
	{"25-kill-in-std", "rewrite/rules/thread.go", `edit("Profile", replace, "sleep(r, time.Duration(sec)*time.Second)", "defer pprof.StopCPUProfile(); sleep(`, `edit("Profile", replace, "sleep(r, time.Duration(sec)*time.Second)", "sleep(`,
		"a killed request leaves a profile on"},
	{"25-kill-in-std", shields, `	{File: "mime/multipart/formdata.go"`, `	//`,
		"a form's temporary file is left"},
	{"25-kill-in-std", shields, `	shieldCtx("net/dial.go", "ListenConfig.Listen"`, `	//`,
		"a listener's socket is lost in Control"},
	{"25-kill-in-std", shields, `	shieldCtx("net/dial.go", "ListenConfig.ListenPacket"`, `	//`,
		"likewise that of a packet connection"},
	{"25-kill-in-std", shields, `	shieldCtx("net/http/clientconn.go", "Transport.NewClientConn"`, `	//`,
		"Transport.NewClientConn loses the connection"},
	{"25-kill-in-std", shields, `edit("http1ClientConn.RoundTrip", before, "treq := &transportRequest{Request: req, trace: trace, ctx: ctx, cancel: cancel}", "defer hubCancel(cancel).Final().End()", 1)`, `edit("http1ClientConn.RoundTrip", entry, "", "", 1)`,
		"a connection in the middle of an answer is kept"},
	{"25-kill-in-std", shields, `"http2ClientConn.roundTrip", before, "go cs.doRequest(req, streamf)", "defer hubStream(cs).End()"`, `"http2ClientConn.roundTrip", before, "go cs.doRequest(req, streamf)", "_ = hubStream"`,
		"the server is not told that nobody waits for a stream of HTTP/2"},
	{"25-kill-in-std", shields, `"http2transportResponseBody.Close", entry, "", "defer hubEndFD(hubBegin())"`, `"http2transportResponseBody.Close", entry, "", ""`,
		"the lock of those who write to HTTP/2 stays locked"},
	{"25-kill-in-std", shields, `"hubConn(t.connPool(), req, addr)"`, `"t.connPool().GetClientConn(req, addr)"`,
		"HTTP/2's pool stays locked"},
	{"25-kill-in-std", shields, `"http2traceGotConn(req, cc, reused)", "hubGotConn(req, cc, reused)"`, `"http2traceGotConn(req, cc, reused)", "http2traceGotConn(req, cc, reused)"`,
		"a stream that is reserved is not given back by GotConn"},
	{"25-kill-in-std", "runtime/hub/shield.go", "gp.hub.shield.cut() // the outer ones", "// the outer ones",
		"a kill is lost in a shield inside another"},
	{"25-kill-in-std", shields, `	{File: "io/pipe.go", Edit: edit("pipe.write"`, `	//`,
		"a killed writer leaves who reads from its io.Pipe waiting"},
	{"25-kill-in-std", shields, `	{File: "io/pipe.go", Edit: edit("pipe.read"`, `	//`,
		"a killed reader leaves who writes to its io.Pipe waiting"},
	{"25-kill-in-std", shields, `	{File: "net/pipe.go", Edit: edit("pipe.write"`, `	//`,
		"likewise of net.Pipe"},
	{"25-kill-in-std", shields, `	{File: "net/pipe.go", Edit: edit("pipe.read"`, `	//`,
		"likewise"},
	{"slowcall.txtar", "runtime/hub/site.go", "		to := max(n-1, 0)\n", "		to := n\n",
		"a slow place whose calls have become short is never forgotten"},
	{"slowcall.txtar", "runtime/hub/site.go", "s.slow.Load() >= hubSlowTimes", "false",
		"a call that was rescued twice is rescued for ever"},
	{"outside.txtar", "runtime/hub/park.go", "	if hub.nremote.Load() != 0 {\n", "	if false {\n",
		"who yields goes before those that became ready outside"},
	{"outside.txtar", "runtime/hub/leave.go", "	if !gp.hub.green || gp.hub.owner {\n", "	if true {\n",
		"a thread that is back from C waits for a processor first"},
	{"workers.txtar", "runtime/hub/workers.go", "	if !hubPrefork.parent {\n		return all\n", "	if true {\n		return all\n",
		"the parent of workers initializes the program"},
	{"workers.txtar", "runtime/hub/workers.go", "	if w.number != 0 {\n", "	if false {\n",
		"a worker does not take the sockets of systemd"},
	{"workers.txtar", "runtime/hub/net/http/workers.go", "s.doKeepAlives() && !hubworkers.Ending()", "s.doKeepAlives()",
		"a worker that is to end keeps connections of busy clients"},
	{"workers.txtar", "runtime/hub/internal/poll/workers.go", "	if c.Stopped.Load() {\n", "	if false {\n",
		"a worker that is replaced goes on to accept"},
	{"workers.txtar", "runtime/hub/internal/hubworkers/sockets.go", "	p.dropSocket(l, key)\n}\n\n// forget", "}\n\n// forget",
		"connections come to a listener that was closed"},
	{"workers.txtar", "runtime/hub/internal/hubworkers/output.go", "		if err != nil || n == len(buf) {\n", "		if true {\n",
		"lines of workers are cut"},
	{"workers.txtar", "runtime/hub/internal/hubworkers/worker.go", "	for wait := time.Millisecond; poll.HubConns.Open.Load() != 0;", "	for wait := time.Millisecond; false;",
		"a worker does not wait for its connections"},
	{"pollsbehind.txtar", "runtime/hub/park.go", "	if hubLate != 0 {\n		hubPutOver(gp)\n", "	if false {\n		hubPutOver(gp)\n",
		"each thread that polls has a slice in each wait of the others"},
	{"outside.txtar", "runtime/hub/hub.go", "		if sched.runq.empty() {\n", "		if true {\n",
		"who waits in the scheduler's global queue waits for sixty turns"},
	{"pollsturns.txtar", "runtime/hub/queue.go", "(hub.yielded >= uint32(hub.runq.size) || ", "(false || ",
		"who polls by Gosched keeps who is polled for waiting for a slice"},
	{"pollsturns.txtar", "runtime/hub/queue.go", "	if first || hub.overRuns {\n", "	if first || true {\n",
		"others whose slice is over have who waits begin to wait again"},
	{"late.txtar", "rewrite/rules/thread.go", `edit("runtime_setProfLabel", end, "", "hubSlice()", 1)`, `edit("runtime_setProfLabel", end, "", "_ = hubSlice", 1)`,
		"who sets a label does not yield behind it"},
	{"killcalls.txtar", "runtime/hub/calls.go", ">= limit) {\n", ">= limit) || true {\n",
		"who calls C in a loop is not killed"},
	{"killcalls.txtar", "runtime/hub/interrupt.go", "		if hubAtEnd(gp, &u.frame, entry) {\n", "		if hubAtEnd(gp, &u.frame, entry) && false {\n",
		"a kill takes a deferred call away"},
	{"killcalls.txtar", "runtime/hub/interrupt.go", "; hubOfRuntime(name) || ", "; false && hubOfRuntime(name) || ",
		"a kill comes between what is acquired and the defer statement behind it"},
	{"killcalls.txtar", "runtime/hub/slice.go", "	if !holds {\n", "	if true {\n",
		"a reader that yields late and is to be killed keeps its lock"},
	{"killcalls.txtar", "runtime/hub/slice.go", "		if hubAtEnd(gp, &u.frame, entry) || funcname(u.frame.fn) == \"runtime.deferreturn\" {\n", "		if false {\n",
		"a deferred call is lost where a slice ends in it"},
	{"killclose.txtar", "rewrite/rules/thread.go", `replace, "runtime_Semacquire(&fd.csema)", "hubClosed(&fd.csema)", 1)`, `replace, "runtime_Semacquire(&fd.csema)", "runtime_Semacquire(&fd.csema)", 1)`,
		"a kill takes the wait of Close for one for the descriptor's mutex"},
	{"killresponse.txtar", "rewrite/rules/shield.go", `edit("chunkWriter.Write", entry, "", "defer hubEnd(hubWhole())", 1)`, `edit("chunkWriter.Write", entry, "", "_ = hubWhole", 1)`,
		"an answer that was cut by a kill goes on with the next one"},
	{"simchild.txtar", "runtime/hub/sim_child.go", "	if gp := hub.holder.ptr(); gp != nil && gp.hub.owner && readgstatus(gp)&^_Gscan == _Gwaiting && hubKeepsIn(gp) {\n		return false\n	}\n",
		"	for began := nanotime1(); nanotime1()-began < 5e6; {\n		if gp := hub.holder.ptr(); gp != nil && gp.hub.owner && readgstatus(gp)&^_Gscan == _Gwaiting {\n			return false\n		}\n	}\n",
		"the watchman asks for descriptors just as a thread gives the hub away"},
	{"stacksize.txtar", "runtime/hub/birth.go", "	if gp.sched.pc == gp.startpc {\n", "	if false {\n",
		"threads that have not run make new stacks smaller"},
}

// hangs says what goes on for ever, by what is broken, where that is all that a test
// sees: its time limit. A slow machine would do for any other mutant.
var hangs = map[string]string{
	"HTTP/2's pool stays locked":                                        "the next request, which waits for the lock of the pool",
	"the hub is not taken from a thread that is stuck in a system call": "the open of a FIFO whose writer has no turn",
	"the second reader of a descriptor keeps the hub":                   "Close, whose reader is ready and has no turn",
	"a wake-up from outside is lost while the hub is busy":              "who was woken is ready, and in no queue",
	"a busy loop keeps the hub for ever":                                "the loop, for who is polled for has no turn",
	"waiting for a descriptor keeps the hub":                            "Accept in the database, for who serves a connection has no turn",
}

const shields = "rewrite/rules/shield.go"

// apply returns the file with the mutation.
func (m mutant) apply(text string) (string, error) {
	if n := strings.Count(text, m.old); n != 1 {
		return "", fmt.Errorf("%s: the text to be replaced by the mutation of %s is there %d times, want 1: %s", m.file, m.behaviour, n, m.old)
	}
	return strings.Replace(text, m.old, m.new, 1), nil
}

// Every behaviour has a mutant, and every mutation still applies.
func TestMutantTable(t *testing.T) {
	broken := map[string]bool{}
	for _, m := range mutants {
		broken[m.behaviour] = true
		if test, _ := m.test(); test == "TestScript" {
			if _, err := os.Stat(filepath.Join("../../testdata/script", m.behaviour)); err != nil {
				t.Error(err)
			}
		} else if !slices.ContainsFunc(behaviourTable, func(b behaviour) bool { return b.name == m.behaviour }) {
			t.Errorf("%s is no behaviour", m.behaviour)
		}
		text, err := os.ReadFile(filepath.Join("../..", m.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.apply(string(text)); err != nil {
			t.Error(err)
		}
	}
	for why := range hangs {
		if !slices.ContainsFunc(mutants, func(m mutant) bool { return m.why == why }) {
			t.Errorf("no mutant hangs because %s", why)
		}
	}
	for _, b := range behaviourTable {
		if !broken[b.name] {
			t.Errorf("%s has no mutant", b.name)
		}
	}
}

// timeIsUp is what run.try says of a program that has not ended.
const timeIsUp = "context deadline exceeded"

// said is the first line of a failed test that says why.
func said(text string) string {
	for _, pattern := range []string{`WRONG: .*`, `fatal error: .*`, timeIsUp, `the ticker stands still`, `(_test\.go|\.txtar):\d+: .*`} {
		for _, line := range regexp.MustCompile(pattern).FindAllString(text, -1) {
			if !strings.HasSuffix(line, prints) {
				return line
			}
		}
	}
	return text
}

// TestMutants runs the tests of the behaviours in a copy of the repository: each
// passes, and fails for each mutant of its behaviour, and not because something does
// not build. It takes a minute for each (make mutants). Some rows, in the order of the
// table: GREENIFY_MUTANTS=1 go test ./cmd/greenify -run 'TestMutants/^19-fairness(#05)?$' -v
func TestMutants(t *testing.T) {
	if os.Getenv("GREENIFY_MUTANTS") == "" {
		t.Skip("run by make mutants")
	}
	dir := t.TempDir()
	repo := filepath.Join(dir, "repo")
	list := runCommand(t, "../..", 0, nil, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	for name := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(repo, name), string(data))
	}
	// The patched standard libraries of the mutants are of no use to anybody.
	t.Setenv("GREENIFYCACHE", filepath.Join(dir, "cache"))
	t.Setenv("GREENIFY_MUTANTS", "")
	t.Setenv("GREENIFY_KINDS", "1")
	t.Setenv("GREENIFY_CMD", filepath.Join(dir, "greenify"))
	build := func(t *testing.T) {
		runCommand(t, repo, 0, nil, "go", "build", "-o", os.Getenv("GREENIFY_CMD"), "./cmd/greenify")
	}
	run := func(tests string) (text string, err error) {
		cmd := exec.Command("go", "test", "./cmd/greenify", "-run", tests, "-count=1", "-timeout=20m")
		cmd.Dir = repo
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	passes := map[string]bool{} // tests that pass without a mutation
	fmt.Printf("%-22s %-66s %s\n", "behaviour", "broken on purpose", "its test says")
	for _, m := range mutants {
		t.Run(m.behaviour, func(t *testing.T) {
			test, sub := m.test()
			only := "^" + test + "$/^" + sub + "$"
			if !passes[only] {
				build(t)
				if text, err := run(only); err != nil {
					t.Fatalf("without a mutation: %v\n%s", err, text)
				}
				passes[only] = true
			}
			begin := time.Now()
			path := filepath.Join(repo, m.file)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text, err := m.apply(string(data))
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, text)
			defer write(t, path, string(data))
			build(t)
			if test == "TestScript" { // a script does not tell what does not build
				runCommand(t, filepath.Join(repo, "testdata/behaviours"), 0, nil, os.Getenv("GREENIFY_CMD"), "build", "-o", os.DevNull, "./19-fairness")
			}
			text, err = run(only)
			switch {
			case err == nil:
				t.Errorf("%s, and no test fails", m.why)
			case !strings.Contains(text, "--- FAIL: "+test+"/"+sub) || strings.Contains(text, notBuilt+": "):
				t.Errorf("%s, but its test did not run: %v\n%s", m.why, err, text)
			case said(text) == timeIsUp && hangs[m.why] == "":
				t.Errorf("%s, and only its time limit ends its test: say in hangs what goes on for ever, if it does\n%s", m.why, text)
			default:
				line := said(text)
				if line == timeIsUp {
					line = "hangs: " + hangs[m.why]
				}
				fmt.Printf("%-22s %-66s %s (%.0f s)\n", m.behaviour, m.why, line, time.Since(begin).Seconds())
			}
		})
	}
}
