package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// flatStage is the resident memory of each process once a part of the events has
// passed through them.
type flatStage struct {
	Events   int64
	Resident [3]float64 // bytes, of emitter, handler and broker; 0 where the system does not tell
}

const (
	flatParts = 10
	flatLimit = 10 * time.Minute // for a part of the events
)

// flatShown are the parts after which the memory is shown.
var flatShown = map[int]bool{1: true, 5: true, flatParts: true}

// measureFlat passes events through our emitter and handler, and looks at the memory
// meanwhile.
func (f *field) measureFlat(ctx context.Context, total int64) ([]flatStage, error) {
	l, err := f.lane(ctx, eventsReliable.name)
	if err != nil {
		return nil, err
	}
	r := round{InFlight: many, Size: smallName, Unhandled: manyUnhandled, Events: total / flatParts, Duration: flatLimit}
	stages := []flatStage{f.stage(l, 0)}
	var passed int64
	for part := 1; part <= flatParts; part++ {
		a, err := l.client.ask(order{Do: doRound, Round: r})
		if err != nil {
			return nil, fmt.Errorf("flat: %w", err)
		}
		passed += a.Tally.Calls
		f.progress.say("flat %d/%d  %.0f events/s", part, flatParts, a.Tally.rate())
		if flatShown[part] {
			stages = append(stages, f.stage(l, passed))
		}
	}
	return stages, nil
}

func (f *field) stage(l lane, passed int64) flatStage {
	s := flatStage{Events: passed}
	for i, p := range []*process{l.client, l.server, f.bus} {
		s.Resident[i], _ = residentMemory(p.cmd.Process.Pid) // 0 is said above
	}
	return s
}

// flatLines are a heading and the stages; nil for none.
func (r report) flatLines() [][]string {
	if len(r.Flat) == 0 {
		return nil
	}
	lines := [][]string{{"", "events passed", "emitter", "handler", "broker"}}
	for _, s := range r.Flat {
		cells := []string{"flat", strconv.FormatInt(s.Events, 10)}
		for _, size := range s.Resident {
			cells = append(cells, megabytes(size))
		}
		lines = append(lines, cells)
	}
	return lines
}
