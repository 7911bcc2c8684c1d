// go with a nil function is fatal at the go statement, in its goroutine.
//
// exit: 2
// stderr: (?s)fatal error: go of nil func value.*goroutine 1 \[running\]:.*@go
package main

import "fmt"

func main() {
	defer func() { fmt.Println("never", recover()) }()
	var f func()
	fmt.Println("before")
	go f() // @go
	fmt.Println("never")
}
