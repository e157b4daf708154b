package broker_test

import (
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// impostors answers every request for discovery with all of them.
func impostors(t *testing.T, b *svctest.Broker, answers ...broker.Info) {
	t.Helper()
	nc := plain.Conn(t, b.URL())
	_, err := nc.Subscribe("$SRV.>", func(m *nats.Msg) {
		for _, a := range answers {
			data, _ := json.Marshal(a)
			_ = m.Respond(data)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever was on the bus could write to the terminal of everyone who looked.
func TestDiscoverLeavesOutWhatIsNoName(t *testing.T) {
	b := svctest.NewBroker(t)
	named := func(name, version string, endpoints ...string) broker.Info {
		info := broker.Info{Identity: broker.Identity{Name: name, Version: version, ID: "x"}}
		for _, e := range endpoints {
			info.Endpoints = append(info.Endpoints, broker.Endpoint{Name: e})
		}
		return info
	}
	impostors(
		t, b,
		named("\x1b[2Jorders", "1.0.0"), named("orders\npayments", "1.0.0"), named("", "1.0.0"), named(strings.Repeat("x", 65), "1.0.0"),
		named("odd", "1\x1b[31m", "\u009b31m", "a\tb", "create"), named("plain", "1.2.0-rc.1+x"), named("short", "2"),
	)
	c, _ := dial(t, b.URL())
	found, err := c.Discover(await.Within(t), "")
	var have []string
	for _, f := range found {
		have = append(have, f.Name+" "+f.Version)
		for _, e := range f.Endpoints {
			have = append(have, e.Name)
		}
	}
	if diff := cmp.Diff([]string{"odd ", "create", "plain 1.2.0-rc.1+x", "short 2"}, have); diff != "" || err != nil {
		t.Errorf("%v, -want +have\n%s", err, diff)
	}
	if names, err := c.Services(await.Within(t)); strings.Join(names, " ") != "odd plain short" || err != nil {
		t.Errorf("have %q, %v", names, err)
	}
}

func TestDescribeRefusesAnAnswerUnderNoName(t *testing.T) {
	b := svctest.NewBroker(t)
	impostors(t, b, broker.Info{Identity: broker.Identity{Name: "\x1b[2J"}})
	c, _ := dial(t, b.URL())
	if info, err := c.Describe(await.Within(t), "orders"); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("have %+v, %v, want an error that can be printed", info, err)
	}
}

func TestRefusedCredentialsHaveAName(t *testing.T) {
	s := plain.Server(t, func(o *server.Options) { o.Authorization = "secret" })
	c, _ := dial(t, s.ClientURL())
	_, err := c.Discover(await.Within(t, 500*time.Millisecond), "")
	if !errors.Is(err, broker.ErrRefused) || !errors.Is(err, nats.ErrAuthorization) || fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("have %v, want ErrRefused", err)
	}
}

// Red with what nats.go does where nothing else is said: the second refusal closes the
// connection for good.
func TestCredentialsThatAreRefusedAreTriedAgain(t *testing.T) {
	first := plain.Server(t)
	c, _ := dial(t, first.ClientURL())
	port := first.Addr().(*net.TCPAddr).Port
	plain.Stop(first)
	second := plain.Server(t, func(o *server.Options) { o.Port, o.Authorization = port, "secret" })
	await.Until(t, "several refusals", func() bool {
		v, err := second.Varz(nil)
		return err == nil && v.TotalConnections > 3
	})
	plain.Stop(second)
	plain.Server(t, func(o *server.Options) { o.Port = port })
	if err := c.Await(await.Within(t)); err != nil {
		t.Errorf("have %v, want a connection as soon as the broker takes it", err)
	}
}

func TestMessageThatIsTooLargeHasAName(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	if err := c.Await(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(&broker.Msg{Subject: "s", Data: make([]byte, 2<<20)}); !errors.Is(err, broker.ErrTooLarge) {
		t.Errorf("have %v, want ErrTooLarge", err)
	}
}
