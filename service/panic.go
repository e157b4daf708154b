package service

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// PanicError is the outcome of a call that panicked. Its stack stays in
// the log; its text crosses the wire as that of any undeclared error.
type PanicError struct {
	Value any
	Stack []byte
}

// Error returns the panic's value as text.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// recovered turns a panic into the error of the function that defers it.
func recovered(out *any, err *error) {
	if v := recover(); v != nil {
		*out, *err = nil, &PanicError{Value: v, Stack: debug.Stack()}
	}
}

// guarded runs a hook of a plugin; its panic becomes an error, so that what has
// to be stopped after it is stopped.
func guarded(hook func() error) (err error) {
	var none any
	defer recovered(&none, &err)
	return hook()
}

// errExited is the outcome of a call whose goroutine was ended from within. No
// recover sees that; only what was deferred still runs.
var errExited = errors.New("runtime.Goexit ended the goroutine of the call; want a return (in a test, t.Error instead of t.Fatal)")
