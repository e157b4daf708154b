package lock_test

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// door is a kind of entrypoint that the test opens with App.Invoke.
type door struct{}

func (door) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return door{}, nil
}
func (door) Start(context.Context) error { return nil }
func (door) Stop(context.Context) error  { return nil }

// Vault is a service whose method runs under a lock.
type Vault struct {
	_ door `method:"Enter"`

	Nightly lock.Mutex `lock:"nightly" ttl:"1s"`
	Again   lock.Mutex `lock:"nightly" ttl:"1s"`
}

// Enter does f under the lock.
func (v *Vault) Enter(ctx context.Context, f func(ctx context.Context, h *lock.Held)) error {
	h, err := v.Nightly.TryAcquire(ctx)
	if err != nil {
		return err
	}
	if _, err := v.Again.TryAcquire(ctx); !errors.Is(err, lock.ErrHeld) {
		return errors.New("the same lock was got twice")
	}
	f(ctx, h)
	return nil // the end of the call gives it back
}

// open starts a vault.
func open(t *testing.T, url string, v any) (*service.App, error) {
	t.Helper()
	cfg, err := config.Load(config.Define("broker.url=" + url))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.Logger(slog.New(slog.DiscardHandler)), service.With(v))
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = app.Stop(context.Background()) })
	return app, app.Start(t.Context())
}

func TestEndOfACallGivesItsLockBack(t *testing.T) {
	b := svctest.NewBroker(t)
	app, err := open(t, b.URL(), &Vault{})
	if err != nil {
		t.Fatal(err)
	}
	var last uint64
	for range 3 {
		await.Until(t, "the lock is free", func() bool {
			_, err := app.Invoke(t.Context(), "vault", "Enter", func(_ context.Context, h *lock.Held) {
				if h.Token() <= last {
					t.Errorf("token %d follows %d, want it greater", h.Token(), last)
				}
				last = h.Token()
			})
			if err != nil && !errors.Is(err, lock.ErrHeld) {
				t.Fatal(err)
			}
			return err == nil
		})
	}
}

func TestKilledServiceGivesItsLocksBack(t *testing.T) {
	b := svctest.NewBroker(t)
	app, err := open(t, b.URL(), &Vault{})
	if err != nil {
		t.Fatal(err)
	}
	entered, over := make(chan *lock.Held, 1), make(chan struct{})
	go func() { // ends with the call, which the kill ends
		defer close(over)
		_, _ = app.Invoke(context.Background(), "vault", "Enter", func(_ context.Context, h *lock.Held) {
			entered <- h
			<-h.Context().Done()
		})
	}()
	held := await.Take(t, entered)
	app.Kill()
	_ = app.Stop(await.Within(t)) // says that it left in haste
	<-over
	h, err := contender(t, b.URL()).TryAcquire(t.Context())
	if err != nil || h.Token() <= held.Token() {
		t.Fatalf("have %v, want the lock at once", err)
	}
	release(t, h)
}

func TestServiceIsRefusedWhereTheBrokerStoresNothing(t *testing.T) {
	_, err := open(t, plain.Server(t).ClientURL(), &Vault{})
	if !errors.Is(err, broker.ErrNoJetStream) || !strings.Contains(err.Error(), "start vault.Nightly: lock nightly") {
		t.Errorf("have %v, want ErrNoJetStream and whose it is", err)
	}
}

func TestServiceStartsBeforeTheBroker(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	app, err := open(t, b.URL(), &Vault{})
	if err != nil {
		t.Fatal(err)
	}
	b.Restart()
	await.Until(t, "the lock is got", func() bool {
		_, err := app.Invoke(t.Context(), "vault", "Enter", func(context.Context, *lock.Held) {})
		return err == nil
	})
}

type (
	noName struct {
		Vault
		L lock.Mutex
	}
	badName struct {
		Vault
		L lock.Mutex `lock:"a.b"`
	}
	shortTTL struct {
		Vault
		L lock.Mutex `lock:"l" ttl:"10ms"`
	}
	longTTL struct {
		Vault
		L lock.Mutex `lock:"l" ttl:"2h"`
	}
	otherTTL struct {
		Vault
		L lock.Mutex `lock:"nightly"`
	}
	strangeKey struct {
		Vault
		L lock.Mutex `lock:"l" tll:"10s"`
	}
)

func TestMistakesAreToldBeforeTheStart(t *testing.T) {
	for _, tt := range []struct {
		service any
		want    string
	}{
		{&noName{}, `tag key "lock" is missing`},
		{&badName{}, `tag key lock: have "a.b", want 1 to 64 letters`},
		{&shortTTL{}, "tag key ttl: have 10ms, want 100ms to 1h0m0s"},
		{&longTTL{}, "tag key ttl: have 2h0m0s, want 100ms to 1h0m0s"},
		{&otherTTL{}, "tag key ttl: have 10s for the lock nightly, want 1s as elsewhere in this process"},
		{&strangeKey{}, `did you mean "ttl"?`},
	} {
		_, err := service.New(nil, service.With(tt.service))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%T: have %v, want it to have %q", tt.service, err, tt.want)
		}
	}
	if _, err := lock.New(nil, "a b", ttl); err == nil {
		t.Error("a bad name is taken")
	}
}

func TestManifestNamesTheLock(t *testing.T) {
	app, err := service.New(nil, service.With(&Vault{}))
	if err != nil {
		t.Fatal(err)
	}
	d := app.Manifest().Services[0].Dependencies[0]
	if d.Kind != "lock" || d.Target != "nightly" || d.Options["ttl"] != "1s" {
		t.Errorf("have %+v", d)
	}
}
