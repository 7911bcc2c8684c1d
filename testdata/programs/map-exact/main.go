// A map that goroutines change without a lock, yielding between changes only.
// Plain Go may stop the program for it.
//
// want: 1000 500
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	m := map[int][]string{}
	var list []int
	var wg sync.WaitGroup
	for i := range 500 {
		wg.Go(func() {
			for j := range 2 {
				m[i*2+j] = append(m[i*2+j], fmt.Sprint(i, j))
				time.Sleep(time.Microsecond)
			}
			list = append(list, i)
		})
	}
	wg.Wait()
	fmt.Println(len(m), len(list))
}
