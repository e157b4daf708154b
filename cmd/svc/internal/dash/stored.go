package dash

import (
	"context"
	"errors"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// Stored is what the broker keeps.
type Stored struct {
	Queues  []Queue `json:"queues"` // those in which something waits or is at work
	Hidden  int     `json:"hidden,omitempty"`
	Waiting uint64  `json:"waiting"` // in all of them
	Letters uint64  `json:"letters"` // dead ones
	Note    string  `json:"note,omitempty"`
}

// Queue is what one handler, or one service, has not done yet.
type Queue struct {
	Kind    string `json:"kind"`    // event or job
	Handler string `json:"handler"` // or service
	Event   string `json:"event,omitempty"`
	Waiting uint64 `json:"waiting"`
	Held    int    `json:"held"` // at work, or to be tried again
}

// stored asks the broker what it keeps.
type stored struct {
	last   Stored
	quiet  time.Time // until then a broker that stores nothing is not asked again
	opened *events.DeadLetters
}

const (
	maxQueues   = 200
	storeless   = time.Minute
	storedLimit = 2 * time.Second
)

// ask learns what is kept. Where the broker does not say, what it said before is left,
// with a note.
func (s *stored) ask(ctx context.Context, conn *broker.Conn) {
	if time.Now().Before(s.quiet) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storedLimit)
	defer cancel()
	next, err := s.read(ctx, conn)
	switch {
	case errors.Is(err, broker.ErrNoJetStream):
		s.last, s.quiet = Stored{Note: "the broker stores nothing: it has no JetStream"}, time.Now().Add(storeless)
	case err != nil:
		s.last.Note = "what is stored is not known: " + word(err.Error())
	default:
		s.last = next
	}
}

func (s *stored) read(ctx context.Context, conn *broker.Conn) (next Stored, err error) {
	backlogs, err := events.Backlogs(ctx, conn)
	if err != nil {
		return next, err
	}
	for _, b := range backlogs {
		next.add(Queue{"event", word(b.Handler), word(b.Event), b.Waiting, b.Held})
	}
	jobs, err := rpc.Backlogs(ctx, conn)
	if err != nil {
		return next, err
	}
	for _, b := range jobs {
		next.add(Queue{"job", word(b.Service), "", b.Calls, 0})
	}
	if s.opened == nil {
		if s.opened, err = events.OpenDeadLetters(ctx, conn); err != nil {
			s.opened = nil
			return next, err
		}
	}
	next.Letters, err = s.opened.Count(ctx)
	return next, err
}

// add adds a queue in which there is anything.
func (s *Stored) add(q Queue) {
	if q.Waiting == 0 && q.Held == 0 {
		return
	}
	s.Waiting += q.Waiting + uint64(max(q.Held, 0))
	if len(s.Queues) == maxQueues {
		s.Hidden++
		return
	}
	s.Queues = append(s.Queues, q)
}

// shown returns what is known.
func (s *stored) shown() Stored {
	shown := s.last
	if shown.Queues == nil {
		shown.Queues = []Queue{}
	}
	return shown
}
