// Package moved is a service of go-micro and one of Enoki that call each other, while some
// services have moved and some have not.
package moved

import (
	"context"

	"go-micro.dev/v5/client"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/test/coming/gomicro"
)

// Greeter is what is left of a service that has moved to Enoki: who still calls it with
// go-micro notices nothing.
type Greeter struct {
	Moved rpc.Func[string, string] // rpc.FuncOf[string, string](dialled, "greeting_service.hello")
}

// Hello passes the call on.
func (g *Greeter) Hello(ctx context.Context, in *gomicro.HelloRequest, out *gomicro.HelloResponse) (err error) {
	out.Text, err = g.Moved(ctx, in.Name)
	return err
}

// Welcome is a service of Enoki that calls one which has not moved yet.
type Welcome struct {
	Micro client.Client // from a constructor, given with service.Provide

	_ rpc.Method `method:"Welcome" args:"name"`
}

// Welcome greets name.
func (w *Welcome) Welcome(ctx context.Context, name string) (string, error) {
	text, err := gomicro.Hello(ctx, w.Micro, name)
	return text + " Welcome!", err
}
