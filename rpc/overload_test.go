package rpc_test

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// load is what several callers make of some workers.
type load struct {
	busy, late, answered, made atomic.Int64
}

// press makes calls, as many at once as is said, until the time is up.
func (l *load) press(t *testing.T, s *rpc.Standalone, callers int, limit, timeout time.Duration) {
	t.Helper()
	var all sync.WaitGroup
	end := time.Now().Add(limit)
	for range callers {
		all.Go(func() {
			for time.Now().Before(end) {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				l.made.Add(1)
				if _, err := s.Proxy("bench").Call(ctx, "run", 1); err == nil {
					l.answered.Add(1)
				}
				cancel()
			}
		})
	}
	all.Wait()
}

// Red with a queue on each instance that nobody leaves, whose calls are served
// though their time is up (8 of 604 were answered), and with callers that try
// again in place of workers that are offered (busy for 30 % of the time).
func TestWorkersStayBusyUnderFiveTimesTheirLoad(t *testing.T) {
	const job, workers, limit = 40 * time.Millisecond, 4, 3 * time.Second
	for name, timeout := range map[string]time.Duration{"calls that can wait": await.Patience, "calls that time out": 5 * job / 2} {
		t.Run(name, func(t *testing.T) {
			b := svctest.NewBroker(t)
			var l load
			benches(t, b, newRuns(func(ctx context.Context, _ run) error {
				began := time.Now()
				if end, _ := ctx.Deadline(); began.After(end) {
					l.late.Add(1)
				}
				<-time.NewTimer(job).C
				l.busy.Add(int64(time.Since(began)))
				return nil
			}), 2, workers/2)
			traffic := hearAll(t, plain.Conn(t, b.URL()), ">")
			s := dialTo(t, b)
			began := time.Now()
			l.press(t, s, 5*workers, limit, timeout)
			share := float64(l.busy.Load()) / float64(workers*time.Since(began))
			perRun := float64(len(traffic)) / max(1, float64(l.made.Load()))
			t.Logf("%d of %d answered, workers busy for %.0f %%, %.1f messages for each call", l.answered.Load(), l.made.Load(), 100*share, perRun)
			if share < 0.9 || l.late.Load() > 0 {
				t.Errorf("have the workers busy for %.0f %% of the time, %d calls begun too late; want 90 %% and none", 100*share, l.late.Load())
			}
			if l.answered.Load() == 0 || perRun > 12 {
				t.Errorf("have %d answers, %.1f messages for each call, want some and at most 12", l.answered.Load(), perRun)
			}
		})
	}
}

// footprint returns what a test leaves behind must not change.
func footprint() (goroutines int, heap uint64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), m.HeapAlloc
}

// Red with a subscription, a timer or a goroutine for each call that is not ended
// with it.
func TestTwoThousandCallsInLineLeaveNothingBehind(t *testing.T) {
	const calls = 2_000
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	benches(t, b, log, 1, 1)
	s := dialTo(t, b)
	busy := s.Proxy("bench").Async(t.Context(), "run", 0)
	await.Take(t, log.started)
	tickets := hearAll(t, plain.Conn(t, b.URL()), "svc.rpcw.bench.ticket")
	wave := func() {
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for n := range calls {
			all.Go(func() { _, _ = s.Proxy("bench").Call(ctx, "run", n+1) })
		}
		for string(await.Take(t, tickets).Data) != `{"method":"run","waiting":`+strconv.Itoa(calls)+`}` {
		}
		cancel()
		all.Wait()
	}
	wave() // after which pools are filled
	goroutines, heap := footprint()
	wave()
	await.Until(t, "as many goroutines as before", func() bool { now, _ := footprint(); return now <= goroutines+5 })
	if _, after := footprint(); after > heap+4<<20 {
		t.Errorf("have %d KiB more memory in use than before, want at most 4 MiB", (after-heap)>>10)
	}
	close(open)
	if _, err := ranOn(t, busy); err != nil || len(log.started) != 0 {
		t.Errorf("have %v, %d calls run that were cancelled, want none", err, len(log.started))
	}
}

func TestWorkersAreOfferedToWhoAsksForThem(t *testing.T) {
	t.Parallel()
	b, open := svctest.NewBroker(t), make(chan struct{})
	log := newRuns(gated(open))
	benches(t, b, log, 1, 1)
	defer close(open)
	p := playCaller(t, b)
	line := p.inbox + ".line.1"
	offers := hearAll(t, p.nc, line)
	p.publish("svc.rpcw.bench.ticket", line, `{"method":"run","waiting":2}`)
	first := await.Take(t, offers)
	wantKind(t, first, "offer")
	if err := p.nc.PublishMsg(&nats.Msg{Subject: first.Reply, Header: nats.Header{"Svc-Kind": {"decline"}}}); err != nil {
		t.Fatal(err)
	}
	p.publish("svc.rpcw.bench.ticket", line, `{"method":"run","waiting":1}`)
	second := await.Take(t, offers)
	_, messages := p.send(second.Reply, "1", "7")
	wantKind(t, await.Take(t, messages), "accept")
	_, late := p.send("svc.rpc.bench.run", "2", "8")
	wantKind(t, await.Take(t, late), "busy")
	open <- struct{}{}
	if m := await.Take(t, messages); string(m.Data) != `"a"` || log.times(7) != 1 || log.times(8) != 0 {
		t.Errorf("have %s, %d and %d runs, want the answer, one and none", m.Data, log.times(7), log.times(8))
	}
}

// Flood returns more than the broker takes.
type Flood struct {
	_ service.Name `name:"flood"`
	_ rpc.Method   `method:"Pour"`
}

// Pour returns two mebibytes.
func (*Flood) Pour() []byte { return make([]byte, 2<<20) }

// Red with code that answers a call once: the error in place of such a result
// would only be sent when its caller asks.
func TestResultThatIsTooLargeIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	instanceOf(t, b, &Flood{}, "")
	_, messages := playCaller(t, b).send("svc.rpc.flood.pour", "1", "")
	var have []string
	for have == nil || have[len(have)-1] == "" { // it may be accepted before
		have = append(have, await.Take(t, messages).Header.Get("Svc-Error"))
	}
	if !slices.Contains(have, "svc.bad_result") {
		t.Errorf("have %s, want svc.bad_result", strconv.Quote(have[len(have)-1]))
	}
}
