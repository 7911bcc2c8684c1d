//go:build greenify_hub

package hubworkers

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// writePid writes the file of the setting pidfile, as a whole. It is new under a name that nobody
// knows before, for others may write to the folder, too, and a link there would be followed.
func (p *parent) writePid() (err error) {
	if p.pidFile == "" {
		return nil
	}
	defer func() {
		if e := (*os.PathError)(nil); errors.As(err, &e) {
			e.Path = p.pidFile // the name that was asked for
		}
	}()
	folder := p.pidFile[:strings.LastIndexByte(p.pidFile, '/')+1]
	if folder == "" {
		folder = "."
	}
	f, err := os.CreateTemp(folder, ".greenify-*")
	if err != nil {
		return err
	}
	// CreateTemp makes files private; this one is as readable as the umask says.
	f.Close()
	os.Remove(f.Name())
	if f, err = os.OpenFile(f.Name(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err != nil {
		return err
	}
	_, err = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), p.pidFile)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
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
