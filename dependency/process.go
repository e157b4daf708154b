package dependency

import "context"

// Process is what all services of a process have in common. Its methods are safe for
// concurrent use.
type Process interface {
	// Services returns what the process hosts, in order.
	Services() []Hosted
	// Tracer returns who is told of what leaves the process, nil where nobody is.
	Tracer() Tracer
	// Health asks all Healthy values and returns why calls fail now, nothing if they do
	// not. It asks once a second at the most; in between it repeats what it was told.
	Health(ctx context.Context) []error
	// Sent counts what a service sends. Served is how the calls fared that came through
	// its entrypoints; nil where the process does not host it.
	Sent(service string) *Sent
	Served(service string) []Entrance
	// Measure records how the workers of all services and all Measured values stand.
	Measure(record func(Measurement))
}

// Hosted is a service in a process.
type Hosted struct{ Name, Version, Instance string }

// Tracer is told of everything that leaves a process: calls, events, requests.
type Tracer interface {
	// Outgoing begins the sender's side. What is sent is sent with the context that it
	// returns, whose context data says where the receiver goes on: "traceparent" and
	// "tracestate", as W3C Trace Context has them. end is called once, with the outcome.
	Outgoing(ctx context.Context, o Outgoing) (_ context.Context, end func(err error))
	// TraceID returns the id of the trace that ctx belongs to, for logs; "" for none.
	TraceID(ctx context.Context) string
}

// Outgoing is something that leaves a process.
type Outgoing struct {
	Kind   string // "rpc", "subject", "job", "event", "http"
	Target string // "payments.charge", "orders.placed", "GET api.example.com"
}

type processKey struct{}

// ProcessOf returns the process that h belongs to. One that says nothing of itself has
// no tracer, no ailments and no measurements.
func ProcessOf(h Sharing) Process {
	p, err := Shared(h, processKey{}, func() (Process, error) { return silent{}, nil })
	if err != nil {
		return silent{}
	}
	return p
}

// KeepProcess makes p what ProcessOf returns. The container calls it, before anybody
// asks.
func KeepProcess(h Sharing, p Process) error {
	_, err := Shared(h, processKey{}, func() (Process, error) { return p, nil })
	return err
}

// silent is a process of which nothing is known.
type silent struct{}

func (silent) Services() []Hosted             { return nil }
func (silent) Tracer() Tracer                 { return nil }
func (silent) Health(context.Context) []error { return nil }
func (silent) Sent(string) *Sent              { return nil }
func (silent) Served(string) []Entrance       { return nil }
func (silent) Measure(func(Measurement))      {}
