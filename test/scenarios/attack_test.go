//go:build linux

package scenarios_test

import (
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// A vault on whose bus somebody means no good: all rows of the list of attacks that come by
// NATS, and what inputs cost by every way.
func TestVaultWithstandsASiege(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.works(t)
	t.Run("answers go to inboxes alone", s.answersToInboxes)
	t.Run("long and strange subjects", s.strangeSubjects)
	t.Run("panics and errors tell the outside nothing", s.tellsNothing)
	t.Run("no input costs much", s.costsLittle) // last: the others look at what the service has said
}

// A siege is a vault that runs, and somebody on its bus who speaks plain NATS.
type siege struct {
	*site
	world  *world
	conn   *nats.Conn
	stream jetstream.JetStream
	tapped chan *nats.Msg // what comes to where no service may publish
}

// forbidden is a subject that a service has no business with.
const forbidden = "private.place"

// besiege starts a vault that says all it can.
func besiege(t *testing.T) *siege {
	t.Helper()
	w := newWorld(t)
	s := &siege{site: &site{process: nil, page: "/healthz", proof: "alive"}, world: w, tapped: make(chan *nats.Msg, 100)}
	starting.Lock()
	s.process = w.launch(vault, "--define", "web.port=0", "--define", "web.sockets.rate=100000", "--define", "web.sockets.burst=100000",
		"--define", "databases.accounts.url=postgres://ann@127.0.0.1:1/accounts")
	s.await(`msg=started`, 1)
	starting.Unlock()
	s.worker = worker(t, s.Pid())
	s.url = s.await(`msg="HTTP server listens".* url=(\S+)`, 1)[1] // it is never ready: its database is away
	s.address = strings.TrimPrefix(s.url, "http://")
	s.conn, s.stream = plain.Conn(t, w.url, nats.MaxReconnects(0)), plain.JetStream(t, w.url)
	for _, subject := range []string{forbidden, "svc.evt.payments.>", "svc.rpc.payments.>"} {
		if _, err := s.conn.ChanSubscribe(subject, s.tapped); err != nil {
			t.Fatal(err)
		}
	}
	s.flush(t)
	return s
}

func (s *siege) flush(t *testing.T) {
	t.Helper()
	if err := s.conn.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
}

// works checks that the service answers, which it does after all that came before.
func (s *siege) works(t *testing.T) {
	t.Helper()
	for subject, want := range map[string]string{"svc.rpc.vault.open": `"anything"`, "vault.knock": `{"code":200,"data":"anything"}`} {
		m, err := s.conn.Request(subject, []byte(`{"how":"well","password":"anything"}`), patience)
		if err != nil || strings.TrimSpace(string(m.Data)) != want {
			t.Fatalf("%s: have %v, %v, want it answered", subject, m, err)
		}
	}
}

// dead returns how many events are dead.
func (s *siege) dead(t *testing.T) uint64 {
	t.Helper()
	stream, err := s.stream.Stream(await.Within(t, patience), "DLQ")
	if err != nil {
		t.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// An assault is a way for hostile bytes into the service; it returns once they are
// refused.
type assault struct {
	name string
	send func(t *testing.T, body []byte)
}

// assaults are all the ways. By RPC the bytes come as they are, in a preface, and with
// each content type.
func (s *siege) assaults(t *testing.T) []assault {
	t.Helper()
	k := s.socket(t)
	ask := func(subject string, header nats.Header) func(*testing.T, []byte) {
		return func(t *testing.T, body []byte) {
			t.Helper()
			m, err := s.conn.RequestMsg(&nats.Msg{Subject: subject, Header: header, Data: body[:min(len(body), 1<<20-1000)]}, patience)
			if err != nil {
				t.Fatalf("%s: %.40q: have %v, want an answer", subject, body, err)
			}
			if m.Header.Get("Nats-Service-Error-Code") == "" && !strings.HasPrefix(string(m.Data), `{"code":`) {
				t.Errorf("%s: %.40q: have %.200q, want an error", subject, body, m.Data)
			}
		}
	}
	pack := nats.Header{"Content-Type": {"application/msgpack"}}
	return []assault{
		{"a call", ask("svc.rpc.vault.open", nil)},
		{"a call in msgpack", ask("svc.rpc.vault.open", pack)},
		{"a preface", func(t *testing.T, body []byte) {
			t.Helper()
			ask("svc.rpc.vault.open", nil)(t, append([]byte{0xc1}, body...))
		}},
		{"a message to a subject", ask("vault.knock", nil)},
		{"an event", func(t *testing.T, body []byte) {
			t.Helper()
			before := s.dead(t)
			_, err := s.stream.Publish(await.Within(t, patience), "svc.evt.vault.-.entered", body[:min(len(body), 1<<20-1000)])
			if err != nil {
				t.Fatal(err)
			}
			await.Until(t, "the event is dead", func() bool { return s.dead(t) > before }, patience)
		}},
		{"HTTP", func(t *testing.T, body []byte) {
			t.Helper()
			s.ask(t, "POST", "/enter", string(body), "Content-Type: application/json").wantStatus(t, "POST /enter", 400, 413)
		}},
		{"HTTP in msgpack", func(t *testing.T, body []byte) {
			t.Helper()
			s.ask(t, "POST", "/enter", string(body), "Content-Type: application/msgpack").wantStatus(t, "POST /enter", 400, 413, 415)
		}},
		{"a websocket", func(t *testing.T, body []byte) {
			t.Helper()
			k := &socket{k.Conn, t}
			k.send(strings.ToValidUTF8(string(body[:min(len(body), 64<<10)]), "?"))
			if f := k.next(); f.Type != "error" {
				t.Errorf("%.40q: have %+v, want an error", body, f)
			}
		}},
	}
}
