//go:build ignore

// The program of the image social-register. What is ignored here is built by its name, so
// that `svc run ./examples/social/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&register.Register{}) }
