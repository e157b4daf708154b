package timer

import (
	"context"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Teller stores the due times of the job chime.strike as an instance does whose clock
// shows what it is told.
type Teller struct {
	publisher *publisher
	after     time.Time
}

// NewTeller returns a teller that knows of due times until a time.
func NewTeller(ctx context.Context, conn *broker.Conn, every time.Duration, after time.Time) (*Teller, error) {
	stream, err := openStream(ctx, conn)
	if err != nil {
		return nil, err
	}
	j := &job{name: "strike", schedule: period{every, time.Unix(0, 0)}, misfire: Once}
	return &Teller{&publisher{job: j, stream: stream, subject: "svc.timer.chime.strike", id: "chime.strike"}, after}, nil
}

// Tell stores what is due by a clock that shows a time.
func (t *Teller) Tell(ctx context.Context, now time.Time) (err error) {
	t.after, err = t.publisher.store(ctx, t.after, now)
	return err
}
