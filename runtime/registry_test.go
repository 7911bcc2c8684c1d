package green_test

import (
	"runtime"
	"slices"
	"syscall"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// The program knows how it is patched.
func TestManifest(t *testing.T) {
	m := green.Manifest()
	want := "in source"
	if wholeProgram {
		want = "whole program"
		if m.Rules == "" || m.Scope != "all" || !slices.Contains(m.Std, "runtime") {
			t.Errorf("incomplete: %+v", m)
		}
	}
	if m.Mode != want || len(m.Groups) != 10 {
		t.Errorf("%+v, want mode %s and 10 groups", m, want)
	}
	_, file, line, _ := runtime.Caller(0)
	syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	if m.Err != nil || !slices.ContainsFunc(m.Left, func(l green.LeftCall) bool {
		return l.File == file && l.Line == line+1 && l.Call == "syscall.RawSyscall" && l.Reason != ""
	}) {
		t.Errorf("no call of RawSyscall at %s:%d in %+v, error %v", file, line+1, m.Left, m.Err)
	}
}
