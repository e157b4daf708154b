// Package entrypoint says how the world reaches a method of a service.
//
// RPC, events, HTTP, websockets and timers are kinds of entrypoint; each is a
// marker type that implements [Declaration], and users add their own the same
// way:
//
//	type Orders struct {
//		_ rpc.Method `method:"Create"`
//		_ timer.Job  `method:"Expire" every:"1m"`
//	}
package entrypoint

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
)

// Declaration is implemented by marker types. The container calls Declare once
// for each marker field, before anything starts and before any I/O, from one
// goroutine. The tag holds the options of the kind: the container has taken the
// keys that are its own (see TagKeys) out of it. An error is reported with
// the position of the field, so it need not say where it happened.
type Declaration interface {
	Declare(tag reflect.StructTag, m *Method, h Host) (Entrypoint, error)
}

// TagKeys returns the keys that the container reads itself in the tag of every marker. A
// kind gives them to tag.Read, which then names them to who has misspelt one.
func TagKeys() []string { return []string{"method", "workers", "sensitive"} }

// Entrypoint receives a stimulus and spawns calls of one method.
type Entrypoint interface {
	// Start returns once a stimulus would be received. ctx bounds starting, not
	// running.
	Start(ctx context.Context) error
	// Stop returns once the entrypoint will spawn no more calls. Calls that run
	// are the host's to wait for. It is called once, also after a Start that
	// failed or, because something before it did, never came; not where the
	// application was never started.
	Stop(ctx context.Context) error
}

// Describer is implemented by entrypoints that can say where they are reached:
// what is printed at start and in the manifest.
type Describer interface {
	Describe() Description
}

// Description says how an entrypoint is reached.
type Description struct {
	Kind    string            // "rpc", "event", "http", "timer" …
	Name    string            // name on the wire, where the kind has one
	Address string            // subject, route or schedule
	Params  []string          // names of the parameters, where declared
	Input   json.RawMessage   // JSON Schema of what the kind accepts, nil for nothing
	Output  json.RawMessage   // JSON Schema of what it answers, nil for nothing
	Options map[string]string // whatever else the kind wants to show
}

// Host is the container as an entrypoint sees it. Its methods are safe for
// concurrent use.
type Host interface {
	// Service returns the name of the service, Version its version ("0.0.0" where
	// none is declared) and Instance an identity that no other process has.
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
	// Workers returns how many calls of this entrypoint may run at once.
	Workers() int
	// Spawn waits for a worker, for as long as ctx lives, and lets it run c. Then
	// done is called exactly once, on the worker's goroutine and after the call's
	// dependencies were released; where Spawn returns an error, that of ctx,
	// ErrExpired or ErrStopping, done is not called.
	Spawn(ctx context.Context, c *Call, done Done) error
	// TrySpawn is Spawn that does not wait: false means that no worker is free.
	TrySpawn(c *Call, done Done) bool
	// Queue is Spawn that does not wait and keeps c in line for a worker: done is
	// called, on a goroutine of its own, with ErrExpired where its deadline passes
	// first, with ErrBusy where its Patience ends first, with ErrStopping where the
	// service stops first; the method will not run. It returns ErrBusy where ten
	// calls for each worker wait already, ErrStopping after the stop; done is then
	// not called.
	Queue(c *Call, done Done) error
	// Reserve asks for a worker for a call that has yet to come. granted is called
	// once, on a goroutine of its own, with a worker that is kept for it, as soon as
	// one is free and no call waits in line for it; reservations of a service are
	// granted in order, except where a limit holds one up. A service that stops
	// grants none. withdraw takes the wish back and reports whether granted was not
	// called and will not be.
	Reserve(granted func(Slot)) (withdraw func() bool)
	// Serve is Queue that may run c before it returns, on the goroutine it is called
	// from, where calls of this entrypoint have been short of late: waking another
	// costs more than such a call; done, too, is then called before it returns. It
	// relieves r where this one turns out not to be.
	Serve(c *Call, done Done, r Relay) error
	// Do runs c on the goroutine it is called from, as soon as a worker is free, and
	// returns when the method has returned and done was called: a call costs no
	// switch of goroutines. Calls that wait have their turn in order, with those of
	// Spawn and Queue, and ctx bounds the wait alone. done is called on the same
	// goroutine; on another only where the method still runs a second after its
	// context ended because the service stops: Do then returns after both. A method
	// that ends its goroutine (runtime.Goexit) ends the caller's, after done. Where Do
	// returns an error, done is not called: that of ctx, ErrExpired, ErrStopping, and
	// ErrBusy where ten calls for each worker wait already.
	Do(ctx context.Context, c *Call, done Done) error
	// Go runs background work of the entrypoint until the container stops, which
	// ends ctx and waits for f. An error of f stops the application.
	Go(name string, f func(ctx context.Context) error)
	// Logger returns the logger of the service.
	Logger() *slog.Logger
}

// Slot is a worker that is kept for a call; see Host.Reserve. It counts as
// running until it is used or given back, and the service takes it back when it
// stops. Its methods are safe for concurrent use and do not block.
type Slot interface {
	// Run lets the worker run c, as Spawn does. False means that the slot was used,
	// given back or taken back before: done is then not called.
	Run(c *Call, done Done) bool
	// Release gives the worker back. Again, or after Run, it does nothing.
	Release()
}

// Relay is the goroutine of an entrypoint that receives its stimuli.
type Relay interface {
	// Backlog returns how many stimuli wait to be received by it.
	Backlog() int
	// Relieve lets another goroutine receive them. It is called from any goroutine
	// and must not block.
	Relieve()
}

var (
	// ErrStopping refuses a call because the service stops. The method did not run.
	ErrStopping = errors.New("the service is stopping")
	// ErrBusy refuses a call because too many wait for a worker, or because it
	// waited for one as long as its Patience. The method did not run.
	ErrBusy = errors.New("too many calls wait for a worker")
	// ErrExpired refuses a call because its deadline passed while it waited for a
	// worker. The method did not run.
	ErrExpired = errors.New("the deadline passed before a worker was free")
)

// Refused reports whether err is what a host says itself of a call whose method did not
// run: [ErrStopping], [ErrBusy] or [ErrExpired]. An error that wraps one of them is the
// outcome of a method, which has met it somewhere else.
func Refused(err error) bool {
	return err == ErrStopping || err == ErrBusy || err == ErrExpired //nolint:errorlint // these very values
}

// Done receives the outcome of a call. Where a host is given none, the Stimulus of
// the call is told.
type Done func(out any, err error)
