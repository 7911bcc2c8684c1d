package main_test

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	html, err := exec.Command(greenifyCommand(t), "trace", "html", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`https?:|\bsrc=|<link|@import`).Find(html); m != nil {
		t.Errorf("the page needs more than itself: %s", m)
	}
	if err := os.WriteFile(page, html, 0o666); err != nil {
		t.Fatal(err)
	}

	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("GREENIFY_BROWSER") != "" {
			t.Fatalf("%v: apt-get install chromium", err)
		}
		t.Skip("no chromium here: apt-get install chromium, then make browser")
	}
	chromium := func(arg string) []byte {
		cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"),
			"--force-device-scale-factor=1", "--window-size=1130,300", "--virtual-time-budget=2000", arg, "file://"+page)
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("chromium %s: %v\n%s", arg, err, &stderr)
		}
		return out
	}
	dom := chromium("--dump-dom")
	for _, want := range []string{`data-drawn="yes"`, `>2 threads, 4 slices, 1 wake-ups, 1.000 ms<`} {
		if !bytes.Contains(dom, []byte(want)) {
			t.Errorf("no %s in the page:\n%s", want, dom)
		}
	}
	chromium("--screenshot=" + shot)
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
