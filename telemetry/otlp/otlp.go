// Package otlp sends the spans of services to a collector, with OTLP over HTTP.
//
//	func Options() []service.Option { return telemetry.Options(otlp.Exporter()) }
package otlp

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/enoki-go/enoki/telemetry"
)

// Exporter sends spans where OTEL_EXPORTER_OTLP_ENDPOINT, or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, says: without either, there are none. The other
// variables of OTLP over HTTP hold too: OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT,
// _COMPRESSION, _CERTIFICATE and so on.
func Exporter() telemetry.Option { return telemetry.WithExporter("otlp", open) }

// Provider returns what makes spans in a program that is no service, named as the
// environment says, else name, and sends them where Exporter would; nowhere where it
// would not. The program shuts it down at its end.
func Provider(ctx context.Context, name string) (*sdktrace.TracerProvider, error) {
	exporter, err := open()
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, resource.WithAttributes(semconv.ServiceName(name)), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(about)}
	if exporter != nil {
		options = append(options, sdktrace.WithBatcher(exporter))
	}
	return sdktrace.NewTracerProvider(options...), nil
}

// endpoints are the variables that say where the collector is.
var endpoints = []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"}

// open returns the exporter, nil where nobody says where the collector is.
func open() (sdktrace.SpanExporter, error) {
	found := false
	for _, name := range endpoints {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		found = true
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("environment variable %s: want the URL of a collector, as in http://localhost:4318", name)
		}
	}
	if !found || strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return nil, nil //nolint:nilnil // as telemetry.WithExporter has it
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && p != "http/protobuf" {
			return nil, fmt.Errorf("environment variable %s: have %q, want http/protobuf (port 4318 of most collectors)", name, p)
		}
	}
	return otlptracehttp.New(context.Background()) // which makes no connection
}
