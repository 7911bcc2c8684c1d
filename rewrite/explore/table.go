package explore

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Table is a run for people: a column for each thread, a row for each place that one comes
// to, with the source there, and who waits for whom in the end.
type Table struct {
	Threads []Thread
	Rows    []Row
	Ends    []End
	Circle  []int // threads that wait for each other
}

// A Thread is a column.
type Thread struct {
	ID      int
	Started string // file:line, "" if that was not shown
}

// A Row is a step.
type Row struct {
	Step   int
	Column int // of Threads; -1: the time goes on
	Place  string
	Source string
	Note   string // what was drawn, by how much the time goes on
}

// An End is how a thread waits in the end.
type End struct {
	Thread int
	In     string
	Place  string
	Source string
	For    []For
}

// For is what a thread waits for, and whom.
type For struct {
	Object string
	By     []Holder
}

// A Holder is a thread that could end a wait.
type Holder struct {
	Thread int
	How    string // "locked", "Unlock deferred", "known to"
	Place  string // of locked: where
	Step   int    // likewise: when
}

// Table makes the table of a run.
func (r *Run) Table() *Table {
	t := &Table{}
	src := sources{}
	column := map[int]int{}
	names := map[string]string{} // of objects
	var before Step
	for _, s := range r.Steps {
		if s.Later != 0 {
			note := s.Later.String() + " later"
			if s.Early {
				note += ", though threads are ready"
			}
			t.Rows = append(t.Rows, Row{Step: s.N, Column: -1, Note: note})
			before = Step{}
			continue
		}
		if _, known := column[s.Thread]; !known {
			column[s.Thread] = len(t.Threads)
			t.Threads = append(t.Threads, Thread{ID: s.Thread})
		}
		if c := &t.Threads[column[s.Thread]]; c.Started == "" && s.Started != "" {
			c.Started = filepath.Base(s.Started)
		}
		row := Row{Step: s.N, Column: column[s.Thread], Place: s.short(), Source: src.line(s.Place)}
		if _, known := names[s.On]; !known && s.On != "" {
			names[s.On] = objectName(s.Does, row.Source, len(names))
		}
		switch {
		case s.Drawn != "":
			row.Note = s.Drawn
		case s.Thread == before.Thread && s.Place == before.Place:
			continue // as in front of a Lock, and behind the Unlock beside it
		default:
			before = s
		}
		t.Rows = append(t.Rows, row)
	}
	holders := r.holders()
	edges := map[int][]int{}
	for _, w := range r.Waits {
		end := End{Thread: w.Thread, In: w.In, Place: w.short(), Source: src.line(w.Place)}
		for _, o := range w.On {
			name, known := names[o.ID]
			if !known {
				name = objectName("", "", len(names))
				names[o.ID] = name
			}
			f := For{Object: name}
			for _, k := range o.Known {
				how := map[string]string{"held": "locked by", "deferred": "its Unlock is deferred by", "known": "known to"}[k.How]
				f.By = append(f.By, Holder{Thread: k.Thread, How: how})
			}
			if h := holders[o.ID]; h.thread != 0 && strings.HasSuffix(w.In, "Lock") {
				f.By = []Holder{{h.thread, "locked by", h.at.short(), h.step}}
			}
			for _, h := range f.By {
				edges[w.Thread] = append(edges[w.Thread], h.Thread)
			}
			end.For = append(end.For, f)
		}
		t.Ends = append(t.Ends, end)
	}
	t.Circle = circle(edges)
	return t
}

func (p Place) short() string { return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line) }

// circle returns the threads of a circle in which each waits for the next, from the lowest number on.
func circle(edges map[int][]int) []int {
	var path []int
	done := map[int]bool{}
	var visit func(thread int) []int
	visit = func(thread int) []int {
		if i := slices.Index(path, thread); i >= 0 {
			return path[i:]
		}
		if done[thread] {
			return nil
		}
		done[thread] = true
		path = append(path, thread)
		for _, next := range edges[thread] {
			if c := visit(next); c != nil {
				return c
			}
		}
		path = path[:len(path)-1]
		return nil
	}
	var threads []int
	for thread := range edges {
		threads = append(threads, thread)
	}
	slices.Sort(threads)
	for _, thread := range threads {
		if c := visit(thread); c != nil {
			lowest := slices.Index(c, slices.Min(c))
			return slices.Concat(c[lowest:], c[:lowest])
		}
	}
	return nil
}

var (
	onType    = regexp.MustCompile(`^sync\.\(\*(\w+)\)`)
	onMethod  = regexp.MustCompile(`([\w.\[\]]+)\.\w+\(`)
	onChannel = regexp.MustCompile(`(?:<-\s*([\w.\[\]]+)|([\w.\[\]]+)\s*<-|close\(([\w.\[\]]+)\))`)
)

// objectName names an object as the source does where an operation on it comes first, if that is
// the only one in the line; else by a number.
func objectName(does, source string, n int) string {
	kind, form := "object", (*regexp.Regexp)(nil)
	switch {
	case strings.Contains(does, "Mutex)"):
		kind, form = "lock", onMethod
	case onType.MatchString(does):
		kind, form = onType.FindStringSubmatch(does)[1], onMethod
	case strings.HasPrefix(does, "runtime.chan"), strings.HasPrefix(does, "runtime.closechan"):
		kind, form = "channel", onChannel
	}
	if form != nil {
		if m := form.FindAllStringSubmatch(source, -1); len(m) == 1 {
			return kind + " " + strings.Join(m[0][1:], "")
		}
	}
	return fmt.Sprint(kind, " ", n+1)
}

// Write writes the table as text.
func (t *Table) Write(w io.Writer) {
	heads := []string{"step"}
	for _, thread := range t.Threads {
		heads = append(heads, fmt.Sprint("thread ", thread.ID))
	}
	width := make([]int, len(heads))
	for i, head := range heads {
		width[i] = len(head)
	}
	var lines [][]string
	for _, r := range t.Rows {
		cells := make([]string, len(heads))
		cells[0] = strconv.Itoa(r.Step)
		width[0] = max(width[0], len(cells[0]))
		if r.Column < 0 {
			lines = append(lines, []string{cells[0], "(" + r.Note + ")"})
			continue
		}
		text := cut(strings.TrimRight(r.Place+" "+r.Source, " "), 46)
		if r.Note != "" {
			text = r.Place + " " + r.Note
		}
		cells[1+r.Column] = text
		width[1+r.Column] = max(width[1+r.Column], utf8.RuneCountInString(text))
		lines = append(lines, cells)
	}
	line := func(cells []string) {
		var b strings.Builder
		for i, cell := range cells {
			fmt.Fprintf(&b, "%-*s  ", width[i], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(heads)
	for _, cells := range lines {
		line(cells)
	}
	for _, e := range t.Ends {
		fmt.Fprintf(w, "in the end thread %d waits in %s at %s\n", e.Thread, e.In, strings.TrimRight(e.Place+" "+e.Source, " "))
		for _, f := range e.For {
			fmt.Fprintf(w, "\tfor %s\n", f)
		}
	}
	if len(t.Circle) > 0 {
		fmt.Fprintf(w, "a circle: %s\n", t.Around())
	}
}

// Around says who waits for whom in the circle.
func (t *Table) Around() string {
	text := fmt.Sprintf("thread %d waits for ", t.Circle[0])
	for _, thread := range t.Circle[1:] {
		text += fmt.Sprintf("thread %d, which waits for ", thread)
	}
	if len(t.Circle) == 1 {
		return text + "itself"
	}
	return text + fmt.Sprintf("thread %d", t.Circle[0])
}

// String says what a thread waits for, and whom.
func (f For) String() string {
	s := f.Object
	for i, h := range f.By {
		how := h.How + " "
		if i > 0 && how == f.By[i-1].How+" " {
			how = ""
		}
		s += fmt.Sprintf(", %sthread %d", how, h.Thread)
		if h.Place != "" {
			s += fmt.Sprintf(" at %s, step %d", h.Place, h.Step)
		}
	}
	return s
}

// sources are lines of source files, read when they are first asked for.
type sources map[string][]string

func (s sources) line(p Place) string {
	lines, read := s[p.File]
	if !read {
		lines = sourceLines(p.File)
		s[p.File] = lines
	}
	if 0 < p.Line && p.Line <= len(lines) {
		return lines[p.Line-1]
	}
	return ""
}

func sourceLines(file string) (lines []string) {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		lines = append(lines, strings.Join(strings.Fields(s.Text()), " "))
	}
	return lines
}

// cut cuts a text off at a number of characters.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
