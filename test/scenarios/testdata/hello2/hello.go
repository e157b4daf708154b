// Package hello2 is the second version of the service of hello1.
package hello2

import "github.com/enoki-go/enoki/rpc"

// GreetingService says hello.
type GreetingService struct {
	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (*GreetingService) Hello(name string) string { return "Hello, " + name + "! (version 2)" }
