package service_test

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

// patient is a value of the process whose health and numbers the test sets; the field
// shows the process to its method.
type patient struct {
	dependency.Process
	*world
	name string
}

func (p *patient) Health(ctx context.Context) error { return p.step(ctx, "health "+p.name) }

func (p *patient) Measure(record func(dependency.Measurement)) {
	if err := p.step(context.Background(), "measure "+p.name); err != nil {
		panic(err)
	}
	record(dependency.Measurement{Name: "beats", Value: 70, Labels: []dependency.Label{{Name: "of", Value: p.name}}})
}

type bed struct{ process dependency.Process }

func (bed) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	w, err := worldOf(h)
	if err != nil {
		return nil, err
	}
	if _, err := h.Shared("patient "+f.Name, func() (any, error) {
		return &patient{dependency.ProcessOf(h), w, f.Name}, nil
	}); err != nil {
		return nil, err
	}
	return dependency.Same(bed{dependency.ProcessOf(h)}), nil
}

type ward struct {
	_ service.Name `name:"ward"`

	Ann bed
	Bob bed
	Log *slog.Logger

	_ probe `method:"Process"`
	_ probe `method:"Wait"`
	_ probe `method:"Say"`
}

func (w *ward) Process() dependency.Process { return w.Ann.process }
func (w *ward) Say(ctx context.Context)     { w.Log.InfoContext(ctx, "said") }
func (*ward) Wait(ctx context.Context)      { <-ctx.Done() }

func (w *world) process() dependency.Process {
	w.t.Helper()
	p, err := w.call("ward.Process")
	if err != nil {
		w.t.Fatal(err)
	}
	return p.(dependency.Process)
}

func texts(errs []error) (all []string) {
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}

func TestHealthAsksAllAndHoldsForASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &ward{})
		p := w.process()
		w.on("health Ann", func(context.Context) error { return errors.New("Ann coughs") })
		w.on("health Bob", func(context.Context) error { panic("Bob") })
		want := []string{"Ann coughs", "a dependency panicked when it was asked whether it works"}
		for range 2 {
			if diff := cmp.Diff(want, texts(p.Health(t.Context()))); diff != "" {
				t.Errorf("ailments (-want +have):\n%s", diff)
			}
		}
		steps := w.history()
		slices.Sort(steps)
		if diff := cmp.Diff([]string{"health Ann", "health Bob"}, steps[:2]); diff != "" || len(w.asked()) != 2 {
			t.Errorf("have steps %q, want each asked once", steps)
		}
		w.on("health Ann", nil)
		w.on("health Bob", nil)
		time.Sleep(time.Second)
		if have := p.Health(t.Context()); len(have) > 0 {
			t.Errorf("have %v a second later, want none", have)
		}
		w.stop()
	})
}

// asked returns the steps that are questions about health.
func (w *world) asked() []string {
	return slices.DeleteFunc(w.history(), func(step string) bool { return len(step) < 7 || step[:7] != "health " })
}

func TestHealthWaitsTwoSecondsForOneThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &ward{})
		p := w.process()
		w.on("health Ann", func(ctx context.Context) error {
			<-ctx.Done()
			return errors.New("Ann sleeps")
		})
		began := time.Now()
		if diff := cmp.Diff([]string{"Ann sleeps"}, texts(p.Health(t.Context()))); diff != "" {
			t.Errorf("ailments (-want +have):\n%s", diff)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("took %v, want 2s", took)
		}
		w.stop()
	})
}

// A dependency that takes no notice of its context holds nobody up but itself.
func TestHealthDoesNotWaitForOneThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &ward{})
		p, wake := w.process(), make(chan bool)
		w.on("health Ann", func(context.Context) error {
			<-wake
			return nil
		})
		for range 3 {
			began := time.Now()
			if diff := cmp.Diff([]string{"a dependency does not say whether it works"}, texts(p.Health(t.Context()))); diff != "" {
				t.Errorf("ailments (-want +have):\n%s", diff)
			}
			if took := time.Since(began); took > 2100*time.Millisecond {
				t.Errorf("took %v, want 2.1s at most", took)
			}
			time.Sleep(time.Second)
		}
		if n := len(slices.DeleteFunc(w.asked(), func(step string) bool { return step != "health Ann" })); n != 1 {
			t.Errorf("have asked Ann %d times, want once: she has not answered", n)
		}
		close(wake)
		synctest.Wait()
		if have := p.Health(t.Context()); len(have) > 0 {
			t.Errorf("have %v when she has answered, want none", have)
		}
		w.stop()
	})
}

func TestMeasurementsAreThoseOfWorkersAndSharedValues(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "workers: 2", &ward{})
	p := w.process()
	w.on("measure Bob", func(context.Context) error { return errors.New("Bob") })
	running := w.spawn("ward.Wait")
	have := map[string]float64{}
	p.Measure(func(m dependency.Measurement) {
		have[m.Name+" "+m.Labels[0].Value] = m.Value
		if m.Count {
			t.Errorf("%s: have a counter, want a gauge", m.Name)
		}
	})
	want := map[string]float64{"svc_workers ward": 2, "svc_workers_busy ward": 1, "svc_calls_waiting ward": 0, "beats Ann": 70}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("measurements (-want +have):\n%s", diff)
	}
	if n := len(w.logged("a dependency panicked when it was measured")); n != 1 {
		t.Errorf("have %d records of the one that panicked, want 1", n)
	}
	w.app.Kill()
	w.stop()
	<-running
}

// tracer says that all is one trace.
type tracer struct{ dependency.Tracer }

func (tracer) TraceID(context.Context) string { return "0af7" }

func TestLogRecordsOfACallNameItsTrace(t *testing.T) {
	t.Parallel()
	traced, plain := startWorld(t, &ward{}, service.Trace(tracer{})), startWorld(t, &ward{})
	if have := traced.process().Tracer(); have != (tracer{}) {
		t.Errorf("have tracer %v, want that of the application", have)
	}
	if have := plain.process().Tracer(); have != nil {
		t.Errorf("have tracer %v, want none", have)
	}
	for _, w := range []*world{traced, plain} {
		if _, err := w.call("ward.Say"); err != nil {
			t.Fatal(err)
		}
	}
	if have := traced.logged("said")[0]["trace_id"]; have != "0af7" {
		t.Errorf("have trace_id %v, want 0af7", have)
	}
	if have, is := plain.logged("said")[0]["trace_id"]; is {
		t.Errorf("have trace_id %v, want none", have)
	}
}
