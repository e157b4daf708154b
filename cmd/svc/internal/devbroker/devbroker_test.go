package devbroker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/devbroker"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
	"github.com/enoki-go/enoki/internal/freeport"
)

// The test binary serves as the process that Ensure starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		s := devbroker.Shared(os.Args[2], os.Args[3])
		if err := s.Serve(context.Background(), idleOfShared, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m,
		// The one that waits for a process which outlives us, by design.
		goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"))
}

// idleOfShared is how long a shared broker of a test lives after its last
// client.
const idleOfShared = 500 * time.Millisecond

func broker(t *testing.T, c devbroker.Config) *devbroker.Broker {
	t.Helper()
	c.Log = t.Output()
	b, err := devbroker.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func connect(t *testing.T, url string) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBrokerServesStreams(t *testing.T) {
	t.Parallel()
	b := broker(t, devbroker.Config{Addr: "127.0.0.1:0", Store: t.TempDir(), JetStream: true})
	defer b.Stop()
	c := connect(t, b.URL())
	defer c.Close()
	js, err := c.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.AddStream(&nats.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish("s", nil); err != nil {
		t.Errorf("publish to a stream: %v", err)
	}
}

func TestStreamsOutliveTheBroker(t *testing.T) {
	t.Parallel()
	config := devbroker.Config{Addr: "127.0.0.1:0", Store: t.TempDir(), JetStream: true}
	for run := range 2 {
		b := broker(t, config)
		c := connect(t, b.URL())
		js, err := c.JetStream()
		if err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			_, err = js.AddStream(&nats.StreamConfig{Name: "KEPT"})
		} else {
			_, err = js.StreamInfo("KEPT")
		}
		if err != nil {
			t.Errorf("run %d: %v", run, err)
		}
		c.Close()
		b.Stop()
	}
}

func TestPortInUseIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	store := t.TempDir()
	_, err = devbroker.Start(devbroker.Config{Addr: l.Addr().String(), Store: store, JetStream: true, Log: io.Discard})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	e, ok := errors.AsType[*devbroker.PortError](err)
	if !ok || e.Port != port || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("have %v, want a PortError for %s with its cure", err, port)
	}
	// The store is free for the next.
	broker(t, devbroker.Config{Addr: "127.0.0.1:0", Store: store, JetStream: true}).Stop()
}

func TestStoreIsOfOneBrokerAtATime(t *testing.T) {
	t.Parallel()
	config := devbroker.Config{Addr: "127.0.0.1:0", Store: t.TempDir(), JetStream: true, Log: io.Discard}
	first := broker(t, config)
	_, err := devbroker.Start(config)
	if _, ok := errors.AsType[*devbroker.LockedError](err); !ok {
		t.Errorf("second broker on the store: have %v, want a LockedError", err)
	}
	first.Stop()
	broker(t, config).Stop()
}

func TestWrongAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", "localhost", "localhost:", "localhost:http", "127.0.0.1:65536", "127.0.0.1:-1", "203.0.113.1:4222"} {
		if _, err := devbroker.Start(devbroker.Config{Addr: addr, Log: io.Discard}); err == nil {
			t.Errorf("address %q: have no error", addr)
		}
	}
}

func TestProbeTellsWhoAnswers(t *testing.T) {
	t.Parallel()
	b := broker(t, devbroker.Config{Addr: "127.0.0.1:0"})
	defer b.Stop()
	if have := devbroker.Probe(t.Context(), strings.TrimPrefix(b.URL(), "nats://")); have != devserver.Ours {
		t.Errorf("a broker: have %d, want Ours", have)
	}
	if have := devbroker.Probe(t.Context(), freeport.Addr(t)); have != devserver.Nobody {
		t.Errorf("a free port: have %d, want Nobody", have)
	}
	for name, says := range map[string]string{"another protocol": "220 smtp.example.com ready\r\n", "a short greeting": "INFO", "silence": ""} {
		addr := stranger(t, says)
		if have := devbroker.Probe(t.Context(), addr); have != devserver.Stranger {
			t.Errorf("%s: have %d, want Stranger", name, have)
		}
	}
}

// stranger listens and greets whoever connects with text; silence is kept until
// the end of the test.
func stranger(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, text)
			defer func() { _ = c.Close() }()
			if text != "" {
				_ = c.Close()
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return l.Addr().String()
}

func TestIdleCountsFromTheLastClient(t *testing.T) {
	t.Parallel()
	const idle = 200 * time.Millisecond
	b := broker(t, devbroker.Config{Addr: "127.0.0.1:0"})
	defer b.Stop()
	c := connect(t, b.URL())
	ctx, cancel := context.WithTimeout(t.Context(), 3*idle)
	defer cancel()
	if err := b.AwaitIdle(ctx, idle); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a client connected: have %v, want to wait for ever", err)
	}
	c.Close()
	begin := time.Now()
	if err := b.AwaitIdle(t.Context(), idle); err != nil || time.Since(begin) < idle {
		t.Errorf("without clients: have %v after %s, want nil after %s", err, time.Since(begin), idle)
	}
}

// A starter probes, builds nothing more and connects its services: the probe
// must keep the broker for them.
func TestVisitBetweenTwoLooksCountsAsUse(t *testing.T) {
	t.Parallel()
	const idle = 400 * time.Millisecond
	b := broker(t, devbroker.Config{Addr: "127.0.0.1:0"})
	defer b.Stop()
	begin := time.Now()
	visit := time.AfterFunc(idle/2, func() {
		devbroker.Probe(context.Background(), strings.TrimPrefix(b.URL(), "nats://"))
	})
	defer visit.Stop()
	if err := b.AwaitIdle(t.Context(), idle); err != nil || time.Since(begin) < idle+idle/4 {
		t.Errorf("have %v after %s, want nil after more than %s", err, time.Since(begin), idle+idle/4)
	}
}
