//go:build ignore

// The program of the image users. What is ignored here is built by its name, so that
// `svc run ./examples/users/...` goes on finding the service itself.
package main

import (
	"github.com/enoki-go/enoki/examples/users"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&users.Users{}) }
