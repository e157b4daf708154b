package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/proc"
	"github.com/enoki-go/enoki/test/chaos/proxy"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// world is the processes of one trial.
type world struct {
	options options
	naive   bool
	dir     string // of histories and logs
	family  *proc.Family
	facts   *history.File // of the suite itself

	urls       []string // of the brokers
	httpPort   int      // of the first broker; the others follow
	brokers    []*seat
	workers    []*seat
	callers    []*seat
	submitters []*seat
	fetcher    *seat
	late       *seat // a handler that is away while a stream fills up; nil without
	filler     *seat // who fills it
	collector  *seat // nil without events
	books      books // database of the run

	watching sync.WaitGroup // for the ends of processes
	proxies  []*proxy.Proxy // of all seats

	mu     sync.Mutex // guards what follows, and is held while it is decided who is hit
	tally  tally
	failed error // the history could not be written
}

// newWorld lays out the processes and starts none.
func newWorld(o options, naive bool, dir string) (*world, error) {
	w := &world{options: o, naive: naive, dir: dir, family: proc.NewFamily(dir), tally: tally{Done: counts{}, Skipped: counts{}}}
	first, err := freeport.Find(3 * o.brokers())
	if err != nil {
		return nil, err
	}
	if w.facts, err = history.Open(dir, "suite"); err != nil {
		return nil, err
	}
	w.layBrokers(first)
	if o.mode.withoutCalls() {
		err = w.layEvents()
	} else {
		w.layCalls()
	}
	return w, errors.Join(err, w.connect())
}

// layCalls lays out the processes of calls.
func (w *world) layCalls() {
	o := w.options
	for i := range o.processes {
		w.workers = append(w.workers, w.seat(check.WorkerPrefix, i, func(s *role.Setup) {
			s.Worker = &role.Worker{Services: o.mode.services(w.naive), Workers: o.workers, Drain: o.drain}
		}))
	}
	for i := range o.callers {
		w.callers = append(w.callers, w.seat(check.CallerPrefix, i, func(s *role.Setup) {
			s.Caller = &role.Caller{Load: o.load(i, w.naive), Deadline: o.deadline}
		}))
	}
	if o.mode == hostile {
		w.callers = append(w.callers, w.seat(check.AttackerPrefix, 0, func(s *role.Setup) { s.Attacker = w.attacker() }))
	}
	if w.naive {
		return // nothing is durable there
	}
	for i := range o.submitters() {
		w.submitters = append(w.submitters, w.seat(check.SubmitterPrefix, i, func(s *role.Setup) {
			s.Submitter = &role.Submitter{Seed: o.seed, Rate: o.durable / float64(o.submitters()), Deadline: o.deadline}
		}))
	}
	w.fetcher = w.seat(check.FetcherPrefix, 0, func(s *role.Setup) { s.Fetcher = &role.Fetcher{Limit: fetchLimit} })
}

// fetchLimit is how long after the load results are waited for.
const fetchLimit = 30 * time.Second

// layBrokers gives each broker three ports: for clients, for the monitoring and
// for the others.
func (w *world) layBrokers(first int) {
	n := w.options.brokers()
	clients, https, routes := first, first+n, first+2*n
	var peers []string
	for i := range n {
		w.urls = append(w.urls, fmt.Sprintf("nats://127.0.0.1:%d", clients+i))
		peers = append(peers, fmt.Sprintf("nats://127.0.0.1:%d", routes+i))
	}
	w.httpPort = https
	for i := range n {
		name := fmt.Sprintf("%s%d", check.BrokerPrefix, i)
		b := role.Broker{
			Name: name, Store: filepath.Join(w.dir, name+".store"), Log: filepath.Join(w.dir, name+".server.log"),
			Port: clients + i, HTTPPort: https + i,
		}
		if n > 1 {
			b.ClusterPort, b.Routes = routes+i, peers
		}
		w.brokers = append(w.brokers, w.seat(check.BrokerPrefix, i, func(s *role.Setup) { s.Broker = &b }))
	}
}

func (w *world) seat(prefix string, i int, fill func(*role.Setup)) *seat {
	setup := func(name string) role.Setup {
		s := role.Setup{Name: name, Dir: w.dir, URL: w.shuffled(prefix, i), Naive: w.naive && !w.options.mode.withoutCalls(), Replicas: len(w.brokers)}
		fill(&s)
		return s
	}
	return &seat{name: fmt.Sprintf("%s%d", prefix, i), world: w, setup: setup}
}

// shuffled returns the addresses of the brokers in an order of the seat's own, so
// that processes prefer different ones.
func (w *world) shuffled(prefix string, i int) string {
	urls := slices.Clone(w.urls)
	rng := rand.New(rand.NewPCG(w.options.seed+uint64(i), uint64(prefix[0]))) //nolint:gosec // i counts from 0
	rng.Shuffle(len(urls), func(i, j int) { urls[i], urls[j] = urls[j], urls[i] })
	return strings.Join(urls, ",")
}

// start starts the processes. The first worker has to do without a broker for a
// moment: services start before it.
func (w *world) start(ctx context.Context) error {
	early := w.workers[0]
	child, err := early.launch()
	if err != nil {
		return err
	}
	if err := sleep(ctx, brokerLate); err != nil {
		return err
	}
	if err := startAll(ctx, w.brokers); err != nil {
		return err
	}
	if w.options.cluster {
		if err := w.awaitLeader(ctx); err != nil {
			return err
		}
	}
	if err := early.awaitReady(ctx, child); err != nil {
		return err
	}
	if err := errors.Join(startAll(ctx, w.workers[1:]), startAll(ctx, w.callers), startAll(ctx, w.submitters)); err != nil {
		return err
	}
	return w.awaitConnections(ctx)
}

// brokerLate is how long the first worker is without a broker.
const brokerLate = 500 * time.Millisecond

// startAll starts processes at the same time: the brokers of a cluster wait for
// each other.
func startAll(ctx context.Context, seats []*seat) error {
	return forAll(seats, func(s *seat) error { return s.start(ctx) })
}

// forAll calls f for all seats at the same time.
func forAll(seats []*seat, f func(*seat) error) error {
	errs := make([]error, len(seats))
	var all sync.WaitGroup
	for i, s := range seats {
		all.Go(func() { errs[i] = f(s) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// stop ends all processes in good order; services are stopped gently, which is
// judged as well.
func (w *world) stop(ctx context.Context) error {
	errs := []error{forAll(w.workers, func(s *seat) error { return s.end(ctx, plan.Term) })}
	for _, s := range w.callers {
		w.note(history.Fact{Kind: history.Struck, Process: s.current().Name, Fault: ended})
		s.current().HangUp()
		errs = append(errs, s.current().Await(ctx))
	}
	for _, s := range w.brokers {
		w.note(history.Fact{Kind: history.Struck, Process: s.current().Name, Fault: ended})
		s.current().Signal(syscall.SIGTERM)
		errs = append(errs, s.current().Await(ctx))
	}
	w.watching.Wait()
	return errors.Join(errs...)
}

// ended is the fault of processes that the suite ends.
const ended = "end"

// close kills what is left.
func (w *world) close() error {
	w.family.Close()
	w.watching.Wait()
	for _, p := range w.proxies {
		p.Close()
	}
	err := errors.Join(w.facts.Close(), w.books.drop())
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.failed, err)
}

// note writes down what the suite does and sees.
func (w *world) note(f history.Fact) {
	if err := w.facts.Write(f); err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = err
	}
}
