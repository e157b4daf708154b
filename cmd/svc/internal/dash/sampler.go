package dash

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
)

// sampler asks the services again and again while somebody looks, once for all who do.
type sampler struct {
	conn     *broker.Conn
	interval time.Duration

	mu       sync.Mutex // guards what follows
	watchers map[*watcher]bool
	end      context.CancelFunc // of the goroutine that samples, nil while none does
	ended    chan struct{}      // closed after it
	closed   bool
	last     *Sample
	history  history
}

// watcher is somebody who looks. Who is slow misses samples, and gets the newest.
type watcher struct{ samples chan *Sample }

const (
	// maxWatchers is how many browsers may look at the same time.
	maxWatchers = 100
	// linger is for how many intervals sampling goes on without anybody, so that a page
	// that is loaded again finds its past.
	linger = 5
)

func newSampler(conn *broker.Conn, interval time.Duration) *sampler {
	return &sampler{conn: conn, interval: interval, watchers: make(map[*watcher]bool)}
}

// watch returns somebody new who looks, with the past until a time; false where there
// are too many.
func (s *sampler) watch() (w *watcher, past history, until time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.watchers) >= maxWatchers {
		return nil, nil, until, false
	}
	w = &watcher{make(chan *Sample, 1)}
	s.watchers[w] = true
	if s.end == nil {
		ctx, cancel := context.WithCancel(context.Background())
		s.end, s.ended, s.last, s.history = cancel, make(chan struct{}), nil, history{}
		go s.run(ctx, s.ended) // ends when nobody has looked for a while, or by close
	}
	if s.last != nil {
		w.samples <- s.last
		until = s.last.At
	}
	return w, s.history.copy(), until, true
}

// leave is called by who does not look any more.
func (s *sampler) leave(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, w)
}

// close ends sampling for good, and waits for it.
func (s *sampler) close() {
	s.mu.Lock()
	s.closed = true
	end, ended := s.end, s.ended
	s.mu.Unlock()
	if end != nil {
		end()
		<-ended
	}
}

// run samples until ctx ends, or nobody looks.
func (s *sampler) run(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	tick := time.NewTicker(s.interval)
	defer tick.Stop()
	p := probe{conn: s.conn}
	for alone := 0; ; {
		now := p.sample(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.publish(now) {
			alone = 0
		} else if alone++; alone > linger && s.rest() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// publish gives a sample to all who look, and reports whether anybody does.
func (s *sampler) publish(now *Sample) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = now
	s.history.add(now)
	for w := range s.watchers {
		select {
		case <-w.samples: // which it has missed
		default:
		}
		w.samples <- now // there is room: nobody else sends
	}
	return len(s.watchers) > 0
}

// rest reports whether still nobody looks. Then sampling ends.
func (s *sampler) rest() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.watchers) > 0 {
		return false
	}
	s.end()
	s.end = nil
	return true
}

// probe takes samples, one after the other.
type probe struct {
	conn    *broker.Conn
	before  *census.Census // nil before the first
	storing stored
}

// sampleLimit bounds one sample.
const sampleLimit = 3 * time.Second

// sample asks all services and the broker.
func (p *probe) sample(ctx context.Context) *Sample {
	s := &Sample{Edges: []Edge{}, At: time.Now().UTC(), Broker: Broker{URL: p.conn.URL(), Namespace: p.conn.Namespace(), Connected: p.conn.Connected()}, Services: []Service{}}
	if !s.Broker.Connected {
		p.before = nil // its counts are old, and those who come back may be others
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, sampleLimit)
	defer cancel()
	var storing sync.WaitGroup
	storing.Go(func() { p.storing.ask(ctx, p.conn) }) // waited for below
	now, err := census.Take(ctx, p.conn, "")
	storing.Wait()
	s.Stored = p.storing.shown()
	if err != nil {
		s.Broker.Connected = p.conn.Connected()
		s.trouble("ask the services", err)
		return s
	}
	s.fill(now, p.before)
	p.before = &now
	return s
}
