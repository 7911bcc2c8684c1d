//go:build greenify_hub

package hubworkers

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// writePid writes the file of the setting pidfile, as a whole.
func (p *parent) writePid() error {
	if p.pidFile == "" {
		return nil
	}
	tmp := p.pidFile + ".new"
	if err := os.WriteFile(tmp, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, p.pidFile)
}

// notify tells systemd, if that has asked for it: sd_notify(3). Nobody answers.
func (p *parent) notify(state string) {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return
	}
	s, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer syscall.Close(s)
	syscall.Sendto(s, []byte(state), syscall.MSG_NOSIGNAL, &syscall.SockaddrUnix{Name: name}) // "@" is abstract there, too
}

// watchdog tells systemd that the loop goes round, twice in the time that it gives:
// sd_watchdog_enabled(3).
func (p *parent) watchdog() {
	us, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC"))
	if pid := os.Getenv("WATCHDOG_PID"); err != nil || us <= 0 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return
	}
	var beat func()
	beat = func() {
		p.notify("WATCHDOG=1")
		time.AfterFunc(time.Duration(us)*time.Microsecond/2, func() { p.loop <- beat })
	}
	beat()
}
