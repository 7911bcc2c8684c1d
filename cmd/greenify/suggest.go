package main

import (
	"flag"
	"strings"
)

// suggest returns the candidate that is most like what was written; "" if none is
// much like it.
func suggest(word string, candidates []string) string {
	if len(word) < 2 {
		return "" // every other letter is like it
	}
	best, at := "", 1+max(1, len(word)/3)
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < at {
			best, at = c, d
		}
	}
	return best
}

// suggestFlag returns the flag that is most like what was written, or, if none is, the
// shortest one of which that is the beginning; "" if there is none.
func suggestFlag(name string, names []string) string {
	best := suggest(name, names)
	if best != "" || len(name) < 3 {
		return best
	}
	for _, n := range names {
		if strings.HasPrefix(n, name) && (best == "" || len(n) < len(best)) {
			best = n
		}
	}
	return best
}

// flagNames lists the flags of a set.
func flagNames(fs *flag.FlagSet) (names []string) {
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// didYouMean is the end of a message about an unknown word.
func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return ": did you mean " + suggestion + "?"
}

// distance is how many letters one must add, drop, change or swap with the next to
// make b of a.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
