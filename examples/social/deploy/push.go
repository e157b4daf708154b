//go:build ignore

// The program of the image social-push. What is ignored here is built by its name, so
// that `svc run ./examples/social/...` goes on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/social/push"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&push.Push{}) }
