package fault_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/fault"
)

// Every error has a code: what nobody has given one is internal.
func ExampleCodeOf() {
	fmt.Println(fault.CodeOf(fmt.Errorf("load: %w", fault.New(fault.NotFound, "there is no such note"))))
	fmt.Println(fault.CodeOf(fmt.Errorf("load: %w", context.DeadlineExceeded)))
	fmt.Println(fault.CodeOf(errors.New("disk full")))
	// Output:
	// not_found
	// timeout
	// internal
}

// A code stands for a status of HTTP, and a status for a code.
func ExampleCode_Status() {
	fmt.Println(fault.Exhausted.Status(), fault.FromStatus(429), fault.FromStatus(418))
	// Output: 429 exhausted internal
}

// A message crosses the wire as a whole; Because keeps a cause here.
func ExampleNewf() {
	err := fault.Newf(fault.Invalid, "have %d articles, want at most %d", 7, 5)
	fmt.Println(err.Code, err)
	// Output: invalid have 7 articles, want at most 5
}
