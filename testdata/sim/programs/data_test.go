package programs

import (
	"sync"
	"testing"
)

// Bugs of atomicity: what belongs together is done in several critical sections.

// account: an amount is paid in, another one is paid out, each a reading and a writing; a
// third thread looks at the balance when both are done. (SCTBench, CS/account_bad.)
func TestAccount(t *testing.T) {
	var balance cell[int]
	var in, out cell[bool]
	balance.v = 10
	all(
		func() { balance.store(balance.load() + 5); in.store(true) },
		func() { balance.store(balance.load() - 3); out.store(true) },
		func() {
			if in.load() && out.load() && balance.load() != 12 {
				t.Error(balance.load())
			}
		},
	)
	if balance.v != 12 {
		t.Error(balance.v)
	}
}

// bluetooth driver: a request is let in if the driver is not stopping. Between that and its
// being counted the driver stops. (SCTBench, CS/bluetooth_driver_bad; Qadeer and Wu, PLDI 2004.)
func TestBluetoothDriver(t *testing.T) {
	var stopping, stopped cell[bool]
	var pending cell[int]
	pending.v = 1
	event := make(chan struct{}, 2)
	done := func() {
		pending.mu.Lock()
		defer pending.mu.Unlock()
		if pending.v--; pending.v == 0 {
			event <- struct{}{}
		}
	}
	all(
		func() { // a request
			if stopping.load() {
				return
			}
			pending.mu.Lock()
			pending.v++
			pending.mu.Unlock()
			if stopped.load() {
				t.Error("the driver works after it has stopped")
			}
			done()
		},
		func() { // the stop
			stopping.store(true)
			done()
			<-event
			stopped.store(true)
		},
	)
}

// queue: elements are put into a queue, and noted beside it, in two sections. Who takes
// one out compares it with the note. (SCTBench, CS/queue_bad.)
func TestQueue(t *testing.T) {
	const n = 5
	var mu sync.Mutex
	var queue []int
	var noted [n]cell[int]
	all(
		func() {
			for i := range n {
				mu.Lock()
				queue = append(queue, i+1)
				mu.Unlock()
				noted[i].store(i + 1)
			}
		},
		func() {
			for i := range n {
				mu.Lock()
				if len(queue) == 0 {
					mu.Unlock()
					return
				}
				v := queue[0]
				queue = queue[1:]
				mu.Unlock()
				if note := noted[i].load(); note != v {
					t.Errorf("%d, noted %d", v, note)
				}
			}
		},
	)
}

// stack: who takes off believes that one thing is there for each that it wants once the
// first is. (SCTBench, CS/stack_bad.)
func TestStack(t *testing.T) {
	const n = 4
	var mu sync.Mutex
	var stack []int
	some := false
	all(
		func() {
			for i := range n {
				mu.Lock()
				stack = append(stack, i)
				some = true
				mu.Unlock()
			}
		},
		func() {
			for range n {
				mu.Lock()
				if some {
					if len(stack) == 0 {
						t.Error("underflow")
					} else {
						stack = stack[:len(stack)-1]
					}
				}
				mu.Unlock()
			}
		},
	)
}

// circular buffer: the reader finds the place of the next element by the writer's index,
// which is moved before the element is there. (SCTBench, CS/circular_buffer_bad.)
func TestCircularBuffer(t *testing.T) {
	const n = 4
	var buffer [n]cell[int]
	var first, next cell[int]
	all(
		func() {
			for i := range n {
				next.store(i + 1)
				buffer[i].store(i + 1)
			}
		},
		func() {
			for range n {
				i := first.load()
				if i == next.load() {
					continue
				}
				if v := buffer[i].load(); v != i+1 {
					t.Errorf("%d at %d", v, i)
				}
				first.store(i + 1)
			}
		},
	)
}

// A stringBuffer is one of JDK 1.4: each method locks it.
type stringBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *stringBuffer) length() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.text)
}

func (b *stringBuffer) chars(n int) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > len(b.text) {
		return nil, false
	}
	return b.text[:n], true
}

func (b *stringBuffer) erase() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = nil
}

// string buffer: append asks the other buffer for its length, and then for as many
// characters, which are no longer there. (SCTBench, CB/stringbuffer-jdk1.4; Flanagan and
// Qadeer, PLDI 2003.)
func TestStringBuffer(t *testing.T) {
	var one stringBuffer
	two := stringBuffer{text: []byte("abc")}
	all(
		func() {
			one.mu.Lock()
			defer one.mu.Unlock()
			text, ok := two.chars(two.length())
			if !ok {
				t.Error("index out of range")
			}
			one.text = append(one.text, text...)
		},
		two.erase,
	)
}

// fsbench: threads look for a free block for their inode. That it is free and that it is
// taken are two sections. (SCTBench, CS/fsbench_bad; Flanagan and Godefroid, POPL 2005.)
func TestFsbench(t *testing.T) {
	const inodes, blocks = 8, 26
	var inode [inodes]int
	var locks [inodes]sync.Mutex
	var busy [blocks]cell[bool]
	var owner [blocks]cell[int]
	each(13, func(id int) {
		i := id % inodes
		locks[i].Lock()
		defer locks[i].Unlock()
		if inode[i] != 0 {
			return
		}
		for b := i * 2 % 8; ; b = (b + 1) % blocks {
			if busy[b].load() {
				continue
			}
			busy[b].store(true)
			if !owner[b].swap(0, i+1) {
				t.Errorf("block %d has two inodes", b)
			}
			inode[i] = b + 1
			return
		}
	})
}

// airline: whether seats are left is looked at before one is sold. (Inspect and Fray's set,
// airline tickets.)
func TestAirline(t *testing.T) {
	const seats = 3
	var sold cell[int]
	each(seats+2, func(int) {
		if sold.load() >= seats {
			return
		}
		sold.mu.Lock()
		sold.v++
		sold.mu.Unlock()
	})
	if sold.v > seats {
		t.Error(sold.v, "sold")
	}
}

// linked list: two threads append to the same last element. (IBM's set, linkedlist.)
func TestLinkedList(t *testing.T) {
	type node struct{ next cell[*node] }
	var head node
	add := func(n *node) {
		last := &head
		for next := last.next.load(); next != nil; next = last.next.load() {
			last = next
		}
		last.next.store(n)
	}
	each(3, func(int) { add(new(node)) })
	n := 0
	for p := head.next.load(); p != nil; p = p.next.load() {
		n++
	}
	if n != 3 {
		t.Error(n, "elements, want 3")
	}
}

// arithmetic progression: the sum is complete when the last summand has been counted, not
// when it has been added. (SCTBench, CS/arithmetic_prog_bad.)
func TestArithmeticProg(t *testing.T) {
	const n = 3
	var count, sum cell[int]
	all(
		func() {
			for i := range n {
				count.store(i + 1)
				sum.store(sum.load() + i + 1)
			}
		},
		func() {
			if count.load() == n && sum.load() != n*(n+1)/2 {
				t.Error(sum.load())
			}
		},
	)
}

// quicksort: a worker that has nothing to do says that it is idle, and when all are the
// sort is over; one takes work before it says that it is no longer idle. (SCTBench,
// Inspect/qsort_mt.)
func TestQsort(t *testing.T) {
	var work, done cell[int]
	var idle cell[int]
	work.v, idle.v = 3, 2
	all(
		func() {
			for range 3 {
				w := work.load()
				if w == 0 || !work.swap(w, w-1) {
					continue
				}
				idle.mu.Lock()
				idle.v--
				idle.mu.Unlock()
				done.store(done.load() + 1)
				idle.mu.Lock()
				idle.v++
				idle.mu.Unlock()
			}
		},
		func() {
			if work.load() == 0 && idle.load() == 2 && done.load() < 3 {
				t.Error("the sort is over, and", done.load(), "of 3 parts are sorted")
			}
		},
	)
}
