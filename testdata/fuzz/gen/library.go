package gen

// ctx: contexts that end in every way there is.
func ctx(w *writer) {
	w.code("s := x\n")
	for range 1 + w.draw(2) {
		w.code("s = func(s int) int {\n"+w.pick(
			"ctx, cancel := context.WithCancel(context.Background())\n$start<-ctx.Done()\nreturn fold(s, ctx.Err().Error())\n",
			"ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)\ndefer cancel()\n<-ctx.Done()\nreturn fold($a(s), context.Cause(ctx).Error())\n",
			"ctx, cancel := context.WithCancelCause(context.Background())\ndefer cancel(nil)\nfunc() { cancel(errOdd) }()\nselect {\ncase <-ctx.Done():\n}\nreturn fold(fold(s, ctx.Err().Error()), context.Cause(ctx).Error())\n",
			"parent, cancel := context.WithCancel(context.WithValue(context.Background(), num(1), s))\nctx, cancel2 := context.WithTimeoutCause(parent, time.Hour, errOdd)\ndefer cancel2()\n$start<-ctx.Done()\nreturn fold(ctx.Value(num(1)).(int), ctx.Err().Error())\n",
			"parent, cancel := context.WithCancel(context.Background())\nctx := context.WithoutCancel(parent)\n$start<-parent.Done()\nif ctx.Err() == nil && ctx.Done() == nil {\ns++\n}\nreturn s\n",
			"ctx, cancel := context.WithCancel(context.Background())\nout := make(chan int)\ncontext.AfterFunc(ctx, func() { out <- $a(s) })\n$start\nreturn <-out\n",
			"ctx, cancel := context.WithCancel(context.Background())\nstop := context.AfterFunc(ctx, func() { panic(\"stopped\") })\nif stop() {\ns++\n}\n$start<-ctx.Done()\nif stop() {\ns++\n}\nreturn s\n",
			"ctx, cancel := context.WithCancel(context.Background())\nwork := make(chan int)\nvar wg sync.WaitGroup\nfor range 2 {\nwg.Go(func() {\nfor {\nselect {\ncase work <- $a(s):\ncase <-ctx.Done():\nreturn\n}\n}\n})\n}\nv := <-work + <-work\ncancel()\nwg.Wait()\nreturn v % mod\n",
			"ctx, cancel := context.WithCancel(context.Background())\n$start\nfor ctx.Err() == nil {\nruntime.Gosched()\n}\nreturn fold(s, ctx.Err().Error())\n",
			"c := make(chan struct{})\nctx, cancel := context.WithCancel(own{context.Background(), c})\ndefer cancel()\ngo close(c)\n<-ctx.Done()\nreturn fold($a(s), ctx.Err().Error())\n",
			"c := make(chan struct{})\ndefer close(c)\nctx, cancel := context.WithTimeout(own{context.Background(), c}, time.Millisecond)\ndefer cancel()\nout := make(chan error)\ncontext.AfterFunc(ctx, func() { out <- ctx.Err() })\nreturn fold(s, (<-out).Error())\n",
			"ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))\ndefer cancel()\nreturn fold(s, ctx.Err().Error())\n",
		)+"}(s)\n",
			"start", w.start(w.expand("$nap\ncancel()\n")))
	}
	w.code("return s\n")
}

// timers: timers, tickers and sleeps, of which no two race.
func timers(w *writer) {
	w.code("s := $a(x)\n")
	for range 1 + w.draw(2) {
		w.code("{\n" + w.pick(
			"<-time.After(time.Microsecond)\ns++\n",
			"t := time.NewTimer(time.Hour)\nif t.Stop() {\ns++\n}\nif !t.Stop() {\ns++\n}\n",
			"t := time.NewTimer(time.Hour)\nif t.Reset(time.Microsecond) {\ns++\n}\n<-t.C\nif !t.Reset(time.Hour) {\ns++\n}\nt.Stop()\n",
			"t := time.NewTicker(50 * time.Microsecond)\nfor range 3 {\n<-t.C\ns++\n}\nt.Reset(20 * time.Microsecond)\n<-t.C\nt.Stop()\n",
			"c := make(chan int)\ntime.AfterFunc(time.Microsecond, func() { c <- $b(s) })\ns = mix(s, <-c)\n",
			"t := time.AfterFunc(time.Hour, func() { panic(\"stopped\") })\nif t.Stop() {\ns++\n}\n",
			"c := make(chan int)\nt := time.AfterFunc(time.Hour, func() { c <- 1 })\nt.Reset(0)\ns = mix(s, <-c)\n",
			"begin := time.Now()\ntime.Sleep(200 * time.Microsecond)\nif time.Since(begin) >= 200*time.Microsecond {\ns++\n}\n",
			"t := time.NewTimer(time.Microsecond)\nselect {\ncase <-t.C:\ns++\ncase <-(chan int)(nil):\n}\n",
			"c := make(chan int)\nselect {\ncase <-c:\ns = 0\ncase <-time.After(30 * time.Microsecond):\ns++\n}\n",
			"n := 0\nfor range time.Tick(20 * time.Microsecond) {\nif n++; n == 3 {\nbreak\n}\n}\ns += n\n",
			"sleep := time.Sleep\nsleep(time.Microsecond)\n",
			"c := make(chan int)\ngo func() {\ndefer close(c)\ntime.Sleep(time.Microsecond)\n}()\nfor open := true; open; {\nselect {\ncase _, open = <-c:\ncase <-time.After(5 * time.Microsecond):\n}\n}\n",
		) + "}\n")
	}
	w.code("return s % mod\n")
}

// callbacks: the standard library calls functions that wait.
func callbacks(w *writer) {
	w.code("s := x\n")
	for range 1 + w.draw(2) {
		w.code("{\n" + w.pick(
			"l := []int{5, 2, 9, 1}\nsort.Slice(l, func(i, j int) bool { return <-filled(l[i]) < <-filled(l[j]) })\ns = mix(s, l[1])\n",
			"l := []int{5, 2, 9, 1}\nslices.SortFunc(l, func(a, b int) int {\n$nap\nreturn a - b\n})\ns = mix(s, l[2])\n",
			"s = fold(s, strings.Map(func(r rune) rune {\n$nap\nreturn <-filled(r + 1)\n}, \"abc\"))\n",
			"var m sync.Map\nfor i := range 3 {\nm.Store(i, $a(x+i))\n}\nn := 0\nm.Range(func(k, v any) bool {\n$nap\nn += v.(int)\nreturn true\n})\ns = mix(s, n%mod)\n",
			"p := sync.Pool{New: func() any {\n$nap\nreturn <-filled(num(x))\n}}\ns = mix(s, int(p.Get().(num)))\n",
			"i, ok := slices.BinarySearchFunc([]int{1, 3, 5}, 3, func(a, b int) int {\n$nap\nreturn a - b\n})\nif ok {\ns = mix(s, i)\n}\n",
			"s = mix(s, slices.IndexFunc([]int{1, 3, 5}, func(v int) bool { return <-filled(v) > 2 }))\n",
			"for _, f := range strings.FieldsFunc(\"a b c\", func(r rune) bool { return <-filled(r) == ' ' }) {\ns = fold(s, f)\n}\n",
			"s = fold(s, fmt.Sprint(waits{c: series(3)}))\n",
			"v := sort.Search(100, func(i int) bool {\n$nap\nreturn i >= 42\n})\ns = mix(s, v)\n",
			"err := errors.Join(errOdd, num(x))\nvar n num\nif errors.As(err, &n) && errors.Is(err, errOdd) {\ns = mix(s, int(n))\n}\n",
			"for _, v := range slices.Collect(values(series(4))) {\ns = mix(s, v)\n}\n",
			"for _, v := range slices.Sorted(values(series(4))) {\ns = mix(s, $b(v))\n}\n",
		) + "}\n")
	}
	w.code("return s\n")
}

// pipes: readers and writers at the two ends of a pipe.
func pipes(w *writer) {
	w.code("r, w := io.Pipe()\n")
	w.code(w.start(w.expand("for i := range $n {\n$nap\nfmt.Fprintln(w, $a(x+i))\n}\n$close\n", "n", 1+w.draw(3), "close", w.pick("w.Close()", "w.CloseWithError(io.EOF)", "w.CloseWithError(errOdd)"))))
	w.code("s := x\n" + w.pick(
		"lines := bufio.NewScanner(r)\nfor lines.Scan() {\ns = fold(s, lines.Text())\n}\nif err := lines.Err(); err != nil {\ns = fold(s, err.Error())\n}\n",
		"b, err := io.ReadAll(r)\ns = fold(s, fmt.Sprint(string(b), err))\n",
		"var b strings.Builder\nn, err := io.Copy(&b, r)\ns = fold(s, fmt.Sprint(n, b.String(), err))\n",
		"for {\nvar v int\nif _, err := fmt.Fscanln(r, &v); err != nil {\ns = fold(s, err.Error())\nbreak\n}\ns = mix(s, v)\n}\n",
	) + "return s\n")
}

// foreign: channels and locks with a goroutine of another module at the other end.
func foreign(w *writer) {
	l := w.lock()
	w.code(l.spare() + "\ns := x\n")
	w.code(w.pick(
		"for v := range native.Series($n, $cap) {\n$nap\ns = mix(s, $a(v))\n}\n",
		"in, out := make(chan int, $cap), make(chan int, $cap)\nnative.Echo(in, out)\n$feed\nfor v := range out {\ns = mix(s, v)\n}\n",
		"in := make(chan int, $cap)\nsum := native.Sum(in)\n$feed\ns += <-sum\n",
		"var mu sync.Mutex\nn := 0\nfor i := range $n {\nnative.Locked(&mu, func() { n += $a(x + i) })\nmu.Lock()\nn++\nmu.Unlock()\n}\ns += n\n",
		"native.Each($n, func(i int) {\nv := $a(x + i)\n$section})\n",
		"s = native.Callback(func() int {\n$nap\nreturn $a(s)\n})\n",
		"s = fold(s, caught(func() {\nnative.Callback(func() int { panic(num(<-filled(3))) })\n}))\n",
		"done := make(chan bool)\nnative.Go(func() {\ndefer close(done)\ndefer func() { s = fold(s, fmt.Sprint(recover())) }()\n<-native.Series(1, 0)\npanic(\"in native\")\n})\n<-done\n",
		"done := make(chan bool)\nnative.Go(func() {\ndefer close(done)\nruntime.Goexit()\n})\n<-done\n",
		"a, b := native.Series($n, 0), native.Series($n, $cap)\nfor a != nil || b != nil {\nselect {\ncase v, ok := <-a:\nif !ok {\na = nil\n}\ns += v\ncase v, ok := <-b:\nif !ok {\nb = nil\n}\ns += v * 2\n}\n}\n",
	), "n", 1+w.draw(4), "section", w.locked(l, "s += v\n"), "feed", w.produce("in", elems[0], 1+w.draw(4), w.expand("$a(x+i)")))
	w.code("return s % mod\n")
}

// keeper: another module keeps a function, and calls it in a goroutine of its own.
func keeper(w *writer) {
	l := w.lock()
	w.code(l.decl + "\nvar k native.Keeper\ncalls := 0\n")
	w.code("k.Keep(func(v int) int {\n$section\n$nap\nreturn $a(v)\n})\ns := x\n", "section", w.locked(l, "calls++\n"))
	w.code("for range $n {\ns = mix(s, k.Ask(s))\n}\nreturn mix(s, calls)\n", "n", 1+w.draw(3))
}

// conns: connections of all kinds, to whose other end a goroutine writes.
func conns(w *writer) {
	w.code(w.pick(
		"a, b := net.Pipe()\n",
		"b, a, err := os.Pipe()\nif err != nil {\npanic(err)\n}\n",
		"a, b := tcp(\"tcp\", \"127.0.0.1:0\")\n",
		"a, b := tcp(\"unix\", fmt.Sprintf(\"@greenify-fuzz-%d-%d\", os.Getpid(), serial.Add(1)))\n",
	))
	w.code(w.start(w.expand("defer a.Close()\nfor i := range $n {\n$nap\nfmt.Fprintln(a, $a(x+i))\n}\n", "n", 1+w.draw(4))))
	w.code("s := x\n" + w.pick(
		"lines := bufio.NewScanner(b)\nfor lines.Scan() {\ns = fold(s, lines.Text())\n}\n",
		"data, err2 := io.ReadAll(b)\ns = fold(s, fmt.Sprint(string(data), err2))\n",
		"buf := make([]byte, 1)\nfor {\nn, err := b.Read(buf)\ns = fold(s, string(buf[:n]))\nif err == io.EOF {\nbreak\n}\n}\n",
		"b.SetReadDeadline(time.Now().Add(-time.Second))\n_, err2 := b.Read(make([]byte, 1))\nif errors.Is(err2, os.ErrDeadlineExceeded) {\ns++\n}\nb.SetReadDeadline(time.Time{})\nn, err2 := io.Copy(io.Discard, b)\ns = fold(s, fmt.Sprint(n, err2))\n",
		"r := bufio.NewReader(b)\nfor {\nline, err := r.ReadString('\\n')\nif err != nil {\nbreak\n}\ns = fold(s, line)\n}\n",
	) + "b.Close()\nreturn s\n")
}

// called: types of the program whose methods the standard library calls, and which wait there.
func called(w *writer) {
	w.code("s := x\n")
	for range 1 + w.draw(2) {
		w.code("{\n" + w.pick(
			"data, err := io.ReadAll(reader(series(4)))\ns = fold(s, fmt.Sprint(data, err))\n",
			"n, err := io.Copy(io.Discard, io.TeeReader(reader(series(5)), io.Discard))\ns = fold(s, fmt.Sprint(n, err))\n",
			"lines := bufio.NewScanner(reader(series(11)))\nfor lines.Scan() {\ns = fold(s, lines.Text())\n}\n",
			"c := make(chan string, 8)\nl := log.New(writer(c), \"\", 0)\nl.Print($a(s))\nl.Printf(\"%d\", s)\nclose(c)\nfor line := range c {\ns = fold(s, line)\n}\n",
			"c := make(chan string)\ngo func() {\ndefer close(c)\nfmt.Fprint(writer(c), 1, s)\nio.WriteString(writer(c), \"end\")\n}()\nfor line := range c {\ns = fold(s, line)\n}\n",
			"data, err := json.Marshal(map[string]any{\"v\": slow(s)})\ns = fold(s, fmt.Sprint(string(data), err))\n",
			"l := sorted{3, 9, 1, 4}\nsort.Sort(l)\ns = mix(s, l[2])\n",
			"l := sorted{3, 9, 1, 4}\nsort.Stable(sort.Reverse(l))\ns = mix(s, l[2])\n",
			"err := fmt.Errorf(\"%w: %v\", errOdd, slow(s))\nif errors.Is(err, slow(1)) || errors.Is(slow(1), errOdd) {\ns = fold(s, err.Error())\n}\n",
			"c := make(chan string, 8)\nb := bufio.NewWriter(writer(c))\nfmt.Fprintf(b, \"%v %s\", slow($b(s)), slow(1))\nb.Flush()\ns = fold(s, <-c)\n",
			"m := io.MultiReader(reader(series(2)), strings.NewReader(\"ab\"), reader(series(3)))\ndata, _ := io.ReadAll(m)\ns = fold(s, fmt.Sprint(data))\n",
		) + "}\n")
	}
	w.code("return s\n")
}

// collected: what the collector calls, in a goroutine of the runtime.
func collected(w *writer) {
	w.code(w.pick(
		"c := make(chan int, 1)\nruntime.AddCleanup(&[8]int{x}, func(v int) { c <- v }, $a(x))\n",
		"c := make(chan int)\nruntime.AddCleanup(&[8]int{x}, func(v int) { go func() { c <- v }() }, $a(x))\n",
		"c := make(chan int, 1)\nruntime.SetFinalizer(&[8]int{x}, func(p *[8]int) { c <- p[0] })\n",
	) + w.pick(
		"for {\nruntime.GC()\nselect {\ncase v := <-c:\nreturn mix(x, v)\ncase <-time.After(time.Millisecond):\n}\n}\n",
		"for {\nruntime.GC()\nselect {\ncase v := <-c:\nreturn mix(x, v)\ndefault:\ntime.Sleep(100 * time.Microsecond)\n}\n}\n",
	))
}
