package killed

import (
	"errors"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("killed", "VERSION", patched.SupportsVersion1)

type conn struct{ c chan int }

func (conn) Close() error    { return nil }
func (conn) Release()        {}
func (conn) Rollback() error { return nil }
func (conn) Hello() int      { return 0 }
func (conn) Ask() error      { return nil }

func get() (conn, error) { return conn{}, nil }

func f(c chan int, fail error) {
	green.WithTimeout(time.Second, func() error {
		x, err := get() // want `a thread that is killed while green.Recv waits does not come to x.Close: defer it`
		if err != nil {
			return err
		}
		if green.Recv(c) == 0 {
			x.Close() // if err != nil
			return fail
		}
		return nil
	})

	green.WithDeadline(time.Now(), func() error {
		tx, _ := get() // want `killed while green.Send waits does not come to tx.Rollback: defer it`
		for range 3 {
			green.Send(c, 1)
		}
		return tx.Rollback()
	})

	green.WithTimeout(time.Second, func() error {
		x, _ := get()
		defer x.Close()
		green.Recv(c)
		return x.Close() // early, to see its error
	})

	green.WithTimeout(time.Second, func() error {
		x, _ := get()
		defer func() { x.Release() }()
		green.Recv(c)
		return nil
	})

	green.WithTimeout(time.Second, func() error {
		green.Recv(c) // before there is anything to be closed
		x, _ := get()
		x.Hello()
		return x.Close()
	})

	green.WithTimeout(time.Second, func() error {
		x, _ := get() // the caller's
		green.Recv(c)
		c <- x.Hello() // want `send holds`
		return nil
	})

	green.WithTimeout(time.Second, func() error {
		x, _ := get()
		later := func() { green.Recv(c) } // not here
		green.Go(later)
		return x.Close()
	})
}

// It is given by name, and calls another.
func g() { green.WithTimeout(time.Second, named) }

func named() error { return called(nil) }

func called(c chan int) error {
	x, err := get() // want `killed while green.Recv waits does not come to x.Release`
	green.Recv(c)
	x.Release()
	return errors.Join(err)
}

// Nobody kills this.
func notKilled(c chan int) {
	x, _ := get()
	green.Recv(c)
	x.Close()
}

// A task is killed somewhere in the package.
func spawned(c chan int) {
	t := green.Spawn(func() (int, error) {
		x, _ := get() // want `killed while green.Recv waits does not come to x.Close`
		n := green.Recv(c)
		return n, x.Close()
	})
	t.Kill()
}
