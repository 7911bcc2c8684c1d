package green_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// TestCallForms: the forms of a call that the rewriter meets compile as
// generic calls, with the types that a plain call would have: constants, nil,
// values for interface parameters (converted, a type parameter has one type),
// named function types, variadic calls of both kinds.
func TestCallForms(t *testing.T) {
	inGreen(func() {
		ctx := context.Background()
		var file *os.File
		eq := func(got, want any) {
			t.Helper()
			if got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		}

		_, err := patched.Call12(os.Open, "")
		eq(errors.Is(err, fs.ErrNotExist), true)
		req, err := patched.Call42(newRequest, ctx, "GET", "http://localhost/", nil)
		eq(err, nil)
		eq(req.method, "GET")
		const put = "PUT"
		req, _ = patched.Call42(newRequest, ctx, put, "/", io.Reader(strings.NewReader("")))
		eq(req.method, "PUT")
		var w discard
		n, _ := patched.Call22(io.Copy, io.Writer(w), io.Reader(strings.NewReader("four")))
		eq(n, int64(4))
		n, _ = patched.Call32(io.CopyN, io.Discard, io.Reader(strings.NewReader("four")), 2)
		eq(n, int64(2))
		eq(patched.Call01(file.Close), os.ErrInvalid)
		eq(patched.Call31(os.WriteFile, "", nil, 0) != nil, true)
		eq(patched.CallV11(fmt.Sprintf, "%v %v", any(1), any("x")), "1 x")
		eq(patched.CallV11(fmt.Sprintf, "none"), "none")
		eq(patched.CallV11(fmt.Sprintf, "%v", []any{2}...), "2")
		eq(patched.CallV01(errors.Join), nil)
		var get func(string) string = os.Getenv
		eq(patched.Call11(get, "GREEN_TEST_UNSET"), "")
		patched.Call10(green.Sleep, 0)
		patched.Call10(time.Sleep, time.Nanosecond)

		var h handler = handlerFunc(patched.Enter20(notFound))
		h.serve(w, &req)
		eq(req.method, "served")
		eq(patched.Enter20(handlerFunc(nil)) == nil, true)
		eq(patched.Enter12(func(int) (int, error) { return 1, nil }) != nil, true)
	})
}

// The shapes of package net/http, which is not imported: the runtime detects no
// deadlocks in a program with cgo.

type request struct{ method string }

func newRequest(ctx context.Context, method, url string, body io.Reader) (request, error) {
	return request{method}, ctx.Err()
}

type handler interface{ serve(io.Writer, *request) }

type handlerFunc func(io.Writer, *request)

func (f handlerFunc) serve(w io.Writer, r *request) { f(w, r) }

func notFound(w io.Writer, r *request) { r.method = "served" }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
