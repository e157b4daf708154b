package devserver

import (
	"context"
	"io"
	"time"
)

// A Kind is a sort of server.
type Kind struct {
	Name string // what messages call it: "broker"
	Says string // what a server of this kind is, for who finds another: "a NATS server"
	Cure string // what to do where something else listens at the address
	// Probe tells who answers at an address; ctx bounds it.
	Probe func(ctx context.Context, addr string) Answer
	// Start returns a server that answers at an address and writes its log.
	Start func(addr, home string, log io.Writer) (Server, error)
	// Passing tells of an error of Start whether it passes when a predecessor has left;
	// nil means that none does.
	Passing func(error) bool
}

// A Server runs in this process.
type Server interface {
	// AwaitIdle returns nil once no client has been connected for idle, or the cause
	// that ended ctx.
	AwaitIdle(ctx context.Context, idle time.Duration) error
	// Stop ends the server. It is called once.
	Stop()
}

// An Answer is what was met at an address.
type Answer int

// What a Probe may meet.
const (
	Nobody   Answer = iota // nothing listens
	Ours                   // a server of the kind
	Stranger               // something else
)

// passes tells whether err of Start passes.
func (k Kind) passes(err error) bool { return k.Passing != nil && k.Passing(err) }
