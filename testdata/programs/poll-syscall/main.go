// A goroutine that polls by system calls does not keep from running for ever
// the one it polls for.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	go os.WriteFile("made", []byte("content"), 0o666)
	for {
		if text, err := os.ReadFile("made"); err == nil && len(text) > 0 {
			fmt.Printf("%s\n", text)
			break
		}
	}
	go func() {
		time.Sleep(5 * time.Millisecond)
		os.Remove("made")
	}()
	for {
		if _, err := os.Stat("made"); err != nil {
			fmt.Println(os.IsNotExist(err))
			break
		}
	}
}
