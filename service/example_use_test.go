package service_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Vault opens for those who are known.
type Vault struct {
	_ rpc.Method `method:"Open"`
}

// Open does not ask who calls.
func (*Vault) Open() string { return "open" }

// ErrStranger refuses calls on behalf of nobody.
var ErrStranger = fault.Declare("vault.stranger", fault.Unauthenticated, "who are you?")

// known is middleware: it sees every call before its dependencies are acquired, and its
// outcome after they are released.
func known(next service.Handler) service.Handler {
	return func(ctx context.Context, c *entrypoint.Call) (any, error) {
		if c.Data["user"] == "" {
			return nil, ErrStranger
		}
		return next(ctx, c)
	}
}

func ExampleUse() {
	t := new(stage.Stage)
	defer t.End()
	ctx := context.Background()

	w := svctest.New(t, &Vault{}, service.Use(known))
	_, err := w.Hook(ctx, "vault", "Open")
	fmt.Println(errors.Is(err, ErrStranger))
	fmt.Println(w.Hook(entrypoint.WithData(ctx, "user", "ann"), "vault", "Open"))
	// Output:
	// true
	// open <nil>
}
