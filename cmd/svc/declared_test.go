package main

import (
	"context"
	"errors"
	"testing"
)

// The go command that was asked for packages ran on after svc had reported the error, and
// wrote into a cache that may be gone.
func TestNothingIsLookedAtAnyMoreOnceABuildHasFailed(t *testing.T) {
	t.Parallel()
	wrong, begun, looking := errors.New("it does not compile"), make(chan struct{}), true
	err := beside(t.Context(), func(ctx context.Context) error {
		close(begun)
		<-ctx.Done()
		looking = false
		return ctx.Err()
	}, func(context.Context) error {
		<-begun
		return wrong
	})
	if !errors.Is(err, wrong) || looking {
		t.Errorf("have %v, looking %t, want %v and an end", err, looking, wrong)
	}
}

func TestWhatIsFoundBesideABuildIsItsError(t *testing.T) {
	t.Parallel()
	found, built := errors.New("no method Craete"), false
	err := beside(t.Context(), func(context.Context) error { return found }, func(ctx context.Context) error {
		built = true
		return ctx.Err()
	})
	if !errors.Is(err, found) || !built {
		t.Errorf("have %v, built %t, want %v after the build", err, built, found)
	}
}
