package svctest_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

const day = 24 * time.Hour

// Slow takes its time.
type Slow struct {
	_ service.Name `name:"slow"`
	_ rpc.Method   `method:"Think" args:"hours"`
	_ rpc.Method   `delivery:"durable" method:"Build" args:"hours"`

	started *atomic.Int64
}

func newSlow() *Slow { return &Slow{started: new(atomic.Int64)} }

// Think returns after a while.
func (s *Slow) Think(ctx context.Context, hours int) (int, error) { return s.Build(ctx, hours) }

// Build returns after a while.
func (s *Slow) Build(ctx context.Context, hours int) (int, error) {
	s.started.Add(1)
	select {
	case <-time.After(time.Duration(hours) * time.Hour):
		return hours, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// virtual is Virtual for a test that must be quick: it fails where it is not.
func virtual(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	began := time.Now()
	svctest.Virtual(t, f)
	took := time.Since(began)
	t.Logf("it took %v", took)
	if took > 30*time.Second {
		t.Errorf("it took %v of real time, want seconds", took)
	}
}

// passed fails the test unless d has passed since, to the second.
func passed(t *testing.T, since time.Time, d time.Duration) {
	t.Helper()
	if have := time.Since(since).Round(time.Second); have != d {
		t.Errorf("%v have passed, want %v", have, d)
	}
}

func TestADayTakesAboutASecond(t *testing.T) {
	virtual(t, func(t *testing.T) {
		w := svctest.New(t, newSlow())
		ctx, cancel := context.WithTimeout(t.Context(), day)
		defer cancel()
		began := time.Now()
		<-ctx.Done()
		passed(t, began, day)
		if got := svctest.Call[int](w, "slow.think", 0); got != 0 {
			t.Errorf("have %d, want 0", got)
		}
	})
}

func TestCallTakesAnHourOfVirtualTime(t *testing.T) {
	virtual(t, func(t *testing.T) {
		began := time.Now()
		if got := svctest.Call[int](svctest.New(t, newSlow()), "slow.think", 1); got != 1 {
			t.Errorf("have %d, want 1", got)
		}
		passed(t, began, time.Hour)
	})
}

func TestCallEndsWithItsContextAfterHours(t *testing.T) {
	virtual(t, func(t *testing.T) {
		w := svctest.New(t, newSlow())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if _, err := w.Client().Proxy("slow").Call(ctx, "think", 48); !errors.Is(err, rpc.ErrTimeout) {
			t.Errorf("have %v, want ErrTimeout", err)
		}
		passed(t, began, time.Hour)
	})
}

func TestExpectLeapsToWhatHappensNext(t *testing.T) {
	virtual(t, func(t *testing.T) {
		w := svctest.New(t, newSlow())
		began, thought := time.Now(), w.Expect("slow", "Think")
		time.AfterFunc(3*time.Hour, func() { w.Client().Proxy("slow").Async(context.Background(), "think", 0) })
		thought.Wait()
		passed(t, began, 3*time.Hour)
	})
}

func TestFloodInBothDirectionsEnds(t *testing.T) {
	virtual(t, func(t *testing.T) {
		c := connection(t, svctest.NewBroker(t))
		var senders, received sync.WaitGroup
		received.Add(20 * 500)
		if _, err := c.Subscribe("flood", "", func(*broker.Msg) { received.Done() }); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			senders.Go(func() {
				for range 500 {
					if err := c.Send(&broker.Msg{Subject: "flood", Data: make([]byte, 4<<10)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		senders.Go(func() {
			for range 50 {
				_ = c.Flush(t.Context()) // its answer needs the lock, too
			}
		})
		senders.Wait()
		received.Wait()
	})
}

// connection connects to b.
func connection(t *testing.T, b *svctest.Broker) *broker.Conn {
	t.Helper()
	c, err := broker.Dial(broker.Config{URL: b.URL(), Namespace: "svc", Replicas: 1}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

// Pools of the process must not carry timers and channels from one to the other.
func TestBubblesAndSocketsTakeTurns(t *testing.T) {
	for range 3 {
		var inner tb
		w := shop(&inner)
		reachable(t, w.Client(), "shop.total")
		inner.end()
		virtual(t, func(t *testing.T) {
			for range 3 {
				svctest.Call[int](shop(t), "shop.total")
			}
			time.Sleep(time.Hour)
		})
	}
}

func TestBrokerInABubbleNeedsVirtual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wantText(t, failureOf(func(t *tb) { svctest.NewBroker(t) }), "want svctest.Virtual instead of synctest.Test")
	})
}

func TestDurableCallWaitsHoursForItsService(t *testing.T) {
	virtual(t, func(t *testing.T) {
		b := svctest.NewBroker(t)
		program, err := rpc.Dial(b.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = program.Close() })
		ctx, cancel := context.WithTimeout(t.Context(), 23*time.Hour)
		defer cancel()
		job, err := rpc.JobOf[int, int](program, "slow.build")
		if err != nil {
			t.Fatal(err)
		}
		handle, err := job.Submit(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(12 * time.Hour)
		b.Stop()
		time.Sleep(time.Hour)
		b.Restart()
		began, started := time.Now(), new(atomic.Int64)
		svctest.New(t, b, &Slow{started: started})
		if got, err := job.Result(ctx, handle); err != nil || got != 1 {
			t.Errorf("have %d, %v, want 1", got, err)
		}
		if d := time.Since(began); d < time.Hour || d > time.Hour+time.Minute || started.Load() != 1 {
			t.Errorf("it took %v and ran %d times, want an hour and once", d, started.Load())
		}
	})
}

func TestValueOfABucketLivesAsLongAsItShould(t *testing.T) {
	virtual(t, func(t *testing.T) {
		c := connection(t, svctest.NewBroker(t))
		b, err := c.Bucket(t.Context(), "b", 3*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		has := func(key string, want bool) {
			t.Helper()
			if _, found, err := b.Get(t.Context(), key); err != nil || found != want {
				t.Errorf("%s: have %v, %v, want %v", key, found, err, want)
			}
		}
		if err := b.Put(t.Context(), "old", []byte("1")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if err := b.Put(t.Context(), "young", []byte("1")); err != nil {
			t.Fatal(err)
		}
		has("old", true)
		time.Sleep(time.Hour + 2*time.Second)
		has("old", false)
		has("young", true)
		time.Sleep(2 * time.Hour)
		has("young", false)
	})
}

func TestExampleOfVirtualHolds(t *testing.T) { guarded(t) }
