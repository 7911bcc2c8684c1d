package cgo // want `not registered`

/*
#include <stdlib.h>
static void nap(void) {}
*/
import "C"

import "time"

//export exported
func exported() {
	C.nap()
	time.Sleep(1) // want `green.Sleep`
}
