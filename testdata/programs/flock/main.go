// flock and fcntl locks on one file from goroutines that hold them while they
// wait for others: one at a time, nobody stuck.
package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

func main() {
	os.WriteFile("lock", nil, 0o600)
	var wg sync.WaitGroup
	holders, most, count := 0, 0, 0
	for range 8 {
		wg.Go(func() {
			f, err := os.OpenFile("lock", os.O_RDWR, 0)
			if err != nil {
				panic(err)
			}
			defer f.Close()
			for range 3 {
				if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
					panic(err)
				}
				holders++
				most = max(most, holders)
				time.Sleep(time.Millisecond)
				count++
				holders--
				syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
			}
		})
	}
	wg.Wait()
	fmt.Println(count, most)
}
