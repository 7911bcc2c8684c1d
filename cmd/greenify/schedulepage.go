package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
)

//go:embed schedule.html
var schedulePage string

// A scheduleDoc is what the page of a schedule shows.
type scheduleDoc struct {
	*explore.Schedule
	Table   *explore.Table
	Lines   []scheduleLine
	Doom    string // from which step on it could not end well
	Printed string
}

// A scheduleLine is a line of its table.
type scheduleLine struct {
	explore.Row
	Doom           string // the line says only that
	Turn, Late     bool
	Before, Behind []struct{} // cells beside it that are empty
}

func (d *scheduleDoc) Threads() int { return max(1, len(d.Table.Threads)) }
func (d *scheduleDoc) Columns() int { return 1 + d.Threads() }

// schedulePage makes the page of a schedule.
func (e *env) schedulePage(r replayOptions, s *explore.Schedule, path string, bin *simBinary) error {
	var printed, said bytes.Buffer // on standard output and standard error
	steps := stepReader{w: &said}
	r.verbose = true
	code, err := bin.run(&env{stderr: &steps, environ: e.environ}, &printed, r.environ(s, path), arguments(s)...)
	if err != nil {
		return err
	}
	steps.end()
	if code == exitDiverged {
		e.stderr.Write(said.Bytes())
		return exitWith(exitUsage)
	}
	doc := &scheduleDoc{Schedule: s, Table: steps.run.Table(), Printed: strings.TrimSpace(printed.String() + said.String())}
	from := uint64(0)
	if code == exitOK {
		s.Verdict = "ok"
	} else if r.tails > 0 && !r.lenient && !s.Full {
		t, err := e.try(s, path, "try other tails of", bin)
		if err != nil {
			return err
		}
		doom, err := t.doom(s, r.tails)
		if err != nil {
			return err
		}
		doc.Doom, from = doomText(doom), doom.Step
	}
	doc.lines(from)
	var page bytes.Buffer
	if err := renderPage(&page, schedulePage, doc); err != nil {
		return err
	}
	return e.write(r.out, page.Bytes())
}

// lines makes the lines of the table, with one in front of the step from which on it could not end well.
func (d *scheduleDoc) lines(from uint64) {
	column := -1
	said := from == 0
	for _, row := range d.Table.Rows {
		late := from != 0 && uint64(row.Step) >= from
		if late && !said {
			d.Lines = append(d.Lines, scheduleLine{Doom: fmt.Sprintf("from step %d on it could not end well", from)})
			said = true
		}
		l := scheduleLine{Row: row, Late: late}
		if row.Column >= 0 {
			l.Turn = row.Column != column
			column = row.Column
			l.Before, l.Behind = make([]struct{}, row.Column), make([]struct{}, len(d.Table.Threads)-row.Column-1)
		}
		d.Lines = append(d.Lines, l)
	}
}
