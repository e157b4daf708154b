package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// ledger is a dependency that tells, and fails with, the outcome of the call when it is
// given back.
type ledger struct{}

func (ledger) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	w, err := worldOf(h)
	return &lentLedger{lending{world: w, name: "ledger"}}, err
}

type lentLedger struct{ lending }

func (l *lentLedger) Acquire(ctx context.Context) (any, dependency.Release, error) {
	return ledger{}, func(_ context.Context, outcome error) error {
		if !errors.Is(outcome, fs.ErrNotExist) {
			return errors.New("the outcome has lost its cause")
		}
		_ = l.world.step(ctx, "told "+outcome.Error())
		return fmt.Errorf("cannot take back %s", canary)
	}, nil
}

// desk fails with its argument, on which a ledger depends.
type desk struct {
	Ledger ledger

	_ naming `method:"Ask" args:"password" sensitive:"password"`
	_ naming `method:"Say" args:"talker"`
	_ naming `method:"Nil" args:"password" sensitive:"password"`
}

// nilError has no text where it is nil.
type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

func (*desk) Nil(string) error {
	var none *nilError
	return none
}

func (*desk) Ask(password string) error {
	return fmt.Errorf("have %s: %w", password, fs.ErrNotExist)
}
func (*desk) Say(talker) error { return fs.ErrNotExist }

// talker panics when it is asked for its text.
type talker struct{ word *string }

func (t talker) MarshalText() ([]byte, error)  { return []byte(*t.word), nil }
func (t *talker) UnmarshalText(b []byte) error { t.word = new(string(b)); return nil }

func TestReleaseIsNotToldWhatIsSensitive(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &desk{})
	w.forget()
	_, err := w.app.Invoke(t.Context(), "desk", "Ask", canary)
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("have %v, want an error without the password", err)
	}
	w.wantHistory("told have [redacted]: file does not exist")
	found := w.logged("release after a failed call")
	if len(found) != 1 || found[0]["error"] != "cannot take back [redacted]" {
		t.Errorf("have %v, want one record without the password", found)
	}
}

func TestArgumentThatPanicsInTheDebugLogDoesNotFailTheCall(t *testing.T) {
	t.Parallel()
	var events []string
	w := newWorld(t, &desk{})
	app := newWorld(t, &desk{}, service.Logger(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		service.Observe(func(e service.Event) {
			if _, ok := e.(service.CallStarted); ok {
				events = append(events, "started")
			}
		})).app
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Stop(context.Background()) })
	_, err := app.Invoke(t.Context(), "desk", "Say", talker{})
	if _, panicked := errors.AsType[*service.PanicError](err); panicked || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("have %v, want what the method returned", err)
	}
	if found := w.logged("the arguments of a call cannot be logged"); len(found) != 1 || len(events) != 1 {
		t.Errorf("have %v, %v, want one record, and one event", found, events)
	}
	if strings.Contains(w.logText(), entrypoint.Hidden) {
		t.Errorf("have %s, want nothing hidden", w.logText())
	}
}

func TestReleaseRunsWhereTheOutcomeHasNoText(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &desk{})
	_, err := w.app.Invoke(t.Context(), "desk", "Nil", canary)
	if _, panicked := errors.AsType[*service.PanicError](err); !panicked {
		t.Errorf("have %v, want a panic", err)
	}
	found := w.logged("release after a failed call")
	if len(found) != 1 || found[0]["error"] != "the outcome has lost its cause" {
		t.Errorf("have %v, want what the release has said", found)
	}
}

func TestArgumentsThatPanicWhenTheyAreReadFailTheCall(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		w := newWorld(t, &desk{}, service.Logger(slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: level})))) //nolint:sloglint // its level is what matters
		w.start()
		p, answers := w.point("desk.Say"), make(chan outcome, 1)
		call := p.call()
		call.Decode = func([]any) error { panic("unreadable") }
		if err := p.host.Spawn(t.Context(), call, to(answers)); err != nil {
			t.Fatal(err)
		}
		if o := <-answers; o.err == nil || o.err.Error() != "panic: unreadable" {
			t.Errorf("%v: have %v, want the panic: the method has no arguments to run with", level, o.err)
		}
	}
}
