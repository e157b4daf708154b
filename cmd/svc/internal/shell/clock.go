package shell

import (
	"fmt"
	"time"
)

// timed tells a person how long a call took.
func (s *Session) timed(started time.Time) {
	if s.person {
		s.tell("# " + milliseconds(time.Since(started)))
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// span is how long calls took that ran side by side: from the beginning of the first
// to the end of the last.
type span struct {
	calls       int
	first, last time.Time
}

// watch notes when a call ends, for a person, who may ask for its result much later.
func (s *Session) watch(p *pending) {
	if !s.person {
		return
	}
	p.ended = make(chan time.Time, 1)
	s.watching.Go(func() {
		<-p.call.Done()
		p.ended <- time.Now()
	})
}

// taken adds a call whose result somebody takes, for the first time.
func (s *Session) taken(p *pending) {
	if p.ended == nil || !p.done() {
		return
	}
	ended := <-p.ended
	p.ended = nil
	if s.took.calls == 0 || p.began.Before(s.took.first) {
		s.took.first = p.began
	}
	if ended.After(s.took.last) {
		s.took.last = ended
	}
	s.took.calls++
}

// tellSpan tells a person how long the calls took whose results the statement has
// taken so far.
func (s *Session) tellSpan() {
	took := s.took
	s.took = span{}
	switch d := milliseconds(took.last.Sub(took.first)); {
	case took.calls == 1:
		s.tell("# " + d)
	case took.calls > 1:
		s.tell(fmt.Sprintf("# %d calls, %s", took.calls, d))
	}
}
