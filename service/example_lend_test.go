package service_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// buffers lends each call a buffer of its own, and looks at it when the method has
// returned. The type that is lent need not know of it.
type buffers struct{}

func (buffers) Start(context.Context) error { return nil }
func (buffers) Stop(context.Context) error  { return nil }

func (buffers) Acquire(context.Context) (any, dependency.Release, error) {
	b := new(bytes.Buffer)
	return b, func(_ context.Context, outcome error) error {
		fmt.Printf("%q, %v\n", b, outcome)
		return nil
	}, nil
}

// Writer writes.
type Writer struct {
	Page *bytes.Buffer

	_ rpc.Method `method:"Write" args:"word"`
}

// Write finds an empty page in each call.
func (w *Writer) Write(word string) int {
	w.Page.WriteString(word)
	return w.Page.Len()
}

func ExampleLend() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Writer{}, service.Lend[*bytes.Buffer](buffers{}))
	fmt.Println(svctest.Call[int](w, "writer.write", "once"))
	fmt.Println(svctest.Call[int](w, "writer.write", "again"))
	// Output:
	// "once", <nil>
	// 4
	// "again", <nil>
	// 5
}
