package timer

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Headers of a tick. Its message id, which is the same whoever stores it, is made of
// service, job and due time.
const (
	headerDue      = "Svc-Due"      // in milliseconds since 1970
	headerMissed   = "Svc-Missed"   // due times that were left out
	headerSchedule = "Svc-Schedule" // by which it is due
)

const (
	// storeGrace is how late a due time may be stored without having been missed, and
	// how long after the next one it is tried: a broker that was away for an interval
	// comes back in it.
	storeGrace = 2 * time.Second
	// storePause is the wait after an error that comes at once.
	storePause = time.Second
)

// publisher stores the due times of a job. Every instance has one.
type publisher struct {
	*job
	stream  *broker.Stream
	subject string
	id      string // of its messages, before the due time
	failing bool   // since the last time that was stored
}

// run stores due times for as long as ctx lives.
func (p *publisher) run(ctx context.Context) {
	after, err := p.resume(ctx)
	for err == nil {
		now, ok := await(ctx, p.schedule.next(after))
		if !ok {
			return
		}
		after, err = p.store(ctx, after, now)
		err = p.report(ctx, err)
	}
}

// store stores what is due after a time and until now, unless another instance has.
// It returns the time up to which all is settled.
func (p *publisher) store(ctx context.Context, after, now time.Time) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, p.schedule.next(now).Sub(now)+storeGrace)
	defer cancel()
	last, found, err := p.last(ctx)
	if err != nil {
		return after, err
	}
	if found && last.Due.After(after) && !ahead(last, now) {
		after = last.Due
	}
	due := overdue(p.schedule, after, now)
	if len(due) == 0 {
		return after, nil
	}
	for _, t := range p.misfire.choose(due, now, storeGrace) {
		if err := p.storeOne(ctx, t); err != nil {
			return after, err
		}
		after = t.Due
	}
	return due[len(due)-1], nil
}

func (p *publisher) storeOne(ctx context.Context, t Tick) error {
	due := strconv.FormatInt(t.Due.UnixMilli(), 10)
	m := &broker.Msg{Subject: p.subject, Header: broker.Header{headerDue: {due}, headerSchedule: {p.schedule.String()}}}
	if t.Missed > 0 {
		m.Header[headerMissed] = []string{strconv.Itoa(t.Missed)}
	}
	_, err := p.stream.Store(ctx, m, p.id+"."+due, 0)
	return err
}

// resume returns the time after which due times are to be stored: the last that was
// stored by this schedule. Where another was the last, nothing was missed.
func (p *publisher) resume(ctx context.Context) (time.Time, error) {
	for {
		last, found, err := p.last(ctx)
		now := time.Now()
		switch {
		case err != nil:
			if err := p.report(ctx, err); err != nil {
				return now, err
			}
		case !found:
			return now, nil
		case ahead(last, now):
			p.host.Logger().WarnContext(ctx, "the last tick that was stored lies in the future; compare the clocks of the instances",
				"method", p.name, "due", last.Due)
			return now, nil
		default:
			return last.Due, nil
		}
	}
}

// ahead reports whether the clock was wrong by which a tick was stored: it is not
// waited for.
func ahead(t Tick, now time.Time) bool { return t.Due.After(now.Add(clocksDiffer)) }

// last returns the newest tick that is stored, if it is one of this schedule.
func (p *publisher) last(ctx context.Context) (t Tick, found bool, err error) {
	e, found, err := p.stream.Last(ctx, p.subject)
	if err != nil || !found || e.Msg.Header.Get(headerSchedule) != p.schedule.String() {
		return Tick{}, false, err
	}
	t, err = readTick(e.Msg)
	return t, err == nil, nil
}

// report logs that storing fails, once, and that it succeeds again. It returns an
// error where it is not to be tried again.
func (p *publisher) report(ctx context.Context, err error) error {
	log := p.host.Logger().With("method", p.name)
	switch {
	case err == nil && p.failing:
		log.InfoContext(ctx, "ticks are stored again")
	case err != nil && ctx.Err() == nil && !p.failing:
		log.WarnContext(ctx, "ticks cannot be stored; it is tried again", "error", err)
	}
	p.failing = err != nil
	if err == nil {
		return nil
	}
	timer := time.NewTimer(storePause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readTick reads what was stored, by whomever: a method may do something for each due time
// that was missed.
func readTick(m *broker.Msg) (Tick, error) {
	due, err := strconv.ParseInt(m.Header.Get(headerDue), 10, 64)
	if err != nil {
		return Tick{}, fmt.Errorf("header %s: have %.100q, want milliseconds since 1970", headerDue, m.Header.Get(headerDue))
	}
	missed, _ := strconv.Atoi(m.Header.Get(headerMissed)) // without it, none were
	return Tick{Due: time.UnixMilli(due), Missed: min(max(missed, 0), mostMissed)}, nil
}
