package broker_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// installed is where the nats-server of the machine is, an old one.
const installed = "127.0.0.1:4222"

// site is a broker that a test runs on, as one client sees it.
type site struct {
	*broker.Conn

	url  string
	name string // no other run of a test uses it
}

// brokers are those that a test may run on: a new one, and the one of the machine.
var brokers = map[string]func(*testing.T) site{
	"in process": func(t *testing.T) site { t.Helper(); return siteAt(t, svctest.NewBroker(t).URL()) },
	"installed": func(t *testing.T) site {
		t.Helper()
		nc, err := net.DialTimeout("tcp", installed, time.Second)
		switch {
		case err == nil:
			_ = nc.Close()
		case os.Getenv("ENOKI_REQUIRE_SERVICES") == "1":
			t.Fatalf("no nats-server at %s: %v", installed, err)
		default:
			t.Skipf("no nats-server at %s: %v", installed, err)
		}
		return siteAt(t, "nats://"+installed)
	},
}

func siteAt(t *testing.T, url string) site {
	t.Helper()
	name := fresh(t, url)
	c, _ := dial(t, url)
	return site{c, url, name}
}

// fresh returns a name that no other run of a test uses. Streams whose name holds
// it go with the test.
func fresh(t *testing.T, url string) string {
	t.Helper()
	name := "test_" + rand.Text()[:10]
	t.Cleanup(func() {
		js := plain.JetStream(t, url)
		for _, stream := range []string{name, "KV_" + name} {
			if err := js.DeleteStream(await.Within(t), stream); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, nats.ErrNoServers) {
				t.Logf("delete stream %s: %v", stream, err)
			}
		}
	})
	return name
}

// remove deletes a stream or a consumer, again where that fails: an old server may still
// write what it removes.
func remove(t *testing.T, f func(ctx context.Context) error) {
	t.Helper()
	await.Until(t, "it is deleted", func() bool {
		err := f(await.Within(t))
		return err == nil || errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound)
	})
}

func TestBrokerWithoutJetStreamIsNamedAtOnce(t *testing.T) {
	c, _ := dial(t, plain.Server(t).ClientURL())
	for what, f := range map[string]func(context.Context) error{
		"bucket": func(ctx context.Context) error { _, err := c.Bucket(ctx, "b", 0); return err },
		"queue": func(ctx context.Context) error {
			_, err := c.Stream(ctx, broker.StreamConfig{Name: "q", Subjects: []string{"q.>"}})
			return err
		},
		"records": func(ctx context.Context) error {
			_, err := c.Records(ctx, broker.RecordsConfig{Name: "r", Subjects: []string{"r.>"}})
			return err
		},
	} {
		began := time.Now()
		err := f(await.Within(t))
		if !errors.Is(err, broker.ErrNoJetStream) || fault.CodeOf(err) != fault.Unavailable || time.Since(began) > time.Second {
			t.Errorf("%s: have %v after %v, want ErrNoJetStream at once", what, err, time.Since(began))
		}
		if err != nil && !strings.Contains(err.Error(), "nats-server with -js") {
			t.Errorf("%s: have %v, want how to switch it on", what, err)
		}
	}
}

func TestStoringWaitsForTheBrokerNoLongerThanItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	c, _ := dial(t, b.URL())
	if _, err := c.Bucket(await.Within(t, 50*time.Millisecond), "b", 0); !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("have %v, want ErrDisconnected", err)
	}
}

func TestReplicasAreOddAndFew(t *testing.T) {
	for have, ok := range map[int]bool{1: true, 3: true, 5: true, 0: false, -1: false, 2: false, 4: false, 7: false} {
		settings := broker.Defaults()
		settings.URL, settings.Replicas = "nats://127.0.0.1:1", have
		c, err := broker.Dial(settings, quiet)
		if err == nil {
			stop(t, c)
		}
		if ok != (err == nil) || !ok && !strings.Contains(err.Error(), "broker.replicas: have") {
			t.Errorf("replicas %d: have %v, want accepted: %v", have, err, ok)
		}
	}
}

func TestReplicasNeedACluster(t *testing.T) {
	settings := broker.Defaults()
	settings.URL, settings.Replicas = svctest.NewBroker(t).URL(), 3
	c, err := broker.Dial(settings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	began := time.Now()
	if _, err := c.Bucket(await.Within(t), "b", 0); err == nil || !strings.Contains(err.Error(), "broker.replicas: have 3") || time.Since(began) > time.Second {
		t.Errorf("have %v after %v, want the setting at once", err, time.Since(began))
	}
}

func TestStreamThatWasDeletedIsMadeAgain(t *testing.T) {
	url := svctest.NewBroker(t).URL()
	c, _ := dial(t, url)
	b := bucket(t, c, "b", 0)
	if err := plain.JetStream(t, url).DeleteStream(await.Within(t), "KV_b"); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(await.Within(t), "k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	if v, found, err := b.Get(await.Within(t), "k"); string(v) != "v" || !found || err != nil {
		t.Errorf("have %q, %v, %v, want v", v, found, err)
	}
}
