// Package plural counts things in messages.
package plural

import "fmt"

// Of is "1 file", "2 files": the number and the noun, whose plural ends in s.
func Of(n int, noun string) string { return fmt.Sprintf("%d %s", n, Noun(n, noun)) }

// Noun is the noun alone.
func Noun(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// Verb is the form of a regular verb in the present that goes with n: "1 call keeps",
// "2 calls keep".
func Verb(n int, verb string) string {
	switch {
	case verb == "be" && n == 1:
		return "is"
	case verb == "be":
		return "are"
	case n == 1:
		return verb + "s"
	}
	return verb
}
