package timer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// local runs a job in this instance.
type local struct {
	*job
	eager  bool
	life   context.Context // of run; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup
}

var _ entrypoint.Describer = (*local)(nil)

func newLocal(j *job, eager bool) *local {
	l := &local{job: j, eager: eager}
	l.life, l.cancel = context.WithCancel(context.Background())
	return l
}

// Start begins to count.
func (l *local) Start(context.Context) error {
	l.work.Go(l.run)
	return nil
}

// Stop ends the schedule. A call that runs is the host's to wait for.
func (l *local) Stop(context.Context) error {
	l.cancel()
	l.work.Wait()
	return nil
}

// Describe says when the job runs.
func (l *local) Describe() entrypoint.Description {
	d := l.describe(scopeInstance)
	if l.eager {
		d.Options["eager"] = "true"
	}
	return d
}

// run calls the method at its due times, one call after the other.
func (l *local) run() {
	after := time.Now()
	s := l.schedule.since(after)
	if l.eager && !l.handle(Tick{Due: after}) {
		return
	}
	for {
		now, ok := await(l.life, s.next(after))
		if !ok {
			return
		}
		due := overdue(s, after, now)
		for _, t := range l.misfire.choose(due, now, 0) {
			if !l.handle(t) {
				return
			}
		}
		after = due[len(due)-1]
	}
}

// handle waits for a worker, and until the method has returned. False means that
// the service stops.
func (l *local) handle(t Tick) bool {
	over := make(chan struct{})
	err := l.host.Spawn(l.life, l.call(t), func(any, error) { close(over) })
	if errors.Is(err, entrypoint.ErrExpired) {
		l.expired(t)
		return true
	}
	if err != nil {
		return false
	}
	select {
	case <-over:
		return true
	case <-l.life.Done():
		return false
	}
}

// expired logs a tick that found no worker.
func (j *job) expired(t Tick) {
	j.host.Logger().Warn("tick left out: no worker was free within the timeout of the job",
		"method", j.name, "due", t.Due, "timeout", j.timeout)
}

// nap bounds how long a clock that was set goes unnoticed.
const nap = time.Minute

// await blocks until a time has come, which it returns, or something later, for as
// long as ctx lives.
func await(ctx context.Context, due time.Time) (now time.Time, ok bool) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now = time.Now()
		if ctx.Err() != nil {
			return now, false
		}
		if !now.Before(due) {
			return now, true
		}
		timer.Reset(min(nap, due.Sub(now)))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}
