// Package hello greets.
package hello

import "github.com/enoki-go/enoki/rpc"

// GreetingService says hello.
type GreetingService struct {
	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (*GreetingService) Hello(name string) string {
	return "Hello, " + name + "!"
}
