package labels // want `not registered`

func loop(c, d chan int) {
outer:
	for i := 0; ; i++ {
	inner:
		select { // want `select`
		case v := <-c:
			if v == 0 {
				break
			}
			if v == 1 {
				break inner
			}
			if v == 2 {
				continue
			}
			goto again
		again:
			break outer
		case d <- i:
			select { // want `select`
			case <-c:
				continue outer
			case <-d:
			}
		}
	}
}
