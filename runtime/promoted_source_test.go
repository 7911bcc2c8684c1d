//go:build !greenify

package green_test

import (
	"io"
	"os"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// pipeEnd declares Write only.
type pipeEnd struct{ *os.File }

func (p pipeEnd) Write(b []byte) (int, error) { return p.File.Write(b) }

// TestPromotedYields: a method that a type of the program has from an os.File waits
// without the hub, however it is called.
func TestPromotedYields(t *testing.T) {
	for name, read := range map[string]func(io.Reader, []byte) (int, error){
		"Method": func(r io.Reader, b []byte) (int, error) { return patched.Method12(r, r.Read, b) },
		"Via":    func(r io.Reader, b []byte) (int, error) { return patched.Via12(io.Reader.Read, r, b) },
		"Reader": func(r io.Reader, b []byte) (int, error) { return io.ReadFull(patched.Reader(r), b) },
		"EnterReader": func(r io.Reader, b []byte) (n int, err error) {
			r = patched.EnterReader(r)
			green.Offload(func() { n, err = r.Read(b) })
			return n, err
		},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		before := green.ReadStats().Rescued
		inGreen(func() {
			green.Go(func() { w.Write([]byte("x")) })
			b := make([]byte, 1)
			if n, err := read(pipeEnd{r}, b); n != 1 || err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		})
		if n := green.ReadStats().Rescued - before; n != 0 {
			t.Errorf("%s kept the hub", name)
		}
		r.Close()
		w.Close()
	}
}
