package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	worldSize = 3 << 30          // of the file system; what is not used takes no memory
	patience  = 10 * time.Minute // a command that takes longer hangs
)

// A world is a file system in memory, which commands write to and which can be full: their
// files, temporary ones, and greenify's cache.
type world struct {
	dir, repo string
	required  map[string]string // go.mod and go.sum with package green
	twins     map[string]string // tree of generate -clean
	n         int               // of the program
	old       map[string]string // program that is there before
}

// newWorld mounts it, in a mount namespace of this process, and puts a copy of the cache there.
func newWorld() (*world, error) {
	repo, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "greenify-faults-")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, repo: repo}
	if err := unix.Mount("faults", dir, "tmpfs", 0, fmt.Sprint("size=", worldSize)); err != nil {
		return nil, fmt.Errorf("mount a tmpfs: %w", err)
	}
	if out, err := exec.Command("cp", "-a", *cache, w.path("cache")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cp: %w\n%s", err, out)
	}
	// Under its own name: what is compiled depends on where the private toolchain is.
	if err := unix.Mount(w.path("cache"), *cache, "", unix.MS_BIND, ""); err != nil {
		return nil, fmt.Errorf("mount the cache: %w", err)
	}
	return w, nil
}

// remove unmounts it: no process has files there any more.
func (w *world) remove() {
	unix.Unmount(*cache, unix.MNT_DETACH)
	unix.Unmount(w.dir, unix.MNT_DETACH)
	os.Remove(w.dir)
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// clear empties the folders of the commands.
func (w *world) clear() error {
	for _, name := range folders {
		if err := os.RemoveAll(w.path(name)); err != nil {
			return err
		}
		if err := os.Mkdir(w.path(name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) write(dir string, files map[string]string) error {
	for name, text := range files {
		if err := w.writeFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) writeFile(name, text string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o777); err != nil {
		return err
	}
	return os.WriteFile(w.path(name), []byte(text), mode)
}

// files reads all files of folders.
func (w *world) files(dirs ...string) map[string]string {
	all := map[string]string{}
	for _, dir := range dirs {
		filepath.WalkDir(w.path(dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				data, err := os.ReadFile(path)
				if err != nil {
					data = []byte(err.Error())
				}
				all[strings.TrimPrefix(path, w.dir+"/")] = string(data)
			}
			return nil
		})
	}
	return all
}

// litter lists what is in the folder of temporary files and in a cache that no undisturbed run
// leaves there. The go command's own temporary folders are not: plain go build leaves them, too,
// when it is killed.
func (w *world) litter(cache string) (list []string) {
	tmp, _ := os.ReadDir(w.path("tmp"))
	for _, e := range tmp {
		if !strings.HasPrefix(e.Name(), "go-build") && !strings.HasPrefix(e.Name(), "gotest") && !strings.HasPrefix(e.Name(), "go-link") {
			list = append(list, "tmp/"+e.Name())
		}
	}
	for name := range w.files("tree", "out") { // what is written before it has its name
		if base := filepath.Base(name); strings.HasPrefix(base, ".greenify-") || strings.HasSuffix(base, "~") {
			list = append(list, name)
		}
	}
	entries, _ := os.ReadDir(cache)
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == "rewrite":
			journals, _ := os.ReadDir(filepath.Join(cache, name))
			for _, j := range journals {
				list = append(list, "cache/rewrite/"+j.Name())
			}
		case strings.HasPrefix(name, "goroot-") && !strings.Contains(name, ".tmp"):
			for _, f := range []string{filepath.Join(cache, name)} {
				inside, _ := os.ReadDir(f)
				for _, e := range inside {
					if strings.Contains(e.Name(), ".tmp") {
						list = append(list, "cache/"+name+"/"+e.Name())
					}
				}
			}
		case name == "build" || name == "check" || name == "schedules" || name == "README":
		default:
			list = append(list, "cache/"+name)
		}
	}
	return list
}

// journal reports whether a killed command has left a journal, which says what is to be done.
func (w *world) journal(cache string) bool {
	names, _ := filepath.Glob(filepath.Join(cache, "rewrite", "*", "journal"))
	return len(names) > 0
}

// used is how much of the file system is used.
func (w *world) used() int64 {
	var st unix.Statfs_t
	if unix.Statfs(w.dir, &st) != nil {
		return 0
	}
	return int64(st.Blocks-st.Bfree) * st.Bsize
}

// fill leaves so much of the file system free, until free is called.
func (w *world) fill(left int64) (free func(), err error) {
	f, err := os.Create(w.path("ballast"))
	if err != nil {
		return nil, err
	}
	free = func() { os.Remove(f.Name()) }
	var st unix.Statfs_t
	if err = unix.Statfs(w.dir, &st); err == nil {
		err = unix.Fallocate(int(f.Fd()), 0, 0, max(1, int64(st.Bfree)*st.Bsize-left))
	}
	f.Close()
	if err != nil {
		free()
		return nil, err
	}
	return free, nil
}

// A running command, in a process group of its own.
type running struct {
	*exec.Cmd
	stderr bytes.Buffer
	file   *os.File // standard output
	ended  chan bool
	err    error
	begin  time.Time
}

type result struct {
	args   []string
	code   int // -1: by a signal
	stderr string
	took   time.Duration
	hung   bool
}

func (r result) error() error {
	return fmt.Errorf("greenify %s ends with %d:\n%s", strings.Join(r.args, " "), r.code, r.stderr)
}

// environ is the environment of a command.
func (w *world) environ(cache string) []string {
	environ := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "GREENIFY") || strings.HasPrefix(kv, "GOFLAGS=")
	})
	return append(environ, "GREENIFYCACHE="+cache, "TMPDIR="+w.path("tmp"), "GOBIN="+w.path("out/bin"), "GOPROXY=off", "GOWORK=off")
}

// start starts greenify in the tree.
func (w *world) start(args []string, cache, stdout string) *running {
	r := &running{Cmd: exec.Command(*greenify, args...), ended: make(chan bool), begin: time.Now()}
	r.Dir, r.Env, r.Stderr = w.path("tree"), w.environ(cache), &r.stderr
	r.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.WaitDelay = 10 * time.Second
	if stdout != "" {
		f, err := os.Create(w.path("out/" + stdout))
		if err == nil {
			r.file, r.Stdout = f, f
		}
	}
	r.err = r.Start()
	go func() {
		if r.err == nil {
			r.err = r.Wait()
		}
		if r.file != nil {
			r.file.Close()
		}
		close(r.ended)
	}()
	return r
}

// wait waits until it and all processes that it has started have ended.
func (r *running) wait() result {
	hung := false
	select {
	case <-r.ended:
	case <-time.After(patience):
		hung = true
		r.Process.Signal(syscall.SIGQUIT)
		time.Sleep(time.Second)
		syscall.Kill(-r.Process.Pid, syscall.SIGKILL)
		<-r.ended
	}
	took := time.Since(r.begin)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(r.err, &exit):
		code = exit.ExitCode()
	case r.err != nil:
		code = 127
		r.stderr.WriteString(r.err.Error())
	}
	if r.Process != nil {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		for syscall.Kill(-r.Process.Pid, 0) == nil && ctx.Err() == nil {
			time.Sleep(2 * time.Millisecond)
		}
		if ctx.Err() != nil { // a child that goes on without its parent
			hung = true
			syscall.Kill(-r.Process.Pid, syscall.SIGKILL)
		}
	}
	return result{r.Args[1:], code, r.stderr.String(), took, hung}
}

// touched waits until something is written in a folder, or the command has ended.
func (r *running) touched(dir string) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return
	}
	f := os.NewFile(uintptr(fd), "inotify")
	stop := sync.OnceFunc(func() { f.Close() })
	defer stop()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MODIFY|unix.IN_MOVED_TO|unix.IN_DELETE); err != nil {
		return
	}
	go func() {
		<-r.ended
		stop()
	}()
	io.ReadAtLeast(f, make([]byte, 4096), 1)
}
