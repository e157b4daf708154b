package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web/gateway"
)

// Adder knows nothing of HTTP.
type Adder struct {
	_ rpc.Method `method:"Add" args:"a,b"`
}

// Add is reached as adder.add.
func (*Adder) Add(a, b int) int { return a + b }

// Edge serves the methods of all services on the broker, wherever these run.
type Edge struct {
	Front gateway.Front `services:"adder"`
}

func ExampleFront() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Adder{}, &Edge{})
	answer, err := http.Post(w.URL()+"/adder/add", "application/json", strings.NewReader(`{"a":2,"b":3}`))
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(text), err)
	// Output: 200 5 <nil>
}
