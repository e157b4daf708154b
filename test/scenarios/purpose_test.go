//go:build linux

package scenarios_test

import (
	"strings"
	"testing"
)

func TestS51MetricsLogsCallIdsAndServicesAreThereWithoutMore(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	w.createsAirport("Oslo")
	w.types(`curl -d '{"airport": " "}' localhost:8000/airport`)

	metrics := w.types("curl localhost:8000/metrics")
	for _, line := range []string{
		`svc_call_duration_seconds_count{code="ok",kind="http",method="create_airport",service="gateway"} 1`,
		`svc_call_duration_seconds_count{code="invalid",kind="http",method="create_airport",service="gateway"} 1`,
		`svc_outgoing_duration_seconds_count{code="ok",kind="rpc",target="airports_service.create"} 1`,
		`svc_workers{service="gateway"} 10`, `svc_workers_busy{service="gateway"} 0`, `svc_calls_waiting{service="gateway"} 0`,
		"svc_broker_connected 1",
	} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("have metrics without %s:\n%s", line, metrics)
		}
	}

	outer := w.processes["gateway"].await(`msg="call failed" service=gateway method=create_airport call_id=(\S+)`, 1)[1]
	w.processes["airports"].await(`msg="call failed" service=airports_service method=create call_id=\S+.*an airport has a name`, 1)
	if shown := w.types(`curl -i -d '{"airport": " "}' localhost:8000/airport`); !strings.Contains(shown, "X-Call-Id: ") || strings.Contains(shown, outer) {
		t.Errorf("have %s, want the id of this very call", shown)
	}

	listed, fared := w.prints("ls"), w.prints("stats")
	for _, service := range []string{"airports_service", "trips_service", "gateway"} {
		if !strings.Contains(listed, service) || !strings.Contains(fared, service) {
			t.Errorf("have the lists\n%s\n%s\nwant %s in both", listed, fared, service)
		}
	}
}
