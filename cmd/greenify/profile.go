package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

var profileParked = &command{
	name: "profile", args: "[-seconds N] [-o FILE] SOCKET",
	short: "write for how long a running program's threads are parked, by stack",
	long: `The program runs with GREENIFY=admin=SOCKET. The profile is for go tool pprof, and goes
to standard output if there is no -o. It samples: the program stops for each look at
all threads, so it is looked at every 10 ms, and for a tenth of the time at most.`,
	setup: func(fs *flag.FlagSet) runner {
		seconds := fs.Float64("seconds", 5, "look for `N` seconds")
		out := fs.String("o", "", "write to this `file`")
		return func(e *env, args []string) error {
			if len(args) != 1 || !(*seconds > 0) {
				return errors.New("profile takes -seconds N, -o FILE and the socket of a program that runs with GREENIFY=admin=SOCKET")
			}
			if err := e.notText(*out, "refusing to write a binary profile to a terminal: use -o FILE, then go tool pprof FILE"); err != nil {
				return err
			}
			p, err := sampleParked(args[0], time.Duration(*seconds*float64(time.Second)))
			if p == nil {
				return err
			}
			if err != nil {
				e.say("the profile ends early: %v", err)
			}
			var b bytes.Buffer
			if err := p.Write(&b); err != nil {
				return err
			}
			return e.write(*out, b.Bytes())
		}
	},
}

// stacks are what a program says when it is asked for them.
type stacks struct {
	Error   string
	Threads []struct {
		Wait   string
		Frames []string
	}
}

// sampleParked samples for that long, or until the program ends: then it returns what
// there is, nil if there is nothing, and an error.
func sampleParked(socket string, d time.Duration) (*profile.Profile, error) {
	parked := newParkedProfile("samples")
	begin := time.Now()
	finish := func(err error) (*profile.Profile, error) {
		parked.TimeNanos, parked.DurationNanos = begin.UnixNano(), int64(time.Since(begin))
		return parked.Profile, err
	}
	for last := begin; ; {
		asked := time.Now()
		answer, err := askAdmin(socket, "stacks")
		var now struct {
			stacks
			Workers []struct{ Answer stacks }
		}
		if err == nil {
			err = json.Unmarshal(answer, &now)
		}
		for _, w := range now.Workers { // one that begins or ends has none
			now.Threads = append(now.Threads, w.Answer.Threads...)
		}
		if err == nil && now.Error != "" {
			err = fmt.Errorf("%s: %s: the program was built by an older greenify", socket, now.Error)
		}
		if err != nil && last == begin {
			return nil, err
		} else if err != nil {
			return finish(err)
		}
		took := time.Since(asked)
		for _, t := range now.Threads {
			parked.add(t.Wait, t.Frames, 1, asked.Sub(last))
		}
		last = asked
		if time.Since(begin) >= d {
			return finish(nil)
		}
		time.Sleep(max(10*time.Millisecond-took, 9*took))
	}
}

// A parkedProfile is a profile of parked time. Each wait has the operation as its leaf,
// above the line that waits.
type parkedProfile struct {
	*profile.Profile
	samples   map[string]*profile.Sample
	locations map[string]*profile.Location
}

func newParkedProfile(count string) *parkedProfile {
	return &parkedProfile{
		&profile.Profile{SampleType: []*profile.ValueType{{Type: count, Unit: "count"}, {Type: "parked", Unit: "nanoseconds"}}},
		map[string]*profile.Sample{},
		map[string]*profile.Location{},
	}
}

// add adds a wait in an operation. Frames are "function file:line".
func (p *parkedProfile) add(op string, frames []string, count int64, d time.Duration) {
	key := op + "\x00" + strings.Join(frames, "\x00")
	s := p.samples[key]
	if s == nil {
		s = &profile.Sample{Value: []int64{0, 0}, Location: []*profile.Location{p.locate("[" + strings.ReplaceAll(op, " ", "-") + "] :0")}}
		for _, frame := range frames {
			s.Location = append(s.Location, p.locate(frame))
		}
		p.samples[key] = s
		p.Sample = append(p.Sample, s)
	}
	s.Value[0] += count
	s.Value[1] += int64(d)
}

func (p *parkedProfile) locate(frame string) *profile.Location {
	if l := p.locations[frame]; l != nil {
		return l
	}
	name, pos, _ := strings.Cut(frame, " ")
	file, line := pos, 0
	if i := strings.LastIndex(pos, ":"); i >= 0 {
		file = pos[:i]
		line, _ = strconv.Atoi(pos[i+1:])
	}
	f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: name, SystemName: name, Filename: file}
	l := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: int64(line)}}}
	p.Function, p.Location = append(p.Function, f), append(p.Location, l)
	p.locations[frame] = l
	return l
}
