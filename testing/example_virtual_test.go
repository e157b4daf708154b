package svctest_test

import (
	"sync/atomic"
	"testing"
	"time"

	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Guard looks every hour.
type Guard struct {
	Looked *atomic.Int64

	_ timer.Job `method:"Look" every:"1h"`
}

// Look looks.
func (g *Guard) Look() { g.Looked.Add(1) }

// guarded is a test: hours of it take less than a second.
func guarded(t *testing.T) {
	t.Helper()
	svctest.Virtual(t, func(t *testing.T) {
		g := &Guard{Looked: new(atomic.Int64)}
		svctest.New(t, g)
		time.Sleep(3*time.Hour + time.Minute) // virtual: everything goes on meanwhile
		if n := g.Looked.Load(); n != 3 {
			t.Errorf("have looked %d times in three hours, want 3", n)
		}
	})
}

// The time of services, broker, retries and timers is that of the test.
func ExampleVirtual() {
	_ = testing.InternalTest{Name: "TestGuardLooksEveryHour", F: guarded}
}
