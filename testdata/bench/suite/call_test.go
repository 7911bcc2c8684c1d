package bench

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"
)

// BenchmarkCall is what calls out of Go cost. A green thread keeps the hub in those that
// return soon.
func BenchmarkCall(b *testing.B) {
	b.Run("C", func(b *testing.B) {
		n := 0
		for range b.N {
			n = callC(n)
		}
		if int32(n) != int32(b.N) {
			b.Fatalf("C counted to %d, want %d", n, b.N)
		}
	})
	b.Run("C/callback", func(b *testing.B) {
		for range b.N {
			callBack()
		}
	})
	b.Run("system", func(b *testing.B) {
		for range b.N {
			if _, _, errno := syscall.Syscall(syscall.SYS_GETPPID, 0, 0, 0); errno != 0 {
				b.Fatal(errno)
			}
		}
	})
	// A system call that may wait, but has no need to, as can be asked beforehand.
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	fd := int(f.Fd())
	b.Run("lock", func(b *testing.B) {
		for b.Loop() {
			if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil {
				b.Fatal(err)
			}
		}
	})
	// One that cannot be asked: a green thread leaves the hub for it and comes back. With
	// another at the same, one goes on while the other is away.
	leave := func(b *testing.B, n int) {
		var word uint32
		for range n {
			const wait = 128 // FUTEX_WAIT_PRIVATE
			if _, _, errno := syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&word)), wait, 1, 0, 0, 0); errno != syscall.EAGAIN {
				b.Error(errno)
				return
			}
		}
	}
	b.Run("leave/1", func(b *testing.B) { leave(b, b.N) })
	b.Run("leave/2", func(b *testing.B) {
		half := func() { leave(b, (b.N+1)/2) }
		together(b, half, half)
	})
}
