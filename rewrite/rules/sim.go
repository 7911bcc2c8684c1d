package rules

// Sim makes the hub simulate (runtime/hub/sim.go): the clock is virtual, chance comes from
// the seed, and at points another thread may run though the one that is there need not
// wait. They apply only with -sim.
func Sim() []Leaf {
	return grouped("thread", simClock, simChance, simPointers, simPoints, simNet, simSelf, simReal, simTests, simIntrinsics)
}

// simClock has nanotime, which timers and deadlines go by, follow the schedule. What
// watches over the process in real time keeps the real clock.
var simClock = []Leaf{
	{File: "runtime/time_nofake.go", Edit: edit("nanotime", replace, "nanotime1()", "hubSimNanotime()", 1), Why: "virtual time"},
	{File: "time/sleep.go", Edit: edit("when", replace, "runtimeNano()", "hubNano()", 2), Why: "who sets a timer does not read the clock"},
	{File: "runtime/time.go", Edit: edit("timers.check", entry, "", "if bubble == nil && hubSimHolds() { return max(now, 1), 0, false }", 1), Why: "the hub alone runs timers, at points that the schedule determines"},
	{File: "runtime/time.go", Edit: edit("timer", after, "isSending atomic.Int32", "hubEpoch uint32", 1), Why: "the schedule of who has set it: it is stopped when that is over"},
	{File: "runtime/time.go", Edit: edit("timer.modify", before, `t.trace("modify")`, "t.hubEpoch = hubSimTimerEpoch()", 1), Why: "the schedule of who has set it: it is stopped when that is over"},
	{File: "runtime/time.go", Edit: edit("timer.unlockAndRun", replace, "f(arg, seq, delay)", "hubSimRunTimer(t, f, arg, seq, delay)", 1), Why: "what AfterFunc starts is of the same schedule"},
	{File: "runtime/mgcscavenge.go", Edit: edit("scavengerState.wake", entry, "", "if hubSim.clock != 0 { return }", 1), Why: "memory goes back to the system by a timer, which would be one of the schedule's"},
	{File: proc, Edit: edit("sysmon", replace, "timeSleepUntil()", "hubSimUntil()", 1), Why: "timers are not of the watchman's time"},
	{File: proc, Edit: edit("sysmon", replace, "nanotime()", "nanotime1()", 2), Why: "the watchman's clock is the real one"},
}

var simChance = []Leaf{
	{File: "runtime/rand.go", Edit: edit("randinit", entry, "", "hubSimStartup()", 1), Why: "what the process draws at its start, hashes of maps above all, is always the same"},
	{File: "runtime/alg.go", Go: "<go1.27", Edit: edit("alginit", replace, "cpu.X86.HasAES", "false", 1), Why: "hashes, and with them the order of maps, are the same on every processor"},
	{File: "runtime/alg.go", Go: "<go1.27", Edit: edit("alginit", replace, "cpu.ARM64.HasAES", "false", 1), Why: "hashes, and with them the order of maps, are the same on every processor"},
	{File: "internal/runtime/maps/runtime_alg.go", Go: ">=go1.27", Edit: edit("AlgInit", replace, "cpu.X86.HasAES", "false", 1), Why: "hashes, and with them the order of maps, are the same on every processor"},
	{File: "internal/runtime/maps/runtime_alg.go", Go: ">=go1.27", Edit: edit("AlgInit", replace, "cpu.ARM64.HasAES", "false", 1), Why: "hashes, and with them the order of maps, are the same on every processor"},
	{File: "runtime/debug.go", Edit: edit("NumCPU", replace, "numCPUStartup", "hubSimNumCPU()", 1), Why: "as many processors on every machine"},
	{File: "runtime/debug.go", Edit: edit("GOMAXPROCS", entry, "", "if hubSim.clock != 0 { return hubSimProcs(n) }", 1), Why: "as many processors on every machine"},
	{File: "runtime/rand.go", Edit: edit("randn", entry, "", "if hubSim.clock != 0 { return uint32(hubSimChoose(hubChoiceTicket, 0) % uint64(n)) }", 1), Why: "sync.Pool, under the race detector, drops objects at random"},
	{File: "runtime/mgcpacer.go", Edit: edit("setGCPercent", entry, "", "if hubSim.clock != 0 { return hubSimGCPercent(in) }", 1), Why: "collections begin where the program asks for one, and between schedules"},
	{File: "runtime/mgcpacer.go", Edit: edit("setMemoryLimit", entry, "", "if hubSim.clock != 0 { return hubSimMemoryLimit(in) }", 1), Why: "collections begin where the program asks for one, and between schedules"},
	{File: "runtime/mheap.go", Edit: edit("specialfinalizer", after, "ot *ptrtype", "hubID uint64", 1), Why: "what a collection finds runs in the order in which the program has set it, not by where the objects are"},
	{File: "runtime/mheap.go", Edit: edit("addfinalizer", after, "s.ot = ot", "s.hubID = hubSimFinalizer()", 1), Why: "what a collection finds runs in the order in which the program has set it, not by where the objects are"},
	{File: "runtime/mheap.go", Edit: edit("freeSpecial", replace, "queuefinalizer(p, sf.fn, sf.nret, sf.fint, sf.ot)", "hubSimFinalizes(p, sf.fn, sf.nret, sf.fint, sf.ot, sf.hubID)", 1), Why: "what a collection finds runs in the order in which the program has set it, not by where the objects are"},
	{File: "runtime/mheap.go", Edit: edit("freeSpecial", replace, "gcCleanups.enqueue(sc.cleanup)", "hubSimCleans(sc.cleanup, sc.id)", 1), Why: "what a collection finds runs in the order in which the program has set it, not by where the objects are"},
	{File: "runtime/mgcsweep.go", Edit: edit("activeSweep.end", before, "gcCleanups.flush()", "hubSimQueueGone()", 1), Why: "what a collection finds runs in the order in which the program has set it, not by where the objects are"},
	{File: "runtime/trace.go", Edit: edit("StartTrace", entry, "", "if hubSim.on { return errHubSimTrace }", 1), Why: "goroutines of the runtime write the trace, and who stops it waits for them"},
	{File: "crypto/internal/sysrand/rand.go", Edit: edit("Read", entry, "", "if hubSimRead(b) { return }", 1), Why: "crypto/rand"},
	{File: "crypto/internal/fips140deps/time/time.go", Edit: edit("HighPrecisionNow", entry, "", "if t := hubSimJitter(); t != 0 { return t }", 1), Why: "crypto/rand with FIPS 140, whose entropy is how unevenly time goes"},
}

// simPointers has hashes of pointers, and with them the order of maps, be the same in another
// process (runtime/hub/sim_pointer.go). What maps call directly is simTexts.
var simPointers = []Leaf{
	{File: "runtime/alg.go", Edit: edit("typehash", entry, "", "if t.TFlag&abi.TFlagRegularMemory != 0 && t.PtrBytes != 0 { return hubSimHash(t, p, h) }", 1), Why: pointerHash},
	{File: "internal/sync/hashtriemap.go", Edit: edit("HashTrieMap.initSlow", replace, "mapType.Hasher", "hubHasher(mapType)", 1), Why: "sync.Map likewise"},
	{File: "unique/canonmap.go", Edit: edit("newCanonMap", replace, "mapType.Hasher", "hubHasher(mapType)", 1), Why: "package unique likewise"},
	{File: "hash/maphash/maphash_runtime.go", Go: "<go1.27", Edit: edit("comparableHash", replace, "(*abi.MapType)(unsafe.Pointer(mTyp)).Hasher", "hubHasher((*abi.MapType)(unsafe.Pointer(mTyp)))", 1), Why: "maphash.Comparable likewise"},
	{File: "hash/maphash/maphash.go", Go: ">=go1.27", Edit: edit("comparableHash", replace, "(*abi.MapType)(unsafe.Pointer(mTyp)).Hasher", "hubHasher((*abi.MapType)(unsafe.Pointer(mTyp)))", 1), Why: "maphash.Comparable likewise"},
	{File: "runtime/mheap.go", Edit: edit("mspan", after, "largeType *_type", "hubNames hubSimNames", 1), Why: "the names of objects whose pointers were hashed"},
	{File: "runtime/mheap.go", Edit: edit("mspan.init", entry, "", "span.hubNames.n = 0", 1), Why: "the names of objects whose pointers were hashed"},
	{File: "runtime/mgcsweep.go", Edit: edit("sweepLocked.sweep", before, "s.allocBits = s.gcmarkBits", "hubSimSwept(s)", 1), Why: "an object in the place of one that is gone has another name"},
}

// Points. Those at operations of sync/atomic and at accesses to memory are simTexts. Not
// matched yet: the fast paths of sync.Map, Pool and Once.
var simPoints = []Leaf{
	{File: chans, Edit: edit("chansend1", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: chans, Edit: edit("chanrecv1", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: chans, Edit: edit("chanrecv2", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: chans, Edit: edit("selectnbsend", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: chans, Edit: edit("selectnbrecv", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: chans, Edit: edit("closechan", entry, "", "hubAt(unsafe.Pointer(c))", 1), Why: "a point: before a channel operation"},
	{File: "runtime/select.go", Edit: edit("selectgo", entry, "", "hubAt(unsafe.Pointer(cas0))", 1), Why: "a point: before a channel operation"},
	{File: proc, Edit: edit("newproc", end, "", "hubAt(nil)", 1), Why: "a point: behind a go statement"},
	{File: mutex, Edit: edit("Mutex.Lock", entry, "", "hubAtMutex(m)", 1), Why: "a point: before Lock"},
	{File: mutex, Edit: edit("Mutex.TryLock", entry, "", "hubAtMutex(m)", 1), Why: "a point: before Lock"},
	{File: mutex, Edit: edit("Mutex.Unlock", end, "", "hubAtMutex(nil)", 1), Why: "a point: behind Unlock"},
	{File: rwmutex, Edit: edit("RWMutex.RLock", entry, "", "hubAtRWMutex(rw)", 1), Why: "a point: before Lock"},
	{File: rwmutex, Edit: edit("RWMutex.TryRLock", entry, "", "hubAtRWMutex(rw)", 1), Why: "a point: before Lock"},
	{File: rwmutex, Edit: edit("RWMutex.RUnlock", end, "", "hubAtRWMutex(nil)", 1), Why: "a point: behind Unlock"},
	{File: "sync/waitgroup.go", Edit: edit("WaitGroup.Add", entry, "", "hubAtWaitGroup(nil)", 1), Why: "a point: before an operation of a WaitGroup"},
	{File: "sync/waitgroup.go", Edit: edit("WaitGroup.Wait", entry, "", "hubAtWaitGroup(wg)", 1), Why: "a point: before an operation of a WaitGroup"},
	{File: sema, Edit: edit("notifyListNotifyOne", entry, "", "hubAt(unsafe.Pointer(l))", 1), Why: "a point: before Cond.Signal"},
	{File: sema, Edit: edit("notifyListNotifyAll", entry, "", "hubAt(unsafe.Pointer(l))", 1), Why: "a point: before Cond.Signal"},
}

// simNet has system calls on sockets answered in memory (runtime/hub/syscall/sim.go).
var simNet = []Leaf{
	{File: calls, Edit: edit("Syscall", entry, "", "if b1, b2, b3, sim := hubNetAsks(trap, a1, a2, a3); sim { return hubNet(trap, a1, a2, a3, 0, 0, 0) } else { a1, a2, a3 = b1, b2, b3 }", 1), Why: "sockets between threads are simulated"},
	{File: calls, Edit: edit("Syscall6", entry, "", "if b1, b2, b3, sim := hubNetAsks(trap, a1, a2, a3); sim { return hubNet(trap, a1, a2, a3, a4, a5, a6) } else { a1, a2, a3 = b1, b2, b3 }", 1), Why: "sockets between threads are simulated"},
	{File: calls, Edit: edit("RawSyscall6", entry, "", "if b1, b2, b3, sim := hubNetAsks(trap, a1, a2, a3); sim { return hubNet(trap, a1, a2, a3, a4, a5, a6) } else { a1, a2, a3 = b1, b2, b3 }", 1), Why: "sockets between threads are simulated; RawSyscall calls it"},
	{File: "syscall/forkpipe2.go", Edit: edit("forkExecPipe", replace, "Pipe2(p, O_CLOEXEC)", "hubRealPipe(p, O_CLOEXEC)", 1), Why: "a child tells its parent by a real pipe"},
	{File: "syscall/exec_unix.go", Edit: edit("forkExec", entry, "", "if attr, err = hubRealFiles(attr); err != nil { return 0, err }", 1), Why: "a simulated descriptor that a child is to have becomes real"},
	{File: "internal/syscall/unix/fcntl_unix.go", Edit: edit("Fcntl", entry, "", "if val, err, sim := hubFcntl(fd, cmd, arg); sim { return val, err }", 1), Why: "a simulated descriptor: the call is the runtime's own"},
	{File: "runtime/netpoll_epoll.go", Edit: edit("netpollopen", entry, "", "if fd = hubNetOpen(fd, pd); fd >= linux.HubSimBase { return 0 }", 1), Why: "the kernel's poller hears of no simulated descriptor"},
	{File: "runtime/netpoll_epoll.go", Edit: edit("netpollclose", entry, "", "if fd = hubNetClose(fd); fd >= linux.HubSimBase { return 0 }", 1), Why: "the kernel's poller hears of no simulated descriptor"},
	{File: "runtime/netpoll.go", Edit: edit("netpollblock", replace, "netpollblockcommit", "hubNetCommit(pd)", 1), Why: "who waits for a simulated descriptor does not wait for the kernel"},
	{File: "runtime/netpoll.go", Edit: edit("netpollunblock", replace, "*delta -= 1", "if hubNetWoken(pd) { *delta -= 1 }", 1), Why: "who waits for a simulated descriptor does not wait for the kernel"},
	{File: "os/pidfd_linux.go", Edit: edit("checkPidfd", entry, "", "hubHold(1); defer hubHold(-1)", 1), Why: "the first child of a process has another one before it, which ends in the same step"},
	{File: "runtime/netpoll.go", Edit: edit("pollDesc", after, "fd uintptr", "hubKin bool", 1), Why: "whether children are at the other end"},
	{File: "runtime/netpoll_epoll.go", Edit: edit("netpoll", entry, "", "if hubChildHolds(delay) { return gList{}, 0 }", 1), Why: "the hub asks for the kernel's descriptors, at points that the schedule determines"},
	{File: "syscall/exec_unix.go", Edit: edit("forkExec", replace, "readlen", "hubChildStatus", 1), Why: "a child that starts slowly starts in the same step"},
	{File: "syscall/exec_unix.go", Edit: edit("forkExec", replace, "Wait4", "hubChildWait", 2), Why: "one that cannot start ends in the same step"},
	{File: "syscall/exec_unix.go", Edit: edit("forkExec", before, "return pid, nil", "hubChildStarted(pid)", 1), Why: "children are waited for where the program could see how far they are"},
	{File: "runtime/signal_unix.go", Edit: edit("sigenable", entry, "", "hubSimAsks(1); defer hubSimAsks(-1)", 1), Why: "os/signal waits for a goroutine of the runtime"},
	{File: "runtime/signal_unix.go", Edit: edit("sigdisable", entry, "", "hubSimAsks(1); defer hubSimAsks(-1)", 1), Why: "os/signal waits for a goroutine of the runtime"},
	{File: "runtime/signal_unix.go", Edit: edit("sigignore", entry, "", "hubSimAsks(1); defer hubSimAsks(-1)", 1), Why: "os/signal waits for a goroutine of the runtime"},
}

// simSelf has the process be the same on each machine (runtime/hub/sim_self.go). Each platform
// has its own file of these calls.
var simSelf = []Leaf{
	{File: "syscall/zsyscall_linux_amd64.go", Edit: edit("Getpid", entry, "", "if pid := hubPid(); pid != 0 { return pid }", 1), Why: "the number of the process is the same each time"},
	{File: "syscall/zsyscall_linux_amd64.go", Edit: edit("Getppid", entry, "", "if pid := hubPpid(); pid != 0 { return pid }", 1), Why: "the number of the process is the same each time"},
	{File: "syscall/zsyscall_linux_arm64.go", Edit: edit("Getpid", entry, "", "if pid := hubPid(); pid != 0 { return pid }", 1), Why: "the number of the process is the same each time"},
	{File: "syscall/zsyscall_linux_arm64.go", Edit: edit("Getppid", entry, "", "if pid := hubPpid(); pid != 0 { return pid }", 1), Why: "the number of the process is the same each time"},
}

// simReal notes what is real, beside what passes the system calls of simNet (runtime/hub/sim_real.go).
var simReal = []Leaf{
	{File: "runtime/cgocall.go", Edit: edit("cgocall", entry, "", "if fn != _cgo_notify_runtime_init_done { hubRealAt(hubRealC) }", 1), Why: "C is not simulated; that the runtime is up, main tells C in each program"},
	{File: "os/exec_posix.go", Edit: edit("startProcess", entry, "", "hubRealStarts()", 1), Why: "a child is refused before package os finds out, by another one, how it may wait for it"},
	{File: "syscall/exec_unix.go", Edit: edit("Exec", entry, "", "hubRealChild()", 1), Why: "another program is not simulated"},
	{File: "os/signal/signal.go", Edit: edit("process", entry, "", "hubRealSignal()", 1), Why: "signals come when they like"},
}

var simTests = []Leaf{
	{File: "runtime/panic.go", Edit: edit("fatalpanic", entry, "", `hubSimDies("panicked")`, 1), Why: "which schedule it was"},
	{File: "runtime/panic.go", Edit: edit("preprintpanics", entry, "", "hubSimPanics(p)", 1), Why: "what panicked, and where, for the results"},
	{File: "runtime/panic.go", Edit: edit("fatal", entry, "", "hubSimFatal(s)", 1), Why: "which fatal error it was, for the results"},
	{File: "runtime/race.go", Edit: edit("raceSymbolizeCode", entry, "", "hubSimRaceFrame(ctx.pc)", 1), Why: "where a data race is, for the results"},
	{File: "runtime/panic.go", Edit: edit("fatalthrow", entry, "", `hubSimDies("died")`, 1), Why: "which schedule it was"},
	{File: "runtime/traceback.go", Edit: edit("isSystemGoroutine", entry, "", "if gp.hub.sim.ours { return true }", 1), Why: "what looks for left goroutines finds those of a plain test"},
	{File: proc, Edit: edit("runExitHooks", entry, "", `hubSimExits(code)`, 1), Why: "which schedule it was, and what was real"},
	{File: proc, Edit: edit("gopark", end, "", "hubSimStops()", 1), Why: "a debugger has the program at a step that was asked for (greenify replay -debug)"},
	{File: "testing/testing.go", Edit: edit("runTests", replace, "os.Stdout", "hubSimWriter{os.Stdout}", 1), Why: "the first of many schedules does not say that the test has passed"},
	{File: "testing/fuzz.go", Edit: edit("runFuzzTests", replace, "os.Stdout", "hubSimWriter{os.Stdout}", 1), Why: "the first of many schedules does not say that the test has passed"},
	{File: "sync/pool.go", Edit: edit("Pool.pinSlow", entry, "", "hubHold(1); defer hubHold(-1)", 1), Why: "no points at the first use of a pool in a schedule: each begins with empty ones"},
	{File: "internal/godebug/godebug.go", Edit: edit("Setting.Value", entry, "", "hubHold(1); defer hubHold(-1)", 1), Why: "no points at the first use of a setting in a process: else a schedule is another one behind other tests"},
	{File: "testing/internal/testdeps/deps.go", Edit: edit("testLog.add", entry, "", "hubHold(1); defer hubHold(-1)", 1), Why: "no points where the go command asks what a test has read"},
	{File: "testing/testing.go", Edit: edit("common.Fail", entry, "", "c.hubFails()", 1), Why: "where the test failed, for the results"},
	{File: "testing/testing.go", Edit: edit("tRunner", replace, "fn(t)", "hubSimBody(true); fn(t); hubSimBody(false)", 1), Why: "how long the test is, without what package testing does before and behind it"},
	{File: "testing/testing.go", Edit: edit("M.Run", replace, "runTests", "hubRunTests", 1), Why: "each test runs in many schedules"},
	{File: "testing/testing.go", Edit: edit("M.Run", replace, "runFuzzTests", "hubRunFuzzTests", 1), Why: "each test runs in many schedules"},
	{File: "testing/testing.go", Edit: edit("M.Run", replace, "runExamples(m.deps.MatchString, m.examples)", "hubRunExamples(m.deps.ImportPath(), m.deps.MatchString, m.examples)", 1), Why: "each test runs in many schedules"},
}

// simIntrinsics gives a body to what the compiler has code of its own for: with -sim packages of
// the program are compiled without intrinsics, so that operations of sync/atomic are calls.
var simIntrinsics = []Leaf{
	{File: "crypto/internal/constanttime/constant_time.go", Edit: edit("boolToUint8", replace, `panic("unreachable; must be intrinsicified")`, "if b { return 1 }; return 0", 1), Why: "crypto/subtle and crypto/hmac are inlined into packages that are compiled without intrinsics"},
}
