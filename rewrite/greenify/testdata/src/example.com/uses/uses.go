package uses // want package:"analyzed"

import (
	"net/http"
	"time"

	"example.com/pool"
)

type app struct{ n int }

func (a *app) step()           { a.n++ }
func (a *app) Keep(n int) bool { return n > a.n } // want `method app.Keep runs outside the hub, package pool, which is not patched, may call it in another goroutine: defer patched.Enter first`

func step() {}

// Functions that may be kept or called elsewhere, as values of all kinds.
func values(p *pool.Pool, a *app, f func(), r pool.Runner) { // want values:"may block, through pool.\\(\\*Pool\\).Go, send; keeps 0; keeps 2"
	p.Go(step)                                                   // want `pool.\(\*Pool\).Go may block the hub, through send: patch package pool too, or replace it by patched.Call10`
	p.Go(func() { a.n++ })                                       // want `patched.Call10`
	defer p.Wait()                                               // want `pool.\(\*Pool\).Wait may block the hub, through sync.\(\*WaitGroup\).Wait: patch package pool too, or replace it by patched.Call00`
	pool.Start(a.step)                                           // want `callback of example.com/pool.Start runs outside the hub, package pool, which is not patched, may call it in another goroutine: wrap it in patched.Enter00`
	pool.Start(f)                                                // want `patched.Enter00`
	pool.Caught(f, 1)                                            // want `patched.Enter00`
	p.Stored(f)                                                  // want `patched.Enter00`
	p.Deep(f)                                                    // want `patched.Enter00`
	pool.Global(1, func(string) {})                              // want `patched.Enter10`
	pool.New(pool.WithStop(f), pool.Option(func(*pool.Pool) {})) // want `patched.Enter00`
	pool.Later(time.Second, f)                                   // want `patched.Enter00`
	pool.Passed(f)                                               // want `patched.Enter00`
	p.All(f, step)                                               // want `patched.Enter00` `patched.Enter00`
	<-pool.Async(func() int { return 1 })                        // want `patched.Enter01`
	pool.Any(f)                                                  // want `patched.Enter00`
	pool.Any(1)
	pool.Any(pool.Job(f))                                                           // want `patched.Enter00`
	r.Run(f)                                                                        // want `callback of example.com/pool.Runner.Run runs outside the hub`
	pool.Many(func(a, b, c, d, e int) {})                                           // want `callback of example.com/pool.Many cannot be patched here: it has more parameters`
	pool.Handle("/", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) // want `patched.Enter20`
	pool.Start(nil)
	pool.Start(p.Wait)  // want `pool.\(\*Pool\).Wait may block the hub, through sync.\(\*WaitGroup\).Wait: patch package pool too, or wrap it in patched.Func00`
	start := pool.Start // want `example.com/pool.Start cannot be patched here: it is used as a value: call it in a function literal instead`
	go pool.Start(f)    // want `patched.Enter00`
	_ = start
	pool.Filtered(a)
	var filter pool.Filter = a
	pool.Filtered(filter)
	if p.Count() > 1 {
		return
	}
}

// Fields, elements, variables and channels.
func places(p *pool.Pool, f func()) { // want places:"may block, through send; keeps 1"
	_ = pool.Pool{OnStop: f, Filter: &app{}, Hooks: map[string]func(){"x": f}} // want `patched.Enter00` `patched.Enter00`
	p.OnStop = f                                                               // want `patched.Enter00`
	p.Hooks["y"] = f                                                           // want `patched.Enter00`
	p.Jobs <- f                                                                // want `patched.Enter00`
	pool.Default = func(string) {}                                             // want `callback of example.com/pool.Default runs outside the hub`
	_ = pool.Handlers{func(int) error { return nil }}                          // want `patched.Enter11`
	var h pool.Handlers
	h = append(h, func(int) error { return nil }) // want `patched.Enter11`
	_ = h
	jobs := make(chan func())
	pool.Receive(jobs)
	jobs <- f                 // want `callback of example.com/pool.Receive runs outside the hub`
	list := []func(){f, step} // want `patched.Enter00` `patched.Enter00`
	p.All(list...)
	p.All(others()...)                      // want `the functions in others\(\) run outside the hub`
	pool.Use(func(next pool.Job) pool.Job { // want `patched.Enter11`
		return func() { next() } // want `patched.Enter00`
	})
	pool.Use(middleware) // want `patched.Enter11`
}

func middleware(next pool.Job) pool.Job { // want middleware:"keeps 0"
	return func() { next() } // want `patched.Enter00`
}

func others() []func() { return nil }

// What is called before the call returns has the hub already.
func sync(list []int, c chan int) { // want sync:"may block, through pool.Blocks, receive"
	pool.Each(list, func(n int) {})
	pool.Map(list, func(n int) string { return "" })
	pool.Blocks(c, func() {}) // want `pool.Blocks may block the hub, through receive: patch package pool too, or replace it by patched.Call20`
	pool.Generic[int](c)      // want `pool.Generic may block the hub, through receive: patch package pool too, or replace it by patched.Call11`
	pool.Generic(c)           // want `pool.Generic may block the hub, through receive: patch package pool too, or replace it by patched.Call11`
	var w pool.Waiter = new(pool.Pool)
	w.Wait() // want `pool.Waiter.Wait may block the hub, through pool.\(\*Pool\).Wait, sync.\(\*WaitGroup\).Wait: patch package pool too, or wrap it in green.Offload`
	w.Count()
	pool.Generic(make(chan local))    // want `or replace it by patched.Call11`
	pool.Generic(make(chan struct{})) // want `or wrap it in green.Offload`
}

type local int
