//go:build greenify_hub

package hubworkers

import (
	"internal/strconv"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// A worker that listens nowhere is up when it has lived for that long; and one that ends
	// before has failed fast.
	young = time.Second

	// So many fast failures of one place in a row end the program. The first is started again
	// at once, the others after a time that doubles up to slowest.
	failures = 5
	fastest  = 100 * time.Millisecond
	slowest  = 5 * time.Second

	// A worker that takes the place of one that listens has that long until it listens, too.
	patience = time.Minute
)

var theParent parent

type parent struct {
	loop    chan func() // what to do next
	runs    atomic.Bool // there is a loop
	count   int
	drain   time.Duration
	program string
	pidFile string
	admin   string // the admin socket; "" if there is none
	setting string // GREENIFY of the workers, but for what each has of its own
	environ []string

	places    []*place
	addresses map[string]*address
	processes map[*process]bool // that have not ended

	others  bool           // all were started, not only the first
	ran     bool           // a worker was up that is no longer young
	ready   bool           // all were up
	ending  bool           // the program is over
	by      syscall.Signal // that ends it; 0 if it ends by itself
	own     bool           // status is what a worker has ended with
	status  status         // of the program
	rolling *roll          // nil if there is no rolling restart
	again   bool           // and another one behind it

	starts, restarts int
	notes            map[string]map[int]bool // kinds, and the places that have said so
	noted            map[string]int          // how often
	out, err         output
	copying          sync.WaitGroup // of what workers have written
	stats            *stats         // nil if nobody has asked for them
}

// A place is what one of the n workers is at a time.
type place struct {
	number int
	now    *process // nil while it waits to be started again
	next   *process // that is to take its place in a rolling restart
	failed int      // in a row
}

// A process is a worker as the parent sees it.
type process struct {
	place   *place
	os      *os.Process
	conn    *conn
	begun   time.Time
	up      bool
	stopped bool            // it was told to end
	killed  bool            // because it did not
	listens map[string]bool // keys
	wants   map[string]bool // keys at which the one before it listens, or has
	admin   string          // its own admin socket
}

// status is how a process has ended.
type status struct {
	code   int
	signal syscall.Signal
}

func (s status) String() string {
	if s.signal != 0 {
		return "signal " + strconv.Itoa(int(s.signal)) + " (" + s.signal.String() + ")"
	}
	return "exit code " + strconv.Itoa(s.code)
}

// run is the main function of the parent. It does not return.
func (p *parent) run() {
	_, count, drain, pidFile, admin, stat, _, _ := config()
	p.loop = make(chan func())
	p.runs.Store(true)
	p.count, p.drain, p.pidFile, p.admin = count, time.Duration(drain), pidFile, admin
	p.addresses, p.processes = map[string]*address{}, map[*process]bool{}
	p.notes, p.noted = map[string]map[int]bool{}, map[string]int{}
	p.out.file, p.err.file = os.Stdout, os.Stderr
	if len(admin) > 100 {
		p.say("GREENIFY: admin: with workers its path has at most 100 bytes, as each has a socket beside it; see greenify help workers")
		os.Exit(2)
	}
	if stat {
		p.stats = &stats{}
	}
	p.environment()
	var err error
	if p.program, err = os.Executable(); err != nil {
		p.say("GREENIFY: workers: " + err.Error())
		os.Exit(2)
	}
	if err := p.writePid(); err != nil {
		p.say("GREENIFY: pidfile: " + err.Error() + ": use the path of a file in a folder that can be written")
		os.Exit(2)
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range signals {
			p.loop <- func() { p.signal(s.(syscall.Signal)) }
		}
	}()
	for i := range count {
		p.places = append(p.places, &place{number: i + 1})
	}
	p.watchdog()
	// The first one alone, so that a program that cannot run says so once.
	p.start(p.places[0])
	for f := range p.loop {
		f()
	}
}

// environment makes the environment of the workers. It is the parent's, but for the settings
// that are the parent's own, and for systemd, to which the parent speaks.
func (p *parent) environment() {
	var fields []string
	for field := range strings.SplitSeq(os.Getenv("GREENIFY"), ",") {
		switch key, _, _ := strings.Cut(field, "="); key {
		case "", "admin", "drain", "parent", "pidfile", "workers":
		case "record", "trace":
			if !strings.Contains(field, "%p") {
				field += ".%p" // each worker has a file of its own
			}
			fallthrough
		default:
			fields = append(fields, field)
		}
	}
	fields = append(fields, "drain="+strconv.Itoa(int(p.drain/time.Microsecond))+"us")
	p.setting = "GREENIFY=" + strings.Join(fields, ",")
	for _, kv := range os.Environ() {
		switch key, _, _ := strings.Cut(kv, "="); key {
		case "GREENIFY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID":
		default:
			p.environ = append(p.environ, kv)
		}
	}
}

// after has f called in the loop, but not when the program is over.
func (p *parent) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		p.loop <- func() {
			if !p.ending {
				f()
			}
		}
	})
}

func (p *parent) say(text string) { p.err.write(nil, []byte("greenify: "+text+"\n")) }

// name is a worker in messages.
func (w *process) name() string {
	return "worker " + strconv.Itoa(w.place.number) + " (process " + strconv.Itoa(w.os.Pid) + ")"
}

// startOthers starts the workers but the first, once.
func (p *parent) startOthers() {
	if p.others {
		return
	}
	p.others = true
	for _, l := range p.places[1:] {
		p.start(l)
	}
}

// start starts a worker at a place where there is none.
func (p *parent) start(l *place) {
	w, err := p.launch(l)
	if err != nil {
		p.say("worker " + strconv.Itoa(l.number) + " cannot be started: " + err.Error())
		p.failure(l, status{code: 1}, nil)
		return
	}
	l.now = w
	for key, a := range p.addresses {
		if a.sockets[l.number] != nil {
			w.wants[key] = true
		}
	}
	p.after(patience, func() { p.forget(w) })
	p.after(young, func() { p.look(w) })
}

// launch starts a process.
func (p *parent) launch(l *place) (*process, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	defer syscall.Close(pair[1])
	c, err := newConn(pair[0])
	if err != nil {
		syscall.Close(pair[0])
		return nil, err
	}
	w := &process{place: l, conn: c, begun: time.Now(), listens: map[string]bool{}, wants: map[string]bool{}}
	files, err := p.copies(w)
	if err != nil {
		c.file.Close()
		return nil, err
	}
	p.starts++
	env := p.setting + ",worker=" + strconv.Itoa(l.number) + ",control=" + strconv.Itoa(pair[1])
	if p.admin != "" {
		w.admin = p.admin + "." + strconv.Itoa(p.starts)
		env += ",admin=" + w.admin
	}
	// The one descriptor that the child gets with its own number; only this loop forks.
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(pair[1]), syscall.F_SETFD, 0); errno != 0 {
		err = os.NewSyscallError("fcntl", errno)
	} else {
		w.os, err = os.StartProcess(p.program, os.Args, &os.ProcAttr{
			Env:   append(p.environ[:len(p.environ):len(p.environ)], env),
			Files: []*os.File{os.Stdin, files[0], files[1]},
			Sys:   &syscall.SysProcAttr{Setpgid: true}, // what a terminal sends is for the parent to pass on
		})
	}
	files[0].Close()
	files[1].Close()
	if err != nil {
		c.file.Close()
		return nil, err
	}
	p.processes[w] = true
	go func() {
		for {
			message, fd, ok := c.receive()
			if !ok {
				break // it has ended, or replaced itself
			}
			p.loop <- func() { p.hear(w, message, fd) }
		}
		state, err := w.os.Wait()
		s := status{code: 1}
		if err == nil {
			s.code = state.ExitCode()
			if ws := state.Sys().(syscall.WaitStatus); ws.Signaled() {
				s = status{signal: ws.Signal()}
			}
		}
		p.loop <- func() { p.ended(w, s) }
	}()
	return w, nil
}

// hear does what a worker says.
func (p *parent) hear(w *process, message string, fd int) {
	word, rest := cut(message)
	switch word {
	case "ask":
		id, key := cut(rest)
		p.asked(w, id, key)
	case "made":
		p.made(w, rest, fd)
	case "failed":
		p.unmade(w, rest)
	case "closed":
		p.closed(w, rest)
	case "note":
		p.note(w, rest)
	case "stats":
		if p.stats != nil {
			p.stats.add(w.place.number, rest)
		}
	}
	p.look(w)
}

// look finds out whether a worker is up: it listens wherever the one before it does, or
// anywhere if there was none. One that listens nowhere is up when it has lived for a while.
func (p *parent) look(w *process) {
	if w.up || w.stopped || !p.processes[w] {
		return
	}
	for key := range w.wants {
		if !w.listens[key] {
			return
		}
	}
	if len(w.listens) == 0 && time.Since(w.begun) < young {
		return
	}
	w.up = true
	p.startOthers()
	p.rolled(w)
	if p.ready {
		return
	}
	for _, l := range p.places {
		if l.now == nil || !l.now.up {
			return
		}
	}
	p.ready = true
	p.notify("READY=1\nSTATUS=" + strconv.Itoa(p.count) + " workers")
	p.rollAgain()
}

// ended does what is to be done when a process has ended.
func (p *parent) ended(w *process, s status) {
	for v := range p.processes {
		p.ran = p.ran || v.up && time.Since(v.begun) >= young
	}
	delete(p.processes, w)
	w.conn.file.Close()
	if p.admin != "" {
		os.Remove(w.admin) // a killed one leaves it
	}
	p.unmade(w, "")
	l := w.place
	switch {
	case p.ending:
		told := s.signal != 0 && (s.signal == p.by || w.killed)
		if p.by != 0 && !told && (!p.own || p.status == status{}) {
			p.own, p.status = true, s
		}
	case w == l.next:
		l.next = nil
		p.rollFails(w, "it ended with "+s.String())
	case w != l.now:
		// It has made room for another one.
	case s == status{} || s.signal == 0 && !p.ran:
		p.over(s) // it has done what it is for, or cannot do it
	default:
		l.now = nil
		p.failure(l, s, w)
	}
	p.exitAtLast()
}

// over ends the program as a worker has ended.
func (p *parent) over(s status) {
	p.own, p.status = true, s
	p.end(syscall.SIGTERM)
}

// failure starts a worker again at a place where one has failed.
func (p *parent) failure(l *place, s status, w *process) {
	l.failed++
	if w != nil && w.up && time.Since(w.begun) >= young {
		l.failed = 1
	}
	text := "worker " + strconv.Itoa(l.number)
	if w != nil {
		text = w.name() + " ended with " + s.String()
	}
	if l.failed > failures {
		p.say(text + ", as " + strconv.Itoa(failures) + " before it have done: no more are started")
		p.over(s)
		p.exitAtLast()
		return
	}
	p.restarts++
	if l.next != nil { // the one that was to take its place is there already
		p.say(text + ": another one takes its place")
		l.now, l.next = l.next, nil
		return
	}
	if l.failed == 1 {
		p.say(text + ": it is started again")
		p.start(l)
		return
	}
	wait := min(fastest<<(l.failed-2), slowest)
	p.say(text + ": it is started again in " + wait.String())
	p.after(wait, func() {
		if l.now == nil {
			p.start(l)
		}
	})
}

// signal does what a signal to the parent says.
func (p *parent) signal(s syscall.Signal) {
	switch s {
	case syscall.SIGHUP:
		p.beginRoll()
	case syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT:
		if p.ending { // the second one does not wait
			p.kill("by a second signal")
			return
		}
		p.by = s
		p.end(s)
	default:
		p.pass(s)
	}
}

// pass sends a signal to all workers.
func (p *parent) pass(s syscall.Signal) {
	for w := range p.processes {
		w.os.Signal(s)
	}
}

// end ends the program: all workers are told, and killed when their time is up.
func (p *parent) end(s syscall.Signal) {
	p.ending = true
	p.notify("STOPPING=1")
	p.drop()
	for w := range p.processes {
		w.stopped = true
		w.conn.send("end "+strconv.Itoa(int(s)), -1)
	}
	time.AfterFunc(p.drain, func() { p.loop <- func() { p.kill(p.late()) } })
}

// late says why a worker is killed that was told to end.
func (p *parent) late() string { return "as it has not ended in " + p.drain.String() + " (drain=)" }

// kill kills the workers that are left.
func (p *parent) kill(why string) {
	for w := range p.processes {
		p.killProcess(w, why)
	}
}

func (p *parent) killProcess(w *process, why string) {
	if p.processes[w] && !w.killed {
		w.killed = true
		p.say(w.name() + " is killed " + why)
		w.os.Kill()
	}
}

// exitAtLast ends the parent as the program has ended, when no worker is left.
func (p *parent) exitAtLast() {
	if !p.ending || len(p.processes) > 0 {
		return
	}
	written := make(chan bool)
	go func() {
		p.copying.Wait()
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(young): // a child of a worker's has its output, and lives
	}
	if p.stats != nil {
		p.stats.print(p)
	}
	if p.pidFile != "" {
		os.Remove(p.pidFile)
	}
	s := p.status
	if !p.own {
		s = status{signal: p.by}
	}
	switch s.signal {
	case 0:
		os.Exit(s.code)
	case syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2:
		signal.Reset()
		die(uint32(s.signal))
	}
	os.Exit(128 + int(s.signal)) // as a shell says it; no core of the parent
}
