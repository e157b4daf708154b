package rpc_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Catalogue is a service with a version.
type Catalogue struct {
	_ service.Name `name:"catalogue" version:"1.2.0"`
	_ rpc.Method   `method:"Find" args:"title,limit" sensitive:"title"`
	_ rpc.Method   `method:"Remove" name:"drop"`
}

// Find returns titles.
func (*Catalogue) Find(title string, _ *int) []string { return []string{title} }

// Remove fails.
func (*Catalogue) Remove() error { return fault.New(fault.Denied, "not yours") }

func discover[T any](t *testing.T, w *svctest.World, subject string) T {
	t.Helper()
	var answer T
	if err := json.Unmarshal(request(t, plain.Conn(t, w.Broker().URL()), subject, "").Data, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestInstanceTellsItsMethods(t *testing.T) {
	w := svctest.New(t, &Catalogue{})
	info := discover[broker.Info](t, w, "$SRV.INFO.catalogue")
	if info.Name != "catalogue" || info.Version != "1.2.0" || info.ID == "" || len(info.Endpoints) != 2 {
		t.Fatalf("have %+v", info)
	}
	drop, find := info.Endpoints[0], info.Endpoints[1]
	if drop.Name != "drop" || drop.Subject != "svc.rpc.catalogue.drop" || drop.QueueGroup != "catalogue" {
		t.Errorf("have %+v", drop)
	}
	if find.Metadata["sensitive"] != "title" || drop.Metadata["sensitive"] != "" || info.Metadata["namespace"] != "svc" {
		t.Errorf("have %v of %v and %v, want the namespace, and what is sensitive", info.Metadata, find.Metadata, drop.Metadata)
	}
	if find.Name != "find" || find.Subject != "svc.rpc.catalogue.find" || find.Metadata["params"] != `["title","limit"]` {
		t.Errorf("have %+v", find)
	}
	for _, key := range []string{"input", "output"} {
		if !json.Valid([]byte(find.Metadata[key])) {
			t.Errorf("metadata %s: have %q, want a JSON Schema", key, find.Metadata[key])
		}
	}
	if len(find.Metadata["schema_hash"]) != 12 || find.Metadata["schema_hash"] == drop.Metadata["schema_hash"] {
		t.Errorf("have hashes %q and %q, want 12 digits that differ", find.Metadata["schema_hash"], drop.Metadata["schema_hash"])
	}
	if _, has := drop.Metadata["params"]; has {
		t.Errorf("have %v, want no params where there are none", drop.Metadata)
	}
}

func TestInstanceCountsItsCalls(t *testing.T) {
	w := svctest.New(t, &Catalogue{})
	for range 3 {
		svctest.Call[[]string](w, "catalogue.find", "Go")
	}
	_ = callErr(t, w.Client(), "catalogue.drop")
	_ = callErr(t, w.Client(), "catalogue.find", 1, 2, 3) // never reached the method
	_ = callErr(t, w.Client(), "catalogue.lost")
	stats := discover[broker.Stats](t, w, "$SRV.STATS.catalogue")
	type row struct {
		Requests, Errors int64
		Last             string
		Timed            bool
	}
	var got []row
	for _, e := range stats.Endpoints {
		got = append(got, row{e.NumRequests, e.NumErrors, e.LastError, e.ProcessingTime > 0 && e.AverageProcessingTime == e.ProcessingTime/e.NumRequests})
	}
	want := []row{{1, 1, "not yours", true}, {3, 0, "", true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

func TestInstanceIsFoundByItsIDAndGoneAfterTheStop(t *testing.T) {
	w := svctest.New(t, &Catalogue{})
	ping := discover[broker.Identity](t, w, "$SRV.PING")
	if same := discover[broker.Identity](t, w, "$SRV.PING.catalogue."+ping.ID); same.ID != ping.ID || same.ID == "" {
		t.Errorf("have %+v, want %+v", same, ping)
	}
	w.Stop()
	if names, err := w.Client().Connection().Services(await.Within(t)); len(names) > 0 || err != nil {
		t.Errorf("after the stop: have %v, %v, want none", names, err)
	}
}

func TestNamespacesAreApart(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, &Catalogue{}, svctest.Config("broker: {namespace: shop}"))
	settings := broker.Defaults()
	settings.URL, settings.Namespace = b.URL(), "shop"
	s, err := rpc.Dial("", rpc.WithConfig(settings))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got, err := decoded[[]string](s.Proxy("catalogue").Call(await.Within(t), "find", "Go")); len(got) != 1 || err != nil {
		t.Errorf("have %v, %v", got, err)
	}
}
