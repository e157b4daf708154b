package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// metricsPath is where metrics are served.
const metricsPath = "/metrics"

// pageLimit bounds each part of a request for metrics.
const pageLimit = 10 * time.Second

// page serves the metrics at an address of their own.
type page struct {
	address string
	server  *http.Server
	logger  *slog.Logger
	work    sync.WaitGroup
}

func newPage(address string, handler http.Handler, logger *slog.Logger) *page {
	mux := http.NewServeMux()
	mux.Handle("GET "+metricsPath, handler)
	return &page{address: address, logger: logger, server: &http.Server{
		Handler: mux, ReadTimeout: pageLimit, WriteTimeout: pageLimit, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}}
}

func (p *page) start(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", p.address)
	if err != nil {
		return fmt.Errorf("serve metrics: %w; the address is that of the configuration key telemetry.metrics.address", err)
	}
	p.work.Go(func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.logger.ErrorContext(context.WithoutCancel(ctx), "metrics are no longer served", "error", err)
		}
	})
	p.logger.InfoContext(ctx, "metrics are served", "url", "http://"+l.Addr().String()+metricsPath)
	return nil
}

// stop closes the page at once: a number that is not read now is read nowhere.
func (p *page) stop() error {
	err := p.server.Close()
	p.work.Wait()
	return err
}
