//go:build greenify_hub && greenify_sim

package runtime

// System calls of linux/arm64 in which threads of other processes wait, and two that ask for that.
const (
	sysEpollPwait     = 22
	sysRead           = 63
	sysWrite          = 64
	sysReadv          = 65
	sysWritev         = 66
	sysPselect6       = 72
	sysFutex          = 98
	sysNanosleep      = 101
	sysClockNanosleep = 115
	sysRtSigsuspend   = 133
	sysWait4          = 260
	sysEpollPwait2    = 441

	sysGetdents64     = 61
	sysProcessVMReadv = 270
)

// Those that linux/arm64 does not have.
const (
	sysPoll = 1<<32 + iota
	sysSelect
	sysPause
	sysEpollWait
)
