package timer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

const often = `every:"250ms" scope:"cluster"`

func TestOneInstanceHandlesEachTick(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{}
	for _, who := range []string{"a", "b", "c"} {
		launch(t, b.URL(), &Chime{job: often, who: who, tell: w})
	}
	await.Until(t, "there are twelve ticks", func() bool { return len(w.heard()) >= 12 }, limit)
	strikes := w.heard()
	wantConsecutive(t, strikes, 250*time.Millisecond)
	for _, s := range strikes {
		if s.Rerun() || s.Missed > 0 || s.late > 2*time.Second || s.late < 0 {
			t.Errorf("have %+v, want it on time", s)
		}
	}
	if w.atOnce() != 1 {
		t.Errorf("have %d at once, want 1", w.atOnce())
	}
}

// A tick that comes due while the one before is handled waits, wherever it could
// begin.
func TestTicksOfAJobNeverOverlap(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{body: func(ctx context.Context, _ string, _ timer.Tick) error { return lasting(350 * time.Millisecond)(ctx) }}
	for _, who := range []string{"a", "b", "c"} {
		launch(t, b.URL(), &Chime{job: often, who: who, tell: w})
	}
	await.Until(t, "there are six ticks", func() bool { return len(w.heard()) >= 6 }, limit)
	wantConsecutive(t, w.heard(), 250*time.Millisecond)
	if w.atOnce() != 1 {
		t.Errorf("have %d at once, want 1", w.atOnce())
	}
}

// blocking is a body whose first call stays until it is cancelled.
func blocking(entered chan string) func(context.Context, string, timer.Tick) error {
	first := make(chan struct{}, 1)
	first <- struct{}{}
	return func(ctx context.Context, who string, _ timer.Tick) error {
		select {
		case <-first:
			entered <- who
			<-ctx.Done()
		default:
		}
		return ctx.Err()
	}
}

func TestKilledInstanceHandsItsTickToAnother(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	entered := make(chan string, 1)
	w := &tower{body: blocking(entered)}
	instances := map[string]instance{}
	for _, who := range []string{"a", "b", "c"} {
		instances[who] = launch(t, b.URL(), &Chime{job: often, who: who, tell: w})
	}
	victim := await.Take(t, entered)
	instances[victim].Kill()
	_ = instances[victim].Stop(await.Within(t)) // says that it left in haste
	await.Until(t, "the tick runs again, and others after it", func() bool { return len(w.heard()) >= 4 }, limit)
	strikes := w.heard()
	if again := strikes[1]; !again.Due.Equal(strikes[0].Due) || !again.Rerun() || again.who == victim || again.late > 2*time.Second {
		t.Errorf("have %+v after %+v, want it again, at once, elsewhere, and marked", again, strikes[0])
	}
	wantConsecutive(t, w.firsts(), 250*time.Millisecond)
}

func TestTickOfADeadInstanceRunsAgainElsewhere(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	entered := make(chan string, 1)
	w := &tower{body: blocking(entered)}
	way := plain.NewWire(t, b.URL())
	launch(t, way.URL(), &Chime{job: often, who: "dead", tell: w}, "drain: 0s")
	await.Take(t, entered)
	launch(t, b.URL(), &Chime{job: often, who: "alive", tell: w})
	way.Cut()
	await.Until(t, "the tick runs again, and others after it", func() bool { return len(w.heard()) >= 4 }, limit)
	strikes := w.heard()
	if again := strikes[1]; !again.Due.Equal(strikes[0].Due) || !again.Rerun() || again.who != "alive" {
		t.Errorf("have %+v after %+v, want it again, elsewhere, and marked", again, strikes[0])
	}
	wantConsecutive(t, w.firsts(), 250*time.Millisecond)
}

func TestErrorOfTheMethodEndsTheTick(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{body: func(context.Context, string, timer.Tick) error { return errors.New("out of paper") }}
	i := launch(t, b.URL(), &Chime{job: often, tell: w})
	await.Until(t, "there are four ticks", func() bool { return len(w.heard()) >= 4 }, limit)
	wantConsecutive(t, w.heard(), 250*time.Millisecond)
	if !strings.Contains(i.log.read(), "out of paper") {
		t.Errorf("the log has no word of it:\n%s", i.log.read())
	}
}

func TestTickThatFindsNoWorkerGoesElsewhere(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{}
	busy := launch(t, b.URL(), &Chime{job: often, who: "busy", tell: &tower{body: blocking(make(chan string, 1))}}, "workers: 1")
	stop, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan struct{})
	go func() { // ends with stop
		_, _ = busy.Invoke(stop, "chime", "Strike", timer.Tick{})
		close(over)
	}()
	launch(t, b.URL(), &Chime{job: often, who: "free", tell: w})
	await.Until(t, "there are four ticks", func() bool { return len(w.heard()) >= 4 }, limit)
	wantConsecutive(t, w.heard(), 250*time.Millisecond)
	cancel()
	<-over
}

func TestJobsBeginWhenTheBrokerComes(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	w := &tower{}
	launch(t, b.URL(), &Chime{job: often, tell: w})
	b.Restart()
	await.Until(t, "there is a tick", func() bool { return len(w.heard()) > 0 }, limit)
}

func TestJobThatNeverMetTheBrokerStops(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	i := launch(t, b.URL(), &Chime{job: often, tell: &tower{}})
	began := time.Now()
	halt(t, i)
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v, want it at once", took)
	}
	b.Restart()
}

// The broker comes back in the moment in which the service leaves.
func TestJobThatStopsWhileItBegins(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	for n := range 10 {
		b.Stop()
		i := launch(t, b.URL(), &Chime{job: often, tell: &tower{}})
		b.Restart()
		if n%2 == 0 {
			await.Until(t, "it is connected", func() bool { return strings.Contains(i.log.read(), "connected") }, limit)
		}
		halt(t, i)
	}
}

func TestBrokerWithoutJetStreamIsRefused(t *testing.T) {
	t.Parallel()
	_, err := tryLaunch(t, plain.Server(t).ClientURL(), &Chime{job: often, tell: &tower{}})
	if !errors.Is(err, broker.ErrNoJetStream) {
		t.Fatalf("have %v, want ErrNoJetStream", err)
	}
	for _, want := range []string{`timers of chime with scope:"cluster" (strike)`, "JetStream is off", `single_instance:"true"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("have\n%v\nwant it to have %q", err, want)
		}
	}
}

func TestSingleInstanceRunsWithoutJetStream(t *testing.T) {
	t.Parallel()
	w := &tower{}
	i := launch(t, plain.Server(t).ClientURL(), &Chime{job: often + ` single_instance:"true"`, tell: w})
	await.Until(t, "there are three ticks", func() bool { return len(w.heard()) >= 3 }, limit)
	halt(t, i)
	if !strings.Contains(i.log.read(), "run in this instance") {
		t.Errorf("the log does not say so:\n%s", i.log.read())
	}
}

func TestSingleInstanceUsesJetStreamWhereThereIsSome(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{}
	for _, who := range []string{"a", "b"} {
		launch(t, b.URL(), &Chime{job: often + ` single_instance:"true"`, who: who, tell: w})
	}
	await.Until(t, "there are four ticks", func() bool { return len(w.heard()) >= 4 }, limit)
	wantConsecutive(t, w.heard(), 250*time.Millisecond)
}

// What the broker knew before its process ended it knows after: no tick comes twice.
func TestTicksComeOnceThoughTheBrokerRestarts(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{}
	for _, who := range []string{"a", "b", "c"} {
		launch(t, b.URL(), &Chime{job: `every:"1s" scope:"cluster"`, who: who, tell: w})
	}
	for n := 1; n <= 3; n++ {
		await.Until(t, "there is another tick", func() bool { return len(w.firsts()) > n }, limit)
		b.Stop()
		b.Restart()
	}
	await.Until(t, "ticks have come after the restarts", func() bool { return len(w.firsts()) >= 6 }, limit)
	wantConsecutive(t, w.firsts(), time.Second)
}

func TestMessageThatIsNoTickIsDropped(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	w := &tower{}
	i := launch(t, b.URL(), &Chime{job: often, tell: w})
	js, _ := stream(t, b.URL())
	if _, err := js.PublishMsg(await.Within(t), nats.NewMsg("svc.timer.chime.strike")); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "it is dropped", func() bool { return strings.Contains(i.log.read(), "no tick of this job") }, limit)
	n := len(w.heard())
	await.Until(t, "ticks go on", func() bool { return len(w.heard()) > n+1 }, limit)
}
