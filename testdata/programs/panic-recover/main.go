// recover in goroutines, with what each kind of panic carries, also when
// others run between panic and recover; the thread and the program go on.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

type node struct{ next *node }

func main() {
	var none []int
	var nilnode *node
	var text any = "text"
	zero := 0
	kinds := []func(){
		func() { panic("text") },
		func() { panic(nil) },
		func() { panic(errors.New("error")) },
		func() { fmt.Print(none[3]) },
		func() { fmt.Print(nilnode.next) },
		func() { fmt.Print(1 / zero) },
		func() { fmt.Print(text.(int)) },
		func() { var m map[string]int; m["k"] = 1 },
		func() { m := map[any]int{}; m[none] = 1 },
		func() { fmt.Print(make([]int, zero-1)) },
		func() { fmt.Print([2]int(none)) },
		func() { panic(fmt.Errorf("wrapped: %w", errors.ErrUnsupported)) },
	}
	var wg sync.WaitGroup
	results := make([]string, len(kinds))
	for i, f := range kinds {
		wg.Go(func() {
			func() {
				defer func() {
					time.Sleep(time.Millisecond) // others panic meanwhile
					r := recover()
					_, rt := r.(runtime.Error)
					results[i] = fmt.Sprintf("%v, %T %v", r, r, rt)
					if e := new(runtime.PanicNilError); errors.As(asError(r), &e) {
						results[i] += ", nil"
					}
				}()
				f()
			}()
			time.Sleep(time.Millisecond)
			results[i] += ", went on"
		})
	}
	wg.Wait()
	for _, r := range results {
		fmt.Println(r)
	}

	// recover is for the panic of its own goroutine and frame only.
	done := make(chan any)
	func() {
		defer func() { fmt.Println("main's own", recover()) }()
		defer func() {
			go func() {
				defer func() { done <- recover() }()
			}()
			fmt.Println("in another goroutine", <-done)
			func() { fmt.Println("in a helper of the deferred function", recover()) }()
		}()
		panic("main's")
	}()
	fmt.Println(recover())
}

func asError(v any) error {
	err, _ := v.(error)
	return err
}
