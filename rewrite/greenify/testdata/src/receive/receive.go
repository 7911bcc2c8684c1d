package receive // want `not registered`

type truth bool

func forms(c <-chan int, d chan *int) int {
	<-c            // want `receive holds the hub while it waits: replace it by green.Recv`
	v := <-c + 1   // want `receive`
	w, ok := <-c   // want `green.Recv2`
	var x, y = <-c // want `green.Recv2`
	_, _ = (<-c)   // want `green.Recv2`
	_, _, _, _, _ = v, w, ok, x, y
	*<-d = -<-c // want `receive` `receive`
	f(<-c, <-c) // want `receive` `receive`
	return <-c  // want `receive`
}

func f(...int) {}

// Recv2 gives a bool, which is not assignable to another type of booleans.
func flag(c chan int) {
	var v int
	var t truth
	v, t = <-c // want `replace it by patched.Recv2To\[truth\]`
	var any interface{}
	v, any = <-c // want `green.Recv2`
	_, _, _ = v, t, any
}

func literal() int {
	return <-func() chan int { // want `receive`
		return make(chan int)
	}()
}
