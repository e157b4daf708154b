package timer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Virtual time begins at midnight UTC, 1 January 2000.
const (
	nightly = `cron:"0 3 * * *" tz:"Europe/Vienna" scope:"cluster"`
	hourly  = `cron:"0 * * * *" scope:"cluster"`
)

// told says what was heard: when it was due and who did it how much later.
func (w *tower) told() string {
	var lines []string
	for _, s := range w.heard() {
		line := s.Due.Format("2 Jan 15:04 MST")
		if s.late >= time.Minute {
			line += fmt.Sprintf(" late %v", s.late.Truncate(time.Minute))
		}
		if s.Missed > 0 {
			line += fmt.Sprintf(" missed %d", s.Missed)
		}
		if s.Rerun() {
			line += " again"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func wantTold(t *testing.T, w *tower, want string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, w.told()); diff != "" {
		t.Errorf("-want +have:\n%s", diff)
	}
}

func TestNightlyJobRunsOnceInTheCluster(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		t.Helper()
		b := svctest.NewBroker(t)
		w := &tower{}
		for _, who := range []string{"a", "b", "c"} {
			launch(t, b.URL(), &Chime{job: nightly, who: who, tell: w})
		}
		time.Sleep(30 * time.Hour)
		wantTold(t, w, "1 Jan 03:00 CET, 2 Jan 03:00 CET")
	})
}

// What a job does about due times at which no instance ran.
func TestTicksThatNobodyStored(t *testing.T) {
	for misfire, want := range map[string]string{
		"skip": "1 Jan 01:00 UTC, 1 Jan 05:00 UTC",
		"once": "1 Jan 01:00 UTC, 1 Jan 04:00 UTC late 30m0s missed 2, 1 Jan 05:00 UTC",
		"all": "1 Jan 01:00 UTC, 1 Jan 02:00 UTC late 2h30m0s, 1 Jan 03:00 UTC late 1h30m0s, 1 Jan 04:00 UTC late 30m0s, " +
			"1 Jan 05:00 UTC",
	} {
		t.Run(misfire, func(t *testing.T) {
			svctest.Virtual(t, func(t *testing.T) {
				t.Helper()
				b := svctest.NewBroker(t)
				w := &tower{}
				job := hourly + fmt.Sprintf(" misfire:%q", misfire)
				first := launch(t, b.URL(), &Chime{job: job, tell: w})
				time.Sleep(90 * time.Minute)
				halt(t, first)
				time.Sleep(3 * time.Hour)
				launch(t, b.URL(), &Chime{job: job, who: "a", tell: w})
				launch(t, b.URL(), &Chime{job: job, who: "b", tell: w})
				time.Sleep(time.Hour)
				wantTold(t, w, want)
			})
		})
	}
}

func TestTicksWithoutTheBrokerAreMissed(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		t.Helper()
		b := svctest.NewBroker(t)
		w := &tower{}
		launch(t, b.URL(), &Chime{job: hourly, who: "a", tell: w})
		launch(t, b.URL(), &Chime{job: hourly, who: "b", tell: w})
		time.Sleep(90 * time.Minute)
		b.Stop()
		time.Sleep(3 * time.Hour)
		b.Restart()
		time.Sleep(time.Hour)
		wantTold(t, w, "1 Jan 01:00 UTC, 1 Jan 04:00 UTC late 30m0s missed 2, 1 Jan 05:00 UTC")
	})
}

func TestAnotherScheduleHasMissedNothing(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		t.Helper()
		b := svctest.NewBroker(t)
		w := &tower{}
		first := launch(t, b.URL(), &Chime{job: hourly, tell: w})
		time.Sleep(90 * time.Minute)
		halt(t, first)
		time.Sleep(time.Hour)
		launch(t, b.URL(), &Chime{job: `cron:"15 * * * *" scope:"cluster"`, tell: w})
		time.Sleep(time.Hour)
		wantTold(t, w, "1 Jan 01:00 UTC, 1 Jan 03:15 UTC")
	})
}

func TestRollingDeployRunsBySchedulesOfBothVersions(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		t.Helper()
		b := svctest.NewBroker(t)
		w := &tower{}
		launch(t, b.URL(), &Chime{job: `cron:"0 3,5 * * *" scope:"cluster"`, tell: w})
		launch(t, b.URL(), &Chime{job: `cron:"0 3,4 * * *" scope:"cluster"`, tell: w})
		time.Sleep(24 * time.Hour)
		wantTold(t, w, "1 Jan 03:00 UTC, 1 Jan 04:00 UTC, 1 Jan 05:00 UTC")
	})
}

// A job that takes longer than its interval falls behind by a minute and leaves out
// what it cannot do, unless all is wanted.
func TestSlowJobFallsBehindByAMinute(t *testing.T) {
	for misfire, behind := range map[string]time.Duration{"once": time.Minute, "all": 12 * time.Minute} {
		t.Run(misfire, func(t *testing.T) {
			svctest.Virtual(t, func(t *testing.T) {
				t.Helper()
				b := svctest.NewBroker(t)
				w := &tower{body: func(ctx context.Context, _ string, _ timer.Tick) error { return lasting(25 * time.Second)(ctx) }}
				launch(t, b.URL(), &Chime{job: `every:"5s" scope:"cluster" misfire:"` + misfire + `"`, tell: w})
				time.Sleep(15 * time.Minute)
				synctest.Wait()
				strikes := w.heard()
				if last := strikes[len(strikes)-1]; last.late.Round(time.Minute) != behind {
					t.Errorf("the last is %v late, want %v", last.late, behind)
				}
			})
		})
	}
}

func TestTickThatDiedWithItsInstanceRunsHoweverLateItIs(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		t.Helper()
		b := svctest.NewBroker(t)
		entered := make(chan string, 1)
		w := &tower{body: blocking(entered)}
		job := hourly + ` misfire:"skip"`
		first := launch(t, b.URL(), &Chime{job: job, tell: w})
		<-entered
		first.Kill()
		_ = first.Stop(context.Background()) // says that it left in haste
		time.Sleep(30 * time.Minute)
		launch(t, b.URL(), &Chime{job: job, tell: w})
		time.Sleep(time.Hour)
		wantTold(t, w, "1 Jan 01:00 UTC, 1 Jan 01:00 UTC late 30m0s again, 1 Jan 02:00 UTC")
	})
}
