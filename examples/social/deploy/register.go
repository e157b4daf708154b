//go:build ignore

// The program register of the image. What is ignored here is built by its name, so that
// patterns such as ./... go on finding the services themselves.
package main

import (
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&register.Register{}) }
