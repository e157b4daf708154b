package redisdb_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

const (
	// callers is how many call at once, which is more than there are connections.
	callers = 50
	// recovery is how long they may take to do well, on a machine that does much else.
	recovery = 30 * time.Second
	// pause is between the calls of one of them: the machine is others', too.
	pause = 20 * time.Millisecond
)

// scale says how long Redis is away, and the limits meanwhile.
func scale(url string) (outage, limit time.Duration, settings svctest.Config) {
	if os.Getenv("ENOKI_FULL_SCALE") == "1" {
		return 10 * time.Second, 3 * time.Second, svctest.Config(fmt.Sprintf(
			"services: {airports: {workers: %d}}\nredis: {development: {url: %q}}", callers, url))
	}
	return 2 * time.Second, time.Second, svctest.Config(fmt.Sprintf(
		"services: {airports: {workers: %d}}\nredis: {development: {url: %q, pool_timeout: 1s, dial_timeout: 1s, write_timeout: 1s, read_timeout: 1s}}", callers, url))
}

// call is how one went.
type call struct {
	began time.Time
	took  time.Duration
	err   error
}

// load is what callers do until it is ended.
type load struct {
	callers sync.WaitGroup
	ended   chan struct{}

	mu    sync.Mutex // guards calls
	calls []call
}

func loadOn(t *testing.T, w *svctest.World) *load {
	t.Helper()
	l := &load{ended: make(chan struct{})}
	for range callers {
		l.callers.Go(func() {
			for {
				select {
				case <-l.ended:
					return
				case <-time.After(pause):
					l.call(t.Context(), w)
				}
			}
		})
	}
	return l
}

func (l *load) call(ctx context.Context, w *svctest.World) {
	began := time.Now()
	err := run(ctx, w, "airports", count)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call{began, time.Since(began), err})
}

// failedSince returns how many calls that began after a time have failed.
func (l *load) failedSince(began time.Time) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.calls {
		if c.err != nil && c.began.After(began) {
			n++
		}
	}
	return n
}

// well tells whether the last calls of all callers that began after a time succeeded.
func (l *load) well(began time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var n int
	for _, c := range slices.Backward(l.calls) {
		if c.err != nil || n == 10*callers {
			break
		}
		if c.began.After(began) {
			n++
		}
	}
	return n == 10*callers
}

// Issue 6: pull it away for 10 s under load: calls fail with unavailable in time, none
// hangs, the service lives, everything recovers.
func TestCallsFailInTimeWhileRedisIsAwayAndSucceedWhenItIsBack(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]mode{"refusing": refusing, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relayTo(t, "127.0.0.1:1")
			url := relayed(t, r)
			outage, limit, settings := scale(url)
			w := svctest.New(t, &airports{}, settings)
			l := loadOn(t, w)
			await.Until(t, "all goes well", func() bool { return l.well(time.Time{}) }, recovery)

			gone := time.Now()
			r.set(away)
			<-time.After(outage)
			if l.failedSince(gone) == 0 {
				t.Error("have no call that failed while Redis was away")
			}
			r.set(forwarding)
			back := time.Now()
			await.Until(t, "all goes well again", func() bool { return l.well(back) }, recovery)
			t.Logf("all went well again after %v", time.Since(back))
			close(l.ended)
			l.callers.Wait()
			l.check(t, 4*limit)
			w.Stop()
			await.Until(t, "no connection is left", func() bool { return r.open() == 0 })
		})
	}
}

// check wants calls that took no longer than all limits together, and failed with
// unavailable if they did.
func (l *load) check(t *testing.T, limits time.Duration) {
	t.Helper()
	var failed int
	var longest time.Duration
	for _, c := range l.calls {
		longest = max(longest, c.took)
		if c.err == nil {
			continue
		}
		failed++
		if fault.CodeOf(c.err) != fault.Unavailable {
			t.Fatalf("have %v, want unavailable", c.err)
		}
	}
	t.Logf("%d calls, %d failed, the longest took %v", len(l.calls), failed, longest)
	if noise := 5 * time.Second; longest > limits+noise {
		t.Errorf("a call took %v, want none above %v", longest, limits)
	}
}
