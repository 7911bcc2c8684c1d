//go:build greenify_hub

package syscall

// System calls that linux/arm64 does not have.
const (
	hubEpollWait = SYS_EPOLL_WAIT
	hubPoll      = SYS_POLL
	hubSelect    = SYS_SELECT
	hubPause     = SYS_PAUSE
)

const hubSendmmsg = 307 // SYS_SENDMMSG, which package syscall does not have

const hubCopyRange = 326 // SYS_COPY_FILE_RANGE

const hubFstatat = SYS_NEWFSTATAT

const hubSyncfs = 306 // SYS_SYNCFS, which package syscall does not have
