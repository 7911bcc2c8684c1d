package gen

// kinds are what a node may be. The first is the plainest.
var kinds = []kind{
	{"leaf", leaf},
	// channels
	{"pipe", pipe}, {"pool", pool}, {"merge", merge}, {"swap", swap}, {"serve", serve}, {"exprs", exprs}, {"quit", quit},
	{"nilcase", nilcase}, {"reflected", reflected}, {"pending", pending}, {"sends", sends}, {"global", global},
	{"sieve", sieve}, {"tree", tree}, {"many", many},
	// locks
	{"count", count}, {"slots", slots}, {"turns", turns}, {"buffer", buffer}, {"gate", gate}, {"rw", rw}, {"once", once},
	{"state", state},
	// control
	{"recovered", recovered}, {"goexit", goexit}, {"defers", defers}, {"gos", gos}, {"labels", labels}, {"ranges", ranges},
	{"pulls", pulls}, {"generic", generic}, {"closures", closures},
	// library
	{"ctx", ctx}, {"timers", timers}, {"callbacks", callbacks}, {"pipes", pipes}, {"foreign", foreign}, {"keeper", keeper},
	{"conns", conns}, {"called", called}, {"collected", collected},
}

// nodeKinds is kinds, for newNode, of which kinds would depend on itself.
func nodeKinds() []kind { return kinds }

func leaf(w *writer) {
	w.code("$nap\nreturn mix(x, $n)\n", "n", w.draw(100))
}

// pipe: values go through stages, each of which makes them something else.
func pipe(w *writer) {
	e := w.elem()
	w.code("c := make(chan $t, $cap)\n", "t", e.typ)
	w.code(w.produce("c", e, 1+w.draw(4), w.expand("$a(x+i)")))
	last := "c"
	if w.draw(2) == 1 {
		f := w.elem()
		w.code("d := make(chan $t, $cap)\n", "t", f.typ)
		w.code(w.start(w.consume("c", e, "d <- "+f.of(w.expand("$b(v)"))+"\n") + "close(d)\n"))
		last, e = "d", f
	}
	if w.draw(3) == 1 {
		w.code("m := each($c, func(e $t) int { return $b($v) })\n", "c", last, "t", e.typ, "v", e.value("e"))
		last, e = "m", elems[0]
	}
	w.code("s := x\n")
	w.code(w.consume(last, e, "s = mix(s, v)\n"))
	w.code("return s\n")
}

// pool: workers take what there is, and add up.
func pool(w *writer) {
	e, l := w.elem(), w.lock()
	w.code("c := make(chan $t, $cap)\n"+l.decl+"\ns := 0\n", "t", e.typ)
	w.code(w.produce("c", e, 1+w.draw(5), "x+i"))
	if w.draw(2) == 0 {
		w.code(w.join(1+w.draw(3), w.consume("c", e, w.expand("n := $a(v)\n")+w.locked(l, "s += n\n"))))
		w.code("return s % mod\n")
		return
	}
	w.code("r := make(chan int, $cap)\n")
	w.code(w.start(w.join(1+w.draw(3), w.consume("c", e, w.expand("r <- $a(v)\n"))) + "close(r)\n"))
	w.code(w.consume("r", elems[0], w.locked(l, "s += v\n")))
	w.code("return s % mod\n")
}

// merge: a select over channels until all are closed.
func merge(w *writer) {
	e, f := w.elem(), w.elem()
	w.code("c, d := make(chan $t, $cap), make(chan $u, $cap)\n", "t", e.typ, "u", f.typ)
	w.code(w.produce("c", e, w.draw(5), w.expand("$a(x+i)")))
	w.code(w.produce("d", f, w.draw(5), w.expand("$b(x+i)")))
	form := w.pick(
		`for c != nil || d != nil {
			select {
			case e, ok := <-c:
				if !ok {
					c = nil
					continue
				}
				$nap
				s += $v
			case e, ok := <-d:
				if !ok {
					d = nil
					break
				}
				s += $w * 3
			}
		}`,
		`left := 2
		$loop:
		for {
			select {
			case e, ok := <-c:
				switch {
				case ok:
					s += $v
					continue $loop
				}
				c, left = nil, left-1
			case e, ok := <-d:
				if ok {
					s += $w * 3
					continue
				}
				if left--; left == 0 {
					break $loop
				}
				d = nil
			}
			if left == 0 {
				break
			}
		}`,
		`$loop:
		select {
		case e, ok := <-c:
			if ok {
				s += $v
			} else {
				c = nil
			}
			goto $loop
		case e, ok := <-d:
			if ok {
				s += $w * 3
			} else {
				d = nil
			}
			goto $loop
		case <-func() <-chan time.Time {
			if c == nil && d == nil {
				return time.After(time.Microsecond)
			}
			return nil
		}():
		}`,
		`func() {
			for {
				select {
				default:
					if c == nil && d == nil {
						return
					}
					$nap
				case e, ok := <-c:
					if !ok {
						c = nil
						break
					}
					s += $v
				case e, ok := <-d:
					if !ok {
						d = nil
						break
					}
					s += $w * 3
				}
				runtime.Gosched()
			}
		}()`,
		`for range 2 {
			func() {
				for {
					select {
					case e, ok := <-c:
						if !ok {
							c = nil
							return
						}
						defer func() { s += $v }()
					case e, ok := <-d:
						if !ok {
							d = nil
							return
						}
						defer func() { s += $w * 3 }()
					}
				}
			}()
		}`,
	)
	w.code("s := 0\n"+form+"\nreturn s % mod\n", "v", e.value("e"), "w", f.value("e"), "loop", w.name("loop"))
}

// swap: two goroutines that each send to the other and receive from it, in one select.
func swap(w *writer) {
	e := w.elem()
	peer := func(to, from, out, in string, n, m int) string {
		form := w.pick(
			"for $out+$in < $n+$m {\nvar to chan<- $t\nif $out < $n {\nto = $to\n}\nselect {\ncase to <- $v:\n$out++\ncase e := <-$from:\n$in++\ns$in += $e\n}\n}\n",
			"for $out, $in = 0, 0; $out < $n || $in < $m; {\nswitch {\ncase $out == $n:\ne := <-$from\ns$in += $e\n$in++\ndefault:\nselect {\ncase e := <-$from:\n$in++\ns$in += $e\ncase $to <- $v:\n$out++\n}\n}\n}\n",
			"for $out < $n || $in < $m {\nselect {\ncase map[bool]chan $t{true: $to}[$out < $n] <- $v:\n$out++\ncase e := <-map[bool]chan $t{true: $from}[$in < $m]:\n$in++\ns$in += $e\n}\n}\n",
		)
		return w.expand(form, "to", to, "from", from, "out", out, "in", in, "n", n, "m", m, "t", e.typ, "v", e.of(w.expand("$a(x+"+out+")")), "e", e.value("e"))
	}
	n, m := w.draw(4), w.draw(4)
	w.code("c, d := make(chan $t, $cap), make(chan $t, $cap)\ndone := make(chan int)\n", "t", e.typ)
	w.code(w.start("o, p, sp := 0, 0, 0\n" + peer("c", "d", "o", "p", n, m) + "done <- sp\n"))
	w.code("q, r, sr := 0, 0, 0\n" + peer("d", "c", "q", "r", m, n))
	w.code("return (<-done*7 + sr) % mod\n")
}

// serve: a goroutine answers requests, until it is told to end.
func serve(w *writer) {
	l := w.lock()
	w.code("type request struct {\nv int\nreply chan<- int\n}\nrequests, quit, ended := make(chan request, $cap), make(chan struct{}), make(chan bool)\n")
	w.code(w.start(w.expand(w.pick(
		"defer close(ended)\nfor {\nselect {\ncase r := <-requests:\nr.reply <- $a(r.v)\ncase <-quit:\nreturn\n}\n}\n",
		"for {\nvar r request\nselect {\ncase r = <-requests:\ncase <-quit:\nclose(ended)\nreturn\n}\ngo func() { r.reply <- $a(r.v) }()\n}\n",
		"$loop:\nfor {\nselect {\ncase r, ok := <-requests:\nif ok {\nselect {\ncase r.reply <- $a(r.v):\ncase <-time.After(time.Hour):\n}\n}\ncase <-quit:\nbreak $loop\n}\n}\nclose(ended)\n",
	), "loop", w.name("loop"))))
	w.code(l.decl + "\ns := 0\n")
	ask := w.pick(
		"reply := make(chan int)\nrequests <- request{x + i, reply}\nn := <-reply\n",
		"reply := make(chan int, 1)\nrequests <- request{reply: reply, v: x + i}\nvar n int\nselect {\ncase n = <-reply:\n}\n",
		"reply := make(chan int)\nselect {\ncase requests <- request{x + i, reply}:\ncase <-(<-chan bool)(nil):\n}\nn, _ := <-reply\n",
	)
	w.code(w.join(1+w.draw(4), ask+w.locked(l, "s += n\n")))
	w.code("close(quit)\n<-ended\nreturn s % mod\n")
}

// exprs: receive expressions wherever an expression may be. Operations are done from the left to
// the right, so what each receives is certain.
func exprs(w *writer) {
	w.code("c := " + w.pick("series(40)", "native.Series(40, 0)", "native.Series(40, 3)", "each(series(40), func(v int) int { return v })") + "\n")
	w.code("defer func() {\nfor range c {\n}\n}()\ns := x\n")
	for range 1 + w.draw(4) {
		w.code(w.pick(
			"s = mix(s, <-c)\n",
			"s += <-c*3 + <-c\n",
			"s = mix(<-c, $a(<-c))\n",
			"if v := <-c; v > 0 && <-c > 0 {\ns = mix(s, v)\n}\n",
			"switch v := <-c; {\ncase v > <-c, v < <-c:\ns = mix(s, v)\n}\n",
			"switch <-c {\ncase <-c:\ns++\ncase 0, <-c:\ns += 2\ndefault:\ns = mix(s, 5)\n}\n",
			"s = mix(s, []int{<-c, <-c, <-c}[<-c%3])\n",
			"{\nm := map[int]int{<-c: <-c}\nm[<-c] = <-c\nfor k, v := range m {\ns += k * v\n}\n}\n",
			"{\nv, ok := <-c\nif ok {\ns = mix(s, v)\n}\n}\n",
			"{\nvar v, ok = <-c\nif ok {\ns = mix(s, v)\n}\n}\n",
			"{\na := [5]int{}\na[<-c%5], a[<-c%5] = <-c, <-c\nfor i, v := range a {\ns = mix(s, i*v)\n}\n}\n",
			"for i := <-c % 4; i < 5; i += <-c {\ns = mix(s, i)\n}\n",
			"for range <-c%4 + 1 {\ns = mix(s, <-c)\n}\n",
			"{\nd := make(chan int, 1)\nd <- <-c\ns = mix(s, <-d)\n}\n",
			"{\ncc := filled(filled(<-c))\ns = mix(s, <-<-cc)\n}\n",
			"{\ncc := make(chan chan int, 2)\nd := make(chan int, 1)\ncc <- d\ncc <- d\n(<-cc) <- <-c\ns = mix(s, <-<-cc)\n}\n",
			"s = mix(s, func(a, b int) int { return a*2 + b }(<-c, <-c))\n",
			"s = mix(s, (<-filled(func(v int) int { return v * 3 }))(<-c))\n",
			"s = mix(s, (<-filled(box[int]{<-c})).v)\n",
			"s = mix(s, len((<-filled([]int{1, 2, <-c}))[<-c%3:]))\n",
			"s = mix(s, *<-filled(ptr(<-c)))\n",
			"s = mix(s, int(num(<-c))-int(-<-c))\n",
			"switch v := any(<-c).(type) {\ncase int:\ns = mix(s, v)\n}\n",
			"switch v := (<-filled[any](num(<-c))).(type) {\ncase num:\ns = mix(s, int(v))\ncase int:\ns = 0\n}\n",
			"{\nl := append([]int{<-c}, <-c, <-c)\nfor _, v := range append(l, <-c) {\ns = mix(s, v)\n}\n}\n",
			"{\nf := func() (int, int) { return <-c, <-c }\nv, w := f()\ns = mix(v, w)\n}\n",
			"{\nf := func() (v, w int, err error) {\nv = <-c\ndefer func() { w = <-c }()\nreturn v, <-c, nil\n}\nv, w, _ := f()\ns = mix(v, w)\n}\n",
			"{\nvar (\na, b = <-c, <-c\nd int = <-c\n)\ns = mix(a, b-d+9)\n}\n",
			"s = mix(s, max(<-c, <-c, min(<-c, 5)))\n",
			"if a, b := <-c, <-c; a > b {\ns++\n} else if d := <-c; d > a {\ns = mix(s, d)\n}\n",
			"{\nd := c\nfor v := range d {\nif v%3 == 0 {\nbreak\n}\ns = mix(s, v)\n}\n}\n",
			"{\ntype pair struct{ a, b int }\np := pair{b: <-c, a: <-c}\nq := &pair{<-c, p.a}\ns = mix(p.a*q.a, p.b*q.b)\n}\n",
			"{\ngreen, patched := <-c, <-c\ns = mix(green, patched)\n}\n",
			"<-c\n_ = <-c\n_, _ = <-c\n",
			"{\nvar a any = <-c\nvar n num = num(<-c)\nn += num(<-c)\nn++\nn <<= <-c % 3\ns = mix(a.(int), int(n))\n}\n",
			"s = mix(s, len(strings.Repeat(\"a\", <-c%7)))\n",
			"{\na := make([]int, <-c%5+1, 9)\ncopy(a, []int{<-c, <-c})\ns = mix(s, a[0])\ndelete(map[int]int{}, <-c)\n}\n",
			"s = mix(s, fun(leaf).call(<-c))\ns = mix(s, same[fun](leaf)(<-c))\n",
			"{\np := &s\n*p += <-c\n(*p)++\n*func() *int { return p }() -= <-c % 3\n}\n",
		))
	}
	w.code("return s % mod\n")
}

// quit: goroutines that work until a channel is closed.
func quit(w *writer) {
	l := w.lock()
	w.code("quit := make(chan $t)\nwork := make(chan int, $cap)\n"+l.decl+"\ns := 0\nvar wg sync.WaitGroup\n", "t", w.pick("bool", "struct{}", "error"))
	for range 1 + w.draw(3) {
		w.code("wg.Add(1)\n" + w.start("defer wg.Done()\n"+w.expand(w.pick(
			"for {\nselect {\ncase <-quit:\nreturn\ncase v := <-work:\n$section}\n}\n",
			"for {\nselect {\ncase v := <-work:\n$section default:\nselect {\ncase <-quit:\nreturn\ndefault:\n}\n$nap\nruntime.Gosched()\n}\n}\n",
			"var v int\nfor open := true; open; {\nselect {\ncase _, open = <-quit:\ncase v = <-work:\n$section}\n}\n",
		), "section", w.expand("n := $a(v)\n")+w.locked(l, "s += n\n"))))
	}
	// The channel of work has no buffer when quit is closed: all is taken.
	w.code("for i := range $n {\nwork <- x + i\n}\nfor len(work) > 0 {\nruntime.Gosched()\n}\nclose(quit)\nwg.Wait()\nreturn s % mod\n", "n", 1+w.draw(4))
}

// nilcase: a select of which only one case can ever be ready, for many reasons.
func nilcase(w *writer) {
	w.code("ready := make(chan int, 1)\nnever, full := make(chan int), make(chan int, 1)\nfull <- 1\nclosed := make(chan int)\nclose(closed)\ns := x\n_, _, _, _ = ready, never, full, closed\n")
	for range 1 + w.draw(3) {
		w.code(w.pick(
			"ready <- $a(s)\nselect {\ncase v := <-ready:\ns = mix(s, v)\ncase <-never:\ncase full <- 2:\ncase (chan int)(nil) <- s:\n}\n",
			"select {\ncase ready <- s:\ns = mix(s, <-ready)\ncase <-never:\n}\n",
			"select {\ncase v, ok := <-closed:\nif !ok {\ns = mix(s, v)\n}\ncase full <- $b(s):\n}\n",
			"select {\ncase <-never:\ncase full <- $a(s):\ndefault:\ns = mix(s, 4)\n}\n",
			"select {\ncase <-time.After(time.Millisecond):\ns = mix(s, 5)\ncase <-never:\ns = 0\n}\n",
			"go func() {\n$nap\nnever <- 1\n}()\nselect {\ncase v := <-never:\ns = mix(s, v)\ncase full <- 1:\n}\n",
			"go func() { s := <-never; ready <- s }()\nselect {\ncase never <- $a(s):\ncase full <- 1:\n}\ns = mix(s, <-ready)\n",
			"func() {\ndefer func() { s = fold(s, fmt.Sprint(recover())) }()\nselect {\ncase closed <- 1:\ncase <-never:\n}\n}()\n",
			"func() {\ndefer func() { s = fold(s, fmt.Sprint(recover())) }()\nselect {\ncase closed <- $a(s):\n}\n}()\n",
			"go func() {\n$nap\nselect {\ncase never <- <-filled($a(s)):\n}\n}()\nselect {\ncase s = <-never:\n}\n",
			"select {\ncase *ptr(s) = <-filled(1):\ns++\n}\n",
			"ready <- s\nselect {\ncase []int{s}[0] = <-ready:\ns++\n}\n",
		))
	}
	w.code("return s % mod\n")
}

// reflected: channels by package reflect.
func reflected(w *writer) {
	e := w.elem()
	w.code("c := make(chan $t, $cap)\n", "t", e.typ)
	w.code(w.produce("c", e, 1+w.draw(3), w.expand("$a(x+i)")))
	w.code(`d := make(chan int, $cap)
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)}, {Dir: reflect.SelectSend, Chan: reflect.ValueOf(d), Send: reflect.ValueOf(x)}}
	sum := make(chan int)
	$start
	s := 0
	for sent, open := 0, true; open || sent < $n; {
		i, v, ok := reflect.Select(cases)
		switch {
		case i == 1:
			if sent++; sent == $n {
				cases[1].Chan = reflect.ValueOf((chan int)(nil))
				close(d)
			}
		case !ok:
			open = false
			cases[0].Chan = reflect.ValueOf((chan $t)(nil))
		default:
			var e $t
			reflect.ValueOf(&e).Elem().Set(v)
			s += $e
		}
	}
	return (s + 3*<-sum) % mod
`, "t", e.typ, "n", 1+w.draw(3), "e", e.value("e"), "start", w.start("s := 0\n"+w.consume("d", elems[0], "s += v\n")+"sum <- s\n"))
}

// pending: goroutines that wait for ever are left behind, and hold nothing.
func pending(w *writer) {
	w.code("never := make(chan int)\n_ = never\n")
	for range 1 + w.draw(2) {
		w.code(w.start(w.pick(
			"<-never\n",
			"select {}\n",
			"var mu sync.Mutex\nmu.Lock()\nmu.Lock()\n",
			"never <- 1\n",
			"var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()\n",
			"mu := new(sync.Mutex)\nmu.Lock()\nsync.NewCond(mu).Wait()\n",
			"for range never {\n}\n",
			"<-(chan int)(nil)\n",
			"defer func() { recover() }()\n<-context.Background().Done()\n",
		)))
	}
	w.code("$nap\nreturn $a(x)\n")
}

// sends: send statements wherever a statement may be, of channels in whatever holds one.
func sends(w *writer) {
	w.code(`c := make(chan int, $cap)
	var (
		box1  = &box[chan int]{c}
		array = [2]chan int{nil, c}
		table = map[string]chan<- int{"c": c}
		get   = func() chan int { return c }
		at    = &c
		conv  = (chan<- int)(c)
	)
	_, _, _, _, _, _ = box1, array, table, get, at, conv
	done := make(chan int)
	$start
	s := x
`, "start", w.start("s := 0\n"+w.consume("c", elems[0], "s = mix(s, v)\n")+"done <- s\n"))
	for range 1 + w.draw(4) {
		w.code(w.pick(
			"c <- $a(s)\n",
			"box1.v <- s\n",
			"array[1] <- s\n",
			"table[\"c\"] <- $a(s)\n",
			"get() <- s\n",
			"*at <- s\n",
			"conv <- s\n",
			"(chan<- int)(c) <- s\n",
			"if c <- s; s > 0 {\ns++\n}\n",
			"switch c <- s; {\ndefault:\ns++\n}\n",
			"switch c <- s; v := any(s).(type) {\ncase int:\ns = mix(s, v)\n}\n",
			"for i := 0; i < 3; c <- i {\ni++\n}\n",
			"for c <- s; s%3 != 0; s++ {\n}\n",
			"c <- /* what */ s // sent\n",
			"c <- // one\nmix(s, // two\n1)\n",
			"c <- mix(\ns,\n<-filled(s), // last\n)\n",
			"/* before */ get( /* nothing */ ) /* between */ <- s /* behind */\n",
			"func() { c <- s }()\n",
			"{\nc := c\nc <- s\n}\n",
			"select {\ncase c <- s: // sent\n}\n",
			"select {\n// first\ncase /* a */ get() /* b */ <- /* c */ s /* d */ : // e\n// f\ns++ // g\n// h\n}\n",
			"select {\ncase array[s%1+1] <- mix(s, 1):\ns++\ncase *at <- mix(s, 1):\ns++\n}\n",
			"select {\ncase (<-filled(c)) <- <-filled(s):\n}\n",
			"c <- s; c <- s + 1; s++\n",
			"c <- func() int {\nc <- s\nreturn s + 1\n}()\n",
			"if true { c <- s } else { s++ }\n",
			"{\nd := make(chan any, 2)\nd <- s\nselect {\ncase d <- num(s):\n}\n<-d\nc <- int((<-d).(num))\n}\n",
			"{\nd := make(chan error, 1)\nd <- nil\nif err := <-d; err == nil {\nc <- s\n}\n}\n",
			"{\nd := make(chan float64, 1)\nd <- 1\nselect {\ncase v := <-d:\nd <- 'a'\nc <- int(v + <-d)\n}\n}\n",
			"{\nd := make(chan func(int) int, 1)\nd <- leaf\nc <- (<-d)(s)\nselect {\ncase d <- fun(leaf):\nc <- (<-d)(s)\n}\n}\n",
			"{\nd := make(chan []byte, 1)\nselect {\ncase d <- nil:\nc <- len(<-d)\n}\n}\n",
			"{\ntype pipe chan int\nd := pipe(c)\nd <- s\nselect {\ncase d <- s:\n}\n}\n",
			"{\nd := make(chan uint8, 1)\nconst n = 200\nselect {\ncase d <- n + 1<<2:\nc <- int(<-d)\n}\nvar sh uint = 3\nd <- 1 << sh\nselect {\ncase v := <-d:\nc <- int(v)\n}\n}\n",
		))
	}
	w.code("close(c)\nreturn mix(s, <-done)\n")
}

// global: variables of the package, and what its initialization waits for.
func global(w *writer) {
	name := w.prefix + w.name("global")
	w.decls += w.expand(w.pick(
		"\nvar $g = <-filled(3)\n",
		"\nvar $g = func() (s int) {\nfor v := range series(3) {\ns += v\n}\nreturn s\n}()\n",
		"\nvar $g int\n\nfunc init() {\nc := make(chan int)\n$start\n$g = <-c\n}\n",
		"\nvar $g, ${g}err = <-filled(2), <-filled(error(errOdd))\n\nvar _ = ${g}err\n",
		"\nvar (\n${g}once sync.Once\n$g = func() int {\ns := 0\n${g}once.Do(func() { s = leaf(1) })\nreturn s\n}()\n)\n",
	), "g", name, "start", w.start("c <- 5\n"))
	w.decls += w.expand(w.pick(
		"\nvar (\n${g}mu sync.Mutex\n${g}n int\n)\n\nfunc ${g}next(v int) int {\n${g}mu.Lock()\ndefer ${g}mu.Unlock()\n${g}n++\nreturn v\n}\n",
		"\nvar ${g}c = make(chan int, 1)\n\nfunc ${g}next(v int) int {\n${g}c <- v\ndefer func() { <-${g}c }()\nreturn v\n}\n",
		"\nvar ${g}v = sync.OnceValue(func() int { return <-filled(1) })\n\nfunc ${g}next(v int) int { return v + ${g}v() }\n",
		"\nvar ${g}do = make(chan func())\n\nfunc init() {\ngo func() {\nfor f := range ${g}do {\nf()\n}\n}()\n}\n\nfunc ${g}next(v int) int {\nc := make(chan int)\n${g}do <- func() { go func() { c <- v }() }\nreturn <-c\n}\n",
	), "g", name)
	w.code("c, s := series(3), x+$g\n", "g", name)
	w.code(w.consume("c", elems[0], w.expand("s = mix(s, ${g}next($a(v)))\n", "g", name)))
	w.code("return s\n")
}

// sieve: a chain of goroutines that grows while it works.
func sieve(w *writer) {
	w.code(`first := make(chan int, $cap)
	c := first
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 2; ; i++ {
			select {
			case first <- i:
			case <-quit:
				return
			}
		}
	})
	s := x
	for range $n {
		prime, in, out := <-c, c, make(chan int, $cap)
		s = mix(s, $a(prime))
		wg.Go(func() {
			for {
				select {
				case v := <-in:
					if v%prime == 0 {
						continue
					}
					select {
					case out <- v:
					case <-quit:
						return
					}
				case <-quit:
					return
				}
			}
		})
		c = out
	}
	close(quit)
	wg.Wait()
	return s
`, "n", 1+w.draw(12))
}

// tree: goroutines that start goroutines, on stacks that grow while they wait.
func tree(w *writer) {
	w.code(`var walk func(depth, v int) int
	walk = func(depth, v int) int {
		if depth == 0 {
			return leaf(v)
		}
		var pad [64]int
		pad[v%64] = v
		l, r := make(chan int), make(chan int)
		$left
		$right
		s := 0
		for range 2 {
			select {
			case v := <-l:
				s += v
			case v := <-r:
				s += v * 3
			}
		}
		return (s + pad[v%64]) % mod
	}
	deep := func() int {
		var f func(n int) int
		c := series(300)
		f = func(n int) int {
			var pad [32]int
			pad[n%32] = <-c
			if n == 0 {
				return pad[0]
			}
			return (f(n-1) + pad[n%32]) % mod
		}
		return f(299)
	}
	return mix(walk($n, $a(x)), $deep)
`, "left", w.start("l <- walk(depth-1, v+1)\n"), "right", w.start("r <- walk(depth-1, v+2)\n"), "n", 1+w.draw(4), "deep", w.pick("deep()", "<-filled(deep())", "<-func() chan int {\nc := make(chan int)\ngo func() { c <- deep() }()\nreturn c\n}()"))
}

// many: as many goroutines, channels and cases as nobody would write down.
func many(w *writer) {
	n := 100 + w.draw(200)
	w.code(w.pick(
		`c := make(chan int, $cap)
		for i := range $n {
			go func() { c <- i }()
		}
		s := x
		for range $n {
			s += <-c
		}
		return s % mod
`,
		`var mu sync.Mutex
		s := $a(x)
		var wg sync.WaitGroup
		for i := range $n {
			wg.Go(func() {
				mu.Lock()
				defer mu.Unlock()
				s += i
				if i%10 == 0 {
					runtime.Gosched()
				}
			})
		}
		wg.Wait()
		return s % mod
`,
		`var cs [8]chan int
		for i := range cs {
			cs[i] = make(chan int, i%3)
			go feed(cs[i], $n/8, func(j int) int { return i * j })
		}
		s, left := $a(x), len(cs)
		for left > 0 {
			v, ok := 0, false
			i := 0
			select {
			case v, ok = <-cs[0]:
			case v, ok = <-cs[1]:
				i = 1
			case v, ok = <-cs[2]:
				i = 2
			case v, ok = <-cs[3]:
				i = 3
			case v, ok = <-cs[4]:
				i = 4
			case v, ok = <-cs[5]:
				i = 5
			case v, ok = <-cs[6]:
				i = 6
			case v, ok = <-cs[7]:
				i = 7
			}
			if s += v; !ok {
				cs[i] = nil
				left--
			}
		}
		return s % mod
`,
		`first := make(chan int)
		c := first
		for range $n {
			d := make(chan int)
			go func(in <-chan int, out chan<- int) { out <- 1 + <-in }(c, d)
			c = d
		}
		first <- x
		return <-c
`,
	), "n", n)
}
