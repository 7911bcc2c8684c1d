package nonewline // want `not registered`

func f(c chan int) { <-c } // want `receive`
