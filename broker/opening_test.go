package broker_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// background runs work until the end of the test.
type background struct {
	t    *testing.T
	jobs chan string // names of what was begun
}

func newBackground(t *testing.T) background {
	t.Helper()
	return background{t, make(chan string, 1)}
}

func (b background) Go(name string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { // ended by the cleanup
		defer close(over)
		_ = f(ctx)
	}()
	b.t.Cleanup(func() { cancel(); <-over })
	b.jobs <- name
}

func (background) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestStartOpensAtOnceWhereTheBrokerIsThere(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	if err := c.Await(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name          string
		have, want    error
		goesOnWithout bool
	}{
		{"opened", nil, nil, false},
		{"nothing is stored", broker.ErrNoJetStream, broker.ErrNoJetStream, false},
		{"refused by who opens", broker.ErrFull, broker.ErrFull, false},
		{"what may pass", errors.New("no leader"), nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBackground(t)
			err := c.OpenAtStart(await.Within(t), b, broker.Opening{
				Name: "streams", Open: func(context.Context) error { return tt.have }, Limit: time.Second, Refuse: []error{broker.ErrFull},
			})
			if !errors.Is(err, tt.want) || (len(b.jobs) == 1) != tt.goesOnWithout {
				t.Errorf("have %v and %d jobs in the background, want %v and that it goes on there: %v", err, len(b.jobs), tt.want, tt.goesOnWithout)
			}
		})
	}
}

func TestStartOpensInTheBackgroundWhereTheBrokerIsAway(t *testing.T) {
	broken := svctest.NewBroker(t)
	c, _ := dial(t, broken.URL())
	if err := c.Await(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	broken.Stop()
	await.Until(t, "the connection is lost", func() bool { return !c.Peek(await.Within(t)) })
	b, opened := newBackground(t), make(chan struct{})
	err := c.OpenAtStart(await.Within(t), b, broker.Opening{
		Name: "streams", Limit: time.Second, Open: func(ctx context.Context) error {
			err := c.Await(ctx)
			if err == nil {
				close(opened)
			}
			return err
		},
	})
	if name := await.Take(t, b.jobs); err != nil || name != "streams" {
		t.Fatalf("have %v and %q, want no error and the work in the background", err, name)
	}
	broken.Restart()
	await.Take(t, opened)
}
