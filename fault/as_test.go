package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/enoki-go/enoki/fault"
)

// lapse is a declared error type that is used as a pointer.
type lapse struct{ Minutes int }

func (l *lapse) Error() string             { return fmt.Sprintf("%d minutes late", l.Minutes) }
func (*lapse) Fault() (string, fault.Code) { return "trains.lapse", fault.Timeout }

// overWire returns err as a caller in another process receives it.
func overWire(t *testing.T, err error) *fault.Error {
	t.Helper()
	sent := fault.From(err)
	details, marshalErr := json.Marshal(sent.Details)
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	received := &fault.Error{Code: sent.Code, Name: sent.Name, Message: sent.Message}
	return received.Received(func(into any) error { return json.Unmarshal(details, into) })
}

func TestDeclaredValueIsFoundAtTheCaller(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("reserve: %w", overWire(t, shortage{3, 1}))
	got, ok := errors.AsType[shortage](err)
	if !ok || got != (shortage{3, 1}) {
		t.Errorf("AsType = %#v, %t, want %#v", got, ok, shortage{3, 1})
	}
	var target shortage
	if !errors.As(err, &target) || target != (shortage{3, 1}) {
		t.Errorf("As filled %#v, want %#v", target, shortage{3, 1})
	}
}

func TestDeclaredValueIsFoundThroughAPointerTarget(t *testing.T) {
	t.Parallel()
	got, ok := errors.AsType[*shortage](overWire(t, shortage{3, 1}))
	if !ok || *got != (shortage{3, 1}) {
		t.Errorf("AsType = %#v, %t, want a pointer to %#v", got, ok, shortage{3, 1})
	}
}

func TestDeclaredPointerIsFoundAtTheCaller(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("ride: %w", overWire(t, &lapse{7}))
	got, ok := errors.AsType[*lapse](err)
	if !ok || got.Minutes != 7 {
		t.Errorf("AsType = %#v, %t, want 7 minutes", got, ok)
	}
	var target *lapse
	if !errors.As(err, &target) || target.Minutes != 7 {
		t.Errorf("As filled %#v, want 7 minutes", target)
	}
}

func TestOtherTypesAreNotFoundInAReceivedError(t *testing.T) {
	t.Parallel()
	err := overWire(t, shortage{3, 1})
	if got, ok := errors.AsType[*lapse](err); ok {
		t.Errorf("found %#v under another name", got)
	}
	if got, ok := errors.AsType[plain](err); ok {
		t.Errorf("found %#v, which is not declared", got)
	}
	if got, ok := errors.AsType[interface {
		error
		Minutes() int
	}](err); ok {
		t.Errorf("found %#v, which is an interface nobody implements", got)
	}
	if got, ok := errors.AsType[*fault.Error](err); !ok || got != err {
		t.Errorf("found %v, %t, want the received error itself", got, ok)
	}
}

func TestDeclaredTypeIsNotFoundWithoutReadableDetails(t *testing.T) {
	t.Parallel()
	named := &fault.Error{Code: fault.Conflict, Name: "stock.shortage", Message: "short"}
	broken := named.Received(func(any) error { return errors.New("garbled") })
	for _, err := range []error{named, broken} {
		target := shortage{9, 9}
		if errors.As(err, &target) || target != (shortage{9, 9}) {
			t.Errorf("%v filled the target with %#v, want it left alone", err, target)
		}
	}
}

func TestReceivedErrorIsForwardedUnchanged(t *testing.T) {
	t.Parallel()
	first := overWire(t, shortage{3, 1})
	if second := fault.From(fmt.Errorf("in between: %w", first)); second != first {
		t.Errorf("From = %+v, want what was received", second)
	}
}

func TestDetailsOfAReceivedErrorAreDecoded(t *testing.T) {
	t.Parallel()
	var seconds int
	if err := overWire(t, errSoldOut.With(12)).Decode(&seconds); err != nil || seconds != 12 {
		t.Errorf("decoded %d, %v, want 12", seconds, err)
	}
}
