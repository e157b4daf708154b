package census_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// said is what an instance of orders says that began at a time.
func said(id string, began time.Time, created, failed int64) broker.Stats {
	return broker.Stats{
		Identity: broker.Identity{Name: "orders", ID: id}, Started: began,
		Endpoints:   []broker.EndpointStats{{Name: "create", Subject: "svc.rpc.orders.create", NumRequests: created, NumErrors: failed, ProcessingTime: created * 1e6, LastError: "of " + id}},
		Entrypoints: []broker.EntrypointStats{{Kind: "rpc", Name: "create", Address: "svc.rpc.orders.create", Requests: created, Errors: failed, Nanoseconds: created * 1e6}},
		Targets:     []broker.TargetStats{{Kind: "rpc", Target: "stocks.reserve", Requests: created}},
		Data:        broker.Data{"svc_workers": 10, "svc_workers_busy": 1},
	}
}

func TestWhatInstancesSayIsAddedUp(t *testing.T) {
	t.Parallel()
	rows := census.Census{Taken: noon, Instances: []broker.Stats{said("a", noon, 10, 1), said("b", noon, 20, 0)}}.Totals()
	if len(rows) != 1 || len(rows[0].Methods) != 1 || len(rows[0].Entrypoints) != 1 || len(rows[0].Targets) != 1 {
		t.Fatalf("have %+v, want one row of each", rows)
	}
	r := rows[0]
	if r.Instances != 2 || r.Workers != 20 || r.Busy != 2 {
		t.Errorf("have %d instances, %d workers, %d busy", r.Instances, r.Workers, r.Busy)
	}
	if m := r.Methods[0]; m.Instances != 2 || m.Requests != 30 || m.Errors != 1 || m.AverageMS != 1 || m.LastError != "of a" {
		t.Errorf("have method %+v", m)
	}
	if e := r.Entrypoints[0]; e.Instances != 2 || e.Requests != 30 || e.Errors != 1 || e.AverageMS != 1 || e.LastError != "of a" {
		t.Errorf("have entrypoint %+v", e)
	}
	if r.Targets[0].Requests != 30 || census.Sum(rows).Requests != 30 {
		t.Errorf("have target %+v, sum %+v", r.Targets[0], census.Sum(rows))
	}
}

func TestBetweenTwoTimesOnlyWhatIsNewIsCounted(t *testing.T) {
	t.Parallel()
	began := noon.Add(-time.Hour)
	before := census.Census{Taken: noon, Instances: []broker.Stats{said("a", began, 10, 0), said("again", began, 50, 0)}}
	for _, tt := range []struct {
		name string
		now  broker.Stats
		want float64 // a second
	}{
		{"one that goes on", said("a", began, 30, 0), 10},
		{"one that did nothing", said("a", began, 10, 0), 0},
		{"one that says less than before", said("a", began, 4, 0), 0},
		{"one that has begun since", said("new", noon.Add(time.Second), 8, 0), 4},
		{"one that has begun again", said("again", noon.Add(time.Second), 8, 0), 4},
		{"one that missed to answer before", said("late", began, 1000, 0), 0},
	} {
		rows := census.Census{Taken: noon.Add(2 * time.Second), Instances: []broker.Stats{tt.now}}.Since(before)
		if have := rows[0].Methods[0].Requests; have != tt.want || rows[0].Whole.Requests != tt.want || rows[0].Targets[0].Requests != tt.want {
			t.Errorf("%s: have %v, of all %v, to targets %v, want %v", tt.name, have, rows[0].Whole.Requests, rows[0].Targets[0].Requests, tt.want)
		}
	}
}

func TestNumbersOfOthersAreBounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]float64{-1: 0, 0: 0, 7: 7, math.Inf(1): 1 << 53, math.Inf(-1): 0} {
		if have := census.Bounded(n); have != want {
			t.Errorf("%v: have %v, want %v", n, have, want)
		}
	}
	if have := census.Bounded(math.NaN()); have != 0 {
		t.Errorf("no number: have %v, want 0", have)
	}
}

// Each name was looked for among all before it: instances that say many different ones kept
// svc stats and svc dash busy for minutes.
func TestManyNamesTakeNoLongerEach(t *testing.T) {
	t.Parallel()
	const instances, names = 100, 1000
	c := census.Census{Taken: noon}
	for i := range instances {
		s := broker.Stats{Identity: broker.Identity{Name: "orders", ID: strconv.Itoa(i)}, Started: noon}
		for n := range names {
			s.Endpoints = append(s.Endpoints, broker.EndpointStats{Name: fmt.Sprintf("m%d_%d", i, n), NumRequests: 1})
		}
		c.Instances = append(c.Instances, s)
	}
	done := make(chan []census.Service, 1)
	go func() { done <- c.Totals() }() // received below, or the test fails
	if rows := await.Take(t, done, 30*time.Second); len(rows[0].Methods) != instances*names {
		t.Errorf("have %d methods, want %d", len(rows[0].Methods), instances*names)
	}
}

// Shop is a service that runs.
type Shop struct {
	_ rpc.Method `method:"Open"`
}

func (*Shop) Open() {}

func TestInstancesOfAnotherNamespaceAreLeftOut(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Shop{})
	conn := w.Client().Connection()
	taken, err := census.Take(await.Within(t), conn, "")
	if err != nil || len(taken.Instances) != 1 || taken.Instances[0].Name != "shop" {
		t.Fatalf("have %+v, %v, want the shop", taken.Instances, err)
	}
	announceElsewhere(t, w.Broker().URL())
	await.Until(t, "both answer in time", func() bool {
		all, err := conn.FindStats(await.Within(t), "shop")
		return err == nil && len(all) == 2
	})
	if taken, err = census.Take(await.Within(t), conn, "shop"); err != nil || len(taken.Instances) != 1 {
		t.Errorf("have %d instances, %v, want that of this namespace", len(taken.Instances), err)
	}
}

// announceElsewhere makes an instance of shop in another namespace findable.
func announceElsewhere(t *testing.T, url string) {
	t.Helper()
	settings := broker.Defaults()
	settings.URL, settings.Namespace = url, "elsewhere"
	conn, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Stop(context.Background()) })
	if err = conn.Announce(broker.Info{Identity: broker.Identity{Name: "shop", ID: "x", Version: "1.0.0", Metadata: map[string]string{broker.MetadataNamespace: "elsewhere"}}}).Publish(); err == nil {
		err = conn.Flush(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSubjectOfAnEventTellsItsSourceAndType(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"svc.evt.payments.-.paid":       "payments.paid",
		"svc.evt.payments.3.order.paid": "payments.order.paid",
		"svc.evt.payments.*.>":          "payments.>",
		"svc.evt.payments.paid":         "",
		"svc.rpc.payments.pay.now":      "",
		"other.evt.payments.-.paid":     "",
	} {
		if have, ok := census.EventOf(subject, "svc"); have != want || ok != (want != "") {
			t.Errorf("%s: have %q, %t, want %q", subject, have, ok, want)
		}
	}
}
