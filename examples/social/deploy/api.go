//go:build ignore

// The program of the image social-api. What is ignored here is built by its name, so
// that `svc run ./examples/social/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/social/api"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&api.API{}, api.Options()) }
