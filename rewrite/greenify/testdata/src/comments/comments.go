/* license */ package comments /* behind the name */ // want `not registered`

import /* before */ "time" /* behind */ // end

// Doc comment.
func f( /* none */ c chan int /* int */) /* void */ { // open
	/* a */ time /* b */ . /* c */ Sleep /* d */ ( /* e */ 1 /* f */) /* g */ // want `green.Sleep`
	/* a */ c /* b */ <- /* c */ 1 /* d */ // want `send`
	_ = /* a */ <- /* b */ c // want `receive`
	// before
	go /* a */ f /* b */ ( /* c */ c /* d */) // want `go statement`
	for /* a */ v /* b */ := /* c */ range /* d */ c /* e */ { // want `range`
		_ = v
	}
	select /* a */ { // want `select`
	// before the case
	case /* b */ v /* c */ := /* d */ <- /* e */ c /* f */ : // g
		// in the case
		_ = v
	// before the send
	case c /* h */ <- /* i */ 1: /* j */
		// last
	}
	c <- // why // want `send`
	1
	// at the end
	_ = time.Now
} // close

// file end
