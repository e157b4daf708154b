package devbroker

import (
	"errors"
	"io"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// Shared returns the development broker of one address, which keeps its data, log and
// pid file in home. The command runs it, from the program's name on.
func Shared(addr, home string, command ...string) devserver.Shared {
	return devserver.Shared{Kind: kind, Addr: addr, Home: home, Command: command}
}

var kind = devserver.Kind{
	Name:  "broker",
	Says:  "a NATS server (or a NATS server that wants TLS at once)",
	Cure:  "name your broker with --broker nats://host:port, or free the port",
	Probe: Probe,
	Start: func(addr, home string, log io.Writer) (devserver.Server, error) {
		return Start(Config{Addr: addr, Store: home, JetStream: true, Log: log, Verbose: true})
	},
	Passing: func(err error) bool {
		_, locked := errors.AsType[*LockedError](err)
		return locked
	},
}
