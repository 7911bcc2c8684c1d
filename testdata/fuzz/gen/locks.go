package gen

// count: goroutines add up under a lock.
func count(w *writer) {
	l := w.lock()
	w.code(l.decl + "\ns := 0\n")
	body := w.locked(l, w.expand("s += $a(x + i + j)\n"))
	if w.draw(2) == 1 {
		body = w.expand("n := $a(x + i + j)\n") + w.locked(l, "s += n\n")
	}
	w.code(w.join(1+w.draw(4), w.expand("for j := range $n {\n$body}\n", "n", 1+w.draw(3), "body", body)))
	w.code("return s % mod\n")
}

// slots: each goroutine has a place of its own for what it makes.
func slots(w *writer) {
	n := 1 + w.draw(4)
	w.code("var out [$n]int\n", "n", n)
	w.code(w.join(n, w.expand("$nap\nout[i] = $a(x + i)\n")))
	w.code("s := 0\nfor _, v := range out {\ns = mix(s, v)\n}\nreturn s\n")
}

// turns: goroutines that take turns, so what they write together has an order.
func turns(w *writer) {
	n, rounds := 1+w.draw(3), 1+w.draw(3)
	w.code("s := x\n")
	switch w.draw(3) {
	case 0:
		w.code("mu := new($t)\ncond := sync.NewCond(mu)\nturn := 0\n", "t", w.pick("sync.Mutex", "sync.RWMutex"))
		w.code(w.join(n, w.expand("for range $r {\ncond.L.Lock()\nfor turn%$n != i {\ncond.Wait()\n}\ns = mix(s, $a(i))\nturn++\ncond.L.Unlock()\n$nap\ncond.Broadcast()\n}\n", "n", n, "r", rounds)))
	case 1:
		w.code("var turn [$n]chan int\nfor i := range turn {\nturn[i] = make(chan int, 1)\n}\nturn[0] <- x\n", "n", n)
		w.code(w.join(n, w.expand("for range $r {\nv := <-turn[i]\nturn[(i+1)%$n] <- mix(v, $a(i))\n}\n", "n", n, "r", rounds)))
		w.code("s = <-turn[0]\n")
	default:
		w.code("var turn atomic.Int64\n")
		w.code(w.join(n, w.expand("for range $r {\nfor int(turn.Load())%$n != i {\n$wait\n}\ns = mix(s, $a(i))\nturn.Add(1)\n}\n", "n", n, "r", rounds, "wait", w.pick("runtime.Gosched()", "time.Sleep(10*time.Microsecond)", "time.Sleep(0)"))))
	}
	w.code("return s\n")
}

// buffer: a queue of a mutex and conditions.
func buffer(w *writer) {
	n, m := 1+w.draw(3), 1+w.draw(3)
	wake := w.pick("Broadcast", "Signal")
	w.code("var mu sync.Mutex\nfull, empty := sync.NewCond(&mu), sync.NewCond(&mu)\nvar queue []int\n")
	w.code(w.start(w.join(n, w.expand("for j := range $m {\nv := $a(x + i*10 + j)\nmu.Lock()\nfor len(queue) > $c {\nfull.Wait()\n}\nqueue = append(queue, v)\nmu.Unlock()\nempty.$wake()\n}\n", "m", m, "c", w.draw(3), "wake", wake))))
	w.code("s := 0\nfor range $n {\nfunc() {\nmu.Lock()\ndefer mu.Unlock()\nfor len(queue) == 0 {\nempty.Wait()\n}\ns += queue[0]\nqueue = queue[1:]\nfull.$wake()\n}()\n}\nreturn s % mod\n", "n", n*m, "wake", wake)
}

// gate: all wait until it is opened.
func gate(w *writer) {
	l := w.lock()
	w.code(l.decl + "\ns := 0\n")
	enter, open := "", ""
	switch w.draw(5) {
	case 0:
		w.code("open := make(chan int)\n")
		enter, open = "<-open\n", "close(open)\n"
	case 1:
		w.code("var rw sync.RWMutex\nopen := false\ncond := sync.NewCond(rw.RLocker())\n")
		enter, open = "cond.L.Lock()\nfor !open {\ncond.Wait()\n}\ncond.L.Unlock()\n", "rw.Lock()\nopen = true\nrw.Unlock()\ncond.Broadcast()\n"
	case 2:
		w.code("var gate sync.WaitGroup\ngate.Add(1)\n")
		enter, open = "gate.Wait()\n", "gate.Done()\n"
	case 3:
		w.code("ctx, open := context.WithCancel(context.Background())\n")
		enter, open = "<-ctx.Done()\n", "open()\n"
	default:
		w.code("var gate sync.RWMutex\ngate.Lock()\n")
		enter, open = "gate.RLock()\ngate.RUnlock()\n", "gate.Unlock()\n"
	}
	w.code(w.start(w.expand("$nap\n") + open))
	w.code(w.join(1+w.draw(4), enter+w.expand("n := $a(x + i)\n")+w.locked(l, "s += n\n")))
	w.code("return s % mod\n")
}

// rw: readers see what writers have finished.
func rw(w *writer) {
	w.code("var mu $t\nvar a, b, s int\nvar torn atomic.Int32\n", "t", w.pick("sync.RWMutex", "struct{ sync.RWMutex }"))
	write := w.pick("mu.Lock()\na += v\n$nap\nb += v\nmu.Unlock()\n", "func() {\nmu.Lock()\ndefer mu.Unlock()\na += v\n$nap\nb += v\n}()\n", "for !mu.TryLock() {\nruntime.Gosched()\n}\na += v\nb += v\nmu.Unlock()\n")
	read := w.pick("mu.RLock()\nif a != b {\ntorn.Add(1)\n}\n$nap\nmu.RUnlock()\n", "func() {\nl := mu.RLocker()\nl.Lock()\ndefer l.Unlock()\nif a != b {\ntorn.Add(1)\n}\n}()\n", "if mu.TryRLock() {\nif a != b {\ntorn.Add(1)\n}\nmu.RUnlock()\n}\n",
		"native.Locked(mu.RLocker(), func() {\nif a != b {\ntorn.Add(1)\n}\n})\n")
	w.code(w.join(2+w.draw(3), w.expand("if i%2 == 0 {\nv := $a(x + i)\n$write} else {\nfor range 2 {\n$read}\n}\n", "write", w.expand(write), "read", w.expand(read))))
	w.code("mu.Lock()\ns = a + int(torn.Load())\nmu.Unlock()\nreturn s % mod\n")
}

// once: many ask, one computes, and what it panics with all get.
func once(w *writer) {
	l := w.lock()
	w.code(l.decl + "\ns, calls := 0, 0\n")
	ask := ""
	switch w.draw(6) {
	case 0:
		w.code("var once sync.Once\nv := 0\n")
		ask = w.expand("once.Do(func() {\ncalls++\n$nap\nv = $a(x)\n})\nn := v\n")
	case 1:
		w.code("v := 0\nonce := sync.OnceFunc(func() {\ncalls++\nv = $a(x)\n})\n")
		ask = "once()\nn := v\n"
	case 2:
		w.code("once := sync.OnceValue(func() int {\ncalls++\n$nap\nreturn $a(x)\n})\n")
		ask = "n := once()\n"
	case 3:
		w.code("once := sync.OnceValues(func() (int, error) {\ncalls++\nreturn $a(x), errOdd\n})\n")
		ask = "n, err := once()\nn = fold(n, err.Error())\n"
	case 4:
		w.code("once := sync.OnceValue(func() int {\ncalls++\n$nap\npanic(num($a(x)))\n})\n")
		ask = "n := fold(x, caught(func() { once() }))\n"
	default:
		w.code("var o struct{ sync.Once }\nv := 0\n")
		ask = w.expand("n := fold(x, caught(func() {\no.Do(func() {\ncalls++\n$nap\nv = $a(x)\n})\n}))\nn += v\n")
	}
	w.code(w.join(1+w.draw(4), ask+w.locked(l, "s += n\n")))
	w.code("return mix(s%mod, calls)\n")
}

// state: what has a lock is passed around, by value, by pointer, in a map, in an interface.
func state(w *writer) {
	w.code(`type account struct {
		sync.Mutex
		n int
	}
	type bank struct {
		*account
		log sync.Map
	}
	b := &bank{account: &account{n: x}}
	add := func(l sync.Locker, v int) {
		l.Lock()
		defer l.Unlock()
		b.n += v
	}
	_ = add
`)
	w.code(w.join(1+w.draw(4), w.expand(w.pick(
		"add(b, $a(x+i))\n",
		"add(b.account, $a(x+i))\n",
		"b.Lock()\nb.account.n += $a(x + i)\nb.account.Unlock()\n",
		"if v, seen := b.log.LoadOrStore(i, $a(x+i)); !seen {\nadd(&b.Mutex, v.(int))\n}\n",
		"func() {\nl := b.Lock\nl()\ndefer b.Unlock()\nb.n += $a(x + i)\n}()\n",
		"for _, l := range []sync.Locker{b, b.account} {\nl.Lock()\nb.n += $a(x + i)\nl.Unlock()\n}\n",
		"add(struct{ sync.Locker }{b}, $a(x+i))\n",
	))))
	w.code("return b.n % mod\n")
}
