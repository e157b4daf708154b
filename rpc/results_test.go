package rpc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Results returns what cannot travel.
type Results struct {
	_ rpc.Method `method:"Any" args:"what"`
	_ rpc.Method `method:"Size" args:"text"`
}

type stubborn struct{}

func (stubborn) MarshalJSON() ([]byte, error) { return nil, errors.New("stubborn") }

type explosive struct{}

func (explosive) MarshalJSON() ([]byte, error) { panic("explosive") }

type cyclic struct{ Next *cyclic }

// Any returns a value of many kinds.
func (*Results) Any(what string) any {
	switch what {
	case "channel":
		return make(chan int)
	case "nested function":
		return map[string]any{"deep": []any{func() {}}}
	case "marshaler that fails":
		return stubborn{}
	case "marshaler that panics":
		return explosive{}
	case "cycle":
		c := &cyclic{}
		c.Next = c
		return c
	case "too large":
		return strings.Repeat("x", 2<<20)
	default:
		return what
	}
}

// Size returns the length of text.
func (*Results) Size(text string) int { return len(text) }

func TestResultThatCannotBeSentIsToldAndTheServiceLives(t *testing.T) {
	w := svctest.New(t, &Results{})
	for what, why := range map[string]string{
		"channel":               "chan int",
		"nested function":       "func()",
		"marshaler that fails":  "stubborn",
		"marshaler that panics": "explosive",
		"cycle":                 "result of results.any",
		"too large":             "max_payload",
	} {
		t.Run(what, func(t *testing.T) {
			err := callErr(t, w.Client(), "results.any", what)
			if !errors.Is(err, rpc.ErrBadResult) {
				t.Errorf("have %v, want ErrBadResult", err)
			}
			wantCode(t, err, fault.Internal)
			wantText(t, err, "call results.any", "result of results.any", why)
			if got := svctest.Call[string](w, "results.any", "fine"); got != "fine" {
				t.Errorf("then: have %q, want fine", got)
			}
			if !strings.Contains(w.Log(), "result cannot be sent") {
				t.Errorf("have log %s, want a word about the result", w.Log())
			}
		})
	}
}

func TestArgumentsThatCannotBeSentAreToldAtOnce(t *testing.T) {
	w := svctest.New(t, &Results{})
	err := callErr(t, w.Client(), "results.size", make(chan int))
	if !errors.Is(err, rpc.ErrBadArguments) {
		t.Errorf("have %v, want ErrBadArguments", err)
	}
	wantText(t, err, "call results.size", "chan int")

	err = callErr(t, w.Client(), "results.size", strings.Repeat("x", 2<<20))
	wantCode(t, err, fault.Invalid)
	wantText(t, err, "call results.size", "2097", "max_payload")

	if got := svctest.Call[int](w, "results.size", "fine"); got != 4 {
		t.Errorf("then: have %d, want 4", got)
	}
}

func TestLargeArgumentsAndResultsTravel(t *testing.T) {
	w := svctest.New(t, &Results{}, &Echo{})
	text := strings.Repeat("x", 900_000)
	if got := svctest.Call[int](w, "results.size", text); got != len(text) {
		t.Errorf("have %d, want %d", got, len(text))
	}
	if got := svctest.Call[Pair](w, "echo.pair", text, 1); got.Text != text {
		t.Errorf("have %d bytes, want %d", len(got.Text), len(text))
	}
}
