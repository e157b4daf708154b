package service

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"go.uber.org/fx"
)

type gadget struct{}

// needy has a field that a constructor fills.
type needy struct {
	Gadget *gadget

	_ trigger `method:"Run"`
}

func (*needy) Run() {}

func TestHookOfAConstructorThatPanicsIsAnError(t *testing.T) {
	app, err := New(nil, With(&needy{}), Logger(slog.New(slog.DiscardHandler)), Provide(func(l fx.Lifecycle) *gadget {
		l.Append(fx.Hook{OnStart: func(context.Context) error { panic("ouch") }})
		return &gadget{}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "ouch") {
		t.Errorf("Start = %v, want the panic", err)
	}
}

func TestShutdownerStopsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down fx.Shutdowner
		r := run(t, With(&needy{}), Provide(func(s fx.Shutdowner) *gadget {
			down = s
			return &gadget{}
		}))
		if err := errors.Join(down.Shutdown(), down.Shutdown()); err != nil {
			t.Error(err)
		}
		r.want(t, nil, 0)
	})
}

func TestFirstSignalAfterAFailureIsNotTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		release := make(chan struct{})
		r := run(t, With(&patient{Work: func(context.Context) error { <-release; return nil }}))
		r.app.fail(broken)
		synctest.Wait()
		r.signals <- syscall.SIGINT
		synctest.Wait()
		close(release)
		if have := <-r.result; !errors.Is(have, broken) || errors.Is(have, ErrForced) {
			t.Errorf("Run = %v, want %v alone", have, broken)
		}
	})
}

func TestFailureIsToldAlsoWhereTheStopIsForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		r := run(t, With(&patient{Work: func(ctx context.Context) error { <-ctx.Done(); return nil }}))
		r.app.fail(broken)
		synctest.Wait()
		r.signals <- syscall.SIGINT
		r.signals <- syscall.SIGINT
		if have := <-r.result; !errors.Is(have, broken) || !errors.Is(have, ErrForced) {
			t.Errorf("Run = %v, want %v and %v", have, broken, ErrForced)
		}
	})
}
