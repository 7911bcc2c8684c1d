package selects // want `not registered`

type truth bool

func ends(c chan int, d chan string, i func() int) int {
	var a [3]int
	var t truth
	select { // want `select holds the hub while it waits: replace it by green.Select`
	case v := <-c: // a comment
		return v
	case v, ok := <-c:
		_ = ok
		return v
	case a[i()] = <-c:
		return 1
	case a[0], t = <-c:
		_ = t
		return 2
	case (<-d):
		return 3
	case d <- "x" + "y":
		return 4
	}
}

// One case, the last one a send; the operands wait too.
func nested(c chan chan int, d chan any, x int) {
	select { // want `select`
	case <-<-c: // want `receive`
	case <-<-<-func() chan chan chan int { // want `receive` `receive`
		c <- nil // want `send`
		return nil
	}():
	case d <- x:
	}
	select { // want `select`
	case d <- <-d: // want `receive`
	}
}

func forever() int {
	select {} // want `select never ends and holds the hub: replace it by green.Select`
}

// A select with a default does not wait, its operands may.
func poll(c chan int, d chan chan int) {
	select {
	case <-c:
	case c <- 1:
	case v := <-<-d: // want `receive`
		_ = v
	default:
		<-c // want `receive`
	}
}
