// Package dependency says what a service struct may ask for in its fields.
//
// A field whose type implements [Declaration] provides itself; other types get
// their values from constructors and providers given to service.New.
package dependency

import (
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
)

// Declaration is implemented by field types that provide their own values. The
// container calls Provide once per field on a zero value of the type, before
// anything starts and before any I/O. An error is reported with the position of
// the field, so it need not say where it happened.
type Declaration interface {
	Provide(f reflect.StructField, h Host) (Provider, error)
}

// Serving is implemented by declarations that serve somebody on their own, such as a
// gateway: a service with such a field needs no entrypoint. Its method is never called.
type Serving interface{ Serves() }

// Provider lends the value of one field to each call.
type Provider interface {
	// Start makes the provider ready. ctx bounds starting, not running.
	Start(ctx context.Context) error
	// Acquire returns the value for one call and how to give it back, nil where
	// there is nothing to do. ctx is the call's. It is called concurrently.
	Acquire(ctx context.Context) (any, Release, error)
	// Stop ends the provider after the last call; it is called once where Start was
	// called, also where that failed.
	Stop(ctx context.Context) error
}

// Release gives back what Acquire lent. The outcome is nil where the method and
// the releases before this one succeeded: then commit, else roll back. It runs
// before the answer is sent, in reverse order of the fields; an error becomes
// the outcome of the call. ctx is the call's, or a fresh one of a second where
// that has ended.
type Release func(ctx context.Context, outcome error) error

// Constant is implemented by providers whose value is the same for every call
// and needs no release. The container sets it once instead of calling Acquire.
type Constant interface {
	// Value returns the value. It is called after Start, once for each field.
	Value() any
}

// Describer is implemented by providers that can say what they depend on: what
// the manifest and the graph of services show.
type Describer interface {
	Describe() Description
}

// Description says what a field depends on.
type Description struct {
	Kind    string            // "rpc", "event", "sql", "config" …
	Target  string            // service and method, event, database or section
	Service string            // service that is called, where one is
	Schema  json.RawMessage   // JSON Schema of what is sent, where that has one
	Options map[string]string // whatever else the kind wants to show
}

// Host is the container as a provider sees it. Its methods are safe for
// concurrent use.
type Host interface {
	// Service returns the name of the service, Version its version and Instance an
	// identity that no other process has.
	Service() string
	Version() string
	Instance() string
	// Config decodes a section of the configuration into the struct that into
	// points to, which holds the defaults. Unknown keys are errors.
	Config(section string, into any) error
	// Shared returns the one value of this process under key, building it at the
	// first call. A value with Start(context.Context) error is started before its
	// users, one with Stop(context.Context) error stopped after them, and one with
	// Ready() is told when all services have started.
	Shared(key any, build func() (any, error)) (any, error)
	// Go runs background work until the container stops, which ends ctx and waits
	// for f. An error of f stops the application.
	Go(name string, f func(ctx context.Context) error)
	// Logger returns the logger of the service.
	Logger() *slog.Logger
}
