package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gdamore/tcell/v2"
)

// topRefresh is how often the screen asks the program.
const topRefresh = time.Second

var top = &command{
	name: "top", args: "SOCKET",
	short: "show the threads of a running program live: sort, filter, kill",
	long:  "The program runs with GREENIFY=admin=SOCKET. The keys are on the screen.",
	setup: func(*flag.FlagSet) runner {
		return func(e *env, args []string) error {
			if len(args) != 1 {
				return errors.New("top takes the socket of a program that runs with GREENIFY=admin=SOCKET")
			}
			return e.top(args[0])
		}
	},
}

// top shows the threads of a program as a live screen.
func (e *env) top(socket string) error {
	if !isTerminal(e.stdout) {
		return fmt.Errorf("top needs a terminal: use greenify ps %s", socket)
	}
	first, err := snap(socket)
	if err != nil {
		return err
	}
	m := &topModel{socket: socket, later: make(chan func())}
	m.take(first, time.Now())
	m.move(0)
	screen, err := tcell.NewScreen()
	if err == nil {
		err = screen.Init()
	}
	if err != nil {
		return fmt.Errorf("top cannot use this terminal, TERM=%s: %w: use greenify ps %s", os.Getenv("TERM"), err, socket)
	}
	defer screen.Fini() // the terminal is as before, whatever happens
	if !m.run(screen) {
		return exitWith(exitFail)
	}
	return nil
}

// run shows the screen until it is told to end. It reports false if a signal
// did so.
func (m *topModel) run(screen tcell.Screen) bool {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(stop)
	events, quit := make(chan tcell.Event), make(chan struct{})
	defer close(quit)
	go screen.ChannelEvents(events, quit)
	tick := time.NewTicker(topRefresh)
	defer tick.Stop()
	for {
		m.width, m.height = screen.Size()
		m.draw(screen)
		select {
		case <-stop:
			return false
		case <-tick.C:
			if !m.paused && !m.asking {
				m.asking = true
				m.ask()
			}
		case f := <-m.later:
			f()
		case event, ok := <-events:
			switch event := event.(type) {
			case *tcell.EventResize:
				screen.Sync()
			case *tcell.EventKey:
				if m.key(event) {
					return true
				}
			}
			if !ok {
				return true // the terminal is gone
			}
		}
	}
}

// topColumns are the columns; the key s sorts by the next one.
var topColumns = []struct {
	title string
	width int
	text  func(thread) string
	less  func(a, b thread) int
}{
	{"THREAD", 12, thread.title, func(a, b thread) int { return a.compare(b.threadKey) }},
	{"STATE", 22, thread.what, func(a, b thread) int { return cmp.Compare(a.what(), b.what()) }},
	{"SINCE", 10, thread.since, func(a, b thread) int { return cmp.Compare(b.SinceMS, a.SinceMS) }},
	{"AT", 36, func(t thread) string { return place(t.At) }, func(a, b thread) int { return cmp.Compare(a.At, b.At) }},
	{"STARTED", 24, func(t thread) string { return place(t.Start) }, func(a, b thread) int { return cmp.Compare(a.Start, b.Start) }},
	{"ON", 60, func(t thread) string { return strings.TrimPrefix(t.On, " on ") }, func(a, b thread) int { return cmp.Compare(a.On, b.On) }},
}

// A topModel is the screen.
type topModel struct {
	socket  string
	now     *snapshot
	at      time.Time
	rate    float64 // switches a second
	err     error   // of the last request: the program has ended
	sort    int     // column
	reverse bool
	filter  string
	editing bool // the filter
	paused  bool
	first   int       // row at the top
	cursor  int       // row
	chosen  threadKey // thread at the cursor
	killing bool      // asks whether to kill it
	said    string    // what became of that
	width   int
	height  int
	asking  bool        // an answer is awaited
	later   chan func() // what to do when it is there
}

// take makes s what is shown.
func (m *topModel) take(s *snapshot, now time.Time) {
	if m.now != nil {
		if d := now.Sub(m.at).Seconds(); d > 0 {
			m.rate = float64(s.Switches-m.now.Switches) / d
		}
	}
	m.now, m.at = s, now
}

// ask asks the program for what is to be shown.
func (m *topModel) ask() {
	go func() {
		s, err := snap(m.socket)
		m.later <- func() {
			m.asking = false
			if m.err = err; err == nil {
				m.take(s, time.Now())
				m.move(0)
			}
		}
	}()
}

func (m *topModel) kill(k threadKey) {
	go func() {
		said, err := killThread(m.socket, k)
		m.later <- func() {
			if m.said = said; err != nil {
				m.said = err.Error()
			}
		}
	}()
}

// key does what a key is for. It reports whether that is to end.
func (m *topModel) key(k *tcell.EventKey) bool {
	if k.Key() == tcell.KeyCtrlC {
		return true
	}
	if m.editing {
		switch k.Key() {
		case tcell.KeyEnter:
			m.editing = false
		case tcell.KeyEsc:
			m.editing, m.filter = false, ""
		case tcell.KeyBackspace, tcell.KeyBackspace2:
			if r := []rune(m.filter); len(r) > 0 {
				m.filter = string(r[:len(r)-1])
			}
		case tcell.KeyRune:
			m.filter += string(k.Rune())
		}
		m.move(0)
		return false
	}
	if m.killing {
		if m.killing = false; k.Rune() == 'y' {
			m.kill(m.chosen)
		}
		return false
	}
	m.said = ""
	page := max(m.height-topHead, 1)
	switch k.Key() {
	case tcell.KeyUp:
		m.move(-1)
	case tcell.KeyDown:
		m.move(1)
	case tcell.KeyPgUp:
		m.move(-page)
	case tcell.KeyPgDn:
		m.move(page)
	case tcell.KeyRune:
		switch k.Rune() {
		case 'q':
			return true
		case 's':
			m.sort = (m.sort + 1) % len(topColumns)
		case 'r':
			m.reverse = !m.reverse
		case '/':
			m.editing = true
		case 'p':
			m.paused = !m.paused
		case 'k':
			m.killing = m.chosen != threadKey{}
		}
	}
	return false
}

// move moves the cursor, which otherwise stays at its thread, and scrolls to it.
func (m *topModel) move(by int) {
	rows := m.rows()
	if i := slices.IndexFunc(rows, func(t thread) bool { return t.threadKey == m.chosen }); i >= 0 {
		m.cursor = i
	}
	m.cursor = max(0, min(m.cursor+by, len(rows)-1))
	m.chosen = threadKey{}
	if len(rows) > 0 {
		m.chosen = rows[m.cursor].threadKey
	}
	page := max(m.height-topHead, 1)
	m.first = max(0, min(max(m.first, m.cursor-page+1), m.cursor, max(len(rows)-page, 0)))
}

// rows are the threads that the filter lets through, sorted.
func (m *topModel) rows() []thread {
	rows := slices.DeleteFunc(slices.Clone(m.now.Threads), func(t thread) bool {
		return !strings.Contains(strings.ToLower(topLine(t)), strings.ToLower(m.filter))
	})
	slices.SortStableFunc(rows, func(a, b thread) int {
		n := cmp.Or(topColumns[m.sort].less(a, b), a.compare(b.threadKey))
		if m.reverse {
			return -n
		}
		return n
	})
	return rows
}

func topLine(t thread) string {
	var b strings.Builder
	for _, c := range topColumns {
		fmt.Fprintf(&b, "%-*.*s ", c.width, c.width, c.text(t))
	}
	return b.String()
}

// topHead is the number of lines above the list.
const topHead = 4

// draw fills the screen.
func (m *topModel) draw(screen tcell.Screen) {
	count := map[string]int{}
	for _, t := range m.now.Threads {
		count[t.State]++
	}
	s := m.now
	status := "q quit, s sort, r reverse, / filter, p pause, k kill, arrows move"
	switch {
	case m.err != nil:
		status = m.err.Error()
	case m.killing:
		status = fmt.Sprintf("kill thread %s? It ends at its next yield point, its deferred calls run. y or n", m.chosen)
	case m.said != "":
		status = m.said
	case m.editing:
		status = "filter: " + m.filter + "_ (enter keeps it, esc clears it)"
	case m.paused:
		status = "paused: p goes on"
	case m.filter != "":
		status += "; filter: " + m.filter
	}
	lines := []string{
		fmt.Sprintf("%s  up %s  threads %d (peak %d, started %d)  switches/s %.0f", m.socket,
			(time.Duration(s.UptimeMS) * time.Millisecond).Round(time.Second), s.Alive, s.Peak, s.Spawned, m.rate),
		fmt.Sprintf("ready %d  waiting %d  native %d  in calls %d  rescued %d  preempted %d  timers %d  fd waiters %d  offloads %d of %d, queue %d",
			count["ready"]+count["preempted"], count["waiting"], count["native"], count["syscall"], s.Rescued, s.Preempted, s.Timers, s.FDWaiters, s.Busy, s.Workers, s.Queue),
		status,
	}
	var head strings.Builder
	for i, c := range topColumns {
		title := c.title
		if i == m.sort {
			title += map[bool]string{false: " v", true: " ^"}[m.reverse]
		}
		fmt.Fprintf(&head, "%-*s ", c.width, title)
	}
	lines = append(lines, head.String())
	rows := m.rows()
	rows = rows[min(m.first, len(rows)):]
	for _, t := range rows[:min(len(rows), max(m.height-topHead, 0))] {
		lines = append(lines, topLine(t))
	}
	screen.Clear()
	for y, l := range lines {
		style := tcell.StyleDefault
		if y >= topHead && rows[y-topHead].threadKey == m.chosen {
			style = style.Reverse(true)
		}
		for x, r := range []rune(l) {
			screen.SetContent(x, y, r, nil, style)
		}
	}
	screen.Show()
}
