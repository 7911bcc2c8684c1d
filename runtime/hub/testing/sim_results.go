//go:build greenify_hub && greenify_sim

package testing

import (
	"cmp"
	"fmt"
	"os"
)

// hubSimResult appends a line to the file of -results, if there is one.
func hubSimResult(pkg, name string, seed uint64, strategy, why string, steps, hash uint64) {
	path := os.Getenv("GREENIFY_SIM_RESULTS")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = fmt.Fprintf(f, `{"package":%q,"test":%q,"seed":%d,"strategy":%q,"verdict":%q,"steps":%d,"hash":"%016x"}`+"\n",
			pkg, name, seed, strategy, cmp.Or(why, "ok"), steps, hash)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenify: cannot write the results:", err)
		os.Exit(2)
	}
}
