package timer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

type (
	Lazy struct {
		Diary
		_ timer.Job `method:"Run" every:"5s"`
	}
	Eager struct {
		Diary
		_ timer.Job `method:"Run" every:"5s" eager:"true"`
	}
	Skipping struct {
		Diary
		_ timer.Job `method:"Run" every:"5m" misfire:"skip"`
	}
	Collecting struct {
		Diary
		_ timer.Job `method:"Run" every:"5s" misfire:"all"`
	}
	Minutely struct {
		Diary
		_ timer.Job `method:"Run" cron:"* * * * *"`
	}
	Nightly struct {
		Diary
		_ timer.Job `method:"Run" cron:"30 2 * * *" tz:"Europe/Vienna" eager:"true"`
	}
	Bounded struct {
		Diary
		_ timer.Job `method:"Run" every:"5s" timeout:"2s"`
	}
)

// Behaviour 54: the eight cases of Nameko, and what else a body may take.
var timings = []struct {
	name    string
	service func(Diary) any
	body    time.Duration
	lasts   time.Duration
	want    string
}{
	{"short", lazy, 0, 21 * time.Second, "5, 10, 15, 20"},
	{"short, eager", eager, 0, 21 * time.Second, "0, 5, 10, 15, 20"},
	{"shorter than the interval", lazy, 3 * time.Second, 21 * time.Second, "5, 10, 15, 20"},
	{"shorter than the interval, eager", eager, 3 * time.Second, 21 * time.Second, "0, 5, 10, 15, 20"},
	{"as long as the interval", lazy, 5 * time.Second, 21 * time.Second, "5, 10, 15, 20"},
	{"as long as the interval, eager", eager, 5 * time.Second, 21 * time.Second, "0, 5, 10, 15, 20"},
	{"longer than the interval", lazy, 7 * time.Second, 21 * time.Second, "5, 12 for 10, 19 for 15"},
	{"longer than the interval, eager", eager, 7 * time.Second, 20 * time.Second, "0, 7 for 5, 14 for 10"},
	{"as long as several", lazy, 16 * time.Second, 50 * time.Second, "5, 21 for 20 missed 2, 37 for 35 missed 2"},
	{"as long as several, each is wanted", collecting, 16 * time.Second, 70 * time.Second, "5, 21 for 10, 37 for 15, 53 for 20, 69 for 25"},
	{"as long as several, missed by more than a minute", skipping, 700 * time.Second, 2200 * time.Second, "300, 1200, 2100"},
	{"by the minute", minutely, time.Second, 200 * time.Second, "60, 120, 180"},
}

func lazy(d Diary) any       { return &Lazy{Diary: d} }
func eager(d Diary) any      { return &Eager{Diary: d} }
func skipping(d Diary) any   { return &Skipping{Diary: d} }
func collecting(d Diary) any { return &Collecting{Diary: d} }
func minutely(d Diary) any   { return &Minutely{Diary: d} }

func TestMethodRunsAtItsDueTimes(t *testing.T) {
	for _, tt := range timings {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDiary(lasting(tt.body))
				host(t, "", tt.service(d))
				time.Sleep(tt.lasts)
				synctest.Wait()
				if diff := cmp.Diff(tt.want, d.read()); diff != "" {
					t.Errorf("body of %v (-want +have):\n%s", tt.body, diff)
				}
			})
		})
	}
}

func TestIntervalsDoNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1234 * time.Millisecond) // it counts from its start
		d := newDiary(lasting(1234 * time.Millisecond))
		host(t, "", lazy(d))
		time.Sleep(24*time.Hour + time.Second)
		synctest.Wait()
		if notes := strings.Split(d.read(), ", "); len(notes) != 17280 || notes[17279] != "86400" {
			t.Errorf("have %d runs, the last at %s; want 17280, the last at 86400", len(notes), notes[len(notes)-1])
		}
	})
}

// Behaviour 55.
func TestStopNeverWaitsForASleepingTimer(t *testing.T) {
	for _, svc := range []func(Diary) any{lazy, minutely} {
		synctest.Test(t, func(t *testing.T) {
			d := newDiary(lasting(0))
			app, _ := host(t, "", svc(d))
			time.Sleep(time.Second)
			began := time.Now()
			if err := app.Stop(t.Context()); err != nil || time.Since(began) > 0 {
				t.Errorf("have %v after %v, want it at once", err, time.Since(began))
			}
			time.Sleep(time.Hour)
			if d.read() != "" {
				t.Errorf("have runs at %s, want none", d.read())
			}
		})
	}
}

func TestStopWaitsForTheCallThatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary(lasting(7 * time.Second))
		app, _ := host(t, "", lazy(d))
		time.Sleep(6 * time.Second)
		began := time.Now()
		if err := app.Stop(t.Context()); err != nil || time.Since(began) != 6*time.Second {
			t.Errorf("have %v after %v, want it after 6s", err, time.Since(began))
		}
		time.Sleep(time.Hour)
		if d.read() != "5" {
			t.Errorf("have runs at %s, want one at 5", d.read())
		}
	})
}

func TestErrorsAndPanicsAreLoggedAndTheTimerGoesOn(t *testing.T) {
	for _, body := range []func(context.Context) error{
		func(context.Context) error { return errors.New("out of paper") },
		func(context.Context) error { panic("out of paper") },
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDiary(body)
			_, log := host(t, "", lazy(d))
			time.Sleep(11 * time.Second)
			synctest.Wait()
			if d.read() != "5, 10" {
				t.Errorf("have runs at %s, want 5, 10", d.read())
			}
			if n := strings.Count(log(), "out of paper"); n < 2 || !strings.Contains(log(), "method=run") {
				t.Errorf("the log has it %d times:\n%s", n, log())
			}
		})
	}
}

func TestTickWaitsForAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, free := newDiary(lasting(12*time.Second)), newDiary(lasting(0))
		host(t, "workers: 1", &struct {
			_ service.Name `name:"both"`
			_ timer.Job    `method:"Long" every:"100s"`
			_ timer.Job    `method:"Short" every:"100001ms"`
			pair
		}{pair: pair{busy, free}})
		time.Sleep(150 * time.Second)
		synctest.Wait()
		if busy.read() != "100" || free.read() != "112 for 100.001" {
			t.Errorf("have %s and %s, want the second to wait for the first", busy.read(), free.read())
		}
	})
}

// pair is two diaries.
type pair struct{ long, short Diary }

func (p pair) Long(ctx context.Context, t timer.Tick) error  { return p.long.Run(ctx, t) }
func (p pair) Short(ctx context.Context, t timer.Tick) error { return p.short.Run(ctx, t) }

func TestTimeoutEndsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		_, log := host(t, "", &Bounded{Diary: d})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if d.read() != "5, 10" || !strings.Contains(log(), "deadline exceeded") {
			t.Errorf("have runs at %s, want 5, 10; log:\n%s", d.read(), log())
		}
	})
}

func TestTickThatFindsNoWorkerInTimeIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, bounded := newDiary(lasting(12*time.Second)), newDiary(lasting(0))
		_, log := host(t, "workers: 1", &struct {
			_ service.Name `name:"both"`
			_ timer.Job    `method:"Long" every:"100s"`
			_ timer.Job    `method:"Short" every:"100001ms" timeout:"3s"`
			pair
		}{pair: pair{busy, bounded}})
		time.Sleep(201 * time.Second)
		synctest.Wait()
		if have := bounded.read(); have != "" || !strings.Contains(log(), "no worker was free within the timeout") {
			t.Errorf("have runs at %q, want none; log:\n%s", have, log())
		}
	})
}

func TestCronRunsInItsZoneAndAtTheStartWhereItIsEager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC, 1 January 2000
		d := newDiary(lasting(0))
		host(t, "", &Nightly{Diary: d})
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		if want := "0, 5400, 91800"; d.read() != want {
			t.Errorf("have %s, want %s", d.read(), want)
		}
	})
}

// Calls are all that a method may want to know of its tick.
func TestTickIsInTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ticks []timer.Tick
		var calls []*entrypoint.Call
		d := newDiary(func(ctx context.Context) error {
			tick, ok := timer.TickFrom(ctx)
			if !ok {
				t.Error("the context has no tick")
			}
			ticks, calls = append(ticks, tick), append(calls, entrypoint.FromContext(ctx))
			return nil
		})
		host(t, "", lazy(d))
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if want := d.opened.Add(10 * time.Second).UTC(); len(ticks) != 2 || ticks[1] != (timer.Tick{Due: want}) {
			t.Fatalf("have %v, want two, the second due at %v", ticks, want)
		}
		c := calls[1]
		if c.Kind != "timer" || c.Name != "run" || c.Service != "lazy" || c.ID == "" || c.ID == calls[0].ID || !c.Deadline.IsZero() {
			t.Errorf("have %+v", c)
		}
	})
	if _, ok := timer.TickFrom(t.Context()); ok {
		t.Error("a context of no timer has a tick")
	}
}
