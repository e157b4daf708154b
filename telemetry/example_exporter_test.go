package telemetry_test

import (
	"context"
	"fmt"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

// Lamp is watched.
type Lamp struct {
	_ rpc.Method `method:"Light"`
}

// Light is a span.
func (*Lamp) Light() {}

// keeping is an exporter whose spans can be read after it was shut down.
type keeping struct{ *tracetest.InMemoryExporter }

func (keeping) Shutdown(context.Context) error { return nil }

// Spans go to whoever is named: telemetry/otlp has the usual one.
func ExampleWithExporter() {
	t := new(stage.Stage)
	defer t.End()

	spans := tracetest.NewInMemoryExporter()
	w := svctest.New(t, &Lamp{}, telemetry.Options(
		telemetry.WithExporter("memory", func() (sdktrace.SpanExporter, error) { return keeping{spans}, nil }),
	))
	svctest.Call[any](w, "lamp.light")
	w.Stop() // sends what is left
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.SpanKind)
	}
	// Output: lamp.light server
}
