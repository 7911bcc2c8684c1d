package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"
)

// topRefresh is how often the screen asks the program.
const topRefresh = time.Second

// top shows the threads of a program as a live screen.
func (c *command) top(args []string) int {
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return c.usageError("top takes the socket of a program that runs with GREENIFY=admin=SOCKET")
	}
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return c.usageError("top needs a terminal: use greenify ps %s", args[0])
	}
	first, err := snap(args[0])
	if err != nil {
		return c.usageError("%v", err)
	}
	m := &topModel{socket: args[0]}
	m.take(first, time.Now())
	m.move(0)
	if _, err := tea.NewProgram(m, tea.WithAltScreen()).Run(); err != nil {
		return c.usageError("%v", err)
	}
	return exitOK
}

// topColumns are the columns; the key s sorts by the next one.
var topColumns = []struct {
	title string
	width int
	text  func(thread) string
	less  func(a, b thread) int
}{
	{"THREAD", 12, thread.title, func(a, b thread) int { return cmp.Compare(a.ID, b.ID) }},
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
	first   int    // row at the top
	cursor  int    // row
	chosen  uint64 // thread at the cursor
	killing bool   // asks whether to kill it
	said    string // what became of that
	width   int
	height  int
}

type (
	topTick   struct{}
	topAnswer struct {
		s   *snapshot
		err error
	}
	topKilled struct {
		said string
		err  error
	}
)

// take makes s what is shown.
func (m *topModel) take(s *snapshot, now time.Time) {
	if m.now != nil {
		if d := now.Sub(m.at).Seconds(); d > 0 {
			m.rate = float64(s.Switches-m.now.Switches) / d
		}
	}
	m.now, m.at = s, now
}

func (m *topModel) ask() tea.Msg {
	s, err := snap(m.socket)
	return topAnswer{s, err}
}

func topWait() tea.Cmd { return tea.Tick(topRefresh, func(time.Time) tea.Msg { return topTick{} }) }

// Init is for tea.Model.
func (m *topModel) Init() tea.Cmd { return topWait() }

// Update is for tea.Model.
func (m *topModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case topTick:
		if m.paused {
			return m, topWait()
		}
		return m, m.ask
	case topAnswer:
		if m.err = msg.err; m.err == nil {
			m.take(msg.s, time.Now())
			m.move(0)
		}
		return m, topWait()
	case topKilled:
		m.said = msg.said
		if msg.err != nil {
			m.said = msg.err.Error()
		}
	case tea.KeyMsg:
		return m, m.key(msg)
	}
	return m, nil
}

func (m *topModel) key(k tea.KeyMsg) tea.Cmd {
	if k.String() == "ctrl+c" {
		return tea.Quit
	}
	if m.editing {
		switch k.Type {
		case tea.KeyEnter:
			m.editing = false
		case tea.KeyEsc:
			m.editing, m.filter = false, ""
		case tea.KeyBackspace:
			if r := []rune(m.filter); len(r) > 0 {
				m.filter = string(r[:len(r)-1])
			}
		case tea.KeyRunes, tea.KeySpace:
			m.filter += string(k.Runes)
		}
		m.move(0)
		return nil
	}
	if m.killing {
		m.killing = false
		if id := m.chosen; k.String() == "y" {
			return func() tea.Msg {
				said, err := killThread(m.socket, id)
				return topKilled{said, err}
			}
		}
		return nil
	}
	m.said = ""
	page := max(m.height-topHead, 1)
	switch k.String() {
	case "q":
		return tea.Quit
	case "s":
		m.sort = (m.sort + 1) % len(topColumns)
	case "r":
		m.reverse = !m.reverse
	case "/":
		m.editing = true
	case "p":
		m.paused = !m.paused
	case "k":
		m.killing = m.chosen != 0
	case "up":
		m.move(-1)
	case "down":
		m.move(1)
	case "pgup":
		m.move(-page)
	case "pgdown":
		m.move(page)
	}
	return nil
}

// move moves the cursor, which otherwise stays at its thread, and scrolls to it.
func (m *topModel) move(by int) {
	rows := m.rows()
	if i := slices.IndexFunc(rows, func(t thread) bool { return t.ID == m.chosen }); i >= 0 {
		m.cursor = i
	}
	m.cursor = max(0, min(m.cursor+by, len(rows)-1))
	m.chosen = 0
	if len(rows) > 0 {
		m.chosen = rows[m.cursor].ID
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
		n := cmp.Or(topColumns[m.sort].less(a, b), cmp.Compare(a.ID, b.ID))
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

// View is for tea.Model.
func (m *topModel) View() string {
	if m.height == 0 {
		return ""
	}
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
		status = fmt.Sprintf("kill thread %d? It ends at its next yield point, its deferred calls run. y or n", m.chosen)
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
		fmt.Sprintf("ready %d  waiting %d  native %d  in calls %d  rescued %d  timers %d  fd waiters %d  offloads %d of %d, queue %d",
			count["ready"], count["waiting"], count["native"], count["syscall"], s.Rescued, s.Timers, s.FDWaiters, s.Busy, s.Workers, s.Queue),
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
	for i, l := range lines {
		if r := []rune(l); len(r) > m.width {
			lines[i] = string(r[:m.width])
		}
		if i >= topHead && rows[i-topHead].ID == m.chosen {
			lines[i] = "\x1b[7m" + lines[i] + "\x1b[0m"
		}
	}
	return strings.Join(lines, "\n")
}
