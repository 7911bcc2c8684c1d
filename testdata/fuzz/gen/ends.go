package gen

// ends are how a program may end. The first is the plainest.
var ends = []kind{
	{"return", func(w *writer) {}},
	{"exit", exit},
	{"stuck", stuck},
	{"panics", panics},
	{"fatal", fatal},
	{"mainexit", mainexit},
	{"left", left},
}

func exit(w *writer) {
	w.code(w.pick(
		"os.Exit($n)\n",
		"go os.Exit($n)\nselect {}\n",
		"defer os.Exit($n)\n<-time.After(time.Microsecond)\n",
		"time.AfterFunc(0, func() { os.Exit($n) })\nselect {}\n",
		"func() {\ndefer func() {\nrecover()\nos.Exit($n)\n}()\npanic(1)\n}()\n",
	), "n", w.draw(4))
}

// forever are waits that end when somebody else does something, which nobody does.
var forever = []string{
	"<-make(chan int)\n",
	"make(chan int) <- 1\n",
	"select {}\n",
	"<-(chan int)(nil)\n",
	"var c chan int\nc <- 1\n",
	"select {\ncase <-make(chan int):\ncase make(chan int) <- 1:\n}\n",
	"var mu sync.Mutex\nmu.Lock()\nmu.Lock()\n",
	"var mu sync.RWMutex\nmu.RLock()\nmu.Lock()\n",
	"var mu sync.RWMutex\nmu.Lock()\nmu.RLock()\n",
	"var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()\n",
	"c := sync.NewCond(new(sync.Mutex))\nc.L.Lock()\nc.Wait()\n",
	"for range make(chan int) {\n}\n",
	"for {\nselect {\ncase <-(chan int)(nil):\ncase (chan int)(nil) <- 1:\n}\n}\n",
	"ctx, cancel := context.WithCancel(context.Background())\ndefer cancel()\n<-ctx.Done()\n",
	"var once sync.Once\nonce.Do(func() { once.Do(func() {}) })\n",
	"next, stop := iter.Pull(values(make(chan int)))\ndefer stop()\nnext()\n",
	"reflect.ValueOf(make(chan int)).Recv()\n",
	"r, _ := io.Pipe()\nio.ReadAll(r)\n",
	"t := time.NewTimer(time.Hour)\nt.Stop()\n<-t.C\n",
	"c := sync.OnceValue(func() int { return <-make(chan int) })\nc()\n",
}

func (w *writer) forever() string { return forever[w.draw(len(forever))] }

// stuck: all goroutines wait for ever.
func stuck(w *writer) {
	for range w.draw(3) {
		w.code(w.start(w.expand("$nap\n") + w.forever()))
	}
	switch w.draw(5) {
	case 0:
		w.code(w.forever())
	case 1:
		w.code("var wg sync.WaitGroup\nwg.Add(2)\n")
		w.code(w.start("defer wg.Done()\n" + w.forever()))
		w.code(w.start(w.expand("$nap\nwg.Done()\n")))
		w.code("wg.Wait()\n")
	case 2: // each waits for the other
		w.code("var a, b sync.Mutex\nmet := make(chan bool)\n")
		w.code(w.start("a.Lock()\nmet <- true\nb.Lock()\n"))
		w.code("b.Lock()\n<-met\na.Lock()\n")
	case 3:
		w.code("c, d := make(chan int), make(chan int)\n")
		w.code(w.start("c <- <-d\n"))
		w.code("d <- <-c\n")
	default:
		w.code("defer func() {\n" + w.forever() + "}()\npanic(\"never seen\")\n")
	}
}

// panics: a panic that nobody recovers, in main or beside it.
func panics(w *writer) {
	body := "x := 3\n_ = x\n" + w.throw()
	switch w.draw(5) {
	case 0:
		w.code(body)
	case 1:
		w.code(w.start(w.expand("$nap\n")+"func() {\n"+body+"}()\n") + w.forever())
	case 2:
		w.code("defer func() {\nfmt.Println(recover())\nfunc() {\n" + body + "}()\n}()\npanic(errOdd)\n")
	case 3:
		w.code("c := make(chan int)\n" + w.start("for range c {\n}\nfunc() {\n"+body+"}()\n") + "defer func() { <-(chan int)(nil) }()\nclose(c)\n")
	default:
		w.code("for v := range values(series(3)) {\nif v == 2 {\nfunc() {\n" + body + "}()\n}\n}\n")
	}
}

// fatal: what the runtime ends a program for, recovered or not.
func fatal(w *writer) {
	body := w.pick(
		"new(sync.Mutex).Unlock()\n",
		"new(sync.RWMutex).RUnlock()\n",
		"new(sync.RWMutex).Unlock()\n",
		"var mu sync.Mutex\nmu.Lock()\nmu.Unlock()\ndefer mu.Unlock()\n",
	)
	if w.draw(2) == 0 {
		w.code("defer func() { recover() }()\n" + body)
	} else {
		w.code(w.start("defer func() { recover() }()\n"+body) + w.forever())
	}
}

// mainexit: main ends by Goexit, and others go on until they end the program, or wait.
func mainexit(w *writer) {
	w.code("ended := make(chan bool)\n" + w.start(w.expand("<-ended\n$nap\nfmt.Println(\"beside\")\n")+w.pick("os.Exit(3)\n", w.forever(), "", "func() {\nx := 2\n_ = x\n"+w.throw()+"}()\n")))
	w.code("defer close(ended)\ndefer fmt.Println(\"deferred\")\nruntime.Goexit()\n")
}

// left: main returns while others wait, or run.
func left(w *writer) {
	for range 1 + w.draw(3) {
		w.code(w.start(w.pick(w.forever(), "for {\nruntime.Gosched()\n}\n", "for {\ntime.Sleep(time.Microsecond)\n}\n", "time.Sleep(time.Hour)\n")))
	}
	w.code("$nap\n")
}
