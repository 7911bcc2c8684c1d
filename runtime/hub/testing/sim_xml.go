//go:build greenify_hub && greenify_sim

package testing

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// hubXML makes the file that Bazel shows as the results of a test (XML_OUTPUT_FILE), in
// the form of JUnit: a test case for each test.
type hubXML struct {
	cases    []string
	failures int
}

// add adds a test, in which so many schedules were run, and what is wrong, if anything is.
func (x *hubXML) add(pkg, test string, schedules int, wrong string) {
	s := fmt.Sprintf("\t\t<testcase classname=\"%s\" name=\"%s\" assertions=\"%d\"", hubXMLText(pkg), hubXMLText(test), schedules)
	if wrong == "" {
		s += "/>\n"
	} else {
		x.failures++
		first, _, _ := strings.Cut(wrong, "\n")
		s += fmt.Sprintf(">\n\t\t\t<failure message=\"%s\">%s</failure>\n\t\t</testcase>\n", hubXMLText(first), hubXMLText(wrong))
	}
	x.cases = append(x.cases, s)
}

// text is the whole file.
func (x *hubXML) text(pkg string) string {
	counts := fmt.Sprintf(`tests="%d" failures="%d" errors="0"`, len(x.cases), x.failures)
	return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites %s>\n\t<testsuite name=\"%s\" %s>\n%s\t</testsuite>\n</testsuites>\n",
		counts, hubXMLText(pkg), counts, strings.Join(x.cases, ""))
}

func hubXMLText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\n' || r == '\t':
			fmt.Fprintf(&b, "&#%d;", r)
		case r < ' ' || r == 0xfffe || r == 0xffff: // XML has no way to write it
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
