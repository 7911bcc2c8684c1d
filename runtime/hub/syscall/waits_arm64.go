//go:build greenify_hub

package syscall

// System calls that linux/arm64 does not have. They are given numbers that no call has.
const (
	hubEpollWait = hubCallsLen - 1 - iota
	hubPoll
	hubSelect
	hubPause
)

const hubSendmmsg = 269 // SYS_SENDMMSG, which package syscall does not have

const hubCopyRange = 285 // SYS_COPY_FILE_RANGE

const hubFstatat = SYS_FSTATAT

const hubSyncfs = SYS_SYNCFS
