package main

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func clientOf(call func(ctx context.Context, name string) (string, error)) client {
	return client{call: call, context: context.Background}
}

func TestRoundKeepsItsNumberOfCallsInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		slow := clientOf(func(_ context.Context, name string) (string, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			time.Sleep(10 * time.Millisecond)
			return greeting(name), nil
		})
		got, err := round{InFlight: 8, Size: 5, Duration: time.Second}.run(t.Context(), slow)
		if err != nil {
			t.Fatal(err)
		}
		if got.Calls != 8*100 || got.Elapsed != time.Second || most.Load() != 8 {
			t.Errorf("have %d calls, %d at once, in %v; want 800, 8 at once, in 1s", got.Calls, most.Load(), got.Elapsed)
		}
		if rate := got.rate(); rate != 800 {
			t.Errorf("have %v calls/s, want 800", rate)
		}
		if off := (got.P50 - 10*time.Millisecond).Abs(); off > 10*time.Millisecond/32 {
			t.Errorf("have p50 %v, want 10ms", got.P50)
		}
	})
}

func TestRoundMakesAtLeastOneCall(t *testing.T) {
	t.Parallel()
	quick := clientOf(func(_ context.Context, name string) (string, error) { return greeting(name), nil })
	got, err := round{InFlight: 1, Size: 5, Duration: 1}.run(t.Context(), quick)
	if err != nil || got.Calls != 1 {
		t.Errorf("have %d calls and error %v, want 1 and none", got.Calls, err)
	}
}

func TestRoundFailsWithTheFirstError(t *testing.T) {
	t.Parallel()
	failure := errors.New("broken")
	for _, tt := range []struct {
		name string
		call func(ctx context.Context, name string) (string, error)
		want string
	}{
		{"a call that fails", func(context.Context, string) (string, error) { return "", failure }, "broken"},
		{"a wrong greeting", func(context.Context, string) (string, error) { return "Hi", nil }, `have greeting "Hi", want "Hello, world!"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := round{InFlight: 4, Size: 5, Duration: time.Minute}.run(t.Context(), clientOf(tt.call))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("have error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestNamesHaveTheSizeOfTheMode(t *testing.T) {
	t.Parallel()
	for _, m := range callModes {
		if got := len(m.round.name()); got != m.round.Size {
			t.Errorf("%s: have a name of %d bytes, want %d", m.name, got, m.round.Size)
		}
	}
	if got := len(greeting(round{Size: largeName}.name())); got != 1024 {
		t.Errorf("have a large greeting of %d bytes, want 1024", got)
	}
}
