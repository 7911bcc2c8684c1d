package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of the vector that the kernel gives a program.
const (
	auxNull   = 0
	auxIgnore = 1
	auxVDSO   = 33
)

// wallClock runs a program for which the wall clock is set every 50 ms, by days and years, forth and
// back. It is traced: it does not find the vDSO, so that it asks the kernel for the time, and what
// that answers is changed. No other process sees it.
func wallClock(path string) (seen, error) {
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	var out, stderr bytes.Buffer
	cmd := exec.Command(path, "clock")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GREENIFY") }), "GREENIFY=deadlock=1s")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	files := [2]*os.File{}
	for i, buf := range []*bytes.Buffer{&out, &stderr} {
		r, w, err := os.Pipe()
		if err != nil {
			return seen{}, err
		}
		files[i] = w
		read := make(chan bool)
		go func() {
			buf.ReadFrom(r)
			r.Close()
			close(read)
		}()
		defer func() { <-read }()
		defer w.Close()
	}
	cmd.Stdout, cmd.Stderr = files[0], files[1]
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return seen{}, err
	}
	for i := range files {
		files[i].Close()
	}
	code, err := trace(cmd.Process.Pid)
	if err != nil {
		cmd.Process.Kill()
	}
	took := time.Since(begin)
	time.Sleep(100 * time.Millisecond)
	return seen{out: out.String(), stderr: stderr.String(), code: fmt.Sprint(code), took: took}, err
}

// trace is the loop of the tracer, until the process has ended.
func trace(pid int) (code int, err error) {
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, 0, nil); err != nil {
		return 0, err
	}
	if err := hideVDSO(pid); err != nil {
		return 0, err
	}
	if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACESYSGOOD|unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL); err != nil {
		return 0, err
	}
	if err := unix.PtraceSyscall(pid, 0); err != nil {
		return 0, err
	}
	begin := time.Now()
	inside := map[int]bool{} // threads in a system call
	for {
		tid, err := unix.Wait4(-1, &status, unix.WALL, nil)
		if err != nil {
			return 0, err
		}
		if status.Exited() || status.Signaled() {
			delete(inside, tid)
			if tid == pid {
				if status.Signaled() {
					return -1, nil
				}
				return status.ExitStatus(), nil
			}
			continue
		}
		signal := 0
		switch stop := status.StopSignal(); {
		case stop == unix.SIGTRAP|0x80:
			if inside[tid] = !inside[tid]; !inside[tid] {
				if err := setClock(tid, time.Since(begin)); err != nil {
					return 0, err
				}
			}
		case stop == unix.SIGTRAP && status.TrapCause() > 0: // a thread begins
		case stop == unix.SIGSTOP: // as it begins
		default:
			signal = int(stop)
		}
		if err := unix.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, err
		}
	}
}

// hideVDSO takes the vDSO out of what the kernel tells a program that is about to begin.
func hideVDSO(pid int) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	at := uintptr(regs.Rsp)
	word := func() (uint64, error) {
		var b [8]byte
		_, err := unix.PtracePeekData(pid, at, b[:])
		at += 8
		return binary.NativeEndian.Uint64(b[:]), err
	}
	n, err := word() // of the arguments, which end by 0, as the environment does
	if err != nil {
		return err
	}
	at += 8 * (uintptr(n) + 1)
	for {
		if n, err = word(); err != nil {
			return err
		} else if n == 0 {
			break
		}
	}
	for {
		key, err := word()
		switch {
		case err != nil:
			return err
		case key == auxNull:
			return errors.New("the program has no vDSO")
		case key == auxVDSO:
			_, err := unix.PtracePokeData(pid, at-8, binary.NativeEndian.AppendUint64(nil, auxIgnore))
			return err
		}
		at += 8
	}
}

// offsets are by how much the wall clock is off, one after another.
var offsets = []time.Duration{0, 24 * time.Hour, -24 * time.Hour, 10 * 365 * 24 * time.Hour, -5 * time.Hour, 0, -10 * 365 * 24 * time.Hour}

// setClock changes what a thread was told, if it has asked for the wall clock.
func setClock(tid int, since time.Duration) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		return err
	}
	if regs.Orig_rax != unix.SYS_CLOCK_GETTIME || regs.Rdi != unix.CLOCK_REALTIME || regs.Rax != 0 {
		return nil
	}
	var b [unsafe.Sizeof(int64(0))]byte
	if _, err := unix.PtracePeekData(tid, uintptr(regs.Rsi), b[:]); err != nil {
		return err
	}
	off := offsets[int(since/(50*time.Millisecond))%len(offsets)]
	seconds := int64(binary.NativeEndian.Uint64(b[:])) + int64(off/time.Second)
	_, err := unix.PtracePokeData(tid, uintptr(regs.Rsi), binary.NativeEndian.AppendUint64(nil, uint64(seconds)))
	return err
}
