package waitgroup_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/waitgroup"
)

func TestWaitReturnsOnceTheWorkHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var work sync.WaitGroup
		end, waited := make(chan struct{}), make(chan error, 1)
		work.Go(func() { <-end })
		go func() { waited <- waitgroup.Wait(t.Context(), &work) }()
		synctest.Wait()
		if len(waited) > 0 {
			t.Error("have an end of the wait before that of the work")
		}
		close(end)
		if err := await.Take(t, waited); err != nil {
			t.Errorf("have %v, want nil", err)
		}
	})
}

func TestWaitReturnsWhyTheContextHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var work sync.WaitGroup
		end, want := make(chan struct{}), errors.New("patience is over")
		work.Go(func() { <-end })
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, want)
		defer cancel()
		if err := waitgroup.Wait(ctx, &work); !errors.Is(err, want) {
			t.Errorf("have %v, want %v", err, want)
		}
		close(end) // synctest sees whether the goroutine that waits on ends with the work
	})
}
