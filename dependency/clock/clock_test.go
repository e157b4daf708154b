package clock_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/clock"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var nine = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

func TestFieldWithoutAValueIsTheClockOfTheSystem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		began := time.Now()
		if err := c.Sleep(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		<-c.After(time.Hour)
		if have, want := c.Now(), began.Add(2*time.Hour); !have.Equal(want) {
			t.Errorf("have %v, want %v", have, want)
		}
	})
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	over := errors.New("over")
	for name, c := range map[string]clock.Clock{"system": {}, "manual": clock.NewManual(nine).Clock()} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(over)
		if err := c.Sleep(ctx, time.Hour); !errors.Is(err, over) {
			t.Errorf("%s: have %v, want the cause", name, err)
		}
	}
}

func TestManualTimeStandsStillUntilItIsAdvanced(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(nine)
	c := m.Clock()
	if have := c.Now(); !have.Equal(nine) {
		t.Errorf("have %v, want %v", have, nine)
	}
	m.Advance(90 * time.Minute)
	if have, want := c.Now(), nine.Add(90*time.Minute); !have.Equal(want) {
		t.Errorf("have %v, want %v", have, want)
	}
}

func TestAdvanceWakesThoseWhoseTimeHasCome(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(nine)
	c := m.Clock()
	late, early := c.After(2*time.Hour), c.After(time.Hour)
	m.Advance(time.Hour)
	if have := await.Take(t, early); !have.Equal(nine.Add(time.Hour)) {
		t.Errorf("woken at %v, want an hour later than %v", have, nine)
	}
	select {
	case at := <-late:
		t.Errorf("woken at %v, want an hour later", at)
	default:
	}
	m.Advance(time.Hour)
	await.Take(t, late)
}

func TestNobodyWaitsForATimeThatHasPassed(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(nine).Clock()
	await.Take(t, c.After(0))
	if err := c.Sleep(await.Within(t), -time.Second); err != nil {
		t.Error(err)
	}
}

func TestTestWaitsForThoseWhoWait(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(nine)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := m.Clock().Sleep(t.Context(), time.Minute); err != nil {
				t.Error(err)
			}
		})
	}
	if err := m.AwaitWaiters(await.Within(t), 3); err != nil {
		t.Fatal(err)
	}
	m.Advance(time.Minute)
	all.Wait()
	if err := m.AwaitWaiters(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// Who gives up no longer counts.
func TestWaiterThatGaveUpIsForgotten(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(nine)
	gone, leave := context.WithCancel(t.Context())
	leave()
	_ = m.Clock().Sleep(gone, time.Hour)
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := m.AwaitWaiters(soon, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("have %v, want nobody who waits", err)
	}
}

// Shop opens at ten.
type Shop struct {
	Clock clock.Clock

	_ rpc.Method `method:"Open"`
}

// Open tells whether the shop is open.
func (s *Shop) Open() bool { return s.Clock.Now().Hour() >= 10 }

func TestServiceHasTheClockOfTheTest(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(nine)
	w := svctest.New(t, &Shop{Clock: m.Clock()})
	if svctest.Call[bool](w, "shop.open") {
		t.Error("the shop is open at nine, want it closed")
	}
	m.Advance(time.Hour)
	if !svctest.Call[bool](w, "shop.open") {
		t.Error("the shop is closed at ten, want it open")
	}
}
