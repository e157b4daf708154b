package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// logEvent writes what happens to a service into its log; calls have logOutcome.
func logEvent(l *slog.Logger, e Event) {
	switch e := e.(type) {
	case Started:
		logStarted(l, e)
	case Draining:
		l.Info("stopping", "service", e.Service)
	case Stopped:
		logStopped(l, e)
	case CallStarted, CallEnded:
	}
}

// logStarted says what is reachable.
func logStarted(l *slog.Logger, e Started) {
	for _, p := range e.Manifest.Entrypoints {
		l.Info("entrypoint", "service", e.Service, "kind", p.Kind, "method", p.Method, "at", p.Address)
	}
	l.Info("started", "service", e.Service, "version", e.Manifest.Version, "workers", e.Manifest.Workers)
}

func logStopped(l *slog.Logger, e Stopped) {
	switch {
	case e.Cancelled == 0:
	case e.Killed:
		l.Warn("calls were cancelled by the second signal", "service", e.Service, "calls", e.Cancelled)
	default:
		l.Warn("calls were cancelled because they ran longer than the drain time (configuration key drain)",
			"service", e.Service, "calls", e.Cancelled)
	}
	l.Info("stopped", "service", e.Service)
}

// logStart says, where somebody wants to know it so exactly, what a call was made with.
func logStart(l *slog.Logger, c *entrypoint.Call) {
	if l.Enabled(context.Background(), slog.LevelDebug) {
		l.LogAttrs(context.Background(), slog.LevelDebug, "call started", callAttrs(c, slog.String("kind", c.Kind), slog.Any("args", c.Redacted()))...)
	}
}

// logOutcome logs a failed call: as a warning where the error is declared or
// expected, as an error, with the stack of a panic, where it is not.
func logOutcome(l *slog.Logger, c *entrypoint.Call, err error, elapsed time.Duration) {
	if err == nil {
		if l.Enabled(context.Background(), slog.LevelDebug) {
			l.LogAttrs(context.Background(), slog.LevelDebug, "call ended", callAttrs(c, slog.Duration("elapsed", elapsed))...)
		}
		return
	}
	attrs := callAttrs(c, slog.Any("error", err), slog.Duration("elapsed", elapsed))
	if fault.CodeOf(err) != fault.Internal {
		l.LogAttrs(context.Background(), slog.LevelWarn, "call failed", attrs...)
		return
	}
	if p, ok := errors.AsType[*PanicError](err); ok {
		attrs = append(attrs, slog.String("stack", string(p.Stack)))
	}
	l.LogAttrs(context.Background(), slog.LevelError, "call failed", attrs...)
}

func callAttrs(c *entrypoint.Call, more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{
		slog.String("service", c.Service), slog.String("method", c.Name), slog.String("call_id", c.ID),
	}, more...)
}

// loggers lends each call a logger that names the service, the method and the
// call.
type loggers struct {
	base   *slog.Logger
	tracer dependency.Tracer // nil for nobody
}

func (loggers) Start(context.Context) error { return nil }
func (loggers) Stop(context.Context) error  { return nil }

func (l loggers) Acquire(ctx context.Context) (any, dependency.Release, error) {
	c := entrypoint.FromContext(ctx)
	if c == nil {
		return l.base, nil, nil
	}
	log := &callLog{Handler: l.base.Handler(), call: c}
	if l.tracer != nil {
		log.trace = l.tracer.TraceID(ctx)
	}
	return slog.New(log), nil, nil
}

// callLog adds the call's attributes to a record when there is one; most calls
// write none.
type callLog struct {
	slog.Handler
	call  *entrypoint.Call
	trace string // "" where nobody traces
}

func (h *callLog) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(h.attrs()...)
	return h.Handler.Handle(ctx, r)
}

func (h *callLog) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("method", h.call.Name), slog.String("call_id", h.call.ID)}
	if h.trace != "" {
		attrs = append(attrs, slog.String("trace_id", h.trace))
	}
	return attrs
}

func (h *callLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &callLog{h.Handler.WithAttrs(attrs), h.call, h.trace}
}

func (h *callLog) WithGroup(name string) slog.Handler {
	return h.Handler.WithAttrs(h.attrs()).WithGroup(name)
}
