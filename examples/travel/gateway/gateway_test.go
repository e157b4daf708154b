package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/travel/airports"
	"github.com/enoki-go/enoki/examples/travel/gateway"
	"github.com/enoki-go/enoki/examples/travel/trips"
	svctest "github.com/enoki-go/enoki/testing"
)

// travel runs all three services in the process of the test.
func travel(t *testing.T) *svctest.World {
	t.Helper()
	return svctest.New(t, &airports.Airports{}, &trips.Trips{}, &gateway.Gateway{},
		svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request; a body is JSON.
func send(t *testing.T, w *svctest.World, method, path, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

// create sends what is to be created and returns its id.
func create(t *testing.T, w *svctest.World, path, body string) (id string) {
	t.Helper()
	a := send(t, w, http.MethodPost, path, body)
	if a.status != http.StatusOK || !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(a.body) {
		t.Fatalf("POST %s %s: have %d %q, want 200 and 32 hexadecimal characters", path, body, a.status, a.body)
	}
	if have := a.header.Get("Content-Type"); have != "text/plain; charset=utf-8" {
		t.Errorf("POST %s: have the type %q, want text", path, have)
	}
	return a.body
}

func TestTripIsFoundWithItsAirports(t *testing.T) {
	t.Parallel()
	w := travel(t)
	oslo, rome := create(t, w, "/airport", `{"airport":"Oslo"}`), create(t, w, "/airport", `{"airport":"Rome"}`)
	trip := create(t, w, "/trip", fmt.Sprintf(`{"airport_from":%q,"airport_to":%q}`, oslo, rome))
	for path, want := range map[string]string{
		"/airport/" + oslo: `{"airport":"Oslo"}`,
		"/airport/" + rome: `{"airport":"Rome"}`,
		"/trip/" + trip:    fmt.Sprintf(`{"trip":{"from":%q,"to":%q}}`, oslo, rome),
		"/airport/" + trip: `{"airport":null}`,
		"/trip/" + oslo:    `{"trip":null}`,
		"/airport/none":    `{"airport":null}`,
	} {
		if a := send(t, w, http.MethodGet, path, ""); a.status != http.StatusOK || a.body != want {
			t.Errorf("GET %s: have %d %s, want 200 %s", path, a.status, a.body, want)
		}
	}
}

func TestWhatTheServicesRefuseIsAnsweredWithTheReason(t *testing.T) {
	t.Parallel()
	w := travel(t)
	oslo := create(t, w, "/airport", `{"airport":"Oslo"}`)
	for _, tt := range []struct{ path, body, want string }{
		{"/airport", `{"airport":" "}`, "an airport has a name of 1 to 100 characters"},
		{"/airport", `{"airport":"` + strings.Repeat("o", 101) + `"}`, "an airport has a name"},
		{"/airport", `{"airport":`, ""},
		{"/airport", `{}`, "body.airport"},
		{"/trip", fmt.Sprintf(`{"airport_from":%q,"airport_to":"nowhere"}`, oslo), `there is no airport \"nowhere\"`},
		{"/trip", fmt.Sprintf(`{"airport_from":%q}`, oslo), "body.airport_to"},
	} {
		a := send(t, w, http.MethodPost, tt.path, tt.body)
		if a.status != http.StatusBadRequest || !strings.Contains(a.body, tt.want) {
			t.Errorf("POST %s %s: have %d %s, want 400 with %q", tt.path, tt.body, a.status, a.body, tt.want)
		}
	}
}

// A unit test needs neither broker nor Redis: the clients are fields.
func TestGatewayAsksTheServices(t *testing.T) {
	t.Parallel()
	g := gateway.Gateway{Trips: gateway.Trips{Get: func(_ context.Context, id string) (*gateway.Trip, error) {
		return &gateway.Trip{From: "a of " + id, To: "b"}, nil
	}}}
	found, err := g.Trip(t.Context(), "t")
	if err != nil || found.Trip == nil || *found.Trip != (gateway.Trip{From: "a of t", To: "b"}) {
		t.Errorf("have %+v, %v, want the trip that the service knows", found.Trip, err)
	}
}
