package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/enoki-go/enoki/fault"
)

var (
	errSoldOut = fault.Declare("stock.sold_out", fault.Conflict, "sold out")
	errOther   = fault.Declare("stock.other", fault.Conflict, "sold out")
)

// shortage is a declared error type with fields, used as a value.
type shortage struct{ Want, Have int }

func (s shortage) Error() string             { return fmt.Sprintf("want %d, have %d", s.Want, s.Have) }
func (shortage) Fault() (string, fault.Code) { return "stock.shortage", fault.Conflict }

// plain is an undeclared error type.
type plain struct{}

func (plain) Error() string { return "plain" }

func TestErrorBecomesWhatCrossesTheWire(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		err                  error
		code                 fault.Code
		wantName, text, kind string
	}{
		{"declared", errSoldOut, fault.Conflict, "stock.sold_out", "sold out", ""},
		{"declared and wrapped", fmt.Errorf("reserve: %w", errSoldOut), fault.Conflict, "stock.sold_out", "sold out", ""},
		{"declared and joined", errors.Join(io.EOF, errSoldOut), fault.Conflict, "stock.sold_out", "sold out", ""},
		{"undeclared code", fault.New(fault.Denied, "no"), fault.Denied, "", "no", ""},
		{"declared type", shortage{3, 1}, fault.Conflict, "stock.shortage", "want 3, have 1", ""},
		{"declared type wrapped", fmt.Errorf("reserve: %w", shortage{3, 1}), fault.Conflict, "stock.shortage", "want 3, have 1", ""},
		{"deadline", context.DeadlineExceeded, fault.Timeout, "", "context deadline exceeded", ""},
		{"deadline wrapped", fmt.Errorf("query: %w", context.DeadlineExceeded), fault.Timeout, "", "query: context deadline exceeded", ""},
		{"canceled", context.Canceled, fault.Canceled, "", "context canceled", ""},
		{"anything else", plain{}, fault.Internal, "", "plain", "fault_test.plain"},
		{"anything else wrapped", fmt.Errorf("a: %w", fmt.Errorf("b: %w", plain{})), fault.Internal, "", "a: b: plain", "fault_test.plain"},
		{"anything else joined", errors.Join(plain{}, io.EOF), fault.Internal, "", "plain\nEOF", "*errors.joinError"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := fault.From(tt.err)
			if e.Code != tt.code || e.Name != tt.wantName || e.Message != tt.text || e.Class != tt.kind {
				t.Errorf("From(%v) = %+v, want code %q name %q message %q class %q", tt.err, e, tt.code, tt.wantName, tt.text, tt.kind)
			}
			if code := fault.CodeOf(tt.err); code != tt.code {
				t.Errorf("CodeOf(%v) = %q, want %q", tt.err, code, tt.code)
			}
		})
	}
}

func TestDeclaredTypeCrossesWithItsFieldsAsDetails(t *testing.T) {
	t.Parallel()
	e := fault.From(fmt.Errorf("reserve: %w", shortage{3, 1}))
	if e.Details != (shortage{3, 1}) {
		t.Errorf("details are %#v, want %#v", e.Details, shortage{3, 1})
	}
	if !errors.Is(e, shortage{3, 1}) {
		t.Error("the error itself is not found behind what From made of it")
	}
}

func TestNoErrorHasNoCode(t *testing.T) {
	t.Parallel()
	if e := fault.From(nil); e != nil {
		t.Errorf("From(nil) = %v, want nil", e)
	}
	if code := fault.CodeOf(nil); code != "" {
		t.Errorf("CodeOf(nil) = %q, want none", code)
	}
}

// A nil pointer in an error is no nil error; it must not panic in whoever sends
// or logs it.
func TestNilPointerReturnedAsErrorIsInternal(t *testing.T) {
	t.Parallel()
	var none *fault.Error
	for _, err := range []error{none, fmt.Errorf("call: %w", none)} {
		e := fault.From(err)
		if e == nil || e.Code != fault.Internal || e.Message == "" {
			t.Errorf("From(%#v) = %+v, want an internal error with a message", err, e)
		}
	}
}

func TestEveryListedCodeIsValidAndNoOther(t *testing.T) {
	t.Parallel()
	for _, code := range []fault.Code{
		"invalid", "not_found", "conflict", "denied", "unauthenticated",
		"unavailable", "exhausted", "timeout", "canceled", "internal",
	} {
		if !code.Valid() {
			t.Errorf("%q is not valid", code)
		}
	}
	for _, code := range []fault.Code{"", "Invalid", "unknown"} {
		if code.Valid() {
			t.Errorf("%q is valid", code)
		}
	}
}

func TestDerivedErrorLeavesTheDeclarationAlone(t *testing.T) {
	t.Parallel()
	before := *errSoldOut
	derived := errSoldOut.Explain("%d left", 0).With(7).Because(io.EOF).Received(func(any) error { return nil })
	if after := *errSoldOut; after.Message != before.Message || after.Details != nil || errors.Unwrap(&after) != nil {
		t.Errorf("the declaration became %+v, want %+v", after, before)
	}
	if err := errSoldOut.Decode(new(int)); err == nil {
		t.Error("the declaration decodes details, want an error: it did not come over the wire")
	}
	if derived.Message != "0 left" || derived.Details != 7 || !errors.Is(derived, io.EOF) {
		t.Errorf("derived error is %+v, want its message, details and cause", derived)
	}
	if !errors.Is(derived, errSoldOut) || derived.Code != fault.Conflict {
		t.Errorf("derived error %+v lost its identity", derived)
	}
}

func TestIdentityIsTheDeclaredName(t *testing.T) {
	t.Parallel()
	received := &fault.Error{Code: fault.Conflict, Name: "stock.sold_out", Message: "ausverkauft"}
	tests := []struct {
		name        string
		err, target error
		want        bool
	}{
		{"received is the declaration", received, errSoldOut, true},
		{"wrapped received is the declaration", fmt.Errorf("charge: %w", received), errSoldOut, true},
		{"another name with the same code and text", received, errOther, false},
		{"undeclared errors are never the same", fault.New(fault.Denied, "no"), fault.New(fault.Denied, "no"), false},
		{"another type", received, io.EOF, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := errors.Is(tt.err, tt.target); got != tt.want {
				t.Errorf("errors.Is(%v, %v) = %t, want %t", tt.err, tt.target, got, tt.want)
			}
		})
	}
}

func TestTextSaysTheCauseOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  *fault.Error
		want string
	}{
		{"message only", fault.New(fault.Invalid, "bad"), "bad"},
		{"message and cause", fault.New(fault.Invalid, "bad").Because(io.EOF), "bad: EOF"},
		{"cause only", fault.New(fault.Invalid, "").Because(io.EOF), "EOF"},
		{"cause in the message", fault.Newf(fault.Invalid, "bad: %w", io.EOF), "bad: EOF"},
		{"nil", nil, "<nil>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("text is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNewfKeepsEveryWrappedErrorFindable(t *testing.T) {
	t.Parallel()
	err := fault.Newf(fault.Unavailable, "%w, then %w", io.EOF, context.Canceled)
	if !errors.Is(err, io.EOF) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v: want both wrapped errors to be found", err)
	}
	if err.Error() != "EOF, then context canceled" {
		t.Errorf("text is %q", err.Error())
	}
}

func TestCodesAndStatusesStandForEachOther(t *testing.T) {
	t.Parallel()
	for _, code := range []fault.Code{
		fault.Invalid, fault.NotFound, fault.Conflict, fault.Denied, fault.Unauthenticated,
		fault.Unavailable, fault.Exhausted, fault.Timeout, fault.Canceled, fault.Internal,
	} {
		if have := fault.FromStatus(code.Status()); have != code {
			t.Errorf("%s: have %s from its status %d", code, have, code.Status())
		}
	}
	if have := fault.Code("odd").Status(); have != 500 {
		t.Errorf("a code that is none: have %d, want 500", have)
	}
	if have := fault.FromStatus(418); have != fault.Internal {
		t.Errorf("a status that stands for none: have %s, want internal", have)
	}
}
