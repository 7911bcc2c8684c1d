package syncs // want `not registered`

import "sync"

type guarded struct {
	sync.Mutex
	rw   sync.RWMutex
	cond *sync.Cond
}

type outer struct {
	*guarded
	once sync.Once
	wg   sync.WaitGroup
}

func locks(g guarded, p *guarded, o outer, mu *sync.Mutex, list []sync.Mutex) {
	g.Lock() // want `sync.\(\*Mutex\).Lock holds the hub while it waits for the lock: replace it by green.Lock`
	g.Unlock()
	p.Lock() // want `green.Lock`
	p.Unlock()
	o.Lock() // want `green.Lock`
	o.Unlock()
	mu.Lock() // want `green.Lock`
	mu.Unlock()
	(*mu).Lock() // want `green.Lock`
	mu.Unlock()
	list[0].Lock() // want `green.Lock`
	list[0].Unlock()
	p.rw.RLock() // want `green.RLock`
	p.rw.RUnlock()
	o.rw.Lock() // want `green.Lock`
	o.rw.Unlock()
	p.cond.Wait()          // want `green.Wait`
	o.wg.Wait()            // want `green.Wait`
	o.once.Do(func() {})   // want `green.Do`
	(*sync.Mutex).Lock(mu) // want `green.Lock`
	if mu.TryLock() {      // want `sync.\(\*Mutex\).TryLock holds the hub while it polls for the lock: replace it by green.TryLock`
		mu.Unlock()
	}
	defer mu.Lock()               // want `green.Lock`
	o.wg.Go(func() {})            // want `sync.\(\*WaitGroup\).Go starts a goroutine outside the hub: replace it by green.WaitGo`
	f := sync.OnceFunc(func() {}) // want `replace it by green.OnceFunc`
	f()
}

// What only tries yields when it is late.
func tries(p *guarded, o *outer) (try func() bool) {
	for !p.rw.TryLock() { // want `green.TryLock`
	}
	_ = o.rw.TryRLock() // want `green.TryRLock`
	if o.TryLock() {    // want `green.TryLock`
		try = p.rw.TryRLock // want `the receiver of the method value may change`
	}
	var mu sync.Mutex
	return mu.TryLock // want `replace it by green.TryLock`
}

// Locker is what other packages take locks as.
func locker(l sync.Locker, both interface{ sync.Locker }) {
	l.Lock() // want `sync.Locker.Lock`
	l.Unlock()
	both.Lock() // want `green.Lock`
	both.Unlock()
}

type mine struct{}

func (mine) Lock()   {}
func (mine) Unlock() {}

func notSync(m mine) {
	m.Lock() // by name only
	m.Unlock()
}

// A lock by another name, and one in an interface in a struct.
type lock = sync.Mutex

type deep struct {
	lock
	sync.Locker
	wait sync.Cond
}

func embedded(d *deep, list map[string]*deep) {
	d.lock.Lock() // want `green.Lock`
	d.lock.Unlock()
	d.Locker.Lock() // want `green.Lock`
	d.Locker.Unlock()
	d.wait.L.Lock() // want `green.Lock`
	d.wait.Wait()   // want `green.Wait`
	d.wait.L.Unlock()
	list["x"].lock.Lock() // want `green.Lock`
	list["x"].lock.Unlock()
}
