package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
)

// askAgain is how long after its start a handler may not be known yet, or one whose
// answer was late.
const askAgain = 2 * time.Second

// sensitivity knows what of the events is kept secret by the handlers that are running,
// and by those that have run since it was started.
type sensitivity struct {
	conn *broker.Conn

	mu    sync.Mutex          // guards what follows
	asked bool                // whether anything is known
	known map[string][]string // paths by the pattern of the events
}

// start asks the handlers, and goes on with it until stop is called or ctx ends.
func (s *sensitivity) start(ctx context.Context) (stop func()) {
	s.ask(ctx)
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { s.keepAsking(ctx) }) // which stop waits for
	return func() {
		cancel()
		running.Wait()
	}
}

func (s *sensitivity) keepAsking(ctx context.Context) {
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.ask(ctx)
		}
	}
}

// ask adds what the handlers say to what is known. Nothing is taken back: who does not
// answer may be late, or away for a moment.
func (s *sensitivity) ask(ctx context.Context) {
	found, err := s.conn.Discover(ctx, "")
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = true
	for _, info := range found {
		for _, e := range info.Endpoints {
			if paths := e.Metadata[events.MetadataSensitive]; paths != "" {
				s.add(e.Metadata["source"]+"."+e.Metadata["event"], strings.Split(paths, ","))
			}
		}
	}
}

func (s *sensitivity) add(pattern string, paths []string) {
	if s.known == nil {
		s.known = make(map[string][]string)
	}
	for _, path := range paths {
		if !slices.Contains(s.known[pattern], path) {
			s.known[pattern] = append(s.known[pattern], path)
		}
	}
}

// of returns the paths of an event, those of all that is in it before anything is known.
// It does not wait for anybody.
func (s *sensitivity) of(event string) (paths []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		return []string{"*"}
	}
	for pattern, more := range s.known {
		if broker.Matches(pattern, event) {
			paths = append(paths, more...)
		}
	}
	return paths
}
