package entrypoint_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Door has an argument that is not to be seen, by whatever way it comes.
type Door struct {
	_ rpc.Method `method:"Open" args:"user,password" sensitive:"password"`
}

// Open quotes it all the same.
func (*Door) Open(user, password string) error {
	return fmt.Errorf("%s may not enter with %q", user, password)
}

// audit is middleware that shows arguments.
func audit(next service.Handler) service.Handler {
	return func(ctx context.Context, c *entrypoint.Call) (any, error) {
		out, err := next(ctx, c)
		fmt.Println(c.Name, c.Redacted(), err)
		return out, err
	}
}

// What the tag key sensitive names is in no log, trace or error.
func ExampleCall_Redacted() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Door{}, service.Use(audit))
	_, err := w.Client().Proxy("door").Call(context.Background(), "open", "ann", "abracadabra")
	fmt.Println(err)
	// Output:
	// open map[password:[redacted] user:ann] ann may not enter with "[redacted]"
	// call door.open: ann may not enter with "[redacted]"
}

// The names of methods are in snake_case on the wire.
func ExampleWireName() {
	fmt.Println(entrypoint.WireName("GetUserID"), entrypoint.WireName("HTTPServer"))
	// Output: get_user_id http_server
}
