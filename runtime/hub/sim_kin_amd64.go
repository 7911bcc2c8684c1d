//go:build greenify_hub && greenify_sim

package runtime

// System calls of linux/amd64 in which threads of other processes wait, and two that ask for that.
const (
	sysRead           = 0
	sysWrite          = 1
	sysPoll           = 7
	sysReadv          = 19
	sysWritev         = 20
	sysSelect         = 23
	sysPause          = 34
	sysNanosleep      = 35
	sysWait4          = 61
	sysRtSigsuspend   = 130
	sysFutex          = 202
	sysClockNanosleep = 230
	sysEpollWait      = 232
	sysPselect6       = 270
	sysEpollPwait     = 281
	sysEpollPwait2    = 441

	sysGetdents64     = 217
	sysProcessVMReadv = 310
)
