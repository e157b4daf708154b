package contextdata_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Cards knows for whom it writes: what a call carries, however many services came
// before, is in its fields.
type Cards struct {
	User     contextdata.UserID
	Language contextdata.Language
	Tenant   contextdata.Value[int] `data:"tenant"`

	_ rpc.Method `method:"Write"`
}

// Write reads the fields.
func (c *Cards) Write() string {
	return fmt.Sprintf("dear %s (%s), tenant %d", c.User, c.Language, c.Tenant.Get())
}

func ExampleValue() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Cards{})
	ctx := entrypoint.WithData(context.Background(), contextdata.KeyUserID, "ann")
	ctx = entrypoint.WithData(ctx, contextdata.KeyLanguage, "en")
	fmt.Println(w.Hook(entrypoint.WithData(ctx, "tenant", "7"), "cards", "Write"))
	fmt.Println(w.Hook(entrypoint.WithData(ctx, "tenant", "acme"), "cards", "Write"))
	// Output:
	// dear ann (en), tenant 7 <nil>
	// <nil> acquire Tenant: context data tenant: want a whole number of 64 bits
}

// A unit test sets the fields.
func ExampleOf() {
	c := &Cards{User: "bob", Language: "de", Tenant: contextdata.Of(9)}
	fmt.Println(c.Write())
	// Output: dear bob (de), tenant 9
}
