//go:build greenify_hub

package runtime

// hubDeadlock ends a program in which nothing can ever run again. It is called
// where the runtime's own detector would: no M runs, no timer is set, nobody
// waits in the poller. It says of each green thread what it waits for, on
// which object, since when and where it was started, then prints the stacks as
// the runtime does. Exit status 2.
func hubDeadlock() {
	if !hub.on {
		fatal("all goroutines are asleep - deadlock!")
	}
	printlock()
	print("fatal error: all green threads are asleep - deadlock!\n")
	hubReport()
	fatalthrow(throwTypeUser)
}

// hubReport prints a line for each waiting green thread.
func hubReport() {
	now := hubClock()
	forEachGRace(func(gp *g) {
		if !gp.hub.green || readgstatus(gp)&^_Gscan != _Gwaiting {
			return
		}
		print("\tthread ", gp.goid, " waits in ", gp.waitreason.String())
		hubPrintObject(gp)
		print(", ", (now-gp.hub.since)/1000, " s, started ")
		hubPrintStart(gp)
		print("\n")
	})
}

// hubPrintObject prints what a waiting goroutine waits on: the channels of a
// channel operation or select, the address of a semaphore, which lies in the
// sync.Mutex, WaitGroup, ... it belongs to.
func hubPrintObject(gp *g) {
	sep := " on "
	for sg := gp.waiting; sg != nil; sg = sg.waitlink {
		print(sep)
		sep = ", "
		if c := sg.c.get(); c != nil {
			print("chan ", toRType(c.elemtype).string(), " ", c, " (")
			if c.dataqsiz == 0 {
				print("unbuffered)")
			} else {
				print(c.qcount, " of ", c.dataqsiz, ")")
			}
		} else if addr := sg.elem.uintptr(); addr != 0 {
			print(hex(addr))
		}
	}
}

func hubPrintStart(gp *g) {
	f := findfunc(gp.gopc)
	if gp.goid == 1 || !f.valid() {
		print("as main")
		return
	}
	file, line := funcline(f, gp.gopc-1)
	print("at ", file, ":", line, " by thread ", gp.parentGoid)
}
