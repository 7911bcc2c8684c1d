//go:build greenify_hub && greenify_sim

package testing

import (
	"bytes"
	"io"
	"os"
)

// What a test prints of itself. With -v the first schedule prints as ever, but for the line
// that says that the test has passed: the others may not. They print without -v, and go test
// -json knows their line of a failure by the same mark that the first one's has.

var hubSimOutput struct {
	name    string
	first   bool
	verbose chattyFlag
	passed  []byte // held back
	drop    bool   // nothing is printed
}

// hubSimMark is ^V, which is in front of lines for go test -json. Package testing's name for it
// differs from release to release.
const hubSimMark byte = 'V' &^ '@'

// hubSimWriter is where the output of the tests goes.
type hubSimWriter struct{ w io.Writer }

func (w hubSimWriter) Write(p []byte) (int, error) {
	o := &hubSimOutput
	line := bytes.TrimPrefix(p, []byte{hubSimMark})
	switch {
	case o.drop:
		return len(p), nil
	case o.name == "":
	case o.first && (bytes.HasPrefix(line, []byte("--- PASS: "+o.name+" (")) || bytes.HasPrefix(line, []byte("--- SKIP: "+o.name+" ("))):
		o.passed = bytes.Clone(p)
		return len(p), nil
	case !o.first && o.verbose.json && bytes.HasPrefix(p, []byte("--- ")):
		if n, err := w.w.Write(append([]byte{hubSimMark}, p...)); err != nil {
			return max(n-1, 0), err
		}
		return len(p), nil
	}
	return w.w.Write(p)
}

// hubSimPasses writes the line that was held back, of a test that has passed.
func hubSimPasses(ok bool) {
	o := &hubSimOutput
	if ok && o.passed != nil {
		os.Stdout.Write(o.passed)
	}
	o.name, o.passed = "", nil
}
