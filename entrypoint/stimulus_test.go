package entrypoint_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
)

// summand is a stimulus that brings an argument; the other is 3.
type summand int

func (s summand) Decode(into []any) error {
	if s < 0 {
		return errNegative
	}
	*into[0].(*int), *into[1].(*int) = int(s), 3
	return nil
}

func (summand) Interrupt()      {}
func (summand) Done(any, error) {}

var errNegative = errors.New("negative")

func TestStimulusDecodesWhereDecodeIsNil(t *testing.T) {
	t.Parallel()
	seven := func(into []any) error { *into[1].(*int) = 7; return nil }
	for name, tt := range map[string]struct {
		call *entrypoint.Call
		want any
		err  error
	}{
		"stimulus alone":            {call: &entrypoint.Call{Stimulus: summand(2)}, want: 5},
		"stimulus that refuses":     {call: &entrypoint.Call{Stimulus: summand(-1)}, err: errNegative},
		"Decode before a stimulus":  {call: &entrypoint.Call{Stimulus: summand(2), Decode: seven}, want: 7},
		"neither of them, so zeros": {call: &entrypoint.Call{}, want: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := tt.call
			c.Method = method(t, "Add")
			out, err := c.Invoke(t.Context(), reflect.ValueOf(&shop{}))
			if out != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("have %v, %v, want %v, %v", out, err, tt.want, tt.err)
			}
		})
	}
}

// BenchmarkCall measures a call from the stimulus to the outcome, without a
// container: the Call, its arguments and what reflect makes of the results.
func BenchmarkCall(b *testing.B) {
	receiver, add := reflect.ValueOf(&shop{}), method(b, "Add")
	b.ReportAllocs()
	for b.Loop() {
		c := &entrypoint.Call{Method: add, Stimulus: summand(2)}
		if out, err := c.Invoke(c.Context(), receiver); out != 5 || err != nil {
			b.Fatal(out, err)
		}
	}
}
