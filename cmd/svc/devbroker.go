package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/enoki-go/enoki/cmd/svc/internal/devbroker"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

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
