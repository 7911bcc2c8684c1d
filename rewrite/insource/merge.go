package insource

import (
	"bytes"
	"go/format"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// merge makes in a file what a patch makes of it after gofmt: base is the file as gofmt
// writes it, patched is base with the patch. Lines that the patch does not touch stay
// as they are in the file. It is a merge of three: base becomes the file by taking
// back what gofmt did, and patched by the patch; where both change the same lines the
// patch counts. The result is such that gofmt makes patched of it, to the byte; merge reports
// false if there is none.
func merge(file, base, patched []byte) ([]byte, bool) {
	body, hasBOM := bytes.CutPrefix(file, bom)
	crlf := bytes.Count(body, []byte("\r\n"))*2 > bytes.Count(body, []byte("\n"))
	if all := bytes.ReplaceAll(base, []byte("\n"), []byte("\r\n")); bytes.Equal(body, base) || bytes.Equal(body, all) {
		if crlf {
			patched = bytes.ReplaceAll(patched, []byte("\n"), []byte("\r\n"))
		}
		return withBOM(hasBOM, patched), true // gofmt did nothing
	}
	old, now := lines(string(base)), lines(string(patched))
	undo := undone(old, lines(string(body)))
	var out []string
	emit := func(from []string, write bool) {
		for _, line := range from {
			if write && crlf {
				line += "\r"
			}
			out = append(out, line)
		}
	}
	at, next := 0, 0 // lines of base, changes of undo
	copyTo := func(to int) {
		for ; next < len(undo) && undo[next].to <= to; next++ {
			emit(old[at:undo[next].from], true)
			emit(undo[next].lines, false)
			at = undo[next].to
		}
		emit(old[at:max(at, to)], true)
		at = max(at, to)
	}
	for _, op := range difflib.NewMatcher(old, now).GetOpCodes() {
		if op.Tag == 'e' {
			continue
		}
		// A change of undo that reaches into the lines of the patch begins its part.
		from, to := op.I1, op.I2
		for _, u := range undo[next:] {
			if u.from < from && from < u.to {
				from = u.from
			}
			if u.from < to && to < u.to {
				to = u.to
			}
		}
		if from < at {
			return nil, false
		}
		copyTo(from)
		emit(old[from:op.I1], true)
		emit(now[op.J1:op.J2], true)
		emit(old[op.I2:to], true)
		at = to
		for next < len(undo) && undo[next].from < at {
			next++
		}
	}
	copyTo(len(old))
	result := []byte(strings.Join(out, "\n"))
	if bytes.HasSuffix(body, []byte("\n")) {
		result = append(result, '\n')
	}
	check, err := format.Source(bytes.ReplaceAll(result, []byte("\r\n"), []byte("\n")))
	if err != nil || !bytes.Equal(check, patched) {
		return nil, false
	}
	return withBOM(hasBOM, result), true
}

func withBOM(has bool, src []byte) []byte {
	if has {
		return slices.Concat(bom, src)
	}
	return src
}

// A hunk replaces lines from..to by others.
type hunk struct {
	from, to int
	lines    []string
}

// undone lists the changes that make the file of what gofmt made of it: line by line
// where only blanks differ.
func undone(base, file []string) []hunk {
	var list []hunk
	for _, op := range difflib.NewMatcher(dense(base), dense(file)).GetOpCodes() {
		if op.Tag != 'e' {
			list = append(list, hunk{op.I1, op.I2, file[op.J1:op.J2]})
			continue
		}
		for i := range op.I2 - op.I1 {
			list = append(list, hunk{op.I1 + i, op.I1 + i + 1, file[op.J1+i : op.J1+i+1]})
		}
	}
	return list
}

// dense takes the blanks out of lines.
func dense(list []string) []string {
	var out []string
	for _, line := range list {
		out = append(out, strings.Join(strings.Fields(line), ""))
	}
	return out
}

// lines splits a text; the last line need not end.
func lines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
