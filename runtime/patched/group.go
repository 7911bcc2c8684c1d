package patched

// GroupGo is g.Go(f) of a Group of golang.org/x/sync/errgroup: it starts f as a goroutine,
// a green thread in a patched program. It yields only if it has to wait, for the limit
// that SetLimit has set.
func GroupGo(g interface{ Go(func() error) }, f func() error) {
	t := self()
	if t == nil {
		g.Go(Enter01(f))
		return
	}
	if g, ok := g.(interface{ TryGo(func() error) bool }); ok && g.TryGo(Enter01(f)) {
		return
	}
	t.Leave(nativeCall)
	defer t.Back()
	g.Go(Enter01(f))
}
