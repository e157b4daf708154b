package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

var (
	errSoldOut = fault.Declare("stock.sold_out", fault.Conflict, "sold out")
	errClash   = fault.Declare("svc.unknown_method", fault.NotFound, "a name like one of ours")
)

// ShortError is a declared type with a value receiver.
type ShortError struct {
	Missing int      `json:"missing"`
	SKUs    []string `json:"skus"`
}

func (e ShortError) Error() string             { return fmt.Sprintf("short of %d", e.Missing) }
func (ShortError) Fault() (string, fault.Code) { return "stock.short", fault.Conflict }

// LockedError is a declared type with a pointer receiver.
type LockedError struct {
	By string `json:"by"`
}

func (e *LockedError) Error() string             { return "locked by " + e.By }
func (*LockedError) Fault() (string, fault.Code) { return "stock.locked", fault.Denied }

// DisguisedError is a declared type with one of our names.
type DisguisedError struct{}

func (DisguisedError) Error() string               { return "disguised" }
func (DisguisedError) Fault() (string, fault.Code) { return "svc.timeout", fault.Conflict }

type exampleError struct{ text string }

func (e *exampleError) Error() string { return e.text }

// Stock fails in every way.
type Stock struct {
	_ rpc.Method `method:"Fail" args:"how"`
	_ rpc.Method `method:"Works"`
}

var failures = map[string]error{
	"value":         errSoldOut,
	"wrapped value": fmt.Errorf("reserve: %w", errSoldOut),
	"explained":     errSoldOut.Explain("no apples left"),
	"with details":  errSoldOut.With(map[string]int{"left": 2}),
	"type":          ShortError{3, []string{"a", "b"}},
	"pointer":       &LockedError{"ann"},
	"wrapped type":  fmt.Errorf("reserve: %w", &LockedError{"ann"}),
	"code":          fault.New(fault.Exhausted, "quota used up"),
	"undeclared":    fmt.Errorf("deep: %w", &exampleError{"disk on fire"}),
	"clash":         errClash,
	"disguised":     DisguisedError{},
	"deadline":      fmt.Errorf("query: %w", context.DeadlineExceeded),
	"canceled":      context.Canceled,
	"no code":       &fault.Error{Message: "no code"},
	"strange code":  fault.New("strange\r\nSvc-Error: forged", "strange code"),
	"nil fault":     (*fault.Error)(nil),
	"nil type":      (*exampleError)(nil),
	"huge":          fault.New(fault.Conflict, strings.Repeat("x", 2<<20)),
	"long":          fault.New(fault.Conflict, strings.Repeat("☃", 300)),
	"unencodable":   errSoldOut.With(map[string]any{"c": make(chan int)}),
	"lines":         fault.New(fault.Conflict, "one\r\nSvc-Error: forged\n\x00two"),
}

// Fail returns one of the failures, or panics.
func (*Stock) Fail(how string) (int, error) {
	if how == "panic" {
		panic("out of apples")
	}
	return 1, failures[how]
}

// Works returns true.
func (*Stock) Works() bool { return true }

// Shop fails as Stock does.
type Shop struct {
	_ rpc.Method `method:"Fail" args:"how"`

	Stock rpc.Func[string, int] `rpc:"stock.fail"`
}

// Fail passes the error of Stock on.
func (s *Shop) Fail(ctx context.Context, how string) (int, error) {
	n, err := s.Stock(ctx, how)
	if err != nil {
		return 0, fmt.Errorf("shop: %w", err)
	}
	return n, nil
}

// overHops runs a test against a callee and against one that passes its errors on.
func overHops(t *testing.T, test func(t *testing.T, fail func(how string) error)) {
	t.Helper()
	w := svctest.New(t, &Stock{}, &Shop{})
	for _, target := range []string{"stock.fail", "shop.fail"} {
		t.Run(target, func(t *testing.T) {
			test(t, func(how string) error { return callErr(t, w.Client(), target, how) })
		})
	}
	if !svctest.Call[bool](w, "stock.works") {
		t.Error("the service does not work any more")
	}
}

func TestDeclaredValueIsFoundAtTheCaller(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		for _, how := range []string{"value", "wrapped value", "explained", "with details"} {
			err := fail(how)
			if !errors.Is(err, errSoldOut) {
				t.Errorf("%s: have %v, want errors.Is errSoldOut", how, err)
			}
			wantCode(t, err, fault.Conflict)
		}
		wantText(t, fail("value"), "sold out")
		wantText(t, fail("explained"), "no apples left")
	})
}

func TestDetailsOfADeclaredValueAreReadAtTheCaller(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		e, ok := errors.AsType[*fault.Error](fail("with details"))
		var details struct {
			Left int `json:"left"`
		}
		if !ok || e.Decode(&details) != nil || details.Left != 2 {
			t.Errorf("have %+v, %v, want left 2", details, e)
		}
	})
}

func TestDeclaredTypeIsFoundAtTheCaller(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		short, ok := errors.AsType[ShortError](fail("type"))
		if !ok || short.Missing != 3 || strings.Join(short.SKUs, "") != "ab" {
			t.Errorf("have %v, %+v, want the fields", ok, short)
		}
		for _, how := range []string{"pointer", "wrapped type"} {
			locked, ok := errors.AsType[*LockedError](fail(how))
			if !ok || locked.By != "ann" {
				t.Errorf("%s: have %v, %+v, want ann", how, ok, locked)
			}
			wantCode(t, fail(how), fault.Denied)
		}
		if _, ok := errors.AsType[*LockedError](fail("type")); ok {
			t.Error("one declared type is taken for another")
		}
	})
}

func TestUndeclaredErrorIsInternalWithItsClass(t *testing.T) {
	w := svctest.New(t, &Stock{})
	e, ok := errors.AsType[*fault.Error](callErr(t, w.Client(), "stock.fail", "undeclared"))
	if !ok || e.Code != fault.Internal || e.Class != "*rpc_test.exampleError" || e.Message != "deep: disk on fire" {
		t.Errorf("have %+v, want internal, *rpc_test.exampleError and the message", e)
	}
}

func TestErrorsOfContextsKeepTheirCodes(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		wantCode(t, fail("deadline"), fault.Timeout)
		wantCode(t, fail("canceled"), fault.Canceled)
		wantCode(t, fail("code"), fault.Exhausted)
	})
}

func TestErrorWithoutAValidCodeIsStillAnError(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		for _, how := range []string{"no code", "strange code", "nil fault"} {
			wantCode(t, fail(how), fault.Internal)
		}
	})
}

func TestErrorNamedLikeOneOfOursIsNotTakenForIt(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		for how, code := range map[string]fault.Code{"clash": fault.NotFound, "disguised": fault.Conflict} {
			err := fail(how)
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Name != "" || errors.Is(err, rpc.ErrUnknownMethod) || errors.Is(err, rpc.ErrTimeout) {
				t.Errorf("%s: have name %q, want none", how, e.Name)
			}
			wantCode(t, err, code)
		}
	})
}

func TestPanicCostsOneCallAndItsStackStaysInTheLog(t *testing.T) {
	w := svctest.New(t, &Stock{})
	err := callErr(t, w.Client(), "stock.fail", "panic")
	wantCode(t, err, fault.Internal)
	wantText(t, err, "panic: out of apples")
	if strings.Contains(err.Error(), "goroutine") || strings.Contains(err.Error(), "errors_test.go") {
		t.Errorf("the stack crossed the wire: %v", err)
	}
	if log := w.Log(); !strings.Contains(log, "(*Stock).Fail") || !strings.Contains(log, "errors_test.go") {
		t.Errorf("have log %s, want the stack", log)
	}
	if !svctest.Call[bool](w, "stock.works") {
		t.Error("the service does not work any more")
	}
}

func TestErrorTooLargeForTheBrokerReachesTheCaller(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		err := fail("huge")
		wantCode(t, err, fault.Conflict)
		wantText(t, err, "xxxx")
	})
}

func TestDetailsThatCannotBeEncodedDoNotHideTheError(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		err := fail("unencodable")
		if !errors.Is(err, errSoldOut) {
			t.Errorf("have %v, want errors.Is errSoldOut", err)
		}
		wantText(t, err, "sold out", "chan")
	})
}

func TestErrorWhoseTextPanicsCostsOneCall(t *testing.T) {
	overHops(t, func(t *testing.T, fail func(string) error) {
		t.Helper()
		wantCode(t, fail("nil type"), fault.Internal)
	})
}
