package broker_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestPasswordsStayOutOfURLs(t *testing.T) {
	for have, want := range map[string]string{
		"nats://ann:s3cret@127.0.0.1:1":                   "nats://ann:xxxxx@127.0.0.1:1",
		"nats://s3cret@127.0.0.1:1":                       "nats://xxxxx@127.0.0.1:1",
		"nats://127.0.0.1:1, nats://a:s3cret@127.0.0.1:2": "nats://127.0.0.1:1, nats://a:xxxxx@127.0.0.1:2",
	} {
		c, j := dial(t, have)
		if got := c.URL(); got != want {
			t.Errorf("have %s, want %s", got, want)
		}
		if err := c.Send(&broker.Msg{Subject: "s"}); err == nil || strings.Contains(err.Error(), "s3cret") || j.has("s3cret") {
			t.Errorf("have %v, want an error without the password", err)
		}
	}
	settings := broker.Defaults()
	settings.URL = "nats://ann:s3cret@:not a port"
	if _, err := broker.Dial(settings, slog.New(slog.DiscardHandler)); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("have %v, want an error without the password", err)
	}
}

// host is the part of a container that Open needs.
type host struct {
	shared map[any]any
	work   []func(context.Context) error
	url    string
}

func (h *host) Config(_ string, into any) error {
	into.(*broker.Config).URL = h.url
	return nil
}

func (h *host) Shared(key any, build func() (any, error)) (any, error) {
	if v, ok := h.shared[key]; ok {
		return v, nil
	}
	v, err := build()
	h.shared[key] = v
	return v, err
}

func (h *host) Go(_ string, f func(context.Context) error) { h.work = append(h.work, f) }
func (*host) Logger() *slog.Logger                         { return slog.New(slog.DiscardHandler) }

func TestProcessHasOneConnectionWatchedFromItsStart(t *testing.T) {
	h := &host{shared: map[any]any{}, url: svctest.NewBroker(t).URL()}
	one, err := broker.Open(h)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := broker.Open(h); one != two || err != nil {
		t.Errorf("have %p and %p, %v, want one connection", one, two, err)
	}
	if len(h.work) > 0 {
		t.Error("background work began before the start")
	}
	if err := one.Start(await.Within(t)); err != nil || len(h.work) != 1 {
		t.Fatalf("have %d pieces of background work, %v, want 1", len(h.work), err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.work[0](ended); err != nil {
		t.Errorf("at the end of the service: have %v, want none", err)
	}
	stop(t, one)
	if err := h.work[0](await.Within(t)); !errors.Is(err, nats.ErrConnectionClosed) || !strings.Contains(err.Error(), "closed for good") {
		t.Errorf("after the end of the connection: have %v, want its reason", err)
	}
}

var _ broker.Host = (*host)(nil)

func TestSettingsComeFromTheConfiguration(t *testing.T) {
	t.Setenv("NATS_URL", "nats://elsewhere:1")
	if got := broker.Defaults().URL; got != "nats://elsewhere:1" {
		t.Errorf("have %s, want that of the environment", got)
	}
	t.Setenv("NATS_URL", "")
	cfg, err := config.Load(config.Text("test", "broker: {namespace: shop, nkey: /nowhere}"))
	if err != nil {
		t.Fatal(err)
	}
	settings := broker.Defaults()
	if err := cfg.Section("broker", &settings); err != nil {
		t.Fatal(err)
	}
	if settings.Namespace != "shop" || settings.URL != broker.DefaultURL {
		t.Errorf("have %+v", settings)
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for want, change := range map[string]func(*broker.Config){
		`configuration key broker.namespace: have "a.b"`: func(c *broker.Config) { c.Namespace = "a.b" },
		`configuration key broker.namespace: have ""`:    func(c *broker.Config) { c.Namespace = "" },
		"configuration key broker.nkey":                  func(c *broker.Config) { c.NKey = "/nowhere" },
		"broker.cert and broker.key go together":         func(c *broker.Config) { c.Cert = "/nowhere" },
		"go together: have cert \"\"":                    func(c *broker.Config) { c.Key = "/nowhere" },
	} {
		settings := broker.Defaults()
		change(&settings)
		if _, err := broker.Dial(settings, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %s", err, want)
		}
	}
}
