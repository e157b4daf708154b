package await_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/internal/await"
)

// inner is a test within a test: it can fail without failing what it is in.
type inner struct {
	testing.TB

	failure string
}

func (i *inner) Fatalf(format string, args ...any) {
	i.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// failureOf runs a test on a virtual clock, and returns how it failed, "" where it
// did not, and when.
func failureOf(t *testing.T, test func(tb testing.TB)) (failure string, after time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began, over := time.Now(), make(chan bool)
		i := &inner{TB: t}
		go func() {
			defer close(over)
			test(i)
		}()
		<-over
		failure, after = i.failure, time.Since(began)
	})
	return failure, after
}

func TestWaitInVainEndsTheTest(t *testing.T) {
	never := func() bool { return false }
	for _, tt := range []struct {
		name  string
		test  func(tb testing.TB)
		want  string
		after time.Duration
	}{
		{"take", func(tb testing.TB) { tb.Helper(); await.Take(tb, make(chan int)) }, "nothing came within 9s", await.Patience},
		{"take with a limit", func(tb testing.TB) { tb.Helper(); await.Take(tb, make(chan int), time.Hour) }, "nothing came within 1h0m0s", time.Hour},
		{"until", func(tb testing.TB) { tb.Helper(); await.Until(tb, "it rains", never) }, "wait until it rains: not within 9s", await.Patience},
		{"until with a limit", func(tb testing.TB) { tb.Helper(); await.Until(tb, "it rains", never, time.Minute) }, "wait until it rains: not within 1m0s", time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			have, after := failureOf(t, func(tb testing.TB) {
				tb.Helper()
				tt.test(tb)
				t.Error("have the test go on")
			})
			if have != tt.want || after != tt.after {
				t.Errorf("have %q after %v, want %q after %v", have, after, tt.want, tt.after)
			}
		})
	}
}

func TestWaitEndsWithWhatItWaitsFor(t *testing.T) {
	failure, after := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		began, c := time.Now(), make(chan string, 1)
		time.AfterFunc(time.Second, func() { c <- "word" })
		if have := await.Take(tb, c); have != "word" {
			t.Errorf("have %q, want what was sent", have)
		}
		await.Until(tb, "two seconds are over", func() bool { return time.Since(began) >= 2*time.Second })
		await.Until(tb, "it is so already", func() bool { return true })
	})
	if failure != "" || after != 2*time.Second {
		t.Errorf("have %q after %v, want none after 2s", failure, after)
	}
}

func TestContextEndsAfterPatience(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit []time.Duration
		want  time.Duration
	}{
		{"of its own", nil, await.Patience},
		{"given", []time.Duration{time.Hour}, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, after := failureOf(t, func(tb testing.TB) {
				tb.Helper()
				ctx := await.Within(tb, tt.limit...)
				<-ctx.Done()
				if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
					t.Errorf("have %v, want %v", ctx.Err(), context.DeadlineExceeded)
				}
			})
			if after != tt.want {
				t.Errorf("have it end after %v, want %v", after, tt.want)
			}
		})
	}
}

func TestContextEndsWithTheTest(t *testing.T) {
	var early, late context.Context
	t.Run("inner", func(t *testing.T) {
		t.Cleanup(func() {
			if early.Err() == nil {
				t.Error("have a context of the test in its cleanup, want it ended")
			}
			if late = await.Within(t); late.Err() != nil {
				t.Errorf("have %v in a cleanup, want a context to clean up with", late.Err())
			}
		})
		early = await.Within(t) //nolint:fatcontext // it is looked at in the cleanup
	})
	if late.Err() == nil {
		t.Error("have a context outlive its test")
	}
}
