package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// A trace of two threads: the first runs for a half and then waits, the second is
// made ready by it and runs for the other half. It ends early, as that of a program
// that was killed does.
const halves = `[
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main"}},
{"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"</script>.go:7"}},
{"ph":"s","pid":1,"tid":1,"ts":100.000,"cat":"wake","name":"wake","id":1},
{"ph":"X","pid":1,"tid":1,"ts":0.000,"dur":500.000,"name":"running","cname":"good"},
{"ph":"M","pid":1,"tid":0,"name":"stack","args":{"id":9,"frames":["main.main /src/main.go:5"]}},
{"ph":"X","pid":1,"tid":2,"ts":100.000,"dur":400.000,"name":"ready","cname":"bad"},
{"ph":"f","pid":1,"tid":2,"ts":500.000,"bp":"e","cat":"wake","name":"wake","id":1},
{"ph":"X","pid":1,"tid":2,"ts":500.000,"dur":500.000,"name":"running","cname":"good"},
{"ph":"X","pid":1,"tid":1,"ts":500.000,"dur":500.000,"name":"chan receive main.go:5","cat":"wait","args":{"stack":9}},
{"ph":"X","pid":1,"ti`

// The page of a trace in a real browser: its script runs, and draws each slice in
// its place and colour.
func TestTracePage(t *testing.T) {
	dir := t.TempDir()
	file, page, shot := filepath.Join(dir, "trace.json"), filepath.Join(dir, "trace.html"), filepath.Join(dir, "shot.png")
	if err := os.WriteFile(file, []byte(halves), 0o666); err != nil {
		t.Fatal(err)
	}
	html := runCommand(t, dir, 0, nil, greenifyCommand(t), "trace", "html", file)
	if m := regexp.MustCompile(`https?:|\bsrc=|<link|@import`).FindString(html); m != "" {
		t.Errorf("the page needs more than itself: %s", m)
	}
	write(t, page, html)
	needChromium(t)
	dom := chromium(t, page, "--dump-dom")
	for _, want := range []string{`data-drawn="yes"`, `>2 threads, 4 slices, 1 wake-ups, 1.000 ms<`} {
		if !bytes.Contains(dom, []byte(want)) {
			t.Errorf("no %s in the page:\n%s", want, dom)
		}
	}
	chromium(t, page, "--screenshot="+shot)
	f, err := os.Open(shot)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	// Of the 1130 pixels 130 are for names; a pixel is a microsecond.
	const running, ready, waiting = 0x2e9e5b, 0xf0b429, 0xc9d6e8
	for _, want := range []struct{ us, colors []int }{
		{[]int{50}, []int{running}},
		{[]int{300, 450}, []int{running, ready}},
		{[]int{700, 900}, []int{waiting, running}},
	} {
		for _, us := range want.us {
			var got []int
			for y := range img.Bounds().Dy() {
				r, g, b, _ := img.At(130+us, y).RGBA()
				c := int(r>>8<<16 | g>>8<<8 | b>>8)
				if (c == running || c == ready || c == waiting) && y > 40 && (len(got) == 0 || got[len(got)-1] != c) {
					got = append(got, c)
				}
			}
			if len(got) != len(want.colors) || got[0] != want.colors[0] || got[len(got)-1] != want.colors[len(want.colors)-1] {
				t.Errorf("at %d us the colours from the top are %#x, want %#x", us, got, want.colors)
			}
		}
	}
}

// needChromium skips a test where there is no browser, but not in make browser.
func needChromium(t *testing.T) {
	_, err := exec.LookPath("chromium")
	if err == nil {
		return
	}
	if os.Getenv("GREENIFY_BROWSER") != "" {
		t.Fatalf("%v: apt-get install chromium", err)
	}
	t.Skip("no chromium here: apt-get install chromium, then make browser")
}

// chromium opens a page with a profile of its own, asks the network for nothing, and
// returns what it prints.
func chromium(t *testing.T, page, arg string) []byte {
	t.Helper()
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--force-device-scale-factor=1", "--window-size=1130,300", "--virtual-time-budget=2000", arg, "file://"+page)
	cmd.Dir = filepath.Dir(page)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium %s: %v\n%s", arg, err, &stderr)
	}
	return out
}

// A chromeEvent has the fields of the Trace Event Format that ui.perfetto.dev and
// chrome://tracing read. Those of which 0 is not nothing are pointers.
type chromeEvent struct {
	Ph, Name, Cat, BP, Cname string
	PID, TID, ID             *int
	TS, Dur                  *float64 // microseconds
	Args                     map[string]any
}

func (e chromeEvent) String() string {
	text, _ := json.Marshal(e)
	return string(text)
}

// The trace of a real program is as the format wants it, so that what opens it shows
// all: every event has its fields, the slices of a track follow one another, and an
// arrow leads from a running slice to a running slice, forward in time. (A begin or
// end without a slice around it is what Perfetto drops.) Its page has the same events.
func TestTraceFormat(t *testing.T) {
	dir := t.TempDir()
	file, bin, greenify := filepath.Join(dir, "trace.json"), filepath.Join(dir, "primitives"), greenifyCommand(t)
	runCommand(t, behaviours, 0, nil, greenify, "build", "-o", bin, "./05-primitives")
	runCommand(t, dir, 0, []string{"GREENIFY=trace=" + file}, bin)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var events []chromeEvent
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&events); err != nil {
		t.Fatal(err)
	}

	tracks := map[int][]chromeEvent{} // slices by thread, as they come
	begins, ends := map[int]chromeEvent{}, map[int]chromeEvent{}
	names := map[int]bool{}
	for _, e := range events {
		if e.PID == nil || e.TID == nil || e.Name == "" {
			t.Fatalf("without pid, tid or name: %v", e)
		}
		if e.Ph != "M" && (e.TS == nil || *e.TS <= 0) {
			t.Fatalf("without a time: %v", e)
		}
		switch e.Ph {
		case "M":
			if e.Args == nil {
				t.Errorf("metadata without args: %v", e)
			}
			if e.Name == "thread_name" {
				names[*e.TID] = true
			}
		case "X":
			if e.Dur == nil || *e.Dur < 0 {
				t.Fatalf("a slice without a duration: %v", e)
			}
			tracks[*e.TID] = append(tracks[*e.TID], e)
		case "s", "f":
			if e.ID == nil || e.Cat == "" {
				t.Fatalf("an arrow without id or category: %v", e)
			}
			of := begins
			if e.Ph == "f" {
				of = ends
				if e.BP != "e" {
					t.Errorf("an arrow's end that is bound to the next slice: %v", e)
				}
			}
			if _, twice := of[*e.ID]; twice {
				t.Errorf("an arrow with two of one end: %v", e)
			}
			of[*e.ID] = e
		case "i": // a thread that computed was made to yield
		default:
			t.Errorf("an event of another kind: %v", e)
		}
	}
	const ns = 0.0011 // what rounding may be off, in microseconds
	ready := 0        // threads that were ready in the end: nothing ends their arrows
	for id, slices := range tracks {
		if !names[id] {
			t.Errorf("thread %d has no name", id)
		}
		for i := 1; i < len(slices); i++ {
			if *slices[i].TS < *slices[i-1].TS+*slices[i-1].Dur-ns {
				t.Errorf("slices of thread %d overlap, or come in the wrong order: %v, %v", id, slices[i-1], slices[i])
			}
		}
		if slices[len(slices)-1].Name == "ready" {
			ready++
		}
	}
	running := func(e chromeEvent) bool {
		return slices.ContainsFunc(tracks[*e.TID], func(s chromeEvent) bool {
			return s.Name == "running" && *s.TS-ns <= *e.TS && *e.TS <= *s.TS+*s.Dur+ns
		})
	}
	for id, end := range ends {
		begin, ok := begins[id]
		if !ok || *begin.TS > *end.TS || begin.Cat != end.Cat || begin.Name != end.Name || !running(begin) || !running(end) {
			t.Errorf("an arrow that nobody would draw: %v, %v", begin, end)
		}
	}
	if open := len(begins) - len(ends); open > ready {
		t.Errorf("%d arrows have no end, %d threads were ready in the end", open, ready)
	}
	count := 0
	for _, slices := range tracks {
		count += len(slices)
	}
	if len(tracks) < 6 || count < 500 || len(ends) < 100 {
		t.Errorf("%d tracks, %d slices, %d arrows: too few to mean anything", len(tracks), count, len(ends))
	}

	page := filepath.Join(dir, "trace.html")
	write(t, page, runCommand(t, dir, 0, nil, greenify, "trace", "html", file))
	t.Run("page", func(t *testing.T) {
		needChromium(t)
		want := fmt.Sprintf(">%d threads, %d slices, %d wake-ups, ", len(tracks), count, len(ends))
		if !bytes.Contains(chromium(t, page, "--dump-dom"), []byte(want)) {
			t.Errorf("the page does not say %s", want)
		}
	})
}
