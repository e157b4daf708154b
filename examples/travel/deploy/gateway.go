//go:build ignore

// The program of the image travel-gateway. What is ignored here is built by its name, so
// that `svc run ./examples/travel/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/travel/gateway"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&gateway.Gateway{}, gateway.Options()) }
