package events

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// later holds events until their time has come. They wait in a queue of their own,
// from which processes take those of the sources that they speak for: what comes too
// early is given back for as long as it has to wait, which every version of the broker
// can do. Message schedules, which 2.12 can, would put them into that queue and not
// among the events of their source.
//
// Each source has a consumer of its own, so that a process needs no right to publish
// what others emit, nor to read it.
type later struct {
	hub *hub

	opening turn // held while the queue is opened, which may take as long as the broker is away

	mu        sync.Mutex // guards what follows
	sources   []string   // those to take part for
	queue     *broker.Stream
	consumers map[string]*broker.Consumer // by source
	stopped   bool
	work      sync.WaitGroup
}

const (
	laterLook  = time.Minute    // until a queue that another process has made is found
	laterSlots = 100            // events that one process moves at once
	laterNap   = 24 * time.Hour // after which one that waits is looked at again
	// laterFormer is the consumer of versions in which there was one for all sources.
	laterFormer = "due"
)

func newLater(h *hub) *later {
	return &later{hub: h, opening: newTurn(), consumers: make(map[string]*broker.Consumer)}
}

// laterSubject returns the subject of an event of later.
func laterSubject(namespace, subject string) string {
	return namespace + ".later." + strings.TrimPrefix(subject, namespace+".evt.")
}

func (l *later) config() broker.StreamConfig {
	c := l.hub.conn
	return broker.StreamConfig{
		Name: c.StreamName("LATER", ""), Subjects: []string{laterSubject(c.Namespace(), ">")}, MaxMsgs: -1, MaxBytes: laterBytes,
		MaxAge: maxDelay + 7*24*time.Hour, MaxMsgSize: maxEvent,
	}
}

// speakFor has this process move the events of a source, from its start on.
func (l *later) speakFor(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.sources, source) {
		l.sources = append(l.sources, source)
	}
}

// store keeps an event until it is due.
func (l *later) store(ctx context.Context, source string, m *broker.Msg, due time.Time) error {
	if err := l.open(ctx, source, true); err != nil {
		return err
	}
	m.Subject = laterSubject(l.hub.conn.Namespace(), m.Subject)
	m.Header[headerDue] = []string{due.UTC().Format(time.RFC3339Nano)}
	l.mu.Lock()
	queue := l.queue
	l.mu.Unlock()
	_, err := queue.Store(ctx, m, m.Subject+":"+m.Header.Get(headerID), 0)
	return err
}

// start takes part in moving events, for each source as soon as somebody has made the
// queue.
func (l *later) start() {
	l.mu.Lock()
	sources := slices.Clone(l.sources)
	l.mu.Unlock()
	for _, source := range sources {
		l.hub.work("events of later of "+source, func(ctx context.Context) error { return l.watch(ctx, source) })
	}
}

// watch takes part for one source.
func (l *later) watch(ctx context.Context, source string) error {
	look, heard := time.NewTicker(laterLook), make(chan struct{}, 1)
	defer look.Stop()
	// The first event of later is heard, so that it has not to wait for the next look.
	sub, err := l.hub.conn.Subscribe(laterSubject(l.hub.conn.Namespace(), source+".>"), "", func(*broker.Msg) {
		select {
		case heard <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return nil // the connection is closed
	}
	defer sub.Stop(ctx) //nolint:errcheck // what is heard from now on is of no interest
	for {
		err := l.open(ctx, source, false)
		switch {
		case err == nil, ctx.Err() != nil, errors.Is(err, broker.ErrNoJetStream), errors.Is(err, broker.ErrClosed):
			return nil // without storage there is no queue, now or later in this process
		case !errors.Is(err, broker.ErrNoStream):
			l.hub.logger.ErrorContext(ctx, "events of later cannot be received; it is tried again", "source", source, "error", err)
		}
		select {
		case <-look.C:
		case <-heard:
		case <-ctx.Done():
			return nil
		}
	}
}

// open receives the events of a source from the queue, once; it makes the queue where
// it is told to.
func (l *later) open(ctx context.Context, source string, create bool) error {
	if !l.opening.await(ctx) {
		return ctx.Err()
	}
	defer l.opening.leave()
	if l.receives(source) {
		return nil
	}
	queue, err := l.find(ctx, create)
	if err != nil {
		return err
	}
	consumer, err := queue.Receive(ctx, broker.ConsumerConfig{
		Name: "due--" + source, Filter: laterSubject(l.hub.conn.Namespace(), source+".>"),
		Replaces: laterFormer, MaxHeld: -1, Slots: func() int { return laterSlots },
	}, l.receive)
	if err != nil {
		return err
	}
	l.mu.Lock()
	stopped := l.stopped
	l.queue, l.consumers[source] = queue, consumer
	l.mu.Unlock()
	if stopped {
		return errors.Join(ErrStopped, consumer.Stop(ctx))
	}
	return nil
}

func (l *later) receives(source string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.consumers[source] != nil
}

func (l *later) find(ctx context.Context, create bool) (*broker.Stream, error) {
	if create {
		return l.hub.conn.Stream(ctx, l.config())
	}
	return l.hub.conn.FindStream(ctx, l.config().Name)
}

// receive moves one event, or gives it back until it is due.
func (l *later) receive(d *broker.Delivery) {
	due, err := time.Parse(time.RFC3339Nano, d.Msg.Header.Get(headerDue))
	if wait := time.Until(due); err == nil && wait > 0 {
		l.told(d, d.Nak(min(wait, laterNap)))
		return
	}
	l.work.Go(func() { l.move(d) }) // ends within events.timeout
}

// move puts an event whose time has come among those of its source.
func (l *later) move(d *broker.Delivery) {
	namespace := l.hub.conn.Namespace()
	ctx, cancel := context.WithTimeout(context.Background(), l.hub.settings.Timeout)
	defer cancel()
	subject := strings.Replace(d.Msg.Subject, namespace+".later.", namespace+".evt.", 1)
	source, _, event, ok := splitSubject(namespace, subject)
	if !ok {
		l.told(d, d.Term())
		return
	}
	stream, err := l.hub.stream(ctx, source)
	if err == nil {
		delete(d.Msg.Header, headerDue)
		m := &broker.Msg{Subject: subject, Header: d.Msg.Header, Data: d.Msg.Data}
		_, err = stream.Store(ctx, m, storeID(event, d.Msg.Header.Get(headerID)), 0)
	}
	if err != nil {
		l.hub.logger.Error("event of later cannot be emitted; it is tried again", "subject", subject, "error", err)
		l.told(d, d.Nak(runAgain))
		return
	}
	l.told(d, d.Ack())
}

func (l *later) told(d *broker.Delivery, err error) {
	if err != nil && !errors.Is(err, broker.ErrClosed) {
		l.hub.logger.Warn("event of later cannot be settled", "subject", d.Msg.Subject, "error", err)
	}
}

// stop ends taking part.
func (l *later) stop(ctx context.Context) error {
	l.mu.Lock()
	l.stopped = true
	all := slices.Collect(maps.Values(l.consumers))
	l.mu.Unlock()
	errs := make([]error, 0, 2*len(all))
	for _, c := range all {
		errs = append(errs, c.Drain(ctx))
	}
	l.work.Wait()
	for _, c := range all {
		errs = append(errs, c.Stop(ctx))
	}
	return errors.Join(errs...)
}
