// Package gomicro is what docs/coming-from-go-micro.md shows of go-micro v5.3.0.
package gomicro

import (
	"context"

	"go-micro.dev/v5"
	"go-micro.dev/v5/client"
	"go-micro.dev/v5/errors"
)

// HelloRequest asks for a greeting.
type HelloRequest struct {
	Name string `json:"name"`
}

// HelloResponse is one.
type HelloResponse struct {
	Text string `json:"text"`
}

// Greeter says hello.
type Greeter struct{}

// Hello greets a name.
func (*Greeter) Hello(_ context.Context, in *HelloRequest, out *HelloResponse) error {
	if in.Name == "" {
		return errors.BadRequest("greeter", "nobody to greet")
	}
	out.Text = "Hello, " + in.Name + "!"
	return nil
}

// NewGreeter makes the service.
func NewGreeter(options ...micro.Option) (micro.Service, error) {
	s := micro.NewService(append(options, micro.Name("greeter"))...)
	return s, micro.RegisterHandler(s.Server(), new(Greeter))
}

// Hello calls the service from another one.
func Hello(ctx context.Context, c client.Client, name string) (string, error) {
	in, out := &HelloRequest{Name: name}, new(HelloResponse)
	err := c.Call(ctx, c.NewRequest("greeter", "Greeter.Hello", in), out)
	return out.Text, err
}
