package gateway

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// missPause is how long a request for what is not in the table makes nobody ask
	// again after the last time.
	missPause = 250 * time.Millisecond
	// missWait bounds how long such a request waits for the answers.
	missWait = time.Second
	// findLimit bounds one round of questions.
	findLimit = 2 * time.Second
	// lingerRounds is how many rounds a service may miss before it is no longer taken
	// for live: under load an answer may come late. A call of one that is gone is
	// refused at once all the same.
	lingerRounds = 4
	// knownRounds is after how many rounds the broker is asked which services exist that
	// do not run.
	knownRounds = 15
)

// directory keeps the table up to date.
type directory struct {
	find    func(ctx context.Context, known bool) (found, error)
	every   time.Duration
	changed func(*table) // called after a change, by one goroutine at a time
	current atomic.Pointer[table]
	life    context.Context // of the rounds
	end     context.CancelFunc

	mu      sync.Mutex    // guards what follows
	running chan struct{} // closed when the round that runs is over; nil where none does
	last    time.Time     // when the last one ended
	rounds  int
	closed  bool
	work    sync.WaitGroup // rounds
}

// found is what one round has found.
type found struct {
	services map[string]service
	known    []string // nil where it was not asked
}

func newDirectory(find func(context.Context, bool) (found, error), every time.Duration, changed func(*table)) *directory {
	d := &directory{find: find, every: every, changed: changed}
	d.life, d.end = context.WithCancel(context.Background())
	d.current.Store(&table{})
	return d
}

// table returns what is known now.
func (d *directory) table() *table { return d.current.Load() }

// run renews the table until ctx ends. It is run in the background.
func (d *directory) run(ctx context.Context) error {
	tick := time.NewTicker(d.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			d.round()
		}
	}
}

// renew asks again and returns the table that came out, or the old one where that
// takes too long.
func (d *directory) renew(ctx context.Context) *table {
	limit := time.NewTimer(missWait)
	defer limit.Stop()
	select {
	case <-d.round():
	case <-limit.C:
	case <-ctx.Done():
	}
	return d.table()
}

// afterMiss is renew for a request that has not found what it looked for. Soon after
// another round it makes do with that.
func (d *directory) afterMiss(ctx context.Context) *table {
	d.mu.Lock()
	recent := d.running == nil && time.Since(d.last) < missPause
	d.mu.Unlock()
	if recent {
		return d.table()
	}
	return d.renew(ctx)
}

// round begins a round, or joins the one that runs, and returns what is closed at its
// end.
func (d *directory) round() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running != nil {
		return d.running
	}
	over := make(chan struct{})
	if d.closed {
		close(over)
		return over
	}
	d.running = over
	withKnown := d.rounds%knownRounds == 0 || len(d.table().services) == 0
	first := d.rounds == 0
	d.rounds++
	d.work.Go(func() { // close waits for it
		d.update(withKnown)
		d.mu.Lock()
		d.running = nil
		if !first { // of the same process, some may have started since
			d.last = time.Now()
		}
		d.mu.Unlock()
		close(over)
	})
	return over
}

// update makes a new table. Where the services cannot be asked the old one stays.
func (d *directory) update(withKnown bool) {
	ctx, cancel := context.WithTimeout(d.life, findLimit)
	defer cancel()
	got, err := d.find(ctx, withKnown)
	if err != nil {
		return
	}
	old := d.table()
	next := tabulate(d.merge(old.services, got.services), remember(old.known, got))
	d.current.Store(next)
	if next.digest != old.digest || !old.made {
		d.changed(next)
	}
}

// merge keeps services that were seen a moment ago.
func (d *directory) merge(old, now map[string]service) map[string]service {
	oldest := time.Now().Add(-lingerRounds * d.every)
	for name, s := range old {
		if _, ok := now[name]; !ok && s.seen.After(oldest) && len(now) < maxServices {
			now[name] = s
		}
	}
	return now
}

// remember adds what was found to what exists.
func remember(old map[string]bool, got found) map[string]bool {
	known := maps.Clone(old)
	if known == nil {
		known = make(map[string]bool)
	}
	add := func(name string) {
		if len(known) < maxServices {
			known[name] = true
		}
	}
	for name, s := range got.services {
		if len(s.methods) > 0 {
			add(name)
		}
	}
	for _, name := range got.known {
		add(name)
	}
	return known
}

// close ends the rounds and waits for the one that runs.
func (d *directory) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.end()
	d.work.Wait()
}
