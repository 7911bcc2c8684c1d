//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Kill in the list of a sync.Cond (notifyList).
//
// Every waiter has a ticket, and a signal is for the next ticket, whether its owner is
// in the list already or still on the way there. So the ticket of a waiter that is
// taken out must not swallow a signal. If it is the next one it is passed over. Else an
// entry stays for it, without a goroutine; entries of tickets that follow one another
// are one entry, which has their number in acquiretime (semaphores use that field
// only). So there are never more of them than waiters that live.
//
// Inv: the list is in the order of the tickets and linked both ways, by next and prev.
// An entry without a goroutine is not the next ticket's.

// hubGone reports whether an entry is that of waiters that were killed.
func hubGone(s *sudog) bool { return s.g == nil }

func hubCutCond(gp *g) bool {
	l := (*notifyList)(unsafe.Pointer(gp.hub.waitlock - unsafe.Offsetof(notifyList{}.lock)))
	lockWithRank(&l.lock, lockRankNotifyList)
	s := gp.waiting
	if less(s.ticket, l.notify) {
		unlock(&l.lock)
		return false // its signal is under way
	}
	before, behind := s.prev, s.next
	gone, n := s, int64(1) // the entry that has the ticket
	if before != nil && hubGone(before) && before.ticket+uint32(before.acquiretime) == s.ticket {
		hubListRemove(l, s)
		gone, n = before, before.acquiretime+1
	}
	if behind != nil && hubGone(behind) && behind.ticket == s.ticket+1 {
		n += behind.acquiretime
		hubListRemove(l, behind)
	}
	gone.acquiretime = n
	if gone == s {
		s.g = nil
		hubPassOver(l)
		if l.head != s && s.prev == nil { // it has been the next
			s.g = gp
			s.acquiretime = 0
		}
	}
	unlock(&l.lock)
	return true
}

// hubPassOver passes over the tickets of killed waiters if they are next.
func hubPassOver(l *notifyList) {
	if s := l.head; s != nil && hubGone(s) && s.ticket == l.notify {
		atomic.Store(&l.notify, l.notify+uint32(s.acquiretime))
		hubListRemove(l, s)
	}
}

func hubListRemove(l *notifyList, s *sudog) {
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		l.head = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	} else {
		l.tail = s.prev
	}
	s.next, s.prev = nil, nil
}

// hubSort moves the last entry to its place: between taking a ticket and joining the
// list others may come first.
func hubSort(l *notifyList, s *sudog) {
	at := s.prev
	for at != nil && less(s.ticket, at.ticket) {
		at = at.prev
	}
	if at == s.prev {
		return
	}
	hubListRemove(l, s)
	s.prev = at
	if at != nil {
		s.next, at.next = at.next, s
	} else {
		s.next, l.head = l.head, s
	}
	s.next.prev = s
}
