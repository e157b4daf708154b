package service

import (
	"context"

	"go.uber.org/fx"
)

// adapters make what fx offers to constructors behave as the rest of the
// application does.
func adapters(a *App) fx.Option {
	return fx.Decorate(
		func(l fx.Lifecycle) fx.Lifecycle { return guardedLifecycle{l} },
		func(fx.Shutdowner) fx.Shutdowner { return shutdowner{a} },
	)
}

// guardedLifecycle turns panics of hooks into errors: fx runs them on a goroutine
// of its own, where nothing else would.
type guardedLifecycle struct{ fx.Lifecycle }

func (l guardedLifecycle) Append(h fx.Hook) {
	l.Lifecycle.Append(fx.Hook{OnStart: guardedHook(h.OnStart), OnStop: guardedHook(h.OnStop)})
}

func guardedHook(hook func(context.Context) error) func(context.Context) error {
	if hook == nil {
		return nil
	}
	return func(ctx context.Context) error {
		return guarded(func() error { return hook(ctx) })
	}
}

// shutdowner stops Run, as fx's own would stop fx's.
type shutdowner struct{ app *App }

// Shutdown asks for the stop and returns at once.
func (s shutdowner) Shutdown(...fx.ShutdownOption) error {
	select {
	case s.app.quit <- struct{}{}:
	default: // asked for before
	}
	return nil
}

// silence takes what fx prints where its graph cannot even make NopLogger.
type silence struct{}

func (silence) Printf(string, ...any) {}
