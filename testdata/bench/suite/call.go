package bench

// Calls of C for call_test.go: the go command takes no cgo in files of tests.

/*
static int next(int n) { return n + 1; }
void fromC(void);
*/
import "C"

// callC is a call of C that returns at once.
func callC(n int) int { return int(C.next(C.int(n))) }

// callBack calls C, which calls Go, which does nothing.
func callBack() { C.fromC() }

//export fromC
func fromC() {}
