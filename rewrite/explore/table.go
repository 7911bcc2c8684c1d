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

// A Step is one of a schedule that is replayed with its steps printed.
type Step struct {
	N      int
	Turn   bool // the thread has just got the hub
	Thread int
	File   string
	Line   int
	Func   string
}

// stepLine is what the program prints (runtime/hub/sim_log.go, hubSimShow).
var stepLine = regexp.MustCompile(`^step (\d+)( ->|   ) thread (\d+) at (.+):(\d+) (\S+)$`)

// ReadStep reads a line, if it is that of a step.
func ReadStep(line string) (Step, bool) {
	m := stepLine.FindStringSubmatch(line)
	if m == nil {
		return Step{}, false
	}
	n, _ := strconv.Atoi(m[1])
	thread, _ := strconv.Atoi(m[3])
	at, _ := strconv.Atoi(m[5])
	return Step{N: n, Turn: m[2] == " ->", Thread: thread, File: m[4], Line: at, Func: m[6]}, true
}

// WriteTable writes the steps of a schedule as a table: a line for each place that a thread
// comes to, a column for each thread, with the source there.
func WriteTable(w io.Writer, steps []Step) {
	var threads []int
	heads := []string{"step"}
	for _, s := range steps {
		if !slices.Contains(threads, s.Thread) {
			threads = append(threads, s.Thread)
			heads = append(heads, fmt.Sprint("thread ", s.Thread))
		}
	}
	type row struct {
		step, text string
		column     int
	}
	var rows []row
	width := make([]int, len(heads))
	for i, head := range heads {
		width[i] = len(head)
	}
	sources := map[string][]string{}
	for i, s := range steps {
		if i > 0 && s.Thread == steps[i-1].Thread && s.File == steps[i-1].File && s.Line == steps[i-1].Line {
			continue // as in front of a Lock, and behind the Unlock beside it
		}
		lines, read := sources[s.File]
		if !read {
			lines = sourceLines(s.File)
			sources[s.File] = lines
		}
		text := fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line)
		if 0 < s.Line && s.Line <= len(lines) {
			text += " " + lines[s.Line-1]
		}
		r := row{strconv.Itoa(s.N), cut(text, 46), 1 + slices.Index(threads, s.Thread)}
		rows = append(rows, r)
		width[0] = max(width[0], len(r.step))
		width[r.column] = max(width[r.column], utf8.RuneCountInString(r.text))
	}
	line := func(cells []string) {
		var b strings.Builder
		for i, cell := range cells {
			fmt.Fprintf(&b, "%-*s  ", width[i], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(heads)
	for _, r := range rows {
		cells := make([]string, len(heads))
		cells[0], cells[r.column] = r.step, r.text
		line(cells)
	}
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
