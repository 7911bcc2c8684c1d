package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// A Result is one schedule: a line of the file of -results.
type Result = hubResult

// verdictOK is the verdict of a schedule in which nothing is wrong.
const verdictOK = "ok"

// Read reads a file of results; name is what errors call it. A file of which one line is
// wrong is refused: that it is not whole would not be seen in a summary.
func Read(name string, data []byte) ([]Result, error) {
	var list []Result
	for n := 1; len(data) > 0; n++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		data = rest
		if !whole {
			return nil, fmt.Errorf("%s:%d: the last line is cut off: %s: who wrote it was stopped, run that again", name, n, quoted(line))
		}
		r, err := parseResult(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		list = append(list, r)
	}
	return list, nil
}

func parseResult(line []byte) (r Result, err error) {
	var of struct {
		V *int `json:"v"`
	}
	if json.Unmarshal(line, &of) != nil || of.V == nil {
		return r, fmt.Errorf("%s is not a result of greenify test -sim -results", quoted(line))
	}
	if *of.V != hubResultVersion {
		return r, fmt.Errorf("%s is of version %d of the format, this greenify reads version %d: merge with the greenify that wrote it", quoted(line), *of.V, hubResultVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	var v struct {
		V int `json:"v"`
		Result
	}
	if err := dec.Decode(&v); err != nil {
		return r, fmt.Errorf("%s is not a result: %w", quoted(line), err)
	}
	r = v.Result
	wrong := ""
	switch {
	case dec.More():
		wrong = "something is behind it"
	case r.Package == "":
		wrong = "it has no package"
	case r.Test == "":
		wrong = "it has no test"
	case r.Seed == 0:
		wrong = "it has no seed"
	case r.Strategy == "":
		wrong = "it has no strategy"
	case r.Verdict == "":
		wrong = "it has no verdict"
	case len(r.Hash) != 16 || strings.Trim(r.Hash, "0123456789abcdef") != "":
		wrong = "its hash is not one"
	case (r.Verdict == verdictOK) != (r.Signature == ""):
		wrong = "failures have a signature, and nothing else has"
	}
	if wrong != "" {
		return r, fmt.Errorf("%s is not a result: %s", quoted(line), wrong)
	}
	return r, nil
}

// quoted is the beginning of a line, for messages.
func quoted(line []byte) string {
	const most = 60
	if len(line) > most {
		return fmt.Sprintf("%q...", line[:most])
	}
	return fmt.Sprintf("%q", line)
}
