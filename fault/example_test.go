package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/fault"
)

func ExampleDeclare() {
	errSoldOut := fault.Declare("stock.sold_out", fault.Conflict, "sold out")

	err := fmt.Errorf("order 7: %w", errSoldOut.Explain("no chairs left"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, errSoldOut), fault.CodeOf(err))
	// Output:
	// order 7: no chairs left
	// true conflict
}

func ExampleError_Because() {
	err := fault.New(fault.Unavailable, "try again later").Because(errors.New("disk full"))

	fmt.Println("log:   ", err)
	fmt.Println("caller:", err.Message)
	// Output:
	// log:    try again later: disk full
	// caller: try again later
}

func ExampleError_With() {
	busy := fault.Declare("stock.busy", fault.Exhausted, "too many orders")
	err := busy.With(map[string]int{"retry_after": 5})

	// What a transport does between the processes.
	wire, _ := json.Marshal(err.Details)
	received := busy.Received(func(into any) error { return json.Unmarshal(wire, into) })

	var details struct {
		RetryAfter int `json:"retry_after"`
	}
	fmt.Println(received.Decode(&details), details.RetryAfter)
	// Output: <nil> 5
}

// TooFew is an error type of the user's own; see ExampleDeclared.
type TooFew struct{ Want, Have int } //nolint:errname // named for what it says, as users do

func (e TooFew) Error() string             { return fmt.Sprintf("want %d, have %d", e.Want, e.Have) }
func (TooFew) Fault() (string, fault.Code) { return "stock.too_few", fault.Conflict }

func ExampleDeclared() {
	sent := fault.From(fmt.Errorf("reserve: %w", TooFew{Want: 3, Have: 1}))
	wire, _ := json.Marshal(sent.Details)

	received := (&fault.Error{Code: sent.Code, Name: sent.Name, Message: sent.Message}).
		Received(func(into any) error { return json.Unmarshal(wire, into) })
	if e, ok := errors.AsType[TooFew](received); ok {
		fmt.Println("short of", e.Want-e.Have)
	}
	// Output: short of 2
}

func ExampleFrom() {
	e := fault.From(fmt.Errorf("read: %w", errors.New("disk full")))
	fmt.Println(e.Code, e.Class, e.Message)
	// Output: internal *errors.errorString read: disk full
}
