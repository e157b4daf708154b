//go:build unix

package devbroker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/devbroker"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
	"github.com/enoki-go/enoki/internal/freeport"
)

func TestStartersAtOnceShareOneBroker(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	home := t.TempDir()
	shared := devbroker.Shared(addr, home, "svc", "serve", addr, home)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := shared.Ensure(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if started, err := shared.Ensure(t.Context()); started || err != nil {
		t.Errorf("another starter: have started %v and error %v, want to find the broker", started, err)
	}
	c := connect(t, "nats://"+addr)
	id := c.ConnectedServerId()
	c.Close()
	log, err := os.ReadFile(shared.Log())
	if err != nil || strings.Count(string(log), "Server is ready") != 1 || !strings.Contains(string(log), id) {
		t.Errorf("the log should tell of one server, %s: %v\n%s", id, err, log)
	}
	awaitEnd(t, shared)
}

// awaitEnd returns once the broker has ended by itself.
func awaitEnd(t *testing.T, s devserver.Shared) {
	t.Helper()
	pid := filepath.Join(s.Home, "pid")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(pid); errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the broker does not end %s after its last client", idleOfShared)
		}
	}
}

func TestStarterWaitsForABrokerThatLeaves(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	home := t.TempDir()
	shared := devbroker.Shared(addr, home, "svc", "serve", addr, home)
	leaving := broker(t, devbroker.Config{Addr: "127.0.0.1:0", Store: shared.Home, JetStream: true})
	release := time.AfterFunc(300*time.Millisecond, leaving.Stop)
	defer release.Stop()
	if started, err := shared.Ensure(t.Context()); !started || err != nil {
		t.Errorf("have started %v and error %v, want a broker once the store is free", started, err)
	}
	awaitEnd(t, shared)
}

func TestBrokerThatCannotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "log"), []byte("of yesterday\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A store that cannot be made: a file is in its place.
	if err := os.WriteFile(filepath.Join(home, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	shared := devbroker.Shared(addr, home, "svc", "serve", addr, home)
	_, err := shared.Ensure(t.Context())
	if err == nil || !strings.Contains(err.Error(), "it ended: exit status 1; its log "+shared.Log()+" ends with\n") || !strings.Contains(err.Error(), "storage directory is not a directory") || strings.Contains(err.Error(), "yesterday") {
		t.Errorf("have error %v, want one with the end of the log", err)
	}
}

func TestEnsureEndsWithItsContext(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	shared := devbroker.Shared(addr, t.TempDir(), "svc", "serve", "nonsense", t.TempDir())
	if _, err := shared.Ensure(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("have error %v, want context.Canceled", err)
	}
}

// It must not get the terminal's signals, nor end with the session of the svc
// that started it.
func TestSharedBrokerHasASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	home := t.TempDir()
	shared := devbroker.Shared(addr, home, "svc", "serve", addr, home)
	if _, err := shared.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	var pid int
	for data := []byte(nil); pid == 0; data, _ = os.ReadFile(filepath.Join(shared.Home, "pid")) {
		_, _ = fmt.Sscan(string(data), &pid) // the file comes just after the greeting
	}
	if pgid, err := syscall.Getpgid(pid); err != nil || pgid != pid || pgid == syscall.Getpgrp() {
		t.Errorf("process group of %d: have %d, %v; want its own", pid, pgid, err)
	}
	awaitEnd(t, shared)
}
