package telemetry_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

// Metrics of one's own are at /metrics beside those of the framework.
func ExampleWithCollectors() {
	t := new(stage.Stage)
	defer t.End()

	weighed := prometheus.NewCounter(prometheus.CounterOpts{Name: "letters_weighed_total", Help: "Letters."})
	weighed.Add(3)
	w := svctest.New(t, &Scales{}, telemetry.Options(telemetry.WithCollectors(weighed)))
	answer, err := http.Get(w.URL() + "/metrics")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "letters_weighed_total") {
			fmt.Println(line)
		}
	}
	// Output: letters_weighed_total 3
}

// A provider of one's own has its own sampler, resource and exporters. Who made it stops
// it.
func ExampleWithTracerProvider() {
	t := new(stage.Stage)
	defer t.End()

	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	w := svctest.New(t, &Lamp{}, telemetry.Options(telemetry.WithTracerProvider(provider)))
	svctest.Call[any](w, "lamp.light")
	w.Stop()
	for _, span := range spans.Ended() {
		fmt.Println(span.Name(), span.SpanKind())
	}
	// Output: lamp.light server
}
