package dependency

import (
	"context"
	"encoding/json"
)

// Healthy is implemented by values of Host.Shared that can say whether they work.
type Healthy interface {
	// Health returns nil, or why calls that need this fail now. Its text is public: it
	// holds no addresses and no secrets. It is called concurrently, and ctx bounds it.
	Health(ctx context.Context) error
}

// Measured is implemented by values of Host.Shared that count something.
type Measured interface {
	// Measure records how things stand now. It is called concurrently, when metrics
	// are collected, and does no I/O.
	Measure(record func(Measurement))
}

// Documented is implemented by values of Host.Shared that describe what the process offers
// in a format that programs of others read, such as OpenAPI.
type Documented interface {
	// Document returns the name of the format, such as "openapi", and the document, nil
	// where there is nothing to describe. It is called once all services are declared,
	// whether or not they start, and does no I/O.
	Document() (format string, text json.RawMessage, err error)
}

// Measurement is one number for those who watch.
type Measurement struct {
	Name   string // as Prometheus has it: "svc_sql_connections_open", counters end in _total
	Help   string // a sentence
	Count  bool   // it only grows; else it is a gauge
	Value  float64
	Labels []Label // in the same order for the same name
}

// Label says what a measurement is of.
type Label struct{ Name, Value string }
