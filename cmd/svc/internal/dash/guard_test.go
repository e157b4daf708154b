package dash_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/cmd/svc/internal/dash"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestOnlyPagesOfThisProcessMayChangeAnything(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Till{})
	p := start(t, w.Broker().URL())
	const body = `{"service":"till","method":"pay","positional":["pears",1]}`
	for name, tt := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"the page itself":                {header("Origin", p.url), http.StatusOK},
		"no token":                       {header("X-Dash-Token", ""), http.StatusForbidden},
		"the token of another process":   {header("X-Dash-Token", strings.Repeat("A", 26)), http.StatusForbidden},
		"a page of another port":         {header("Origin", "http://127.0.0.1:1"), http.StatusForbidden},
		"a page without an origin":       {header("Origin", "null"), http.StatusForbidden},
		"what the browser calls foreign": {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"a name that was made to lead here": {func(r *http.Request) {
			r.Host = "evil.example:80"
			r.Header.Set("Origin", "http://evil.example:80")
		}, http.StatusMisdirectedRequest},
	} {
		if have := p.post("/api/call", body, tt.change); have.StatusCode != tt.want {
			t.Errorf("%s: have %d %s, want %d", name, have.StatusCode, have.body, tt.want)
		}
		if have := p.post("/api/letters/drop", `{"numbers":[1]}`, tt.change); have.StatusCode != tt.want {
			t.Errorf("%s: drop: have %d %s, want %d", name, have.StatusCode, have.body, tt.want)
		}
	}
}

// A foreign name must not even get the page, in which the token is.
func TestForeignNamesGetNothing(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := start(t, b.URL(), func(o *dash.Options) { o.Hosts = []string{"dash.internal"} })
	for host, want := range map[string]int{
		"evil.example": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 400,
		"localhost": 200, "LOCALHOST:9": 200, "127.0.0.1:80": 200, "[::1]:80": 200, "192.168.1.5": 200, "dash.internal:1": 200,
	} {
		have := p.get("/", func(r *http.Request) { r.Host = host })
		if host == "" {
			continue // the client fills it in
		}
		if have.StatusCode != want || (want != 200) == strings.Contains(have.body, p.token) {
			t.Errorf("%s: have %d, want %d", host, have.StatusCode, want)
		}
	}
	if have := p.get("/api/stream", header("Sec-Fetch-Site", "cross-site")); have.StatusCode != http.StatusForbidden {
		t.Errorf("have %d for a foreign page that wants the stream, want 403", have.StatusCode)
	}
}

func TestReadOnlyRefusesCallsAndSettling(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Till{})
	p := start(t, w.Broker().URL(), func(o *dash.Options) { o.ReadOnly = true })
	for _, path := range []string{"/api/call", "/api/letters/replay", "/api/letters/drop"} {
		if have := p.post(path, `{}`); have.StatusCode != http.StatusForbidden || !strings.Contains(have.body, "--read-only") {
			t.Errorf("%s: have %d %s", path, have.StatusCode, have.body)
		}
	}
	if have := p.get("/api/letters"); have.StatusCode != http.StatusOK {
		t.Errorf("have %d %s", have.StatusCode, have.body)
	}
}

func TestPageMayRunNothingThatStandsInIt(t *testing.T) {
	t.Parallel()
	p := start(t, svctest.NewBroker(t).URL())
	have := p.get("/")
	policy := have.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("have %q, want %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(have.body, "style=") || strings.Contains(have.body, "onclick") || strings.Contains(have.body, "http://") && !strings.Contains(have.body, "http-equiv") {
		t.Errorf("have %q and %s", policy, have.body)
	}
	for _, script := range []string{"dash", "services", "graph", "letters", "call", "form", "dom"} {
		text := p.get("/page/" + script + ".js")
		for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://"} {
			if text.StatusCode != http.StatusOK || strings.Contains(text.body, forbidden) {
				t.Errorf("%s.js: have %d, with %s", script, text.StatusCode, forbidden)
			}
		}
	}
}

// Whoever is on the bus chooses what is shown; it is bounded, and on one line.
func TestHostileServicesAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	nc := plain.Conn(t, b.URL())
	odd := `{"name":"odd","id":"<script>\u202e` + strings.Repeat("x", 5000) + `","version":"1.0.0","type":"io.nats.micro.v1.stats_response","data":{"svc_workers":1e300,"svc_workers_busy":-1e300},` +
		`"endpoints":[{"name":"go","subject":"go\u009b31m","num_requests":7,"last_error":"<img src=x onerror=alert(1)>\u009b2J"}],` +
		`"svc_entrypoints":[{"kind":"<b>","name":"</li>","address":"\u202e","requests":9223372036854775807,"errors":-5,"nanoseconds":-1,"latency":{"-3":9223372036854775807,"4000":-7}}],` +
		`"svc_targets":[{"kind":"rpc","target":"<i>.x","requests":-1,"errors":3}]}`
	if _, err := nc.Subscribe("$SRV.STATS", func(m *nats.Msg) {
		for range 300 {
			_ = m.Respond([]byte(odd))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	p := start(t, b.URL())
	seen := p.sees(p.look(), "odd", func(s dash.Sample) bool { return len(s.Services) == 1 && s.Services[0].Hidden > 0 })
	have := seen.Services[0]
	if len(have.Instances) != 100 || len(have.Instances[0].ID) > 400 || strings.ContainsAny(have.Instances[0].ID, "\u202e\u009b") {
		t.Errorf("have %d instances, %d hidden, the first %q", len(have.Instances), have.Hidden, have.Instances[0].ID)
	}
	for _, e := range have.Entrypoints {
		if strings.ContainsAny(e.Kind+e.Name+e.Address+e.LastError, "\u202e\u009b\n") || e.Callable || e.Requests < 0 || e.Errors < 0 || e.Rate.P95MS < 0 {
			t.Errorf("have %+v", e)
		}
	}
}
