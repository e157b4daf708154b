package entrypoint_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// ended reports whether the channel of ctx is closed.
func ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

func TestContextEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx := (&entrypoint.Call{Deadline: began.Add(time.Minute)}).Context()
		if err := ctx.Err(); err != nil || ended(ctx) {
			t.Errorf("before the deadline Err is %v, ended %t", err, ended(ctx))
		}
		<-ctx.Done()
		if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Err is %v, want %v", err, context.DeadlineExceeded)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("ended after %v, want 1m", took)
		}
	})
}

func TestErrKnowsTheDeadlineWithoutDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := (&entrypoint.Call{Deadline: time.Now().Add(time.Minute)}).Context()
		time.Sleep(time.Minute)
		if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Err is %v, want %v", err, context.DeadlineExceeded)
		}
		if !ended(ctx) {
			t.Error("Done is open after Err said that the context has ended")
		}
	})
}

func TestDoneFirstAskedForAfterTheEndIsClosed(t *testing.T) {
	t.Parallel()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	tests := []struct {
		name string
		call *entrypoint.Call
		want error
	}{
		{"deadline", &entrypoint.Call{Deadline: time.Now().Add(-time.Hour)}, context.DeadlineExceeded},
		{"parent", &entrypoint.Call{Parent: stopped}, context.Canceled},
		{"cancel", func() *entrypoint.Call { c := &entrypoint.Call{}; c.Cancel(); return c }(), context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := tt.call.Context()
			if !ended(ctx) || !errors.Is(ctx.Err(), tt.want) {
				t.Errorf("ended %t with %v, want %v", ended(ctx), ctx.Err(), tt.want)
			}
		})
	}
}

func TestContextEndsWithItsParent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, look := range map[string]func(context.Context){
			"waiting on Done": func(ctx context.Context) { ended(ctx) },
			"only asking Err": func(context.Context) {},
		} {
			parent, stop := context.WithCancel(t.Context())
			ctx := (&entrypoint.Call{Parent: parent}).Context()
			look(ctx)
			stop()
			synctest.Wait()
			if err := ctx.Err(); !errors.Is(err, context.Canceled) || !ended(ctx) {
				t.Errorf("%s: Err is %v, ended %t, want the parent's end", name, err, ended(ctx))
			}
		}
	})
}

func TestDeadlineIsTheNearerOfItsOwnAndTheParents(t *testing.T) {
	t.Parallel()
	near, far := time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
	under := func(deadline time.Time) context.Context {
		ctx, cancel := context.WithDeadline(t.Context(), deadline)
		t.Cleanup(cancel)
		return ctx
	}
	tests := []struct {
		name string
		call *entrypoint.Call
		want time.Time
	}{
		{"none", &entrypoint.Call{}, time.Time{}},
		{"its own", &entrypoint.Call{Deadline: near}, near},
		{"its own, parent without", &entrypoint.Call{Deadline: near, Parent: t.Context()}, near},
		{"the parent's", &entrypoint.Call{Parent: under(near)}, near},
		{"the parent's is nearer", &entrypoint.Call{Deadline: far, Parent: under(near)}, near},
		{"its own is nearer", &entrypoint.Call{Deadline: near, Parent: under(far)}, near},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.call.Context().Deadline()
			if !got.Equal(tt.want) || ok == tt.want.IsZero() {
				t.Errorf("Deadline = %v, %t, want %v", got, ok, tt.want)
			}
		})
	}
}

func TestFirstReasonToEndStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &entrypoint.Call{Deadline: time.Now().Add(time.Minute)}
		ctx := c.Context()
		ctx.Done()
		c.Cancel()
		time.Sleep(time.Hour)
		c.Cancel()
		if err := ctx.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("Err is %v, want %v", err, context.Canceled)
		}
	})
}

func TestAfterFuncRunsOnceAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &entrypoint.Call{}
		ctx := c.Context()
		var ran, stopped int
		stop := context.AfterFunc(ctx, func() { ran++ })
		unhook := context.AfterFunc(ctx, func() { stopped++ })
		if !unhook() || unhook() {
			t.Error("stopping a waiting function reports true once, and false from then on")
		}
		synctest.Wait()
		if ran != 0 {
			t.Error("the function ran before the end")
		}
		c.Cancel()
		c.Cancel()
		synctest.Wait()
		if ran != 1 || stopped != 0 {
			t.Errorf("ran %d times, the stopped one %d, want 1 and 0", ran, stopped)
		}
		if stop() {
			t.Error("a function that ran says that it was stopped")
		}
		context.AfterFunc(ctx, func() { ran++ })
		synctest.Wait()
		if ran != 2 {
			t.Error("a function hooked after the end did not run")
		}
	})
}

// The bare method is what package context calls for its derived contexts.
func TestAfterFuncMethodRunsAtOnceAfterTheEnd(t *testing.T) {
	t.Parallel()
	c := &entrypoint.Call{}
	c.Cancel()
	hooks, ok := c.Context().(interface{ AfterFunc(f func()) func() bool })
	if !ok {
		t.Fatal("the context has no method AfterFunc: every derived context costs a goroutine")
	}
	ran := make(chan struct{})
	if stop := hooks.AfterFunc(func() { close(ran) }); stop() {
		t.Error("a function that ran says that it was stopped")
	}
	<-ran
}

func TestDerivedContextsNeedNoGoroutine(t *testing.T) { //nolint:paralleltest // counts the goroutines of the process
	parent, stop := context.WithCancel(t.Context())
	defer stop()
	ctx := (&entrypoint.Call{Parent: parent, Deadline: time.Now().Add(time.Hour)}).Context()
	before := runtime.NumGoroutine()
	for range 100 {
		_, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines watch 100 derived contexts, want none", after-before)
	}
}

func TestDerivedContextsEndWithTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := &entrypoint.Call{Deadline: began.Add(time.Minute)}
		short, cancelShort := context.WithTimeout(c.Context(), time.Second)
		defer cancelShort()
		long, cancelLong := context.WithTimeout(c.Context(), time.Hour)
		defer cancelLong()

		<-short.Done()
		if took := time.Since(began); took != time.Second || c.Context().Err() != nil {
			t.Errorf("short child ended after %v, the call with %v", took, c.Context().Err())
		}
		<-long.Done()
		if took := time.Since(began); took != time.Minute || !errors.Is(context.Cause(long), context.DeadlineExceeded) {
			t.Errorf("long child ended after %v with %v, want the call's deadline", took, context.Cause(long))
		}
	})
}

func TestCallReachesItsOwnAndTheParentsValues(t *testing.T) {
	t.Parallel()
	type key struct{}
	outer := &entrypoint.Call{ID: "outer", Parent: context.WithValue(t.Context(), key{}, "kept")}
	inner := &entrypoint.Call{ID: "inner", Parent: outer.Context()}
	if got := inner.Context().Value(key{}); got != "kept" {
		t.Errorf("value of the parent is %v, want kept", got)
	}
	if got := entrypoint.FromContext(context.WithValue(inner.Context(), key{}, 1)); got != inner {
		t.Errorf("FromContext = %+v, want the innermost call", got)
	}
	if got := entrypoint.FromContext(t.Context()); got != nil {
		t.Errorf("FromContext outside of a call = %+v, want nil", got)
	}
	if got := (&entrypoint.Call{}).Context().Value(key{}); got != nil {
		t.Errorf("value without a parent is %v, want nil", got)
	}
}
