package rpc

import "context"

// AwaitUntold waits for a result that nobody tells of.
func AwaitUntold(ctx context.Context, j Jobs, h Handle) error {
	_, err := j.submitter.await(ctx, h, nil, 0)
	return err
}

// Known is what a caller and a service know of services.
type Known struct{ known *known }

// NewKnown uses the connection of a program.
func NewKnown(s *Standalone) Known { return Known{newKnown(s.caller.conn)} }

// Register runs until ctx ends.
func (k Known) Register(ctx context.Context, service string) error {
	return k.known.register(ctx, service)
}

// Has reports whether a service is known.
func (k Known) Has(ctx context.Context, service string) bool { return k.known.has(ctx, service) }

// Names returns those that are.
func (k Known) Names(ctx context.Context) []string { return k.known.names(ctx) }
