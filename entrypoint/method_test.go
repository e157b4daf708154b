package entrypoint_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// shop has a method of every shape.
type shop struct{ name string }

type contextKey struct{}

func (*shop) Nothing()                      {}
func (*shop) Add(a, b int) int              { return a + b }
func (s *shop) Name() string                { return s.name }
func (*shop) Value(ctx context.Context) any { return ctx.Value(contextKey{}) }
func (*shop) Check(ok bool) error           { return map[bool]error{false: io.EOF}[ok] }
func (*shop) Find(_ context.Context, id string) (*int, error) {
	return nil, map[bool]error{true: io.EOF}[id == ""]
}
func (*shop) Pair(a string) (bool, string) { return a != "", a }
func (*shop) Both(_ context.Context, a int) (int, bool, error) {
	return a, true, map[bool]error{true: io.EOF}[a < 0]
}
func (*shop) Optional(_ string, _ *int, _ *string)         {}
func (*shop) Middle(_ *int, _ string)                      {}
func (*shop) Variadic(...int)                              {}
func (*shop) LateContext(int, context.Context)             {} //nolint:revive // refused for this
func (*shop) TwoContexts(context.Context, context.Context) {}
func (*shop) EarlyError() (error, int)                     { return nil, 0 } //nolint:revive,staticcheck // refused for this
func (shop) ByValue() string                               { return "value" }

func method(tb testing.TB, name string) *entrypoint.Method {
	tb.Helper()
	m, err := newMethod(tb, name)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func newMethod(tb testing.TB, name string) (*entrypoint.Method, error) {
	tb.Helper()
	m, ok := reflect.TypeFor[*shop]().MethodByName(name)
	if !ok {
		tb.Fatalf("no method %s", name)
	}
	return entrypoint.NewMethod(m)
}

func TestMethodsOfEveryShapeAreInvoked(t *testing.T) {
	t.Parallel()
	var none *int
	tests := []struct {
		name string
		args []any
		out  any
		err  error
	}{
		{"Nothing", nil, nil, nil},
		{"Name", nil, "corner", nil},
		{"ByValue", nil, "value", nil},
		{"Value", nil, "from the context", nil},
		{"Add", []any{2, 3}, 5, nil},
		{"Check", []any{true}, nil, nil},
		{"Check", []any{false}, nil, io.EOF},
		{"Find", []any{"x"}, none, nil},
		{"Find", []any{""}, nil, io.EOF},
		{"Pair", []any{"x"}, entrypoint.Results{true, "x"}, nil},
		{"Both", []any{1}, entrypoint.Results{1, true}, nil},
		{"Both", []any{-1}, nil, io.EOF},
	}
	ctx := context.WithValue(t.Context(), contextKey{}, "from the context")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := entrypoint.Call{Method: method(t, tt.name), Decode: func(into []any) error {
				for i, a := range tt.args {
					reflect.ValueOf(into[i]).Elem().Set(reflect.ValueOf(a))
				}
				return nil
			}}
			out, err := c.Invoke(ctx, reflect.ValueOf(&shop{"corner"}))
			if !reflect.DeepEqual(out, tt.out) || !errors.Is(err, tt.err) {
				t.Errorf("%s(%v) = %#v, %v, want %#v, %v", tt.name, tt.args, out, err, tt.out, tt.err)
			}
		})
	}
}

func TestNilInterfaceResultIsNil(t *testing.T) {
	t.Parallel()
	c := entrypoint.Call{Method: method(t, "Value")}
	out, err := c.Invoke(t.Context(), reflect.ValueOf(&shop{}))
	if out != nil || err != nil {
		t.Errorf("Invoke = %#v, %v, want nil, nil", out, err)
	}
}

func TestMethodKnowsItsParametersAndResults(t *testing.T) {
	t.Parallel()
	m := method(t, "Both")
	if !slices.Equal(m.In, []reflect.Type{reflect.TypeFor[int]()}) {
		t.Errorf("In is %v, want int", m.In)
	}
	if !slices.Equal(m.Out, []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[bool]()}) {
		t.Errorf("Out is %v, want int, bool", m.Out)
	}
	if want := "Both(context.Context, int) (int, bool, error)"; m.Signature() != want {
		t.Errorf("Signature is %q, want %q", m.Signature(), want)
	}
}

func TestTrailingPointersMayBeLeftOut(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"Nothing": 0, "Add": 2, "Optional": 1, "Middle": 2} {
		if have := method(t, name).Required(); have != want {
			t.Errorf("%s requires %d parameters, want %d", name, have, want)
		}
	}
	if m := method(t, "Middle"); !m.Optional(0) || m.Optional(1) {
		t.Error("a pointer is optional, a string is not")
	}
}

func TestSignaturesThatNobodyCanServeAreRefused(t *testing.T) {
	t.Parallel()
	const want = "; want func([ctx context.Context,] args…) (results…[, error])"
	for name, text := range map[string]string{
		"Variadic":    "method Variadic is func(*entrypoint_test.shop, ...int): a variadic parameter cannot be told from several; take a slice",
		"LateContext": "method LateContext is func(*entrypoint_test.shop, int, context.Context): context.Context is not the first parameter",
		"TwoContexts": "method TwoContexts is func(*entrypoint_test.shop, context.Context, context.Context): context.Context is not the first parameter",
		"EarlyError":  "method EarlyError is func(*entrypoint_test.shop) (error, int): error is not the last result",
	} {
		_, err := newMethod(t, name)
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		if diff := cmp.Diff(text+want, err.Error()); diff != "" {
			t.Errorf("%s (-want +have):\n%s", name, diff)
		}
	}
}
