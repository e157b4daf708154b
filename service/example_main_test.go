package service_test

import (
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Clock tells the time.
type Clock struct {
	_ rpc.Method `method:"Now"`
}

// Now is reached as clock.now.
func (*Clock) Now() string { return "noon" }

// The main function of a program of services. It has flags (--help lists them), reads the
// configuration, ends with a signal, and exits.
func ExampleMain() {
	service.Main(&Clock{}, service.Defaults("workers: 4"))
}
