package broker_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// orders is what the instance that these tests announce says of itself.
func orders(id string) broker.Info {
	return broker.Info{
		Identity: broker.Identity{Name: "orders", ID: id, Version: "1.2.0-rc.1+x"}, Description: "sells things",
		Endpoints: []broker.Endpoint{
			{Name: "create", Subject: "svc.rpc.orders.create", QueueGroup: "orders", Metadata: map[string]string{"input": `{"type":"string"}`}},
			{Name: "cancel", Subject: "svc.rpc.orders.cancel", QueueGroup: "orders", Metadata: map[string]string{}},
		},
	}
}

func announce(t *testing.T, b *svctest.Broker, info broker.Info) []*broker.Counters {
	t.Helper()
	c, _ := dial(t, b.URL())
	endpoints, counters := info.Endpoints, make([]*broker.Counters, len(info.Endpoints))
	info.Endpoints = nil
	a := c.Announce(info)
	for i, e := range endpoints {
		counters[i] = new(broker.Counters)
		a.Add(e, counters[i])
	}
	err := a.Publish()
	if err == nil {
		err = c.Flush(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Withdraw(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return counters
}

// fields are the keys of a JSON object, sorted.
func fields(v any) []string {
	var keys []string
	for key := range v.(map[string]any) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// object sends an empty request of a plain client and returns the JSON object of the
// answer.
func object(t *testing.T, nc *nats.Conn, subject string) map[string]any {
	t.Helper()
	m, err := nc.RequestWithContext(await.Within(t), subject, nil)
	if err != nil {
		t.Fatalf("%s: %v", subject, err)
	}
	if len(m.Header) > 0 {
		t.Errorf("%s: have headers %v, want none", subject, m.Header)
	}
	var got map[string]any
	if err := json.Unmarshal(m.Data, &got); err != nil {
		t.Fatalf("%s: have %s: %v", subject, m.Data, err)
	}
	return got
}

// semver is the expression that semver.org suggests and ADR-32 asks for.
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`)

func TestEveryVerbIsAnsweredAtThreeLevels(t *testing.T) {
	b := svctest.NewBroker(t)
	announce(t, b, orders("one"))
	nc := plain.Conn(t, b.URL())
	for verb, want := range map[string]struct {
		typ  string
		keys []string
	}{
		"PING":  {"io.nats.micro.v1.ping_response", []string{"id", "metadata", "name", "type", "version"}},
		"INFO":  {"io.nats.micro.v1.info_response", []string{"description", "endpoints", "id", "metadata", "name", "type", "version"}},
		"STATS": {"io.nats.micro.v1.stats_response", []string{"endpoints", "id", "metadata", "name", "started", "type", "version"}},
	} {
		for _, of := range []string{"", ".orders", ".orders.one"} {
			got := object(t, nc, "$SRV."+verb+of)
			if diff := cmp.Diff(want.keys, fields(got)); diff != "" {
				t.Errorf("%s%s: -want +have\n%s", verb, of, diff)
			}
			if got["type"] != want.typ || got["name"] != "orders" || got["id"] != "one" || !semver.MatchString(got["version"].(string)) {
				t.Errorf("%s%s: have %v", verb, of, got)
			}
			if metadata, ok := got["metadata"].(map[string]any); !ok || len(metadata) > 0 {
				t.Errorf("%s%s: have metadata %v, want an empty object", verb, of, got["metadata"])
			}
		}
	}
}

func TestInfoListsTheEndpoints(t *testing.T) {
	b := svctest.NewBroker(t)
	announce(t, b, orders("one"))
	got := object(t, plain.Conn(t, b.URL()), "$SRV.INFO.orders.one")
	want := []any{
		map[string]any{"name": "create", "subject": "svc.rpc.orders.create", "queue_group": "orders", "metadata": map[string]any{"input": `{"type":"string"}`}},
		map[string]any{"name": "cancel", "subject": "svc.rpc.orders.cancel", "queue_group": "orders", "metadata": map[string]any{}},
	}
	if diff := cmp.Diff(want, got["endpoints"]); diff != "" || got["description"] != "sells things" {
		t.Errorf("have description %q, -want +have\n%s", got["description"], diff)
	}
}

func TestStatsCount(t *testing.T) {
	b := svctest.NewBroker(t)
	counters := announce(t, b, orders("one"))
	counters[0].Count(30 * time.Nanosecond)
	counters[0].Count(11 * time.Nanosecond)
	counters[0].Fail("sold out")
	got := object(t, plain.Conn(t, b.URL()), "$SRV.STATS.orders.one")
	want := []any{
		map[string]any{
			"name": "create", "subject": "svc.rpc.orders.create", "queue_group": "orders", "num_requests": 2.0, "num_errors": 1.0,
			"last_error": "sold out", "processing_time": 41.0, "average_processing_time": 20.0,
		},
		map[string]any{
			"name": "cancel", "subject": "svc.rpc.orders.cancel", "queue_group": "orders", "num_requests": 0.0, "num_errors": 0.0,
			"last_error": "", "processing_time": 0.0, "average_processing_time": 0.0,
		},
	}
	if diff := cmp.Diff(want, got["endpoints"]); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
	started, err := time.Parse(time.RFC3339, got["started"].(string))
	if err != nil || started.Location() != time.UTC || time.Since(started) > time.Minute || time.Until(started) > 0 {
		t.Errorf("have started %v, %v, want a time just passed in UTC", got["started"], err)
	}
}

func TestStoppedAnnouncementIsSilent(t *testing.T) {
	b := svctest.NewBroker(t)
	c, _ := dial(t, b.URL())
	a := c.Announce(orders("one"))
	if err := a.Publish(); err != nil {
		t.Fatal(err)
	}
	if err := a.Withdraw(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(); err != nil {
		t.Fatal(err)
	}
	if _, err := plain.Conn(t, b.URL()).RequestWithContext(await.Within(t), "$SRV.PING", nil); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("have %v, want no responders", err)
	}
}

func TestAnnouncementAnswersInboxesOnly(t *testing.T) {
	b := svctest.NewBroker(t)
	announce(t, b, orders("one"))
	nc := plain.Conn(t, b.URL())
	heard, err := nc.SubscribeSync("svc.evt.x")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.PublishRequest("$SRV.PING", "svc.evt.x", nil); err != nil {
		t.Fatal(err)
	}
	object(t, nc, "$SRV.PING")
	if n, _, err := heard.Pending(); n > 0 || err != nil {
		t.Errorf("have %d messages, %v, want none", n, err)
	}
}

func TestDiscoverFindsEveryInstanceInOrder(t *testing.T) {
	b := svctest.NewBroker(t)
	stock := orders("three")
	stock.Name = "stock"
	for _, info := range []broker.Info{stock, orders("two"), orders("one")} {
		announce(t, b, info)
	}
	c, _ := dial(t, b.URL())
	found, err := c.Discover(await.Within(t), "")
	var names []string
	for _, f := range found {
		names = append(names, f.Name+" "+f.ID)
	}
	if diff := cmp.Diff([]string{"orders one", "orders two", "stock three"}, names); diff != "" || err != nil {
		t.Errorf("all: %v, -want +have\n%s", err, diff)
	}
	if found, err := c.Discover(await.Within(t), "stock"); len(found) != 1 || err != nil || found[0].ID != "three" || len(found[0].Endpoints) != 2 {
		t.Errorf("stock: have %v, %v", found, err)
	}
	if names, err := c.Services(await.Within(t)); strings.Join(names, " ") != "orders stock" || err != nil {
		t.Errorf("services: have %v, %v", names, err)
	}
}

func TestDescribeAsksOneInstance(t *testing.T) {
	b := svctest.NewBroker(t)
	announce(t, b, orders("one"))
	c, _ := dial(t, b.URL())
	if info, err := c.Describe(await.Within(t), "orders"); err != nil || info.ID != "one" || len(info.Endpoints) != 2 {
		t.Errorf("have %+v, %v", info, err)
	}
	if _, err := c.Describe(await.Within(t), "stock"); !errors.Is(err, broker.ErrNoResponders) {
		t.Errorf("have %v, want ErrNoResponders", err)
	}
}

func TestDiscoverWithNobodyThere(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	started := time.Now()
	if found, err := c.Discover(await.Within(t), ""); len(found) > 0 || err != nil || time.Since(started) > 400*time.Millisecond {
		t.Errorf("have %v, %v after %v, want nothing at once", found, err, time.Since(started))
	}
}

func TestDiscoverIgnoresWhatIsNotWellFormed(t *testing.T) {
	b := svctest.NewBroker(t)
	announce(t, b, orders("one"))
	nc := plain.Conn(t, b.URL())
	_, err := nc.Subscribe("$SRV.>", func(m *nats.Msg) { _ = m.Respond([]byte("{not JSON")); _ = m.Respond([]byte(`{"name":7}`)) })
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	c, _ := dial(t, b.URL())
	if found, err := c.Discover(await.Within(t), ""); len(found) != 1 || err != nil {
		t.Errorf("have %v, %v, want one", found, err)
	}
}

func TestDiscoverWhileDisconnectedEndsWithItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	c, _ := dial(t, b.URL())
	if _, err := c.Services(await.Within(t, 10*time.Millisecond)); !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("have %v, want ErrDisconnected", err)
	}
}
