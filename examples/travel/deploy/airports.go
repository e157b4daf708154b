//go:build ignore

// The program of the image travel-airports. What is ignored here is built by its name, so
// that `svc run ./examples/travel/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/travel/airports"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&airports.Airports{}) }
