package entrypoint_test

import (
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
)

// kind is an entrypoint kind that is only declared.
type kind struct{}

func (kind) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return nil, nil
}

type list[T any] struct{}

func (*list[T]) Push(T) {}

func free() {}

func TestBindKnowsTheMethodAndItsOwnPlace(t *testing.T) {
	t.Parallel()
	_, _, line, _ := runtime.Caller(0)
	b := entrypoint.Bind(kind{}, (*shop).Add, `args:"a,b"`, `workers:"2"`)
	if b.Err != nil || b.Method != "Add" || b.Declaration != (kind{}) {
		t.Errorf("binding is %+v, want Add without an error", b)
	}
	if b.Tag != `args:"a,b" workers:"2"` {
		t.Errorf("tag is %q", b.Tag)
	}
	if filepath.Base(b.File) != "bind_test.go" || b.Line != line+1 {
		t.Errorf("bound at %s:%d, want bind_test.go:%d", b.File, b.Line, line+1)
	}
}

func TestBindTakesMethodExpressionsOnly(t *testing.T) {
	t.Parallel()
	const want = ", want a method expression such as (*Orders).Create"
	const here = "github.com/enoki-go/enoki/entrypoint_test."
	tests := []struct {
		name   string
		method any
		want   string // Go name
		err    string
	}{
		{"pointer receiver", (*shop).Add, "Add", ""},
		{"value receiver", shop.ByValue, "ByValue", ""},
		{"generic type", (*list[int]).Push, "Push", ""},
		{"method value", (&shop{}).Add, "", "bind: have " + here + "(*shop).Add-fm" + want},
		{"closure", func() {}, "", "bind: have " + here + "TestBindTakesMethodExpressionsOnly.func1" + want},
		{"function", free, "", "bind: have " + here + "free" + want},
		{"nil", nil, "", "bind: have <nil>" + want},
		{"nil function", (func())(nil), "", "bind: have func()" + want},
		{"name of a method", "Add", "", "bind: have string" + want},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := entrypoint.Bind(kind{}, tt.method)
			if b.Method != tt.want {
				t.Errorf("method is %q, want %q", b.Method, tt.want)
			}
			if text := errorText(b.Err); text != tt.err {
				t.Errorf("error is\n%s, want\n%s", text, tt.err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
