package explore

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// What a search has in common inside and outside of the program. In a build with -sim
// this file is compiled into package testing, too (hub.Files): hence it imports nothing
// that package testing does not, and its names are the hub's.

// hubShard is one of n parts of a search, I from 1 to N. Without an N it is all of it.
type hubShard struct{ I, N uint64 }

// hubShardMost is more shards than anybody has, and few enough for all arithmetic.
const hubShardMost = 1 << 20

// hubParseShard reads the value of -shard.
func hubParseShard(text string) (s hubShard, err error) {
	i, n, ok := strings.Cut(text, "/")
	var err1, err2 error
	s.I, err1 = strconv.ParseUint(i, 10, 64)
	s.N, err2 = strconv.ParseUint(n, 10, 64)
	if !ok || err1 != nil || err2 != nil || s.I < 1 || s.I > s.N || s.N > hubShardMost {
		return hubShard{}, fmt.Errorf("-shard is %q: use the number of the shard, from 1, and how many there are, such as 2/3", text)
	}
	return s, nil
}

// hubShardOf is the shard that the environment says, the whole search if it says none.
// Shards is the value of -shards, 0 if it is not given: an Indexed Job of Kubernetes tells
// a pod its index, but not how many there are.
func hubShardOf(getenv func(string) string, shards uint64) (hubShard, error) {
	if shards != 0 {
		s, err := hubShardFrom(getenv, "JOB_COMPLETION_INDEX", 0, "", shards)
		if err == nil && s.N == 0 {
			err = errors.New("-shards is for the pods of a Kubernetes Job of completionMode Indexed, and JOB_COMPLETION_INDEX is not set: use -shard i/n")
		}
		return s, err
	}
	if s, err := hubShardFrom(getenv, "TEST_SHARD_INDEX", 0, "TEST_TOTAL_SHARDS", 0); s.N != 0 || err != nil { // Bazel
		if file := getenv("TEST_SHARD_STATUS_FILE"); err == nil && file != "" {
			// Bazel wants to see that the test knows of shards, or else it fails.
			f, err := os.Create(file)
			if err != nil {
				return s, fmt.Errorf("cannot write TEST_SHARD_STATUS_FILE: %w", err)
			}
			f.Close()
		}
		return s, err
	}
	return hubShardFrom(getenv, "CI_NODE_INDEX", 1, "CI_NODE_TOTAL", 0) // GitLab
}

// hubShardFrom reads one pair of variables. The index is counted from first.
func hubShardFrom(getenv func(string) string, index string, first uint64, total string, n uint64) (s hubShard, err error) {
	of := getenv(total)
	at := getenv(index)
	if at == "" || n == 0 && of == "" {
		return s, nil
	}
	if n == 0 {
		if n, err = strconv.ParseUint(of, 10, 64); err != nil || n == 0 || n > hubShardMost {
			return s, fmt.Errorf("%s is %q, which is not a number of shards: use -shard i/n", total, of)
		}
	}
	i, err := strconv.ParseUint(at, 10, 64)
	if err != nil || i < first || i >= first+n {
		return s, fmt.Errorf("%s is %q, and there are %d shards, counted from %d: use -shard i/n", index, at, n, first)
	}
	return hubShard{i - first + 1, n}, nil
}

// A hubVariation is a schedule of a seed up to a step, from where on its strategy draws anew, perhaps
// up to another step, and so on. It is written as 17+120.3+200.1: the seed, steps and what is drawn by.
type hubVariation struct {
	Seed uint64
	Cuts []hubVaryCut
}

type hubVaryCut struct{ Step, Draw uint64 }

// hubCutsMost is how many a variation may have (runtime/hub/sim_vary.go).
const hubCutsMost = 16

// hubParseVariation reads one. A seed is one without a cut.
func hubParseVariation(text string) (v hubVariation, err error) {
	seed, cuts, varied := strings.Cut(text, "+")
	v.Seed, err = strconv.ParseUint(seed, 10, 32)
	for err == nil && varied {
		var cut hubVaryCut
		var step, draw string
		cuts, text, varied = strings.Cut(cuts, "+")
		step, draw, _ = strings.Cut(cuts, ".")
		cut.Step, err = strconv.ParseUint(step, 10, 64)
		if err == nil {
			cut.Draw, err = strconv.ParseUint(draw, 10, 64)
		}
		if n := len(v.Cuts); err == nil && (cut.Step == 0 || n == hubCutsMost || n > 0 && cut.Step <= v.Cuts[n-1].Step) {
			err = strconv.ErrRange
		}
		v.Cuts, cuts = append(v.Cuts, cut), text
	}
	if err == nil && v.Seed == 0 {
		err = strconv.ErrRange
	}
	return v, err
}

func (v hubVariation) String() string {
	s := strconv.FormatUint(v.Seed, 10)
	for _, c := range v.Cuts {
		s += fmt.Sprintf("+%d.%d", c.Step, c.Draw)
	}
	return s
}

// Number names the schedule where a number is wanted: the seed, or for a variation a hash that is
// above all seeds, and that JavaScript keeps.
func (v hubVariation) Number() uint64 {
	if len(v.Cuts) == 0 {
		return v.Seed
	}
	h := uint64(14695981039346656037) // FNV-1a
	for _, c := range []byte(v.String()) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return 1<<52 | h>>12
}

// hubResultVersion is the version of the form of a result.
const hubResultVersion = 1

// hubResult is one schedule: a line of the file of -results.
type hubResult struct {
	Module    string `json:"module"`
	Package   string `json:"package"`
	Test      string `json:"test"`
	Seed      uint64 `json:"seed"`
	Varied    string `json:"varied,omitempty"` // what -seed has, of a variation: its number alone says little
	Strategy  string `json:"strategy"`
	Verdict   string `json:"verdict"`             // "ok", or what is wrong
	Steps     uint64 `json:"steps"`               // choices of a thread
	Hash      string `json:"hash"`                // of all choices, 16 digits
	Orders    string `json:"orders,omitempty"`    // of who came right behind whom on which object, likewise
	Round     uint64 `json:"round,omitempty"`     // of -count, from 0
	Signature string `json:"signature,omitempty"` // which failure it is: its kind and places in the source
	Again     string `json:"again,omitempty"`     // the command that runs it again, of a failure
	Replay    string `json:"replay,omitempty"`    // the name of its file, likewise

	Real []string `json:"real,omitempty"` // what no seed decides, and where it was done: best effort
}

// Name is what -seed has.
func (r *hubResult) Name() string {
	if r.Varied != "" {
		return r.Varied
	}
	return strconv.FormatUint(r.Seed, 10)
}

// line is the result as it is written: between its first part, what is known before the
// schedule begins, and the last, the command, lies what its end says.
func (r *hubResult) line() string {
	return r.head() + r.end() + r.tail()
}

func (r *hubResult) head() string {
	varied := ""
	if r.Varied != "" {
		varied = `"varied":` + hubJSON(r.Varied) + ","
	}
	return fmt.Sprintf(`{"v":%d,"module":%s,"package":%s,"test":%s,"seed":%d,%s"strategy":%s,`,
		hubResultVersion, hubJSON(r.Module), hubJSON(r.Package), hubJSON(r.Test), r.Seed, varied, hubJSON(r.Strategy))
}

func (r *hubResult) end() string {
	s := fmt.Sprintf(`"verdict":%s,"steps":%d,"hash":"%s"`, hubJSON(r.Verdict), r.Steps, r.Hash)
	if r.Orders != "" {
		s += fmt.Sprintf(`,"orders":"%s"`, r.Orders)
	}
	s += `,"signature":` + hubJSON(r.Signature)
	for i, real := range r.Real {
		if i == 0 {
			s += `,"real":[`
		} else {
			s += ","
		}
		s += hubJSON(real)
	}
	if len(r.Real) > 0 {
		s += "]"
	}
	return s
}

func (r *hubResult) tail() (s string) {
	if r.Round != 0 {
		s = fmt.Sprintf(`,"round":%d`, r.Round)
	}
	if r.Again != "" {
		s += `,"again":` + hubJSON(r.Again)
	}
	if r.Replay != "" {
		s += `,"replay":` + hubJSON(r.Replay)
	}
	return s + "}\n"
}

// hubJSON is a string of JSON.
func hubJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s { // what is no UTF-8 is U+FFFD here
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
