package gen

import "strings"

// An elem is a type of the elements of a channel that brings ints.
type elem struct {
	typ  string
	wrap string // of a value $v
	open string // of an element $e
}

// elems: a value that is sent to an interface or a named type is converted, and what is received
// may be received from, called, or looked into.
var elems = []elem{
	{"int", "$v", "$e"},
	{"struct{ v int }", "struct{ v int }{$v}", "$e.v"},
	{"any", "$v", "$e.(int)"},
	{"*int", "ptr($v)", "*$e"},
	{"[2]int", "[2]int{1, $v}", "$e[1]"},
	{"num", "num($v)", "int($e)"},
	{"error", "num($v)", "int($e.(num))"},
	{"interface{ String() string }", "num($v)", "int($e.(num))"},
	{"func() int", "func(v int) func() int { return func() int { return v } }($v)", "$e()"},
	{"chan int", "filled($v)", "<-$e"},
	{"(<-chan int)", "filled($v)", "<-$e"},
	{"box[int]", "box[int]{$v}", "$e.v"},
	{"map[string]int", `map[string]int{"v": $v}`, `$e["v"]`},
}

func (w *writer) elem() elem { return elems[w.draw(len(elems))] }

func (e elem) of(v string) string    { return strings.ReplaceAll(e.wrap, "$v", v) }
func (e elem) value(x string) string { return strings.ReplaceAll(e.open, "$e", x) }

// start returns a statement that has a goroutine run body, which may not return a value.
func (w *writer) start(body string) string {
	return w.expand(w.pick(
		"go func() {\n$body\n}()\n",
		"$f := func() {\n$body\n}\ngo $f()\n",
		"go run(func() {\n$body\n})\n",
		"go func(f func()) { f() }(func() {\n$body\n})\n",
		"go task(func() {\n$body\n}).do()\n",
		"go doer.do(task(func() {\n$body\n}))\n",
		"go apply(func(f func()) { f() }, func() {\n$body\n})\n",
		"new(sync.WaitGroup).Go(func() {\n$body\n})\n",
		"time.AfterFunc(0, func() {\n$body\n})\n",
		"native.Go(func() {\n$body\n})\n",
		"context.AfterFunc(func() context.Context { c, f := context.WithCancel(context.Background()); f(); return c }(), func() {\n$body\n})\n",
		"func() { defer func() { go func() {\n$body\n}() }() }()\n",
		"var $f doer = task(func() {\n$body\n})\ngo $f.do()\n",
		"go same(func() {\n$body\n})()\n",
		"for range 1 {\ngo func() {\n$body\n}()\n}\n",
	), "body", body, "f", w.name("f"))
}

// produce returns a statement that starts a goroutine that sends n elements on c, made of value, in
// which i counts, and closes it.
func (w *writer) produce(c string, e elem, n int, value string) string {
	v := e.of(value)
	send := w.expand(w.pick(
		"$c <- $v\n",
		"select {\ncase $c <- $v:\n}\n",
		"select {\ncase <-(chan int)(nil):\ncase $c <- $v:\n}\n",
		"select {\ncase $c <- $v:\ncase <-time.After(time.Hour):\npanic(\"late\")\n}\n",
		"for v, sent := ($v), false; !sent; {\nif cap($c) == 0 {\n$c <- v\nbreak\n}\nselect {\ncase $c <- v:\nsent = true\ndefault:\nruntime.Gosched()\n}\n}\n",
		"func(out chan<- $t, v $t) { out <- v }($c, $v)\n",
		"reflect.ValueOf($c).Send(reflect.ValueOf(ptr[$t]($v)).Elem())\n",
	), "c", c, "v", v, "t", e.typ)
	loop := w.expand(w.pick(
		"defer close($c)\nfor i := range $n {\n$nap\n$send}\n",
		"for i := 0; i < $n; i++ {\n$send$nap\n}\nclose($c)\n",
		"i := 0\n$again:\nif i < $n {\n$send\ni++\ngoto $again\n}\nclose($c)\n",
		"defer func() {\nrecover()\nclose($c)\n}()\nfor i := 0; ; i++ {\nif i == $n {\npanic(\"enough\")\n}\n$send}\n",
		"defer close($c)\n$again:\nfor i := range 100 {\nswitch {\ncase i == $n:\nbreak $again\n}\n$send}\n",
		"feed($c, $n, func(i int) $t { return $v })\n",
		"func() {\nfor i := range $n {\ndefer func() {\n$send}()\n}\n}()\nclose($c)\n",
	), "c", c, "n", n, "v", v, "t", e.typ, "send", send, "again", w.name("again"))
	return w.start(loop)
}

// consume returns statements that run body for each v that c brings, until it is closed. They
// declare nothing.
func (w *writer) consume(c string, e elem, body string) string {
	form := w.pick(
		"for $e := range $c {\n$body}\n",
		"for {\n$e, ok := <-$c\nif !ok {\nbreak\n}\n$body}\n",
		"$loop:\nfor {\nselect {\ncase $e, ok := <-$c:\nif !ok {\nbreak $loop\n}\n$body}\n}\n",
		"{\nvar $e $t\nvar ok bool\nfor {\nselect {\ncase $e, ok = <-$c:\ncase <-(chan int)(nil):\n}\nif !ok {\nbreak\n}\n$body}\n}\n",
		"for $e := range values($c) {\n$body}\n",
		"for more := true; more; {\nselect {\ncase $e, ok := <-$c:\nif more = ok; !more {\ncontinue\n}\n$body default:\nruntime.Gosched()\n}\n}\n",
		"$loop:\nif $e, ok := <-$c; ok {\n$body goto $loop\n}\n",
		"$loop:\nfor {\nselect {\ncase $e, ok := <-$c:\nif !ok {\nbreak $loop\n}\n$body case $e, ok := <-$c:\nif ok {\n$body continue $loop\n}\nbreak $loop\n}\n}\n",
		"{\nvar es [1]$t\noks := map[string]bool{}\nfor {\nselect {\ncase es[0], oks[\"ok\"] = <-$c:\ncase <-time.After(time.Hour):\n}\nif !oks[\"ok\"] {\nbreak\n}\n$e := es[0]\n$body}\n}\n",
		"{\nnext, stop := iter.Pull(values($c))\nfor $e, ok := next(); ok; $e, ok = next() {\n$body}\nstop()\n}\n",
		"for {\nv, ok := reflect.ValueOf($c).Recv()\nif !ok {\nbreak\n}\nvar $e $t\nreflect.ValueOf(&$e).Elem().Set(v)\n$body}\n",
		"func() {\nfor {\nselect {\ncase $e, ok := <-$c:\nif !ok {\nreturn\n}\n$body}\n}\n}()\n",
		"func() {\nfor $e := range values($c) {\ndefer func() {\n$body}()\n}\n}()\n",
		"for $e := range each($c, func(v $t) $t { return v }) {\n$body}\n",
		"for at := 0; ; at++ {\nswitch $e, ok := <-$c; {\ncase ok:\n$body continue\n}\nbreak\n}\n",
		"for ok := true; ok; {\nvar $e $t\nif $e, ok = <-$c; ok {\n$body}\n}\n",
	)
	name := w.name("e")
	return w.expand(form, "c", c, "t", e.typ, "e", name, "loop", w.name("loop"), "body", "{\nv := "+e.value(name)+"\n"+body+"}\n")
}

// join returns statements that run body n times side by side, in which i counts, and wait for all.
func (w *writer) join(n int, body string) string {
	g := w.name("g")
	done := w.expand(w.pick("$g.Done()", "defer $g.Done()", "defer func() { $g.Done() }()"), "g", g)
	front, back := "", ""
	if strings.HasPrefix(done, "defer") {
		front = done + "\n"
	} else {
		back = done + "\n"
	}
	form := w.draw(11)
	switch form {
	case 0:
		return w.expand("var $g sync.WaitGroup\nfor i := range $n {\n_ = i\n$g.Add(1)\n$start}\n$g.Wait()\n", "g", g, "n", n, "start", w.start(front+body+back))
	case 1:
		return w.expand("var $g sync.WaitGroup\n$g.Add($n)\nfor i := 0; i < $n; i++ {\n_ = i\n$start}\n$g.Wait()\n", "g", g, "n", n, "start", w.start(front+body+back))
	case 2:
		return w.expand("$g := new(sync.WaitGroup)\nfor i := range $n {\n_ = i\n$g.Go(func() {\n$body})\n}\n$g.Wait()\n", "g", g, "n", n, "body", body)
	case 3:
		return w.expand("$g := make(chan bool, $cap)\nfor i := range $n {\n_ = i\n$start}\nfor range $n {\n<-$g\n}\n", "g", g, "n", n, "start", w.start(body+g+" <- true\n"))
	case 4:
		return w.expand("$g := make(chan struct{})\nfor i := range $n {\n_ = i\n$start}\nfor ${g}left := $n; ${g}left > 0; ${g}left-- {\nselect {\ncase <-$g:\n}\n}\n", "g", g, "n", n, "start", w.start("defer func() { "+g+" <- struct{}{} }()\n"+body))
	case 5:
		return w.expand("{\nvar $g [$n]chan int\nfor i := range $n {\n$g[i] = make(chan int)\n$start}\nfor i := range $g {\n<-$g[i]\n}\n}\n", "g", g, "n", n, "start", w.start("defer close("+g+"[i])\n"+body))
	case 6:
		return w.expand("native.Each($n, func(i int) {\n$body})\n", "n", n, "body", body)
	case 7:
		return w.expand("{\nvar $g atomic.Int32\nfor i := range $n {\n_ = i\n$start}\nfor $g.Load() != $n {\nruntime.Gosched()\n}\n}\n", "g", g, "n", n, "start", w.start("defer "+g+".Add(1)\n"+body))
	case 8:
		return w.expand("{\nvar ${g}mu sync.Mutex\n$g := sync.NewCond(&${g}mu)\n${g}left := $n\nfor i := range $n {\n_ = i\n$start}\n${g}mu.Lock()\nfor ${g}left > 0 {\n$g.Wait()\n}\n${g}mu.Unlock()\n}\n", "g", g, "n", n,
			"start", w.start(body+w.expand("${g}mu.Lock()\nif ${g}left--; ${g}left == 0 {\n$g.$wake()\n}\n${g}mu.Unlock()\n", "g", g, "wake", w.pick("Broadcast", "Signal"))))
	case 9:
		return w.expand("{\n${g}ctx, $g := context.WithCancelCause(context.Background())\nvar ${g}ended atomic.Int32\nfor i := range $n {\n_ = i\n$start}\n<-${g}ctx.Done()\n}\n", "g", g, "n", n,
			"start", w.start(body+w.expand("if ${g}ended.Add(1) == $n {\n$g(errOdd)\n}\n", "g", g, "n", n)))
	default:
		return w.expand("func() {\nvar $g sync.WaitGroup\ndefer $g.Wait()\nfor i := range $n {\n_ = i\n$g.Add(1)\n$start}\n}()\n", "g", g, "n", n, "start", w.start(front+body+back))
	}
}

// A lock is how a critical section is guarded.
type lock struct{ decl, enter, leave string }

// spare is the declaration of a lock that may not be used.
func (l lock) spare() string { return l.decl + "\nfunc() {\n" + l.enter + "\n" + l.leave + "\n}()" }

// lock returns a lock, and what enters and leaves a section of it.
func (w *writer) lock() lock {
	l := w.name("l")
	forms := []lock{
		{"var $l sync.Mutex", "$l.Lock()", "$l.Unlock()"},
		{"var $l sync.RWMutex", "$l.Lock()", "$l.Unlock()"},
		{"var $l struct {\nsync.Mutex\nn int\n}", "$l.Lock()", "$l.Unlock()"},
		{"var $l = &struct{ *sync.RWMutex }{new(sync.RWMutex)}", "$l.Lock()", "$l.Unlock()"},
		{"var $l sync.Locker = new(sync.Mutex)", "$l.Lock()", "$l.Unlock()"},
		{"$l := make(chan int, 1)", "$l <- 1", "<-$l"},
		{"$l := make(chan bool, 1)\n$l <- true", "<-$l", "$l <- true"},
		{"var $l sync.Mutex", "for !$l.TryLock() {\nruntime.Gosched()\n}", "$l.Unlock()"},
		{"var $l sync.Mutex\n${l}in, ${l}out := $l.Lock, $l.Unlock", "${l}in()", "${l}out()"},
		{"$l := [2]sync.Mutex{}", "$l[1].Lock()", "$l[1].Unlock()"},
		{"$l := map[string]*sync.Mutex{\"l\": new(sync.Mutex)}", "$l[\"l\"].Lock()", "$l[\"l\"].Unlock()"},
		{"var $l sync.Mutex", "(*sync.Mutex).Lock(&$l)", "(*sync.Mutex).Unlock(&$l)"},
		{"$l := sync.NewCond(new(sync.Mutex))", "$l.L.Lock()", "$l.L.Unlock()\n$l.Broadcast()"},
		{"var $l atomic.Bool", "for !$l.CompareAndSwap(false, true) {\nruntime.Gosched()\n}", "$l.Store(false)"},
	}
	f := forms[w.draw(len(forms))]
	for _, s := range []*string{&f.decl, &f.enter, &f.leave} {
		*s = strings.NewReplacer("${l}", l, "$l", l).Replace(*s)
	}
	return f
}

// locked returns body as a critical section of the lock.
func (w *writer) locked(l lock, body string) string {
	return w.expand(w.pick(
		"$enter\n$body$leave\n",
		"func() {\n$enter\ndefer func() {\n$leave\n}()\n$body}()\n",
		"func() {\ndefer func() {\n$leave\n}()\n$enter\n$body}()\n",
		"$enter\n{\n$body}\n$nap\n$leave\n",
	), "enter", l.enter, "leave", l.leave, "body", body)
}
