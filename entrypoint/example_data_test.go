package entrypoint_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Front passes on what it is asked.
type Front struct {
	Tenant rpc.Func[rpc.None, string] `rpc:"back.tenant"`

	_ rpc.Method `method:"Ask"`
}

// Ask says nothing of a tenant: context data travels by itself.
func (f *Front) Ask(ctx context.Context) (string, error) { return f.Tenant(ctx, rpc.None{}) }

// Back knows on whose behalf it works.
type Back struct {
	_ rpc.Method `method:"Tenant"`
}

// Tenant reads the context data, and the call itself.
func (*Back) Tenant(ctx context.Context) string {
	c := entrypoint.FromContext(ctx)
	return fmt.Sprintf("%s, call %d in a row", entrypoint.Data(ctx)["tenant"], len(c.Stack()))
}

func ExampleWithData() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Front{}, &Back{})
	ctx := entrypoint.WithData(context.Background(), "tenant", "acme")
	fmt.Println(w.Hook(ctx, "front", "Ask"))
	// Output: acme, call 2 in a row <nil>
}
