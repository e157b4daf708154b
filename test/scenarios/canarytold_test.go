//go:build linux

package scenarios_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// jobs fail in every way, and what they came to is stored.
func (a *aviary) jobs(t *testing.T) {
	t.Helper()
	for _, how := range []string{"declared", "undeclared", "panic", "database"} {
		handle := a.world.prints("call", "vault.keep", "--submit", "how="+how, "password="+canary, "--data", "auth_token="+canary)
		o := a.world.svc("result", handle, "--timeout", patience.String())
		a.hear("svc result "+how, o.stdout+o.stderr)
		if o.code == 0 {
			t.Errorf("%s: have %s, want it to fail", how, o.stdout)
		}
	}
	a.stored(t, "RPCR_vault", 4)
}

// stored hears all messages of a stream, headers too. What waits in a queue has arguments;
// what has come of them does not.
func (a *aviary) stored(t *testing.T, name string, want int) {
	t.Helper()
	stream, err := plain.JetStream(t, a.world.url).Stream(await.Within(t, patience), name)
	if err != nil {
		t.Fatal(err)
	}
	heard := 0
	for n := range stream.CachedInfo().State.LastSeq {
		m, err := stream.GetMsg(await.Within(t, patience), n+1)
		if err != nil {
			continue // it was replaced
		}
		heard++
		a.hear(fmt.Sprint("stored in ", name, " ", n+1), m.Subject+fmt.Sprint(m.Header)+string(m.Data))
	}
	if heard < want {
		t.Errorf("%s holds %d messages, want %d", name, heard, want)
	}
}

// records hears what is remembered of deliveries, and the errors that dead letters hold:
// their payload has the password, and is for handlers alone.
func (a *aviary) records(t *testing.T) {
	t.Helper()
	js := plain.JetStream(t, a.world.url)
	names := js.StreamNames(await.Within(t, patience))
	for name := range names.Name() {
		stream, err := js.Stream(await.Within(t, patience), name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range stream.CachedInfo().State.LastSeq {
			m, err := stream.GetMsg(await.Within(t, patience), n+1)
			if err == nil {
				a.hear(fmt.Sprint("error stored in ", name, " ", n+1), errorsOf(m))
			}
		}
	}
	if err := names.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"EVTRY", "DLQ"} {
		if a.told["error stored in "+name+" 1"] == "" {
			t.Errorf("%s holds no error, want some to look at", name)
		}
	}
}

// errorsOf returns what a stored message says of errors.
func errorsOf(m *jetstream.RawStreamMsg) string {
	var all []string
	for name, values := range m.Header {
		if strings.Contains(name, "Error") || strings.HasPrefix(name, "Svc-Dead") {
			all = append(all, name+": "+strings.Join(values, ","))
		}
	}
	if strings.HasPrefix(m.Subject, "svc.evtry.") {
		all = append(all, string(m.Data))
	}
	return strings.Join(all, "\n")
}

// strangers ask by the gateway, where no error but a declared one has a message.
func (a *aviary) strangers(t *testing.T) {
	t.Helper()
	p := start(t, nil, "gateway", "--broker", a.world.url, "--define", "web.port=0")
	g := &site{process: p, page: "/healthz", proof: "alive", worker: p.Pid()}
	g.listens()
	await.Until(t, "the gateway knows the vault", func() bool {
		return g.ask(t, http.MethodPost, "/vault/open", `{"how":"undeclared","password":"12345"}`).status == http.StatusInternalServerError
	}, patience)
	for _, how := range ways {
		r := g.ask(t, http.MethodPost, "/vault/open", fmt.Sprintf(`{"how":%q,"password":%q}`, how, canary), "X-Request-Timeout: 2s")
		a.hear("gateway "+how, fmt.Sprint(r.status, r.header, r.body))
		if r.status < http.StatusBadRequest {
			t.Errorf("gateway, %s: have %v, want it to fail", how, r)
		}
	}
	for what, body := range map[string]string{"type": `{"how":{},"password":{"` + canary + `":1}}`, "end": `{"password":"` + canary} {
		r := g.ask(t, http.MethodPost, "/vault/open", body)
		a.hear("gateway with a wrong "+what, fmt.Sprint(r.status, r.header, r.body))
	}
	a.hear("openapi.json of the gateway", g.get(t, "/openapi.json").body)
	p.Stop()
	a.hear("log of the gateway", p.Output())
}

// pages are those of svc dash.
func (a *aviary) pages(t *testing.T) {
	t.Helper()
	p := start(t, nil, "dash", "--port", "0", "--broker", a.world.url)
	d := &site{process: p, url: strings.TrimSuffix(p.await(`http://\S+`, 1)[0], "/")}
	for _, path := range []string{"/", "/api/services/vault", "/api/letters", "/api/letters/1", "/api/letters/2", "/api/letters/5"} {
		r := d.get(t, path)
		r.wantStatus(t, path, http.StatusOK)
		a.hear("svc dash "+path, fmt.Sprint(r.header, r.body))
	}
	p.Stop()
	a.hear("log of svc dash", p.Output())
}

// descriptions are of what is declared, of what runs, and of what is wrong with it.
func (a *aviary) descriptions() {
	a.t.Helper()
	for _, args := range [][]string{
		{"graph", "--live", "--interval", "200ms"},
		{"graph", "--live", "--json", "--interval", "200ms"},
		{"openapi", "--live", a.url},
		{"info", "vault"},
		{"info", "vault", "--json"},
		{"ping", "vault", "--count", "1"},
		{"doctor", "--timeout", "5s", "--config", a.config},
		{"doctor", "--timeout", "5s", "--config", a.config, "--json"},
	} {
		o := a.world.svc(args...)
		a.hear("svc "+strings.Join(args, " "), o.stdout+o.stderr)
		if well := args[0] != "doctor"; well != (o.code == 0) { // the database is away
			a.world.t.Errorf("svc %v: have the code %d, want 0: %t\n%s", args, o.code, well, o.stdout+o.stderr)
		}
	}
	for _, args := range [][]string{{"describe", vault}, {"permissions", vault}, {"config", "--json"}} {
		p := start(a.t, nil, append(args, "--config", a.config, "--define", "broker.url="+a.world.url)...)
		p.Exits(0)
		a.hear("svc "+strings.Join(args, " "), p.Output())
	}
}
