// What is patched, by group: what the manifest says, and whether another thread
// runs during a wait of the group.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// yields reports whether another thread, which is ready, runs while f waits.
func yields(f func()) bool {
	ran := make(chan bool, 1)
	go func() { ran <- true }()
	f()
	defer func() { <-time.After(time.Millisecond) }()
	return len(ran) == 1
}

func main() {
	groups := green.Manifest().Groups
	fmt.Println(strings.Join(groups, " "))
	r, w, err := os.Pipe()
	check.Must(err)
	for group, wait := range map[string]func(){
		"time": func() { time.Sleep(20 * time.Millisecond) },
		"os": func() {
			check.Must(r.SetReadDeadline(time.Now().Add(20 * time.Millisecond)))
			r.Read(make([]byte, 1))
		},
	} {
		if got, want := yields(wait), green.IsPatched(group); got != want {
			check.That(false, "group %s yields: %v, patched: %v", group, got, want)
		}
	}
	check.Must(w.Close())
}
