package gen

// thrown are panics, and what else ends a function early.
var thrown = []string{
	"panic(\"p\")",
	"panic(errOdd)",
	"panic(num(x))",
	"panic(x)",
	"panic(fmt.Errorf(\"wrapped %d: %w\", x, errOdd))",
	"_ = []int{}[x]",
	"_ = map[string]*box[int]{}[\"\"].v",
	"var m map[int]int\nm[x] = 1",
	"_ = x / (x - x)",
	"_ = any(\"s\").(int)",
	"_ = caller(nil).call(x)",
	"var c chan int\nclose(c)",
	"c := make(chan int)\nclose(c)\nclose(c)",
	"c := make(chan int, 1)\nclose(c)\nc <- x",
	"new(sync.WaitGroup).Add(-1)",
	"var f func()\nf()",
	"defer panic(num(2))\npanic(1)",
	"defer func() { panic(fmt.Sprint(\"again \", recover())) }()\npanic(errOdd)",
	"panic(nil)",
	"_ = make([]int, -x)[0]",
	"iter.Pull[int](nil)\nfor range iter.Seq[int](nil) {\n}",
}

func (w *writer) throw() string { return thrown[w.draw(len(thrown))] + "\n" }

// recovered: a panic in a goroutine, with locks held and values on the way, that is recovered.
func recovered(w *writer) {
	l := w.lock()
	w.code(l.decl + "\nhow := make(chan string, $cap)\n")
	w.code(w.start(w.expand(w.pick(
		"how <- caught(func() {\n$body})\n",
		"defer func() { how <- fmt.Sprint(recover()) }()\n$body",
		"defer func() {\nr := recover()\ndefer func() { how <- fmt.Sprint(r, recover()) }()\n$again}()\n$body",
		"how <- caught(func() {\ndefer func() {\nv := recover()\n$nap\npanic(fmt.Sprint(\"re-\", v))\n}()\n$body})\n",
		"how <- caught(func() {\nfor v := range values(series(3)) {\nif v == 2 {\n$body}\n}\n})\n",
		"how <- caught(func() {\nfor range func(yield func(int) bool) {\ndefer func() { recover() }()\nyield(1)\n} {\n$body}\n})\n",
	), "body", w.locked(l, w.expand("$nap\n")+"func() {\n"+w.throw()+"}()\n"), "again", "func() {\n"+w.throw()+"}()\n")))
	w.code("s := fold(x, $how)\n", "how", w.pick("<-how", "func() string {\nselect {\ncase s := <-how:\nreturn s\n}\n}()"))
	if w.draw(2) == 1 { // the lock is free again, if the form has unlocked it
		w.code("s = fold(s, caught(func() {\n$throw}))\n", "throw", w.throw())
	}
	w.code("return $a(s)\n")
}

// goexit: a goroutine that ends in the middle; its deferred calls run, and wait.
func goexit(w *writer) {
	l := w.lock()
	w.code(l.spare() + "\ns := x\nout := make(chan int, $cap)\n")
	w.code(w.start(w.expand(w.pick(
		"defer close(out)\ndefer func() { out <- $a(x) }()\nruntime.Goexit()\n",
		"defer func() {\nout <- fold(x, fmt.Sprint(recover()))\nclose(out)\n}()\nfunc() {\n$body}()\n",
		"defer close(out)\ndefer func() { recover() }()\ndefer func() {\nout <- 1\nruntime.Goexit()\n}()\npanic(1)\n",
		"defer close(out)\nfor v := range values(series(5)) {\ndefer func() { out <- v }()\nif v == 3 {\nruntime.Goexit()\n}\n}\n",
		"defer close(out)\nout <- fold(x, caught(func() {\ndefer func() { recover() }()\nvar once sync.Once\nonce.Do(func() { panic(1) })\n}))\nruntime.Goexit()\nout <- 1\n",
		"defer close(out)\ndone := make(chan bool)\ngo func() {\ndefer close(done)\ndefer func() { out <- 3 }()\nselect {\ncase <-time.After(time.Microsecond):\nruntime.Goexit()\n}\n}()\n<-done\nout <- 4\n",
	), "body", w.locked(l, "func() {\n$nap\ndefer func() { s++ }()\nruntime.Goexit()\n}()\n"))))
	w.code(w.consume("out", elems[0], "s = mix(s, v)\n"))
	w.code("return s\n")
}

// defers: deferred calls that wait, and what go evaluates and when.
func defers(w *writer) {
	w.code("var wg sync.WaitGroup\ns := x\n")
	w.code("func() {\nd := series(20)\ndefer func() {\nfor range d {\n}\n}()\n")
	for range 1 + w.draw(3) {
		w.code(w.pick(
			"defer func() { s = mix(s, <-d) }()\n",
			"defer func(v int) { s = mix(s, v) }(<-d)\n",
			"defer func(v, w int) { s = mix(v, w) }(<-d, $a(<-d))\n",
			"for v := range 3 {\ndefer func() { s = mix(s, v+<-d) }()\n}\n",
			"{\nq := make(chan int, 1)\ndefer close(q)\ndefer func() { s = mix(s, <-q) }()\nq <- <-d\n}\n",
			"{\nvar mu sync.Mutex\nmu.Lock()\ndefer mu.Unlock()\ns = mix(s, <-d)\n}\n",
			"{\nwg.Add(1)\ngo wg.Done()\ndefer wg.Wait()\n}\n",
			"defer func() { s = fold(s, fmt.Sprint(recover())) }()\ndefer panic(<-d)\n",
			"defer same(fun(func(v int) int { s = mix(s, v); return 0 })).call(<-d)\n",
			"defer run(func() { s = mix(s, <-d) })\n",
			"defer task(func() { s = mix(s, <-d) }).do()\n",
			"defer time.Sleep(time.Microsecond)\n",
			"{\nvar once sync.Once\ndefer once.Do(func() { s = mix(s, <-d) })\n}\n",
			"defer runtime.Gosched()\n",
			"{\nmu := sync.RWMutex{}\nmu.RLock()\ndefer mu.Lock()\ndefer mu.RUnlock()\n}\n",
			"{\nctx, cancel := context.WithCancel(context.Background())\ndefer func() { s = fold(s, ctx.Err().Error()) }()\ndefer cancel()\ndefer $b(<-d)\n}\n",
		))
	}
	w.code("}()\nwg.Wait()\nreturn s\n")
}

// gos: go statements with arguments, receivers, builtins and conversions.
func gos(w *writer) {
	w.code("c := make(chan int, $cap)\nd := series(20)\ndefer func() {\nfor range d {\n}\n}()\ns := x\nsend := func(v int) { c <- v }\n_ = send\n")
	for range 1 + w.draw(3) {
		w.code(w.pick(
			"go send(<-d)\ns += <-c\n",
			"go func(v int) { c <- $a(v) }(<-d)\ns += <-c\n",
			"go func(v ...int) { c <- v[0] + v[1] }(<-d, <-d)\ns += <-c\n",
			"go func(v ...int) { c <- v[0] + v[1] }([]int{<-d, <-d}...)\ns += <-c\n",
			"{\nq := make(chan bool)\ngo close(q)\n<-q\n}\n",
			"{\nvar mu sync.Mutex\nmu.Lock()\ngo mu.Unlock()\nmu.Lock()\nmu.Unlock()\n}\n",
			"{\nvar wg sync.WaitGroup\nwg.Add(1)\ngo wg.Done()\nwg.Wait()\n}\n",
			"go apply[int](send, <-d)\ns += <-c\n",
			"go apply(send, <-d)\ns += <-c\n",
			"go (func(int))(send)(<-d)\ns += <-c\n",
			"{\nfs := map[string]func(int){\"f\": send}\ngo fs[\"f\"](<-d)\nfs[\"f\"] = nil\ns += <-c\n}\n",
			"{\nb := box[func(int)]{send}\ngo b.v(<-d)\nb.v = nil\ns += <-c\n}\n",
			"{\nvar k caller = fun(func(v int) int { c <- v; return 0 })\ngo k.call(<-d)\nk = nil\ns += <-c\n}\n",
			"{\nf := fun.call\ngo f(func(v int) int { c <- v; return 0 }, <-d)\ns += <-c\n}\n",
			"go func() (int, error) { c <- <-d; return 1, nil }()\ns += <-c\n",
			"func() {\ndefer func() { s = fold(s, fmt.Sprint(recover())) }()\nvar f func()\ngo func() { c <- 1 }()\n<-c\nif f != nil {\ngo f()\n}\n}()\n",
			"for i := range 3 {\ngo func() { c <- i * <-d / <-d * 0 + i }()\n}\ns += <-c + <-c + <-c\n",
			"for i, v := 0, <-d; i < 3; i++ {\ngo func() { c <- v + i }()\n}\ns += <-c + <-c + <-c\n",
			"go fmt.Fprint(io.Discard, <-d)\n",
			"go func(out chan<- int, in <-chan int) { out <- <-in }(c, d)\ns += <-c\n",
			"{\nq := make(chan int)\ngo func() { select { case q <- <-d: } }()\ns += <-q\n}\n",
			"go func() { defer send(<-d) }()\ns += <-c\n",
			"{\nvar once sync.Once\ngo once.Do(func() { c <- 7 })\ns += <-c\n}\n",
			"{\nq := make(chan int, 1)\ngo copy([]int{0}, []int{<-d})\ngo func() { q <- 1 }()\n<-q\n}\n",
			"go context.AfterFunc(context.Background(), func() {})\n",
		))
	}
	w.code("return s % mod\n")
}

// labels: jumps out of and around what waits.
func labels(w *writer) {
	w.code("c := series(12)\ndefer func() {\nfor range c {\n}\n}()\ns := x\n")
	w.code(w.pick(
		`$outer:
		for i := range 4 {
			for v := range c {
				switch {
				case v%5 == 0:
					break $outer
				case v%2 == 0:
					continue $outer
				}
				s = mix(s, $a(v+i))
			}
		}
`,
		`$outer:
		for {
			select {
			case v, ok := <-c:
				if !ok {
					break $outer
				}
				for {
					select {
					case w := <-c:
						if w%3 == 0 {
							continue $outer
						}
						s = mix(s, v+w)
					case <-(chan int)(nil):
					}
					break
				}
			}
		}
`,
		`i := 0
		$outer:
		if v := <-c; v != 0 {
			i++
			s = mix(s, $a(v))
			if i < 5 {
				goto $outer
			}
		}
`,
		`$outer:
		switch v := <-c; v {
		case 1:
			s = mix(s, $a(v))
			fallthrough
		case 2:
			if <-c > 5 {
				break $outer
			}
			s = mix(s, <-c)
			goto $outer
		default:
			s = mix(s, v)
		}
`,
		`{
			for v := range values(c) {
				if v == 4 {
					goto $outer
				}
				s = mix(s, $a(v))
			}
			s = 0
		}
		$outer:
		s++
`,
		`n := 0
		$outer:
		select {
		case v := <-c:
			if n++; n < 4 {
				s = mix(s, v)
				goto $outer
			}
			if v == 4 {
				break $outer
			}
			s = 0
		}
`,
		`var f func(int) int
		f = func(n int) int {
			for {
				select {
				case v := <-c:
					if n > 0 {
						return f(n-1) + v
					}
					return $a(v)
				}
			}
		}
		s = mix(s, f(3))
`,
	), "outer", w.name("outer"))
	w.code("return s\n")
}

// ranges: loops over iterators that wait, left in every way.
func ranges(w *writer) {
	l := w.lock()
	w.code(l.spare() + "\nends := 0\nseq := " + w.pick(
		"func(yield func(int) bool) {\ndefer func() { ends++ }()\nfor v := range series(6) {\nif !yield(v) {\nreturn\n}\n}\n}",
		"func(yield func(int) bool) {\n"+l.enter+"\ndefer func() {\nends++\n"+l.leave+"\n}()\nfor i := range 6 {\nif !yield(i) {\nbreak\n}\nruntime.Gosched()\n}\n}",
		"values(series(6))",
		"func(yield func(int) bool) {\ndefer func() { ends++ }()\nc := make(chan int)\ngo feed(c, 6, leaf)\nfor {\nselect {\ncase v, ok := <-c:\nif !ok || !yield(v%7) {\nreturn\n}\n}\n}\n}",
		"func(yield func(int) bool) { slices.Values([]int{3, 1, 2})(func(v int) bool { return yield(<-filled(v)) }) }",
	) + "\ns := x\n")
	w.code(w.pick(
		"for v := range seq {\ns = mix(s, $a(v))\n}\n",
		"for v := range seq {\nif v == 3 {\nbreak\n}\n$nap\ns = mix(s, $a(v))\n}\n",
		"s = func() int {\nfor v := range seq {\ndefer func() { s++ }()\nif v > 2 {\nreturn $a(v)\n}\n}\nreturn 0\n}()\n",
		"$outer:\nfor i := range 3 {\nfor v := range seq {\nif v == 2+i {\ncontinue $outer\n}\nif v+i > 5 {\nbreak $outer\n}\ns = mix(s, <-filled(v))\n}\n}\n",
		"for v := range seq {\nselect {\ncase w := <-filled(v):\nif w%2 == 0 {\ncontinue\n}\ns = mix(s, w)\n}\n}\n",
		"s = fold(s, caught(func() {\nfor v := range seq {\nif v == 2 {\npanic(num($a(v)))\n}\n}\n}))\n",
		"for v := range seq {\nvar wg sync.WaitGroup\nwg.Go(func() { s = mix(s, $a(v)) })\nwg.Wait()\n}\n",
		"for range seq {\ns = mix(s, 1)\n}\n",
		"var v int\nfor v = range seq {\nif v == 1 {\ngoto $outer\n}\n}\n$outer:\ns = mix(s, v)\n",
		"func() {\nfor v := range seq {\ndefer func() { s = mix(s, v+<-filled(1)) }()\n}\n}()\n",
	), "outer", w.name("outer"))
	w.code("return mix(s, ends)\n")
}

// pulls: iterators that are pulled, to the end or not, and what they wait for meanwhile.
func pulls(w *writer) {
	w.code("c := series($n)\ndefer func() {\nfor range c {\n}\n}()\nends := 0\nnext, stop := iter.Pull(func(yield func(int) bool) {\ndefer func() {\nends++\n$nap\n}()\nfor v := range c {\nif !yield($a(v)) {\nreturn\n}\n}\n})\n_ = next\ns := x\n", "n", 2+w.draw(5))
	w.code(w.pick(
		"for v, ok := next(); ok; v, ok = next() {\ns = mix(s, v)\n}\nstop()\n",
		"defer stop()\nif v, ok := next(); ok {\ns = mix(s, v)\n}\n",
		"v, _ := next()\nstop()\n_, ok := next()\nif !ok {\ns = mix(s, v)\n}\nstop()\n",
		"stop()\nif _, ok := next(); !ok {\ns++\n}\n",
		"v, _ := next()\ndone := make(chan int)\ngo func() {\nw, _ := next()\ndone <- w\n}()\ns = mix(v, <-done)\nstop()\n",
		"next2, stop2 := iter.Pull2(func(yield func(int, error) bool) {\nfor {\nv, ok := next()\nif !ok || !yield(v, errOdd) {\nreturn\n}\n}\n})\nfor v, err, ok := next2(); ok; v, err, ok = next2() {\ns = fold(mix(s, v), err.Error())\n}\nstop2()\nstop()\n",
		"more, halt := iter.Pull(func(yield func(int) bool) {\nyield(1)\npanic(num(3))\n})\nmore()\ns = fold(s, caught(func() { more() }))\nhalt()\nstop()\n",
	))
	w.code("return mix(s, ends)\n")
}

// generic: generic functions and types whose channels, locks and goroutines are of type parameters.
func generic(w *writer) {
	name, f := w.name(w.prefix+"queue"), w.name(w.prefix+"through")
	w.decls += w.expand(`
type $name[T any, C ~chan T] struct {
	sync.Mutex
	c C
	n int
}

func (q *$name[T, C]) put(v T) {
	$put
	q.Lock()
	defer q.Unlock()
	q.n++
}

func (q *$name[T, C]) all() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		$all
	}
}

func $f[T any, I ~<-chan T | ~chan T](in I, out chan<- T) {
	$through
}
`, "name", name, "f", f,
		"put", w.pick("q.c <- v", "select {\ncase q.c <- v:\n}", "select {\ncase q.c <- v:\ncase q.c <- v:\ncase <-(C)(nil):\n}", "func() { q.c <- v }()"),
		"all", w.pick("for v := range q.c {\nif !yield(i, v) {\nreturn\n}\ni++\n}", "for {\nselect {\ncase v, ok := <-q.c:\nif !ok || !yield(i, v) {\nreturn\n}\ni++\n}\n}", "for v, ok := <-q.c; ok; v, ok = <-q.c {\nif !yield(i, v) {\nreturn\n}\ni++\n}"),
		"through", w.pick("for v := range in {\nout <- v\n}\nclose(out)", "defer close(out)\nfor {\nv, ok := <-in\nif !ok {\nreturn\n}\nselect {\ncase out <- v:\n}\n}", "defer close(out)\nfor {\nselect {\ncase v, ok := <-in:\nif !ok {\nreturn\n}\nout <- v\n}\n}"))
	e := w.elem()
	w.code("q := &$name[$t, chan $t]{c: make(chan $t, $cap)}\nd := make(chan $t, $cap)\n", "name", name, "t", e.typ)
	w.code(w.start(w.expand("for i := range $n {\nq.put($v)\n}\nclose(q.c)\n", "n", 1+w.draw(4), "v", e.of(w.expand("$a(x+i)")))))
	w.code(w.start(w.expand(w.pick("$f(q.c, d)\n", "$f[$t, chan $t](q.c, d)\n", "$f((<-chan $t)(q.c), d)\n", "for _, v := range q.all() {\nd <- v\n}\nclose(d)\n"), "f", f, "t", e.typ)))
	w.code("s := x\n" + w.consume("d", e, "s = mix(s, v)\n"))
	w.code("q.Lock()\ndefer q.Unlock()\nreturn mix(s, q.n)\n")
}

// closures: functions that make functions, which share what they wait for.
func closures(w *writer) {
	l := w.lock()
	w.code("c := make(chan func(int) int, $cap)\n" + l.decl + "\nn := 0\n")
	w.code(`make1 := func(k int) func(int) int {
		calls := 0
		return func(v int) int {
			calls++
			$section
			return $a(v*k) + calls
		}
	}
	$start
	s := x
	for f := range c {
		s = mix(s, f(s))
		s = mix(s, $call)
	}
	return mix(s, n)
`, "section", w.locked(l, "n++\n"), "start", w.start(w.expand("defer close(c)\nfor i := range $n {\n$nap\nc <- make1(i + 1)\n}\n", "n", 1+w.draw(3))),
		"call", w.pick("f(1)", "func() int { defer func() { n++ }(); return f(<-filled(2)) }()", "<-func() chan int { r := make(chan int); go func() { r <- f(3) }(); return r }()"))
}
