package pool // want package:"analyzed"

// It is of another module and not patched. It has the forms in which packages keep what they
// are given, or call it in another goroutine; the facts say which.

import (
	"context"
	"net/http"
	"sort"
	"sync"
	"time"
)

type Job func()

type Pool struct {
	wg     sync.WaitGroup
	jobs   chan func()
	once   sync.Once
	Jobs   chan func()
	Hooks  map[string]func()
	OnStop func()
	Filter Filter
	mu     sync.Mutex
	n      int
}

type Filter interface{ Keep(n int) bool }

type Handlers []func(int) error

var Default func(string)

func (p *Pool) Go(f func()) { // want Go:"may block, through send; keeps its receiver; keeps 0"
	p.once.Do(func() {
		p.jobs = make(chan func())
		go func() {
			for f := range p.jobs {
				f()
			}
		}()
	})
	p.jobs <- f
}

func (p *Pool) Wait() { close(p.jobs); p.wg.Wait() } // want Wait:"may block, through sync.\\(\\*WaitGroup\\).Wait"

// Count holds its lock while nothing waits.
func (p *Pool) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

func Start(f func()) { go f() } // want Start:"keeps 0"

func Caught(f func(), n int) { // want Caught:"keeps 0"
	g := func() {
		if n > 0 {
			f()
		}
	}
	go g()
}

func (p *Pool) Stored(f func()) { p.OnStop = f } // want Stored:"keeps 0"

func (p *Pool) Deep(f func()) { // want Deep:"keeps 0"
	hooks := p.Hooks
	hooks["x"] = f
}

func Global(n int, f func(string)) { Default = f } // want Global:"keeps 1"

type Option func(*Pool)

func WithStop(f func()) Option { // want WithStop:"keeps 0"
	return func(p *Pool) { p.OnStop = f }
}

func New(opts ...Option) *Pool {
	p := &Pool{}
	for _, o := range opts {
		o(p)
	}
	return p
}

func Later(d time.Duration, f func()) { time.AfterFunc(d, f) } // want Later:"keeps 1"

func Passed(f func()) { wrapper{f}.start() } // want Passed:"keeps 0"

type wrapper struct{ f func() }

func (w wrapper) start() { go w.f() } // want start:"keeps its receiver"

func Filtered(f Filter) { // want Filtered:"keeps 0"
	go func() { f.Keep(1) }()
}

func (p *Pool) All(fs ...func()) { // want All:"keeps 0"
	for _, f := range fs {
		go f()
	}
}

func Receive(jobs chan func()) { // want Receive:"keeps 0"
	go func() {
		for f := range jobs {
			f()
		}
	}()
}

func Use(mw func(next Job) Job) { go mw(nil)() } // want Use:"keeps 0"

func Async[T any](f func() T) <-chan T { // want Async:"keeps 0"
	c := make(chan T, 1)
	go func() { c <- f() }()
	return c
}

func Handle(pattern string, h http.Handler) { http.Handle(pattern, h) } // want Handle:"keeps 1"

func Any(v any) { context.WithValue(context.Background(), "x", v) } // want Any:"keeps 0"

func Many(f func(a, b, c, d, e int)) { go f(1, 2, 3, 4, 5) } // want Many:"keeps 0"

// What is only called before the function returns is not kept.
func Each(list []int, f func(int)) {
	for _, n := range list {
		f(n)
	}
	sort.Slice(list, func(i, j int) bool { f(i); return i < j })
	var once sync.Once
	once.Do(func() { f(0) })
	defer func() { f(1) }()
	each(f)
}

func each(f func(int)) {
	g := f
	w := struct{ f func(int) }{g}
	w.f(1)
}

func Map[T, U any](list []T, f func(T) U) []U { // want Map:"keeps 0"
	var out []U
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func Blocks(c chan int, f func()) { // want Blocks:"may block, through receive"
	<-c
	f()
}

func Generic[T any](c chan T) T { return <-c } // want Generic:"may block, through receive; keeps 0"

type Runner interface{ Run(f func()) }

// Waiter is most often a Pool.
type Waiter interface {
	Wait() // want Wait:"may block, through pool.\\(\\*Pool\\).Wait, sync.\\(\\*WaitGroup\\).Wait"
	Count() int
}
