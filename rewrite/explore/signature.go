package explore

import (
	"regexp"
	"slices"
	"strings"
)

var (
	logged   = regexp.MustCompile(`^\s+([^\s:]+\.go:\d+): `)
	stands   = regexp.MustCompile(`^\t+(\S+ \S+\.go:\d+)$`)
	raced    = regexp.MustCompile(`^ {6}(\S+\.go:\d+) \+0x[0-9a-f]+$`)
	panicked = regexp.MustCompile(`^(panic: .*|fatal error: .*)$`)
)

// Signature is what a failure of a test is known by, from what the test printed: where it
// logged, where threads wait or race, how it panicked; without addresses, times and numbers of threads.
func Signature(printed string) string {
	var parts []string
	for line := range strings.Lines(printed) {
		line = strings.TrimSuffix(line, "\n")
		for _, form := range []*regexp.Regexp{logged, stands, raced, panicked} {
			if m := form.FindStringSubmatch(line); m != nil {
				parts = append(parts, m[1])
			}
		}
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), "\n")
}
