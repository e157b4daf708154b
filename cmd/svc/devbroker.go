package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/devbroker"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// defaultIdle outlasts a pause for thought between two runs, so that what is
// only in the broker's memory is still there; files are kept anyway.
const defaultIdle = 5 * time.Minute

// sharedBroker returns the development broker at addr.
func sharedBroker(addr string) (devserver.Shared, error) {
	home, err := brokerHome(addr)
	if err != nil {
		return devserver.Shared{}, err
	}
	return devbroker.Shared(addr, home, "svc", "broker", "--dev", "--addr", addr), nil
}

// brokerHome is where the broker of a port keeps its data.
func brokerHome(addr string) (string, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("broker address: want host:port, have %q", addr)
	}
	return cacheFolder("broker", port)
}

// cacheFolder names a folder of svc's own in the user's cache.
func cacheFolder(names ...string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	return filepath.Join(append([]string{cache, "svc"}, names...)...), nil
}

// ensureBroker finds or starts the development broker, and says which.
func ensureBroker(ctx context.Context, addr string, note func(string)) error {
	shared, err := sharedBroker(addr)
	if err != nil {
		return err
	}
	return ensure(ctx, shared, "broker", "nats://"+addr, "JetStream; it ends", note)
}

// ensure finds or starts a development server, and says which, and what becomes of it.
func ensure(ctx context.Context, shared devserver.Shared, what, place, fate string, note func(string)) error {
	idle, err := idleTime()
	if err != nil {
		return err
	}
	started, err := shared.Ensure(ctx)
	if err != nil {
		return err
	}
	if !started {
		note("using the " + what + " at " + place)
		return nil
	}
	note(fmt.Sprintf("started a development %s at %s (%s when unused for %s; log: %s)", what, place, fate, idle, shared.Log()))
	return nil
}

// idleTime is how long a development server waits for the next client;
// SVC_DEV_IDLE overrides it.
func idleTime() (time.Duration, error) {
	text := os.Getenv("SVC_DEV_IDLE")
	if text == "" {
		return defaultIdle, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("SVC_DEV_IDLE: have %q, want how long a development server waits unused, as in 30s or 5m", text)
	}
	return d, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
