package entrypoint_test

import (
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Orders declares its entrypoints in a method instead of marker fields: the compiler sees
// that there are such methods.
type Orders struct{}

// Entrypoints is called once, when the application is made.
func (*Orders) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(rpc.Method{}, (*Orders).Create, `args:"article,count"`),
		entrypoint.Bind(rpc.Method{}, (*Orders).Cancel, `workers:"1"`),
	}
}

// Create is reached as orders.create.
func (*Orders) Create(article string, count int) string { return fmt.Sprint(count, " ", article) }

// Cancel is reached as orders.cancel, by one call at a time.
func (*Orders) Cancel(string) {}

func ExampleBind() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Orders{})
	fmt.Println(svctest.Call[string](w, "orders.create", "pears", 3))
	// Output: 3 pears
}
