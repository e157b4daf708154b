// Package hello1 is the first version of a service.
package hello1

import "github.com/enoki-go/enoki/rpc"

// GreetingService says hello.
type GreetingService struct {
	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (*GreetingService) Hello(name string) string { return "Hello, " + name + "!" }
