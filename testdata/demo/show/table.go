package main

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// labels of the figures that GREENIFY=stats=1 prints. One that is not known
// here is shown by its key.
var labels = map[string]string{
	"mthreads": "OS threads in user code at once",
	"threads":  "green threads",
	"peak":     "green threads at once",
	"switches": "switches",
	"yields":   "yields",
	"rescued":  "rescued from system calls",
}

const why = `
Both columns are the same source, built by go build and by greenify build. A
request waits 100 ms in its handler; in both programs all of them wait at the
same time. Plain Go runs goroutines on every processor and interrupts them
anywhere. Patched, they are green threads: one runs at a time, until it waits
for something, so a counter that nobody locks is still exact. The price is that
the work in between, here the TLS handshakes, has one processor only.
`

// table prints the two side by side. The hub's figures in the plain column come
// from the run with the patch off, everything else from the plain binary.
func table(w io.Writer, plain, patched, off result, same bool) {
	row := func(label, plain, patched string) {
		fmt.Fprintf(w, "%-34s%14s%14s\n", label, plain, patched)
	}
	row(fmt.Sprintf("%s, %d CPUs", runtime.Version(), runtime.NumCPU()), "plain", "patched")
	fmt.Fprintln(w, strings.Repeat("-", 62))
	row("200 requests, 100 ms each", ms(plain.elapsed), ms(patched.elapsed))
	for _, f := range patched.figures {
		label, ok := labels[f.key]
		if !ok {
			label = f.key
		}
		row(label, off.figure(f.key), f.value)
	}
	row(fmt.Sprintf("lost updates of %d million", patched.updates/1e6), strconv.Itoa(plain.lost), strconv.Itoa(patched.lost))
	answer := "yes"
	if !same {
		answer = "NO"
	}
	row("same output", "", answer)
	fmt.Fprint(w, why)
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
