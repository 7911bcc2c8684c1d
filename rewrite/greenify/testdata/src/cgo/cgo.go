package cgo // want `not registered`

/*
#include <stdlib.h>
static void nap(void) {}
*/
import "C"

import "time"

//export exported
func exported() { // want `exported cannot be patched here: a thread that C made`
	C.nap()
	time.Sleep(1) // want `green.Sleep`
}
