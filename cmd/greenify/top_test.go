package main_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// greenify top in a real terminal (a pty), of a program that is played here: it
// sorts, filters, kills what it is told to, goes on refreshing, says when the program is gone, and leaves the
// terminal as it was.
func TestTop(t *testing.T) {
	t.Parallel()
	l := adminSocket(t)
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 16)
			size, _ := c.Read(request)
			if kill, ok := strings.CutPrefix(string(request[:size]), "kill "); ok {
				io.WriteString(c, map[bool]string{true: "{}", false: `{"error": "no such thread"}`}[kill == "3\n"])
				c.Close()
				continue
			}
			fmt.Fprintf(c, `{"uptime_ms":61000,"spawned":3,"alive":3,"peak":3,"switches":%d,"timers":7,"fd_waiters":5,"offload_size":20,"offload_busy":20,"offload_queue":6,"threads":[
				{"id":1,"state":"running","start":"as main","at":"main.main /src/main.go:9"},
				{"id":2,"name":"nap","parent":1,"state":"waiting","wait":"sleep","since_ms":20,"start":"at /src/main.go:4","at":"main.nap /src/nap.go:1"},
				{"id":3,"parent":1,"state":"waiting","wait":"chan receive","since_ms":90000,"on":" on chan int 0x1","start":"at /src/main.go:5","at":"main.work /src/work.go:2"}]}`, n*1000)
			c.Close()
		}
	}()

	cmd, tty := startTop(t, l.Addr().String())
	step := func(keys string, want ...string) { t.Helper(); tty.step(t, keys, want...) }
	step("", "up 1m1s  threads 3", "timers 7  fd waiters 5  offloads 20 of 20, queue 6", "THREAD v", "1            running", "2 nap        sleep", "3            chan receive")
	step("s", "STATE v", "3            chan receive", "1            running", "2 nap        sleep")
	step("r", "STATE ^", "2 nap        sleep", "1            running", "3            chan receive")
	step("s", "SINCE ^", "1            running", "2 nap        sleep", "20ms", "3            chan receive", "1m30s")
	step("k", "kill thread 1? ")
	step("n", "q quit")
	step("\x1b[B", "\x1b[7m2 nap")
	step("\x1b[B", "\x1b[7m3  ")
	step("k", "kill thread 3? ")
	step("y", "thread 3 is killed")
	step("\x1b[A", "\x1b[7m2 nap")
	step("k", "kill thread 2? ")
	step("y", "thread 2: no such thread")
	step("/", "filter: _")
	step("NAP", "filter: NAP_")
	step("\r", "filter: NAP", "2 nap        sleep")
	if screen := tty.text(); strings.Contains(screen, "main.work") {
		t.Errorf("the filter shows another thread:\n%q", screen)
	}
	step("p", "paused: p goes on")
	step("p", "filter: NAP")
	tty.clear()
	if !tty.shows(time.Minute, "switches/s") {
		t.Error("it does not go on refreshing by itself")
	}
	l.Close()
	step("", "is it a program that runs with GREENIFY=admin=")
	tty.master.WriteString("q")
	if err := cmd.Wait(); err != nil {
		t.Errorf("q: %v", err)
	}
	tty.restored(t)
}

// Of a program with workers the screen has the threads of all, the sums of what they count, and each
// thread by its worker and number, by which it is killed.
func TestTopWorkers(t *testing.T) {
	t.Parallel()
	greenify, dir := greenifyCommand(t), t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/app\n\ngo 1.26\n",
		"main.go": `package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func nap() {
	defer fmt.Fprintln(os.Stderr, "nap ends")
	time.Sleep(time.Hour)
}

func main() {
	go nap()
	l, err := net.Listen("tcp", "127.0.0.1:0") // each has its own
	if err == nil {
		_, err = l.Accept()
	}
	panic(err)
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command(greenify, "build", "-o", "app", ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	program := exec.Command(filepath.Join(dir, "app"))
	program.Dir = dir
	program.Env = append(os.Environ(), "GREENIFY=workers=2,admin=sock")
	var said strings.Builder
	program.Stderr = &said
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		program.Process.Signal(syscall.SIGTERM)
		program.Wait()
	})
	t.Cleanup(end)
	socket := filepath.Join(dir, "sock")
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if out, _ := exec.Command(greenify, "ps", socket).Output(); strings.Count(string(out), "main.nap") >= 2 {
			break
		} else if time.Now().After(late) {
			t.Fatalf("no two workers: %s", out)
		}
	}

	cmd, tty := startTop(t, socket)
	tty.step(t, "/", "filter: _")
	tty.step(t, "main.nap", "filter: main.nap_")
	tty.step(t, "\r", "threads 4", "\x1b[7m1/", "main.nap", "2/", "main.nap")
	tty.step(t, "\x1b[B", "\x1b[7m2/")
	tty.step(t, "k", "kill thread 2/")
	tty.step(t, "y", "is killed")
	tty.step(t, "", "threads 3")
	tty.master.WriteString("q")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	tty.restored(t)
	if end(); strings.Count(said.String(), "nap ends") != 1 {
		t.Errorf("the program says %q", &said)
	}
}

// A top that is told to end by a signal leaves the terminal as it was, and says by its
// exit code that it did not end by itself.
func TestTopSignal(t *testing.T) {
	t.Parallel()
	l := adminSocket(t)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Read(make([]byte, 16))
			io.WriteString(c, `{"alive":1,"threads":[{"id":1,"state":"running","start":"as main","at":"main.main /src/main.go:9"}]}`)
			c.Close()
		}
	}()
	cmd, tty := startTop(t, l.Addr().String())
	if !tty.shows(time.Minute, "running") {
		t.Fatalf("the screen shows %q", tty.text())
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ends with %v", cmd.ProcessState)
	}
	tty.restored(t)
	if !tty.shows(time.Minute, "\x1b[?1049l") {
		t.Errorf("the screen was not left: %q", tty.text())
	}
}

// adminSocket listens as a program with GREENIFY=admin= does.
func adminSocket(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "sock"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// startTop starts greenify top of a program's socket in a terminal of its own.
func startTop(t *testing.T, socket string) (*exec.Cmd, *pty) {
	t.Helper()
	tty := openPTY(t)
	cmd := exec.Command(greenifyCommand(t), "top", socket)
	cmd.Env = append(os.Environ(), "TERM=xterm")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty.slave, tty.slave, tty.slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	tty.resize(t, 120)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, tty
}

// A pty is a terminal whose other side is here.
type pty struct {
	master, slave *os.File
	modes         unix.Termios // as it was made
	width         int
	mu            sync.Mutex
	screen        strings.Builder
}

func openPTY(t *testing.T) *pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	modes, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{master: master, slave: slave, modes: *modes}
	t.Cleanup(func() { slave.Close(); master.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			p.mu.Lock()
			p.screen.Write(buf[:n])
			p.mu.Unlock()
		}
	}()
	return p
}

// restored demands that the terminal is as it was made.
func (p *pty) restored(t *testing.T) {
	t.Helper()
	after, err := unix.IoctlGetTermios(int(p.slave.Fd()), unix.TCGETS)
	if err != nil || *after != p.modes {
		t.Errorf("the terminal is not as before: %+v, was %+v (%v)", after, p.modes, err)
	}
}

func (p *pty) resize(t *testing.T, width int) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(p.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 20, Col: uint16(width)}); err != nil {
		t.Fatal(err)
	}
}

// step types, and has the whole screen drawn again, in another width, until it has
// the lines in this order: of what changes meanwhile only the cells that differ are drawn.
func (p *pty) step(t *testing.T, keys string, want ...string) {
	t.Helper()
	p.master.WriteString(keys)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		p.width = (p.width + 1) % 20
		p.clear()
		p.resize(t, 120+p.width)
		if p.shows(200*time.Millisecond, want...) {
			return
		}
	}
	t.Fatalf("the screen does not show %q:\n%q", want, p.text())
}

func (p *pty) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Reset()
}

func (p *pty) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.String()
}

// shows waits that long for the texts to come, one behind the other.
func (p *pty) shows(d time.Duration, want ...string) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		rest, all := p.text(), true
		for _, w := range want {
			_, behind, ok := strings.Cut(rest, w)
			rest, all = behind, all && ok
		}
		if all {
			return true
		}
	}
	return false
}
