package telemetry

import (
	"errors"
	"fmt"
	"net"

	"github.com/enoki-go/enoki/service"
)

// settings is the configuration section telemetry.
type settings struct {
	Service string // service.name of all spans; the name of the service that makes them
	Traces  tracesSettings
	Metrics metricsSettings
}

type tracesSettings struct {
	Ratio float64 // of the traces that begin here; 1. Others are kept where they began
}

type metricsSettings struct {
	Address string // to serve /metrics at, and nowhere else; that of the HTTP server
}

func readSettings(x service.Extended) (settings, error) {
	s := settings{Traces: tracesSettings{Ratio: 1}}
	if err := x.Config("telemetry", &s); err != nil {
		return s, err
	}
	return s, s.check()
}

func (s settings) check() error {
	var errs []error
	if r := s.Traces.Ratio; !(r >= 0 && r <= 1) { // of no number, either
		errs = append(errs, fmt.Errorf("configuration key telemetry.traces.ratio: have %v, want 0 (no trace) to 1 (all)", r))
	}
	if a := s.Metrics.Address; a != "" {
		if _, port, err := net.SplitHostPort(a); err != nil || port == "" {
			errs = append(errs, fmt.Errorf("configuration key telemetry.metrics.address: have %q, want host:port, as in 127.0.0.1:9464", a))
		}
	}
	return errors.Join(errs...)
}
