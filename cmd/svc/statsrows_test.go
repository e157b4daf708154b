package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// boaster returns what an instance says that has n of everything.
func boaster(id string, n float64) broker.Stats {
	const none = math.MinInt64
	count := int64(none)
	if n > 0 {
		count = math.MaxInt64
	}
	return broker.Stats{
		Identity: broker.Identity{Name: "odd", ID: id},
		Endpoints: []broker.EndpointStats{
			{Name: "go", NumRequests: count, NumErrors: count, ProcessingTime: count},
			{Name: "slow", NumRequests: 1, ProcessingTime: count},
		},
		Data: broker.Data{
			"svc_workers": n, "svc_workers_busy": n, "svc_calls_waiting": n,
			"svc_events_failed_total": n, "svc_events_dropped_total": n, "svc_events_dead_total": n,
		},
	}
}

// A service of others had said that 1e306 events failed, and no service was shown.
func TestCountsThatCannotBeAreBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n    float64
		want float64 // of one instance
	}{
		{1e306, 1 << 53},
		{math.Inf(1), 1 << 53},
		{math.NaN(), 0},
		{-1e306, 0},
		{-1, 0},
	} {
		rows := census.Census{Instances: []broker.Stats{boaster("1", tt.n), boaster("2", tt.n)}}.Totals()
		if _, err := json.Marshal(rows); err != nil {
			t.Errorf("%v: have %v", tt.n, err)
		}
		r := rows[0]
		if diff := cmp.Diff(&census.Events{Failed: 2 * tt.want, Dropped: 2 * tt.want, Dead: 2 * tt.want}, r.Events); diff != "" {
			t.Errorf("%v: events (-want +have):\n%s", tt.n, diff)
		}
		for _, m := range r.Methods {
			if m.Requests < 0 || m.Errors < 0 || m.AverageMS < 0 {
				t.Errorf("%v: have %+v, want nothing below 0", tt.n, m)
			}
		}
		for _, line := range linesOf(&r, false, true) {
			for _, column := range line {
				if column != "-" && strings.ContainsAny(column, "-+IN") {
					t.Errorf("%v: have %q, want what can be counted", tt.n, line)
				}
			}
		}
	}
}

func TestSumsOfCountsStayBounded(t *testing.T) {
	t.Parallel()
	var all census.Census
	for range 2000 { // of 2⁵³, which is more than an int64 holds
		all.Instances = append(all.Instances, boaster("1", 1e300))
	}
	if r := all.Totals()[0]; r.Workers != 1<<53 || r.Busy != 1<<53 || r.Waiting != 1<<53 {
		t.Errorf("have %d workers, %d busy, %d waiting, want 2⁵³ at the most", r.Workers, r.Busy, r.Waiting)
	}
}

func TestWhatShrinksIsNoRate(t *testing.T) {
	t.Parallel()
	before, now := census.Census{Instances: []broker.Stats{boaster("1", 1e306)}}, census.Census{Instances: []broker.Stats{boaster("1", -1)}}
	now.Taken = before.Taken.Add(2e9)
	r := now.Since(before)[0]
	if diff := cmp.Diff(&census.Events{}, r.Events); diff != "" {
		t.Errorf("events (-want +have):\n%s", diff)
	}
	for _, m := range r.Methods {
		if m.Requests != 0 || m.Errors != 0 || m.AverageMS != 0 {
			t.Errorf("have %+v, want nothing", m)
		}
	}
}

// A method that has kept many workers busy for long has taken more than 2⁵³ ns.
func TestTimeIsNotCutAsCountsAre(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * 3600 * 1e9
	e := broker.EndpointStats{Name: "go", NumRequests: 1000, ProcessingTime: year}
	rows := census.Census{Instances: []broker.Stats{{Endpoints: []broker.EndpointStats{e}}}}.Totals()
	if have := rows[0].Methods[0].AverageMS; have != year/1e9 {
		t.Errorf("have %v ms on average, want %v", have, year/1e9)
	}
}

func TestStatsOfOthersAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	nc := plain.Conn(t, b.URL())
	const odd = `{"name":"odd","id":"1","version":"1.0.0","type":"io.nats.micro.v1.stats_response",` +
		`"data":{"svc_workers":1e300,"svc_workers_busy":-1e300,"svc_events_failed_total":1e306},` +
		`"endpoints":[{"name":"go","subject":"go\u009b31m","num_requests":7,"last_error":"\u202e\u009b2J"}]}`
	if _, err := nc.Subscribe("$SRV.STATS", func(m *nats.Msg) { _ = m.Respond([]byte(odd)) }); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	rows := statsOf(t, b)
	if len(rows) != 2 || rows[0].Name != "odd" || rows[0].Workers != 1<<53 || rows[0].Busy != 0 || rows[0].Methods[0].LastError != "\u202e\u009b2J" {
		t.Errorf("have %+v, want odd, within bounds, and rude", rows)
	}
	for _, watch := range []bool{false, true} {
		f := statsFlags{json: true, watch: watch}
		var out strings.Builder
		if err := f.print(&out, rows); err != nil {
			t.Fatal(err)
		}
		if have := out.String(); strings.ContainsAny(have, "\u009b\u202e") || !strings.Contains(have, `\u009b31m`) || strings.Count(have, "\n") != 1 {
			t.Errorf("watch %v: have %q, want one line that a terminal only shows", watch, have)
		}
	}
}
