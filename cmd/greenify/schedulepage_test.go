package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Two threads lock two locks in another order each. One line of the source looks like a part of the page.
const circleTest = `package circle

import (
	"sync"
	"testing"
)

func TestCircle(t *testing.T) {
	var a, b sync.Mutex
	var wg sync.WaitGroup
	wg.Go(func() {
		a.Lock() // </script><b id="bad">
		b.Lock()
		b.Unlock()
		a.Unlock()
	})
	wg.Go(func() {
		b.Lock()
		a.Lock()
		a.Unlock()
		b.Unlock()
	})
	wg.Wait()
}
`

// The page of a schedule in a real browser: a row for each step, in the column of its thread, with the
// source; the step from which on all is lost; and the circle of threads as arrows.
func TestSchedulePage(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/circle\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "circle_test.go"), circleTest)
	greenify := greenifyCommand(t)
	runCommand(t, dir, 1, nil, greenify, "test", "-sim", "-replays", "found", "-count=1", ".")
	files, err := filepath.Glob(filepath.Join(dir, "found", "*.sim"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	schedule, page := filepath.Join(dir, "circle.sim"), filepath.Join(dir, "circle.html")
	said := runCommand(t, dir, 0, nil, greenify, "replay", "-shrink", "-o", schedule, files[0])
	runCommand(t, dir, 0, nil, greenify, "replay", "-html", "-o", page, schedule)
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`https?:|\bsrc=|<link|@import`).Find([]byte(strings.ReplaceAll(string(html), "http://www.w3.org/2000/svg", ""))); m != nil {
		t.Errorf("the page needs more than itself: %s", m)
	}
	doom := regexp.MustCompile(`from step (\d+) on it could not end well: of 100 other tails none did; from step (\d+) on \d+ did`).FindStringSubmatch(said)
	if doom == nil {
		t.Fatalf("-shrink does not say from which step on:\n%s", said)
	}
	needChromium(t)
	dom := string(chromium(t, page, "--dump-dom"))
	for _, want := range []string{`data-drawn="yes"`, `id="graph"`, doom[0], `<p id="circle">a circle: thread `, `a.Lock() // &lt;/script&gt;&lt;b id="bad"&gt;`} {
		if !strings.Contains(dom, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	if strings.Contains(dom, `<b id="bad">`) {
		t.Error("the source is a part of the page")
	}

	// Each row has a cell for each thread, one of them full.
	rows := regexp.MustCompile(`(?s)<tr data-step="(\d+)">(.*?)</tr>`).FindAllStringSubmatch(dom, -1)
	heads := strings.Count(dom, "<th>thread ")
	if len(rows) < 8 || heads != 3 {
		t.Errorf("%d steps, %d threads, want at least 8, and 3", len(rows), heads)
	}
	step, from := 0, 0
	var columns []int
	for _, row := range rows {
		n, _ := strconv.Atoi(row[1])
		if n < step {
			t.Errorf("step %d comes behind step %d", n, step)
		}
		cells := regexp.MustCompile(`<td[^>]*>`).FindAllString(row[2], -1)
		if len(cells) != 1+heads || strings.Count(row[2], `<td class="at`) != 1 {
			t.Errorf("step %d has cells %q", n, cells)
		}
		for i, cell := range cells {
			if strings.Contains(cell, "at") {
				columns = append(columns, i)
				if strings.Contains(cell, "late") && from == 0 {
					from = n
				}
			}
		}
		step = n
	}
	if len(columns) == 0 || fmt.Sprint(from) != doom[1] {
		t.Errorf("rows are late from step %d on, want %s", from, doom[1])
	}
	if !regexp.MustCompile(`(?s)<tr class="doom" id="from"><td colspan="4">from step ` + doom[1] + ` on it could not end well</td></tr>\s*<tr data-step="` + doom[1] + `">`).MatchString(dom) {
		t.Errorf("no line in front of step %s that says so", doom[1])
	}

	// The graph: who waits for the threads knows both, they wait for each other.
	if n := strings.Count(dom, `<line `); n != 4 || !strings.Contains(dom, `data-arrows="4"`) {
		t.Errorf("%d arrows, want 4", n)
	}
	around := regexp.MustCompile(`<line [^>]*class="circle"`).FindAllString(dom, -1)
	if boxes := strings.Count(dom, `class="box circle"`); len(around) != 2 || boxes != 2 || strings.Contains(dom, "NaN") {
		t.Errorf("%d arrows and %d threads in the circle, want 2 and 2", len(around), boxes)
	}
	for _, want := range []string{">lock a</text>", ">lock b</text>", ">WaitGroup wg</text>"} {
		if !strings.Contains(dom, want) {
			t.Errorf("no %s at an arrow", want)
		}
	}
}
