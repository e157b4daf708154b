package rpc_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Bench is a service with several instances; what its methods do the test says.
type Bench struct {
	_ service.Name `name:"bench"`
	_ rpc.Method   `method:"Run" args:"n"`
	_ rpc.Method   `method:"Once" args:"n" delivery:"at-most-once"`

	id  string
	log *runs
}

// Run runs again where an instance is lost.
func (b *Bench) Run(ctx context.Context, n int) (string, error) { return b.log.run(ctx, b.id, n) }

// Once does not.
func (b *Bench) Once(ctx context.Context, n int) (string, error) { return b.log.run(ctx, b.id, n) }

// run is one execution.
type run struct {
	instance string
	n        int
}

// runs are the executions on all instances, in order.
type runs struct {
	work    func(ctx context.Context, r run) error
	started chan run

	mu  sync.Mutex // guards all
	all []run
}

func newRuns(work func(ctx context.Context, r run) error) *runs {
	return &runs{work: work, started: make(chan run, 100_000)}
}

func (l *runs) run(ctx context.Context, instance string, n int) (string, error) {
	r := run{instance, n}
	l.mu.Lock()
	l.all = append(l.all, r)
	l.mu.Unlock()
	l.started <- r
	return instance, l.work(ctx, r)
}

// times returns how often a call ran.
func (l *runs) times(n int) (times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.all {
		if r.n == n {
			times++
		}
	}
	return times
}

// takes is work of some length.
func takes(d time.Duration) func(context.Context, run) error {
	return func(ctx context.Context, _ run) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// instance is one process of a service, or would be: its connection goes through
// a wire that can be cut.
type instance struct {
	*service.App
	wire *plain.Wire
}

// vanish ends the instance for all others, as kill -9 would: the broker sees its
// connection close.
func (i *instance) vanish() { i.wire.Cut() }

// stop stops the instance as SIGTERM would.
func (i *instance) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*await.Patience)
	defer cancel()
	_ = i.Stop(ctx)
}

// instanceOf starts an instance of a service.
func instanceOf(t *testing.T, b *svctest.Broker, hosted any, settings string) *instance {
	t.Helper()
	i := &instance{wire: plain.NewWire(t, b.URL())}
	cfg, err := config.Load(config.Text("test", settings), config.Define("broker.url="+i.wire.URL()))
	if err == nil {
		i.App, err = service.New(cfg, service.With(hosted), service.Logger(slog.New(slog.DiscardHandler)))
	}
	if err == nil {
		err = i.Start(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.stop)
	return i
}

// benches starts instances of Bench, named a, b, ….
func benches(t *testing.T, b *svctest.Broker, log *runs, count, workers int) []*instance {
	t.Helper()
	all := make([]*instance, count)
	for i := range all {
		all[i] = instanceOf(t, b, &Bench{id: string(rune('a' + i)), log: log}, "workers: "+strconv.Itoa(workers)) //nolint:gosec // few
	}
	return all
}

// at returns the place of the instance that runs something.
func at(r run) int { return int(r.instance[0] - 'a') }

// dialTo connects a program that is no service.
func dialTo(t *testing.T, b *svctest.Broker, opts ...rpc.DialOption) *rpc.Standalone {
	t.Helper()
	s, err := rpc.Dial(b.URL(), append([]rpc.DialOption{rpc.WithLogger(slog.New(slog.DiscardHandler))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// ranOn returns the instance that a call ran on.
func ranOn(t *testing.T, p *rpc.Pending[rpc.Result]) (instance string, err error) {
	t.Helper()
	r, err := p.Result(await.Within(t, 3*await.Patience))
	if err != nil {
		return "", err
	}
	err = r.Decode(&instance)
	return instance, err
}

// Red with a plain queue group: it hands out calls at random, and a busy instance
// keeps what it got, so that most trials take two waves.
func TestNoCallWaitsForABusyInstanceWhileAnotherIsIdle(t *testing.T) {
	const wave = 400 * time.Millisecond
	for _, shape := range []struct{ instances, workers int }{{2, 10}, {10, 2}} {
		t.Run(fmt.Sprintf("%d x %d", shape.instances, shape.workers), func(t *testing.T) {
			b := svctest.NewBroker(t)
			log := newRuns(takes(wave))
			benches(t, b, log, shape.instances, shape.workers)
			client := dialTo(t, b).Proxy("bench")
			for trial := range 5 {
				began := time.Now()
				var calls []*rpc.Pending[rpc.Result]
				for n := range 20 {
					calls = append(calls, client.Async(t.Context(), "run", n))
				}
				per := make(map[string]int)
				for _, call := range calls {
					on, err := ranOn(t, call)
					if err != nil {
						t.Fatal(err)
					}
					per[on]++
				}
				if took := time.Since(began); took > wave*7/4 {
					t.Errorf("trial %d: have %v, want less than %v; runs %v", trial, took, wave*7/4, per)
				}
			}
		})
	}
}

// Red with code that answers only calls of callers that speak the direct
// protocol, or sends them its words: they would be taken for the answer.
func TestPlainCallersGetAnAnswerAndNothingElse(t *testing.T) {
	b := svctest.NewBroker(t)
	log := newRuns(takes(3 * acceptance))
	benches(t, b, log, 1, 1)
	nc := plain.Conn(t, b.URL())
	answers := make([]func() []string, 4)
	for n := range answers {
		answers[n] = collect(t, nc, "svc.rpc.bench.run", strconv.Itoa(n))
	}
	for n, answer := range answers {
		if have := answer(); !slices.Equal(have, []string{`"a"`}) {
			t.Errorf("call %d: have %q, want the answer alone", n, have)
		}
	}
}

// acceptance is how long a call may take without its caller being told who has
// it.
const acceptance = 20 * time.Millisecond
