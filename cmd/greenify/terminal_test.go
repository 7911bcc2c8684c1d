package main_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal belongs to the program: no command but top writes an escape sequence to
// it, waits for an answer, changes its mode or reads what is typed. The terminal
// here answers nothing, so a command that asks it something waits in vain.
func TestTerminal(t *testing.T) {
	t.Parallel()
	greenify, dir := greenifyCommand(t), t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/app\n\ngo 1.26\n",
		"main.go": "package main\n\nimport (\n\t\"bufio\"\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tline, err := bufio.NewReader(os.Stdin).ReadString('\\n')\n\tfmt.Printf(\"got %q %v\\n\", line, err)\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"run", "."}, // reads what was typed before it began
		{}, {"version"}, {"help"}, {"help", "flags"}, {"help", "runtime"}, {"frob"},
		{"rules"}, {"explain", "net.Dial"},
		{"check"}, {"check", "-json"}, {"diff"}, {"rewrite"}, {"generate", "-check"},
		{"build", "-o", "app", "."}, {"inspect", "app"}, {"list", "."}, {"vet", "."}, {"test", "."},
		{"ps", "nowhere"}, {"profile", "nowhere"}, {"top", "nowhere"}, {"trace", "html", "nowhere"}, {"debug", "-h"},
		{"-V=full"}, {"-flags"}, // as go vet calls it
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			tty := openPTY(t)
			before, err := unix.IoctlGetTermios(int(tty.slave.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			tty.master.WriteString("ada\n")
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, greenify, args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = tty.slave, tty.slave, tty.slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			cmd.Wait()
			after, err := unix.IoctlGetTermios(int(tty.slave.Fd()), unix.TCGETS)
			if err != nil || *after != *before {
				t.Errorf("the terminal is not as before: %+v, was %+v (%v)", after, before, err)
			}
			// The end of the output is known by what the terminal says last.
			tty.slave.WriteString("<end>")
			if !tty.shows(time.Minute, "<end>") {
				t.Fatalf("the terminal shows only %q", tty.text())
			}
			out := tty.text()
			if strings.ContainsAny(out, "\x1b\x07\u009b") {
				t.Errorf("it writes control sequences: %q", out)
			}
			if len(args) > 0 && args[0] == "run" {
				if !strings.Contains(out, `got "ada\n" <nil>`) {
					t.Errorf("the program did not get what was typed: %q", out)
				}
				return
			}
			// What was typed is still there.
			n, err := unix.IoctlGetInt(int(tty.slave.Fd()), unix.TIOCINQ)
			if err != nil || n != len("ada\n") {
				t.Errorf("%d bytes of what was typed are left, want 4 (%v)", n, err)
			}
		})
	}
}
