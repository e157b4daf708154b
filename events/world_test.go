package events_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/service"
)

// journal is the log of an app.
type journal struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// app makes services on a broker wherever it is, and their log.
func app(t *testing.T, url, yaml string, services ...any) (*service.App, *journal) {
	t.Helper()
	cfg, err := config.Load(config.Text("test", yaml), config.Define("broker.url="+url))
	if err != nil {
		t.Fatal(err)
	}
	log := new(journal)
	a, err := service.New(cfg, service.Logger(slog.New(slog.NewTextHandler(log, nil))), service.With(services...))
	if err != nil {
		t.Fatal(err)
	}
	return a, log
}

// run starts services on a broker, until stop or the end of the test.
func run(t *testing.T, url, yaml string, services ...any) (log *journal, stop func()) {
	t.Helper()
	a, log := app(t, url, yaml, services...)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), await.Patience)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return log, stop
}

// mistake returns why services are refused before anything starts.
func mistake(t *testing.T, yaml string, services ...any) error {
	t.Helper()
	cfg, err := config.Load(config.Text("test", yaml))
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.New(cfg, service.With(services...))
	return err
}

// old returns a namespace of its own on the oldest broker that is supported, where
// this machine has one. What is stored in it goes with the test.
func old(t *testing.T) (url, namespace string) {
	t.Helper()
	url, namespace = nats.DefaultURL, "t"+time.Now().Format("150405000000")
	nc, err := nats.Connect(url)
	if err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatalf("no NATS server at %s: %v", url, err)
		}
		t.Skipf("no NATS server at %s: %v", url, err)
	}
	nc.Close()
	t.Cleanup(func() {
		js := plain.JetStream(t, url)
		for name := range js.StreamNames(context.Background(), jetstream.WithStreamListSubject(namespace+".>")).Name() {
			if err := js.DeleteStream(context.Background(), name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
				t.Logf("delete stream %s: %v", name, err)
			}
		}
	})
	return url, namespace
}
