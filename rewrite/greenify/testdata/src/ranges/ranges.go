package ranges // want `not registered`

func loop(c chan int, a []int) (last int) {
outer:
	for v := range c { // want `range over a channel holds the hub while it waits: replace it by green.Range`
		for range c { // want `range`
			if v == 1 {
				continue outer
			}
			break outer
		}
		defer println(v)
	}
	for last = range c { // want `range`
	}
	for range a { // not a channel
	}
	return last
}
