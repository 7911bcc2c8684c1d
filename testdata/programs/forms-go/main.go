// Everything that can stand in a go statement: builtins, function values from
// anywhere, method values and expressions, interface methods, generics,
// variadics, results of calls.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

var out = make(chan string)

type job struct{ name string }

func (j job) run(n int)      { out <- fmt.Sprint(j.name, " run ", n) }
func (j *job) ptr(n int)     { out <- fmt.Sprint(j.name, " ptr ", n) }
func (j job) String() string { out <- j.name + " string"; return "" }

type runner interface{ run(int) }
type wrapped struct{ *job }

func generic[T any](v T)       { out <- fmt.Sprintf("%T", v) }
func variadic(vs ...int)       { out <- fmt.Sprint(vs) }
func results() (string, []int) { return "results", []int{1} }
func takes(s string, v []int)  { out <- fmt.Sprint(s, v) }
func factory(s string) func()  { return func() { out <- s } }
func local(c chan<- string, s string) (ignored int, err error) {
	c <- s
	return
}

func main() {
	show := func() { fmt.Println(<-out) }
	j := &job{"j"}
	var r runner = j

	go j.run(1)
	show()
	go j.ptr(2)
	show()
	go job.run(*j, 3)
	show()
	go (*job).ptr(j, 4)
	show()
	go (*job).run(j, 5)
	show()
	go r.run(6)
	show()
	go runner.run(r, 7)
	show()
	go wrapped{j}.run(8)
	show()
	go wrapped.ptr(wrapped{j}, 9)
	show()
	go fmt.Stringer(*j).String()
	show()
	go generic(1.5)
	show()
	go generic[error](nil)
	show()
	go variadic()
	show()
	go variadic(1, 2)
	show()
	go variadic([]int{3, 4}...)
	show()
	go takes(results())
	show()
	go factory("factory")()
	show()
	go local(out, "results ignored")
	show()
	go func() { out <- "closure" }()
	show()
	go []func(){factory("indexed")}[0]()
	show()
	go map[string]func(){"k": factory("mapped")}["k"]()
	show()
	go struct{ f func() }{factory("field")}.f()
	show()
	go (func())(factory("converted"))()
	show()
	go (factory("parenthesized"))()
	show()
	go any(factory("asserted")).(func())()
	show()
	go func(fs ...func()) {
		for _, f := range fs {
			go f()
		}
	}(factory("nested"))
	show()
	go sync.OnceFunc(factory("once"))()
	show()

	c := make(chan int)
	go close(c)
	_, open := <-c
	fmt.Println("open", open)
	var mu sync.Mutex
	mu.Lock()
	go mu.Unlock()
	mu.Lock()
	var wg sync.WaitGroup
	wg.Add(2)
	go wg.Done()
	go (*sync.WaitGroup).Done(&wg)
	wg.Wait()
	m := map[int]bool{1: true, 2: true}
	var dst [1]int
	go clear(m)
	go copy(dst[:], []int{5})
	go recover()
	go time.Sleep(0)
	go runtime.Gosched()
	go runtime.Goexit()
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	fmt.Println(len(m), dst)
}
