// Greenify is a compile-time monkey_patch for Go: it builds, runs and tests any
// Go program so that its goroutines are green threads, which run cooperatively,
// one at a time. Run "greenify help".
package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/greenify-go/greenify/rewrite/insource"
)

func main() {
	if insource.IsVet(os.Args[1:]) {
		insource.Vet(func(err error) { // called by go vet -vettool or go fix -fixtool
			fmt.Fprintln(os.Stderr, "greenify:", err)
			os.Exit(exitFail)
		})
	}
	e := env{
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		environ: os.Environ(),
		exec:    syscall.Exec,
	}
	os.Exit(e.run(os.Args[1:]))
}
