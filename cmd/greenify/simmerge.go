package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/plural"
)

var simMerge = &command{
	name: "sim merge", args: "[-baseline FILE] [-o FILE] [-json] FILES",
	short: "make one table of what greenify test -sim -results wrote on many machines",
	long: `FILES are results; their order makes no difference, and a schedule that is in two of
them counts once. The table has the schedules of each test, and each failure once by its
signature: what kind it is and which places in the source it has to do with. Its example is
the schedule with the fewest steps, with the command that runs it again.

The exit code is 1 if there is a failure, with -baseline if there is one that the baseline
has not; 2 if a file is not what greenify test -sim -results wrote. Lines of the source are
part of signatures: make a new baseline when they move.`,
	setup: func(fs *flag.FlagSet) runner {
		base := fs.String("baseline", "", "failures are new that this `file` has not: what sim merge -json -o\nhas written before")
		out := fs.String("o", "", "write the table to this `file`")
		asJSON := fs.Bool("json", false, "print JSON")
		return func(e *env, args []string) error {
			if len(args) == 0 {
				return errors.New("sim merge takes the files that greenify test -sim -results FILE wrote")
			}
			return e.simMerge(args, *base, *out, *asJSON)
		}
	},
}

func (e *env) simMerge(files []string, base, out string, asJSON bool) error {
	var baseline *explore.Summary
	if base != "" {
		data, err := os.ReadFile(base)
		if err != nil {
			return fmt.Errorf("cannot read the baseline: %w", err)
		}
		if baseline, err = explore.ReadSummary(base, data); err != nil {
			return refused(err)
		}
	}
	var results []explore.Result
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("cannot read the results: %w", err)
		}
		list, err := explore.Read(name, data)
		if err != nil {
			return refused(err)
		}
		results = append(results, list...)
	}
	if len(results) == 0 {
		return fmt.Errorf("no schedule is in %s: has any test run with -sim?", strings.Join(files, ", "))
	}
	s := explore.Merge(results, baseline)
	var b bytes.Buffer
	if asJSON {
		if err := s.Write(&b); err != nil {
			return err
		}
	} else {
		summaryTable(&b, s, baseline != nil)
	}
	if err := e.write(out, b.Bytes()); err != nil {
		return err
	}
	if s.New() {
		return exitWith(exitFail)
	}
	return nil
}

// summaryTable prints a summary for people.
func summaryTable(b *bytes.Buffer, s *explore.Summary, baseline bool) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight|tabwriter.DiscardEmptyColumns)
	fmt.Fprint(w, "schedules\tdifferent\tfailed\t  test\n")
	for _, t := range s.Tests {
		fmt.Fprintf(w, "%d\t%d\t%d\t  %s.%s\n", t.Schedules, t.Distinct, t.Failed, t.Package, t.Test)
	}
	w.Flush()
	for _, t := range s.Tests {
		if t.Unlike > 0 {
			fmt.Fprintf(b, "\n%s.%s: %s run more than once, and differed: something decides that the seed does not,\nor the flags of -sim were others\n",
				t.Package, t.Test, plural.Of(t.Unlike, "schedule")+map[bool]string{true: " was", false: " were"}[t.Unlike == 1])
		}
	}
	for _, f := range s.Failures {
		mark := ""
		if baseline {
			mark = map[bool]string{true: "new: ", false: "known: "}[f.New]
		}
		x := f.Example
		fmt.Fprintf(b, "\n%s%s\n\t%s of %s; %s %s in schedule %s (%s, %d steps), which is run again by\n\t%s\n",
			mark, f.Signature, plural.Of(f.Schedules, "schedule"), strings.Join(f.Tests, ", "), x.Test, x.Verdict, x.Name(), x.Strategy, x.Steps, x.Again)
		if x.Replay != "" {
			fmt.Fprintf(b, "\tits file is %s, where it was found\n", x.Replay)
		}
	}
}
