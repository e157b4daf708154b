//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// A service that publishes to whatever reply subject it is told publishes for its caller:
// in its own name, where the caller may not.
func (s *siege) answersToInboxes(t *testing.T) {
	t.Helper()
	subjects := []string{"svc.rpc.vault.open", "svc.rpc.vault.nosuch", "vault.knock", "$SRV.PING.vault", "$SRV.INFO.vault", "$SRV.STATS.vault", "$SRV.INFO", "svc.evt.vault.-.entered"}
	for _, verb := range []string{"ticket", "where", "gone"} {
		subjects = append(subjects, "svc.rpcw.vault."+verb)
	}
	instance := s.instance(t)
	for _, verb := range []string{"probe", "cancel", "open.1"} { // the last takes up an offer
		subjects = append(subjects, "svc.rpci.vault."+instance+"."+verb)
	}
	replies := []string{forbidden, "svc.evt.payments.-.paid", "svc.rpc.payments.pay", "_INBOXES.a", "_INBOX", "_INBOX." + strings.Repeat("a", 600), "_INBOX.a.*"}
	for _, subject := range subjects {
		for _, reply := range replies {
			for _, body := range []string{`{"how":"well","password":"x"}`, `{"method":"open","waiting":1}`, `["` + reply + `"]`, `{`} {
				if err := s.conn.PublishRequest(subject, reply, []byte(body)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	s.works(t)
	s.flush(t)
	for len(s.tapped) > 0 {
		if m := <-s.tapped; !strings.Contains(string(m.Data), `"stream":"EVT_vault"`) { // the broker's own acks of what was stored
			t.Errorf("the service has published %.200q to %q", m.Data, m.Subject)
		}
	}
}

// instance returns the id of the one that runs.
func (s *siege) instance(t *testing.T) string {
	t.Helper()
	m, err := s.conn.Request("$SRV.PING.vault", nil, patience)
	var pong struct{ ID string }
	if err != nil || json.Unmarshal(m.Data, &pong) != nil || pong.ID == "" {
		t.Fatalf("have %v, %v, want the id of the instance", m, err)
	}
	return pong.ID
}

// The broker closes the connection of who sends a subject of 5 000 bytes: that must be the
// attacker's, and never a service's that was told to.
func (s *siege) strangeSubjects(t *testing.T) {
	t.Helper()
	for _, method := range []string{"*", ">", "nosuch", "Open", "ope\x00n", strings.Repeat("a", 65), strings.Repeat("a", 500), "$SYS", "_INBOX"} {
		m, err := s.conn.Request("svc.rpc.vault."+method, []byte(`{}`), patience)
		if err != nil || m.Header.Get("Nats-Service-Error-Code") == "" || len(m.Data) > 1000 {
			t.Errorf("%.40q: have %v, %v, want a short error", method, m, err)
		}
	}
	closed := make(chan struct{})
	attacker := plain.Conn(t, s.world.url, nats.MaxReconnects(0), nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	if err := attacker.Publish("svc.rpc.vault."+strings.Repeat("a", 5000), nil); err != nil {
		t.Fatal(err)
	}
	await.Take(t, closed, patience)
	s.works(t)
	if text := s.Output(); strings.Contains(text, "disconnected") {
		t.Errorf("the service has lost its connection:\n%s", text)
	}
}

// A panic costs one call, whatever brought it, and tells nobody outside what it was about.
func (s *siege) tellsNothing(t *testing.T) {
	t.Helper()
	k := s.socket(t)
	for _, how := range []string{"panic", "undeclared"} {
		const text = "cellar-door"
		body := fmt.Sprintf(`{"how":%q,"password":"%s"}`, how, text)
		m, err := s.conn.Request("svc.rpc.vault.open", []byte(body), patience)
		if err != nil || !strings.Contains(string(m.Data), `"internal"`) || strings.Contains(string(m.Data), "goroutine") || strings.Contains(string(m.Data), ".go:") {
			t.Errorf("call, %s: have %v, %v, want the code internal and no stack", how, m, err)
		}
		r := s.ask(t, "POST", "/enter", body)
		r.wantStatus(t, how, 500)
		k.send(fmt.Sprintf(`{"method":"open","data":%s,"correlation_id":"7"}`, body))
		f := k.next()
		if f.Type != "error" || f.Error.Code != "internal" || f.ID != "7" {
			t.Errorf("socket, %s: have %+v, want the code internal", how, f)
		}
		for where, told := range map[string]string{"HTTP": fmt.Sprint(r.header, r.body), "websocket": fmt.Sprintf("%+v", f)} {
			for _, inside := range []string{text, "goroutine", ".go:", "vault.go", "errorString", "at the door", "have "} {
				if strings.Contains(told, inside) {
					t.Errorf("%s, %s: have %s, want it without %q", where, how, told, inside)
				}
			}
			if where == "HTTP" && !strings.Contains(told, "call_id") && !strings.Contains(told, "X-Call-Id") {
				t.Errorf("%s, %s: have %s, want the id of the call", where, how, told)
			}
		}
		s.works(t)
	}
	declared := s.ask(t, "POST", "/enter", `{"how":"declared","password":"cellar-door"}`)
	declared.wantStatus(t, "a declared error", 409)
	if !strings.Contains(declared.body, "locked") {
		t.Errorf("have %v, want the message of a declared error", declared)
	}
}
