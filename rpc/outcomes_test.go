package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// BrittleError panics when it is asked for its name through a nil pointer.
type BrittleError struct{ name string }

func (*BrittleError) Error() string                 { return "brittle" }
func (e *BrittleError) Fault() (string, fault.Code) { return e.name, fault.Conflict }

// OuterError declares itself and wraps what led to it.
type OuterError struct {
	cause error
}

func (OuterError) Error() string               { return "cannot take orders now" }
func (OuterError) Fault() (string, fault.Code) { return "orders.closed", fault.Conflict }
func (e OuterError) Unwrap() error             { return e.cause }

// Outcomes ends calls in ways that are hard to tell a caller.
type Outcomes struct {
	_ rpc.Method `method:"End" args:"how"`
}

var outcomes = map[string]error{
	"typed nil": (*BrittleError)(nil),
	"expired":   entrypoint.ErrExpired,
	"stopping":  entrypoint.ErrStopping,
	"outer":     OuterError{fmt.Errorf("reserve: %w", rpc.ErrTimeout)},
	"cause":     fault.New(fault.Conflict, "sold out").Because(errors.New("password=hunter2")),
	"long":      errors.New(strings.Repeat("x", 100_000)),
}

// End fails as it is told.
func (*Outcomes) End(how string) error { return outcomes[how] }

func TestErrorThatPanicsWhenItIsSentIsAnswered(t *testing.T) {
	w := svctest.New(t, &Outcomes{})
	err := callErr(t, w.Client(), "outcomes.end", "typed nil")
	if fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "panic") {
		t.Errorf("have %v, want an internal error that names the panic", err)
	}
	if !strings.Contains(w.Log(), `msg="call failed"`) {
		t.Errorf("the log does not say that the call failed:\n%s", w.Log())
	}
}

func TestMethodCannotSayThatItDidNotRun(t *testing.T) {
	w := svctest.New(t, &Outcomes{})
	for _, how := range []string{"expired", "stopping"} {
		err := callErr(t, w.Client(), "outcomes.end", how)
		if errors.Is(err, rpc.ErrExpired) || errors.Is(err, rpc.ErrStopping) || fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: have %v, want an internal error: the method ran", how, err)
		}
	}
}

func TestDeclaredErrorSpeaksForWhatItWraps(t *testing.T) {
	err := callErr(t, svctest.New(t, &Outcomes{}).Client(), "outcomes.end", "outer")
	if _, ok := errors.AsType[OuterError](err); !ok || fault.CodeOf(err) != fault.Conflict {
		t.Errorf("have %v (%s), want orders.closed", err, fault.CodeOf(err))
	}
}

func TestStatsTellWhatCallersWereTold(t *testing.T) {
	w := svctest.New(t, &Outcomes{})
	nc := plain.Conn(t, w.Broker().URL())
	for how, want := range map[string]string{"cause": `"last_error":"sold out"`, "long": `"last_error":"xxx`} {
		_ = callErr(t, w.Client(), "outcomes.end", how)
		stats := string(request(t, nc, "$SRV.STATS.outcomes", "").Data)
		if !strings.Contains(stats, want) || strings.Contains(stats, "hunter2") || len(stats) > 2000 {
			t.Errorf("%s: have %d bytes: %.600s", how, len(stats), stats)
		}
	}
}

func TestAsyncFunctionThatDoesNotReturnIsAnError(t *testing.T) {
	for name, f := range map[string]func(){"panic": func() { panic("ouch") }, "exit": runtime.Goexit} {
		pending := rpc.Async(await.Within(t), func(context.Context, int) (int, error) { f(); return 1, nil }, 1)
		if _, err := pending.Result(await.Within(t)); err == nil {
			t.Errorf("%s: have no error", name)
		}
	}
}
