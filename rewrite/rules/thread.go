package rules

const (
	proc  = "runtime/proc.go"
	sema  = "runtime/sema.go"
	chans = "runtime/chan.go"
	mgc   = "runtime/mgc.go"

	hashTrie = "internal/sync/hashtriemap.go"
	uncut    = "hubUncut(1); defer hubUncut(-1)"
	gzipped  = "killed := true; defer func() { if killed { hubRelock(&gz.mu) } }(); zr, err := gzipPoolGet(gz.body); killed = false; hubUncut(1); defer hubUncut(-1)"
)

// thread makes goroutines green threads. The compiler lowers every go
// statement, channel operation and select to calls into package runtime, and
// sync's primitives, timers and the poller wait there too; all of them stop in
// gopark and go on by ready. So patching how a goroutine is started, parked and
// readied patches every form of every statement in every package, with native
// channels, semaphores and timers, and nothing to get wrong at a call site.
var thread = []Leaf{
	// What a goroutine is.
	{File: "runtime/runtime2.go", Edit: edit("g", after, "bubble *synctestBubble", "hub hubState", 1), Why: "every goroutine knows whether it is green and owns the hub"},
	{File: proc, Edit: edit("main", after, "gcenable()", "hubInit()", 1), Why: "main is the first green thread, before any package is initialized"},
	{File: proc, Edit: edit("newproc1", before, "newg.bubble = callergp.bubble", "hubAdmit(newg)", 1), Why: "goroutines are born green, the runtime's own native"},
	{File: proc, Edit: edit("newproc", before, "runqput(pp, newg, true)", "if hubSpawn(newg) { return }", 1), Why: "go statement: the thread waits for its turn, first in first out"},

	// Ready: every way in which a waiting goroutine becomes runnable.
	{File: proc, Edit: edit("ready", before, "runqput(mp.p.ptr(), gp, next)", "if gp.hub.waits() && hubReady(gp) { releasem(mp); return }", 1), Why: "wake-up by a channel, semaphore, timer or native goroutine"},
	{File: proc, Edit: edit("injectglist", replace, "gQueue{glist.head, tail.guintptr(), glist.size}", "hubFilter(gQueue{glist.head, tail.guintptr(), glist.size})", 1), Why: "wake-up by the poller"},
	{File: proc, Edit: edit("injectglist", after, "*glist = gList{}", "if q.empty() { return }", 1), Why: "nothing left for the native scheduler"},
	{File: proc, Edit: edit("schedule", before, "if gp.lockedm != 0 {", "if gp.hub.waits() && hubReady(gp) { goto top }", 1), Why: "a goroutine that findRunnable took straight from the poller"},

	// Every change of a goroutine's state.
	{File: proc, Edit: edit("casgstatus", replace, "gp.atomicstatus.CompareAndSwap(oldval, newval)", "hubSetStatus(gp, oldval, newval)", 1), Why: "a locked instruction only where somebody else may change the state"},
	{File: proc, Edit: edit("casgstatus", replace, "gTrackingPeriod", "hubTrackingPeriod", 2), Why: "the clock is read for one run of 64"},
	{File: "runtime/coro.go", Edit: edit("coroswitch_m", replace, "gp.atomicstatus.CompareAndSwap(_Grunning, _Gwaiting)", "hubSetStatus(gp, _Grunning, _Gwaiting)", 1), Why: "likewise: iter.Pull"},
	{File: "runtime/coro.go", Edit: edit("coroswitch_m", replace, "gnext.atomicstatus.CompareAndSwap(_Gwaiting, _Grunning)", "hubSetStatus(gnext, _Gwaiting, _Grunning)", 1), Why: "likewise: iter.Pull"},
	{File: proc, Edit: edit("newproc1", replace, "newg.trackingSeq%gTrackingPeriod", "newg.trackingSeq%hubTrackingPeriod", 1), Why: "the clock is read for one run of 64"},

	// Park, yield, end: the owner passes the hub on.
	{File: proc, Edit: edit("park_m", before, "if fn := mp.waitunlockf; fn != nil {", "passHub := hubRelease(gp)", 1), Why: "before anybody can wake it, the thread gives up the hub"},
	{File: proc, Edit: edit("park_m", before, "execute(gp, true)", "hubKeep(gp, passHub)", 1), Why: "the wait did not happen"},
	{File: proc, Edit: edit("park_m", before, "schedule()", "if passHub { if gp.hub.kill.state != hubKillNone { hubStay(gp) }; hubPass() }", 1), Why: "switch to the next ready thread; one that is to be killed does not stay parked"},
	{File: proc, Edit: edit("goschedImpl", before, "if preempted && sched.gcwaiting.Load() {", "if gp.hub.owner { hubSched(gp, preempted) }", 1), Why: "runtime.Gosched goes behind the ready threads; preemption keeps the hub"},
	{File: proc, Edit: edit("goexit0", before, "gdestroy(gp)", "passHub := hubEnd(gp)", 1), Why: "the thread ends"},
	{File: proc, Edit: edit("goexit0", before, "schedule()", "if passHub { hubPass() }", 1), Why: "switch to the next ready thread"},
	{File: proc, Edit: edit("goexit1", before, "racegoend()", "if gp := getg(); gp.hub.owner { hubRaceRelease(gp) }", 1), Why: "the race detector forgets the thread before goexit0"},
	{File: proc, Edit: edit("execute", before, "gogo(&gp.sched)", "hubRaceRun(gp)", 1), Why: "the race detector hears late of a change of owner that was made without a P"},
	{File: "runtime/race.go", Edit: edit("racefini", entry, "", "getg().hub.hold++", 1), Why: "no other thread runs while the race detector ends the program"},
	{File: proc, Edit: edit("goyield", entry, "", "if getg().hub.owner { return }", 1), Why: "Unlock is not a yield point, and an owner need not go round the native scheduler"},
	{File: "runtime/time.go", Edit: edit("timeSleep", before, "return", "hubSleep0()", 1), Why: "time.Sleep of no time yields"},
	{File: "runtime/debug.go", Edit: edit("NumGoroutine", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields here, too: it may poll for goroutines to end"},
	{File: chans, Edit: edit("chansend1", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: chans, Edit: edit("chanrecv1", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: chans, Edit: edit("chanrecv2", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: chans, Edit: edit("selectnbsend", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: polling by select with default"},
	{File: chans, Edit: edit("selectnbrecv", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: polling by select with default"},
	{File: "runtime/select.go", Edit: edit("selectgo", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: sema, Edit: edit("notifyListNotifyOne", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: Cond.Signal"},
	{File: sema, Edit: edit("notifyListNotifyAll", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: Cond.Broadcast"},
	{File: mutex, Edit: edit("Mutex.Lock", replace, "atomic.CompareAndSwapInt32(&m.state, 0, mutexLocked)", "atomic.CompareAndSwapInt32(&m.state, hubLate, mutexLocked)", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: one word, at which the state never is, so that the comparison that takes the lock finds that, too"},
	{File: mutex, Edit: edit("Mutex.lockSlow", entry, "", "hubSlice()", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: mutex, Edit: edit("Mutex.TryLock", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: rwmutex, Edit: edit("RWMutex.RLock", replace, "rw.readerCount.Add(1) < 0", "r := rw.readerCount.Add(1); r < hubLate", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: the comparison that finds a writer finds that, too"},
	{File: rwmutex, Edit: edit("RWMutex.RLock", replace, "runtime_SemacquireRWMutexR(&rw.readerSem, false, 0)", "rw.hubRLockSlow(r)", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: rwmutex, Edit: edit("RWMutex.TryRLock", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: rwmutex, Edit: edit("RWMutex.TryLock", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "sync/once.go", Edit: edit("Once.Do", replace, "!o.done.Load()", "!o.done.Load() || hubLate != 0", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "sync/once.go", Edit: edit("Once.doSlow", entry, "", "if hubSlice(); o.done.Load() { return }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "sync/waitgroup.go", Edit: edit("WaitGroup.Add", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "sync/waitgroup.go", Edit: edit("WaitGroup.Wait", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "sync/pool.go", Edit: edit("Pool.Get", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: fmt.Sprint"},
	{File: "sync/pool.go", Edit: edit("Pool.Put", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: hashTrie, Edit: edit("HashTrieMap.Load", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: sync.Map"},
	{File: hashTrie, Edit: edit("HashTrieMap.LoadOrStore", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: hashTrie, Edit: edit("HashTrieMap.Swap", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait, and Store"},
	{File: hashTrie, Edit: edit("HashTrieMap.CompareAndSwap", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: hashTrie, Edit: edit("HashTrieMap.LoadAndDelete", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait, and Delete"},
	{File: hashTrie, Edit: edit("HashTrieMap.CompareAndDelete", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: hashTrie, Edit: edit("HashTrieMap.iter", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait: Range"},
	{File: hashTrie, Edit: edit("HashTrieMap.Clear", entry, "", "if hubLate != 0 { hubSlice() }", 1), Why: "a thread whose time slice is over yields at its next operation that may wait"},
	{File: "runtime/coro.go", Edit: edit("coroswitch_m", before, "c := gp.coroarg", "from := hubLend(gp)", 1), Why: "iter.Pull: the iterator's goroutine acts for its caller"},
	{File: "runtime/coro.go", Edit: edit("coroswitch_m", before, "setMNoWB(&gnext.m, mp)", "hubMove(from, gnext)", 1), Why: "iter.Pull: the iterator's goroutine acts for its caller"},
	{File: "runtime/coro.go", Edit: edit("coroswitch_m", before, "gdestroy(gp)", "hubEnd(gp)", 1), Why: "the iterator's goroutine ends"},
	{File: proc, Edit: edit("internal_sync_runtime_canSpin", entry, "", "if getg().hub.green { return false }", 1), Why: "nobody else runs while a green thread spins"},
	{File: proc, Edit: edit("sync_runtime_canSpin", entry, "", "if getg().hub.green { return false }", 1), Why: "nobody else runs while a green thread spins"},

	// Code of the program that the runtime calls on goroutines of its own.
	{File: "runtime/mfinal.go", Edit: edit("runFinalizers", before, "fingStatus.Or(fingRunningFinalizer)", "hubBatch()", 1), Why: "finalizers run as a green thread, not beside one: a batch in one turn"},
	{File: "runtime/mfinal.go", Edit: edit("runFinalizers", after, "fb = next", "; if fb == nil { hubFinalized() }", 1), Why: "finalizers run as a green thread until there are no more"},
	{File: "runtime/mcleanup.go", Edit: edit("runCleanups", before, "c.call(c.fn, c.arg)", "hubBatch()", 1), Why: "so do cleanups"},
	{File: "runtime/mcleanup.go", Edit: edit("runCleanups", after, "c.call(c.fn, c.arg)", "hubBatched()", 1), Why: "the race detector knows each by itself"},
	{File: "runtime/mcleanup.go", Edit: edit("runCleanups", after, "raceacquire(unsafe.Pointer(c.arg))", "hubRaceJoin()", 1), Why: "the race detector knows each by itself"},
	{File: "runtime/mcleanup.go", Edit: edit("runCleanups", after, "raceRestoreCtx(racectx)", "hubRaceJoin()", 1), Why: "the race detector knows each by itself"},
	{File: "runtime/mcleanup.go", Edit: edit("cleanupQueue.dequeue", before, "lock(&q.lock)", "hubLeave()", 1), Why: "cleanups run as a green thread until there are no more"},
	{File: "runtime/cgocall.go", Edit: edit("cgocallbackg", before, "cgocallbackg1(fn, frame, ctxt)", "enters := hub.on && gp.m.isextra && !gp.hub.green; if enters { hubEnter(true) }", 1), Why: "so does a callback from a thread that C made"},
	{File: "runtime/cgocall.go", Edit: edit("cgocallbackg", after, "cgocallbackg1(fn, frame, ctxt)", "if enters { hubLeave() }", 1), Why: "so does a callback from a thread that C made"},
	{File: mgc, Edit: edit("GC", entry, "", "defer hubCollected(hubCollects())", 1), Why: "runtime.GC blocks its caller: other threads run during the collection"},
	{File: "runtime/mheap.go", Edit: edit("runtime_debug_freeOSMemory", entry, "", "defer hubCollected(hubCollects())", 1), Why: "runtime.GC blocks its caller: other threads run during the collection"},

	// Kill: the wait was cut (hub/kill.go).
	{File: proc, Edit: edit("gopark", end, "", "if getg().hub.kill.state == hubKillCut { hubBehind(reason) }", 1), Why: "a killed thread unwinds where it waited"},
	{File: proc, Edit: edit("exitsyscall", replace, "Gosched()", "mcall(gopreempt_m)", 1), Why: "no yield point"},
	{File: "runtime/select.go", Edit: edit("selectgo", before, "if cas == nil {", "if gp.hub.kill.state == hubKillCut { selunlock(scases, lockorder); hubUnwind() }", 1), Why: "a killed thread has left the queues of all cases"},
	{File: sema, Edit: edit("notifyListWait", before, "if l.tail == nil {", "s.prev = l.tail", 1), Why: "a killed thread is taken out of the list at once, wherever it stands"},
	{File: sema, Edit: edit("notifyListWait", after, "l.tail = s", "hubSort(l, s)", 1), Why: "the list is in the order of the tickets"},
	{File: sema, Edit: edit("notifyListWait", before, "if t0 != 0 {", "if hubGone(s) { getg().waiting = nil; return }", 1), Why: "a killed thread leaves Cond.Wait; its entry may stay, for its ticket and those behind it"},
	{File: sema, Edit: edit("notifyListNotifyOne", before, "if n == nil {", "s.prev = nil; if n != nil { n.prev = p }", 1), Why: "the list is linked both ways"},
	{File: sema, Edit: edit("notifyListNotifyOne", before, "unlock(&l.lock)", "hubPassOver(l)", 3), Why: "a signal goes past tickets of killed threads"},
	{File: sema, Edit: edit("notifyListNotifyAll", before, "s.next = nil", "s.prev = nil; if hubGone(s) { s.next = nil; s = next; continue }", 1), Why: "a signal goes past tickets of killed threads"},
	{File: "sync/cond.go", Edit: edit("Cond.Wait", before, "c.L.Lock()", "hubUncut(1); defer hubRelocked()", 1), Why: "a thread killed in Wait unwinds with c.L locked"},
	{File: "net/http/server.go", Edit: edit("Server.Close", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of s.mu (data has, in relock.tsv, all of this form)"},
	{File: "crypto/tls/common.go", Edit: edit("Config.ticketKeys", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of c.mutex"},
	{File: "crypto/tls/common.go", Edit: edit("Config.initLegacySessionTicketKeyRLocked", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of c.mutex"},
	{File: "crypto/tls/quic.go", Edit: edit("Conn.quicWaitForSignal", replace, "c.handshakeMutex.Lock()", "hubRelock(&c.handshakeMutex)", 1), Why: "a thread killed in Wait unwinds with c.L locked, of c.handshakeMutex"},
	{File: "go/token/position.go", Edit: edit("FileSet.Iterate", replace, "defer s.mutex.RLock()", "defer hubRelock(s.mutex.RLocker())", 1), Why: "a thread killed in Wait unwinds with c.L locked, of s.mutex"},
	{File: "net/http/transport.go", Go: ">=go1.27", Edit: edit("gzipReader.acquire", replace, "zr, err := gzipPoolGet(gz.body)", gzipped, 1), Why: "a thread killed in Wait unwinds with c.L locked, of gz.mu, which is unlocked while the head of a body is waited for"},
	{File: "net/http/internal/http2/transport.go", Go: ">=go1.27", Edit: edit("gzipReader.acquire", replace, "zr, err := gzipPoolGet(gz.body)", gzipped, 1), Why: "a thread killed in Wait unwinds with c.L locked"},
	{File: "syscall/exec_unix.go", Edit: edit("forkExec", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of forkingLock; and a child that has been made is returned"},
	{File: "testing/testing.go", Edit: edit("common.Failed", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of c.mu"},
	{File: "testing/testing.go", Edit: edit("common.frameSkip", entry, "", uncut, 1), Why: "a thread killed in Wait unwinds with c.L locked, of c.mu"},
	{File: "runtime/pprof/pprof.go", Edit: edit("StopCPUProfile", entry, "", uncut, 1), Why: "the writer of the profile ends before the next profile begins"},
	{File: "net/http/pprof/pprof.go", Edit: edit("Profile", replace, "sleep(r, time.Duration(sec)*time.Second)", "defer pprof.StopCPUProfile(); sleep(r, time.Duration(sec)*time.Second)", 1), Why: "a killed request leaves no profile on"},
	{File: "net/http/pprof/pprof.go", Edit: edit("Profile", replace, "pprof.StopCPUProfile()", "return", 1), Why: "a killed request leaves no profile on"},
	{File: "net/http/pprof/pprof.go", Edit: edit("Trace", replace, "sleep(r, time.Duration(sec*float64(time.Second)))", "defer trace.Stop(); sleep(r, time.Duration(sec*float64(time.Second)))", 1), Why: "a killed request leaves no trace on"},
	{File: "net/http/pprof/pprof.go", Edit: edit("Trace", replace, "trace.Stop()", "return", 1), Why: "a killed request leaves no trace on"},
	{File: "runtime/trace/subscribe.go", Edit: edit("traceMultiplexer.unsubscribeFlightRecorder", entry, "", uncut, 1), Why: "what is stopped is off, whatever the thread waits for meanwhile"},
	{File: "runtime/trace/subscribe.go", Edit: edit("traceMultiplexer.unsubscribeTraceStartWriter", entry, "", uncut, 1), Why: "what is stopped is off, whatever the thread waits for meanwhile"},
	{File: "sync/once.go", Edit: edit("Once.doSlow", replace, "defer o.done.Store(true)", "defer o.hubDone()", 1), Why: "a function whose value a kill has cut off is called again"},
	{File: "sync/oncefunc.go", Edit: edit("OnceFunc", replace, "d.p = recover()", "if d.p = recover(); !d.valid && d.p == nil && hubDying() { d.valid = true }", 1), Why: "a kill is no panic: the function counts as called, as in Once.Do"},
	{File: "sync/oncefunc.go", Edit: edit("OnceValue", replace, "d.f = nil", "f := d.f; d.f = nil", 1), Why: "a kill is no panic: the next caller calls the function again, for it needs the value"},
	{File: "sync/oncefunc.go", Edit: edit("OnceValue", replace, "d.p = recover()", "if d.p = recover(); !d.valid && d.p == nil && hubDying() { d.f = f; hubAgain(true); return }", 1), Why: "a kill is no panic: the next caller calls the function again, for it needs the value"},
	{File: "sync/oncefunc.go", Edit: edit("OnceValues", replace, "d.f = nil", "f := d.f; d.f = nil", 1), Why: "a kill is no panic: the next caller calls the function again, for it needs the value"},
	{File: "sync/oncefunc.go", Edit: edit("OnceValues", replace, "d.p = recover()", "if d.p = recover(); !d.valid && d.p == nil && hubDying() { d.f = f; hubAgain(true); return }", 1), Why: "a kill is no panic: the next caller calls the function again, for it needs the value"},
	{File: sema, Edit: edit("semaRoot.queue", after, "t.prev = nil", "t.prev = s", 1), Why: "waiters are linked both ways: a killed thread is taken out at once"},
	{File: sema, Edit: edit("semaRoot.queue", before, "if t.waittail == nil {", "s.prev = hubLast(t)", 1), Why: "waiters are linked both ways: a killed thread is taken out at once"},
	{File: sema, Edit: edit("semacquire1", replace, "root.queue(addr, s, lifo)", "if reason == waitReasonSyncRWMutexRLock && hubJoin(addr) { root.nwait.Add(-1); unlock(&root.lock); break }; root.queue(addr, s, lifo)", 1), Why: "a writer that was killed keeps no reader out"},
	{File: rwmutex, Edit: edit("RWMutex.rUnlockSlow", replace, "rw.readerWait.Add(-1) == 0", "rw.hubLeft(rw.readerWait.Add(-1))", 1), Why: "the last reader undoes what a killed writer has announced"},
	{File: rwmutex, Edit: edit("RWMutex.Lock", replace, "r != 0 && rw.readerWait.Add(r) != 0", "r != 0 && rw.hubWaits(r)", 1), Why: "a writer goes on where a killed one has left off"},
	{File: rwmutex, Edit: edit("RWMutex.TryLock", after, "rw.w.Unlock()", "rw.hubUndo()", 1), Why: "a writer goes on where a killed one has left off: a reader may have left meanwhile"},
	{File: rwmutex, Edit: edit("RWMutex.TryRLock", replace, "c < 0", "c < 0 && !rw.hubAbandoned()", 1), Why: "a writer that was killed keeps no reader out"},
	{File: rwmutex, Edit: edit("RWMutex.TryRLock", replace, "rw.readerCount.CompareAndSwap(c, c+1)", "c >= 0 && rw.readerCount.CompareAndSwap(c, c+1) || c < 0 && rw.hubJoin()", 1), Why: "a writer that was killed keeps no reader out"},
	{File: sema, Edit: edit("poll_runtime_Semacquire", entry, "", "getg().hub.kill.fd = true", 1), Why: "a kill must know whose semaphore it is"},
	{File: sema, Edit: edit("poll_runtime_Semacquire", end, "", "getg().hub.kill.fd = false", 1), Why: "a kill must know whose semaphore it is"},

	// The runtime's own waits in the middle of an allocation are no yield points.
	{File: mgc, Edit: edit("gcStart", before, "semacquire(&work.startSema)", "getg().hub.hold++", 1), Why: "starting a collection is not a yield point"},
	{File: mgc, Edit: edit("gcStart", after, "semrelease(&work.startSema)", "getg().hub.hold--", 2), Why: "starting a collection is not a yield point"},
	{File: mgc, Edit: edit("GC", before, "Gosched()", "getg().hub.hold++", 2), Why: "waiting for the sweeper is not a yield point"},
	{File: mgc, Edit: edit("GC", after, "Gosched()", "getg().hub.hold--", 2), Why: "waiting for the sweeper is not a yield point"},
	{File: "runtime/mgcmark.go", Edit: edit("gcAssistAlloc", before, "Gosched()", "gp.hub.hold++", 1), Why: "an allocation is not a yield point"},
	{File: "runtime/mgcmark.go", Edit: edit("gcAssistAlloc", after, "Gosched()", "gp.hub.hold--", 1), Why: "an allocation is not a yield point"},
	{File: proc, Edit: edit("goschedguarded_m", replace, "goschedImpl(gp, false)", "goschedImpl(gp, true)", 1), Why: "a large allocation is not a yield point"},
	{File: sema, Edit: edit("semacquire", before, "semacquire1(addr, false, 0, 0, waitReasonSemacquire)", "getg().hub.hold++", 1), Why: "the runtime's own semaphores are no yield points"},
	{File: sema, Edit: edit("semacquire", after, "semacquire1(addr, false, 0, 0, waitReasonSemacquire)", "getg().hub.hold--", 1), Why: "the runtime's own semaphores are no yield points"},
	{File: mgc, Edit: edit("gcMarkDone", after, "semacquire(&work.markDoneSema)", "getg().hub.hold++", 1), Why: "who has a semaphore of the runtime's own is not cut: who waits for it keeps the hub"},
	{File: mgc, Edit: edit("gcMarkDone", after, "semrelease(&work.markDoneSema)", "getg().hub.hold--", 2), Why: "who has a semaphore of the runtime's own is not cut: who waits for it keeps the hub"},
	{File: proc, Edit: edit("stopTheWorldGC", before, "semacquire(&gcsema)", "getg().hub.hold++", 1), Why: "who has a semaphore of the runtime's own is not cut: who waits for it keeps the hub"},
	{File: proc, Edit: edit("startTheWorldGC", after, "semrelease(&gcsema)", "getg().hub.hold--", 1), Why: "who has a semaphore of the runtime's own is not cut: who waits for it keeps the hub"},
	{File: "runtime/mprof.go", Edit: edit("goroutineProfileWithLabelsConcurrent", before, "semacquire(&goroutineProfile.sema)", "getg().hub.hold++", 1), Why: "who has a semaphore of the runtime's own is not cut: who waits for it keeps the hub"},
	{File: "runtime/mprof.go", Edit: edit("goroutineProfileWithLabelsConcurrent", after, "semrelease(&goroutineProfile.sema)", "getg().hub.hold--; hubSlice()", 2), Why: "who has a semaphore of the runtime's own is not cut, but yields behind it: who waits for it keeps the hub"},
	{File: "runtime/trace.go", Edit: edit("StartTrace", replace, "semacquire", "hubSemacquire", 2), Why: "starting and stopping a trace is a yield point: it waits for a green thread, the reader"},
	{File: "runtime/trace.go", Edit: edit("traceAdvance", replace, "semacquire(&traceAdvanceSema)", "hubSemacquire(&traceAdvanceSema)", 1), Why: "starting and stopping a trace is a yield point: it waits for a green thread, the reader"},
	{File: "runtime/trace.go", Edit: edit("traceAdvance", replace, "semacquire(&traceShutdownSema)", "hubSemacquire(&traceShutdownSema)", 1), Why: "starting and stopping a trace is a yield point: it waits for a green thread, the reader"},
	{File: "runtime/trace.go", Edit: edit("traceAdvance", replace, "semacquire(&trace.doneSema[gen%2])", "hubSemacquire(&trace.doneSema[gen%2])", 1), Why: "starting and stopping a trace is a yield point: it waits for a green thread, the reader"},

	// System calls.
	{File: proc, Edit: edit("exitsyscall", entry, "", "if getg().hub.slow.place != 0 { hubSiteBack() }", 1), Why: "back from a call of a slow place: it was slow again, or was not"},
	{File: proc, Edit: edit("exitsyscall", before, "return", "if gp.hub.green && (!gp.hub.owner || hubLate != 0) { mcall(hubReenter) }", 1), Why: "back from a call that lost the hub, or after which the time slice is over"},
	{File: proc, Edit: edit("exitsyscall", end, "", "if gp.hub.green && (!gp.hub.owner || hubLate != 0) { mcall(hubReenter) }", 1), Why: "back from a call that lost the hub, or after which the time slice is over"},
	{File: proc, Edit: edit("exitsyscallNoP", after, "dropg()", "hubBack(gp)", 1), Why: "back from a call that lost the hub and its P: waits for the hub alone, not for a P first"},
	{File: proc, Edit: edit("sysmon", replace, "retake(now)", "hubRetake(now)", 1), Why: "rescues the hub from a call that blocks"},
	{File: proc, Edit: edit("sysmon", replace, "debug.schedtrace <= 0", "debug.schedtrace <= 0 && !hubWaiting()", 1), Why: "no deep sleep while ready threads wait for the hub"},
	{File: proc, Edit: edit("sysmon", after, "sched.sysmonwait.Store(true)", "if hubWaiting() { next = now }", 1), Why: "no deep sleep while ready threads wait for the hub: hubReady wakes sysmon only if that is set"},

	// A thread that computes and is to be killed (hub/interrupt.go).
	{File: "runtime/stack.go", Edit: edit("newstack", before, "gopreempt_m(gp)", "hubKillAtCall(gp)", 1), Why: "a thread that computes and is to be killed ends at a call"},
	{File: "runtime/signal_unix.go", Edit: edit("doSigPreempt", replace, "wantAsyncPreempt(gp)", "wantAsyncPreempt(gp) && !hubKillsHere(gp, ctxt)", 1), Why: "a thread that computes in a loop without calls and is to be killed ends where it is"},
	{File: "runtime/signal_unix.go", Edit: edit("sigpanic", entry, "", "hubSigpanic()", 1), Why: "a thread that computes in a loop without calls and is to be killed ends where it is: as by a nil pointer there"},

	// The watchdog for a thread that keeps the hub.
	{File: "runtime/signal_unix.go", Edit: edit("doSigPreempt", entry, "", "hubSample(gp, ctxt)", 1), Why: "the stack of a thread that keeps the hub, taken where the signal finds it"},
	{File: "testing/testing.go", Edit: edit("M.Run", entry, "", "hubTest()", 1), Why: "tests report a thread that keeps the hub for longer than 100 ms, and where a channel of a deadlock was made"},
	{File: "testing/testing.go", Edit: edit("M.before", before, "testlogFile = f", `os.Getenv("GREENIFY")`, 1), Why: "the go command keeps results of tests by the variables that they read through package os, from here on"},
	{File: "testing/testing.go", Edit: edit("M.startAlarm", replace, "time.AfterFunc", "hubAfterFunc", 1), Why: "-timeout ends a test that keeps the hub"},
	{File: "runtime/metrics.go", Edit: edit("schedStatsAggregate.compute", replace, "uint64(sched.runq.size)", "uint64(sched.runq.size + hubQueued())", 1), Why: "runtime/metrics counts ready threads as runnable"},

	// Reports.
	{File: "sync/waitgroup.go", Edit: edit("WaitGroup.Go", before, "go func() {", "hubStartHere()", 1), Why: "a thread is started, and in the scope of the patch or not, where WaitGroup.Go is called"},
	{File: "runtime/extern.go", Edit: edit("GOROOT", replace, "defaultGOROOT", "hubFile(defaultGOROOT)", 1), Why: "the release's own folder"},
	{File: "runtime/symtab.go", Edit: edit("funcfile", replace, "gostringnocopy(&datap.filetab[fileoff])", "hubFile(gostringnocopy(&datap.filetab[fileoff]))", 1), Why: "stack traces and runtime.Caller name the release's files, not the private toolchain's"},
	{File: proc, Edit: edit("checkdead", replace, `fatal("all goroutines are asleep - deadlock!")`, "hubDeadlock()", 1), Why: "the deadlock report"},
	{File: mgc, Edit: edit("setSyncObjectsUntraceable", replace, "sg = sg.waitlink", "sg = hubWaitsToo(gp, sg)", 2), Why: "the proof is linear in the waiters of a lock"},
	{File: mgc, Edit: edit("gcRestoreSyncObjects", replace, "sg = sg.waitlink", "sg = hubWaitsToo(gp, sg)", 1), Why: "the proof is linear in the waiters of a lock"},
	{File: mgc, Edit: edit("findGoroutineLeaks", replace, "sg = sg.waitlink", "sg = hubWaitsToo(gp, sg)", 2), Why: "the proof is linear in the waiters of a lock"},
	{File: "runtime/signal_unix.go", Edit: edit("sighandler", after, "tracebackothers(gp)", "; hubQuit(sig)", 1), Why: "SIGQUIT: who waits for what"},
	{File: chans, Edit: edit("hchan", after, "elemsize uint16", "made hubPlace", 1), Why: "where the channel was made, in what would be padding"},
	{File: chans, Edit: edit("makechan", before, "lockInit(&c.lock, lockRankHchan)", "if hubMade > 0 { c.made = hubHere() }", 1), Why: "GREENIFY=made=1: for reports of deadlocks"},
	{File: "testing/testing.go", Edit: edit("M.after", before, "m.writeProfiles()", "hubTestEnd()", 1), Why: "deadlocks of some threads, at the end of the tests or at -timeout"},
	{File: "runtime/malloc.go", Edit: edit("mallocgc", replace, "size < maxTinySize && gp.secret == 0", "size < maxTinySize && gp.secret == 0 && !hubHasLock(typ)", 1), Why: "a lock shares no block with other objects, which would hide from the collector that nobody has it"},
	{File: "runtime/malloc_generated.go", Go: ">=go1.27", Edit: edit("mallocgcTinySC2", entry, "", "if hubHasLock(typ) { return mallocgcSmallNoScanSC2(size, typ, needzero) }", 1), Why: "a lock shares no block with other objects, which would hide from the collector that nobody has it, where the compiler calls the allocator of small objects itself"},
	{File: "runtime/mgcmark.go", Edit: edit("markrootSpans", after, "scanblock(uintptr(unsafe.Pointer(&spw.handle)), goarch.PtrSize, &oneptrmask[0], gcw, nil)", "hubMarkWeak(s, sp, gcw)", 1), Why: "who has a weak pointer can wake a thread that waits for what it refers to"},
	{File: mgc, Edit: edit("g.isMaybeRunnable", entry, "", "if hubMayWake(gp) { return true }", 1), Why: "GREENIFY=deadlock=5s: a thread that the program can kill is not stuck for good"},
	{File: proc, Edit: edit("sysmon", replace, "forcegcperiod / 2", "hubNap(forcegcperiod / 2)", 1), Why: "GREENIFY=deadlock=5s: sysmon looks after threads that wait while all is idle"},
	{File: proc, Edit: edit("checkdead", before, `print("runtime: checkdead: find g ", gp.goid, " in status ", s, "\n")`, "if hubStuck(gp) { grunning++; return }", 1), Why: "a ready thread cannot run while a wait of an unpatched group keeps the hub"},
	{File: "runtime/panic.go", Edit: edit("fatalpanic", entry, "", "hubTraceEnd()", 1), Why: "GREENIFY=trace=file: the trace of a program that panics is complete"},
	{File: proc, Edit: edit("runExitHooks", entry, "", "hubAtExit()", 1), Why: "GREENIFY=stats=1, the end of a trace and of an admin socket"},
}
