//go:build ignore

// The program of the image auth. What is ignored here is built by its name, so that
// `svc run ./examples/auth/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/auth"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&auth.Door{}, &auth.Documents{}, &auth.Audit{}, auth.Options()) }
