//go:build linux

package scenarios_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// poison is in every request that must not get as far as the broker.
const poison = "poison-91f2"

// gateway starts svc gateway, which lets requests go to subjects below open.
func (w *world) gateway() *site {
	w.t.Helper()
	p := start(w.t, nil, "gateway", "--broker", w.url, "--subject", "open.>", "--config", w.settings(nil))
	s := &site{process: p, page: "/healthz", proof: "alive", worker: p.Pid()}
	s.listens()
	return s
}

// A tap hears all that is sent through a broker, and answers what was let through.
type tap struct {
	conn   *nats.Conn
	poison chan *nats.Msg
}

func (w *world) tap() *tap {
	w.t.Helper()
	p := &tap{plain.Conn(w.t, w.url), make(chan *nats.Msg, 1000)}
	_, err := p.conn.Subscribe(">", func(m *nats.Msg) {
		if !strings.Contains(m.Subject+m.Reply+string(m.Data)+fmt.Sprint(m.Header), poison) {
			return
		}
		select {
		case p.poison <- m:
		default: // enough is enough
		}
		_ = m.Respond([]byte(`{"code":200,"data":"heard"}`)) // a failure shows in the answer
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := p.conn.Flush(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// wantNothing checks that no poison was sent.
func (p *tap) wantNothing(t *testing.T, what string) {
	t.Helper()
	if err := p.conn.Flush(); err != nil { // what the broker has sent before is here
		t.Fatal(err)
	}
	for len(p.poison) > 0 {
		m := <-p.poison
		t.Errorf("%.80q was published on %.100q: %.200q", what, m.Subject, m.Data)
	}
}

func TestGatewayPublishesWhatItMayAndNoHeaders(t *testing.T) {
	w := newWorld(t)
	w.site()
	s, heard := w.gateway(), w.tap()
	r := s.ask(t, http.MethodGet, "/open/door?key="+poison, "", "Svc-User: root", "Nats-Rollup: all", "Reply-To: x", "X-Tenant: acme")
	if r.status != http.StatusOK || r.body != `"heard"` {
		t.Errorf("have %v, want what the worker said", r)
	}
	m := await.Take(t, heard.poison)
	if m.Subject != "open.door.get" || strings.Contains(fmt.Sprint(m.Header), "root") || m.Header.Get("Nats-Rollup") != "" {
		t.Errorf("have %s with %v, want open.door.get without what the client made up", m.Subject, m.Header)
	}
	await.Until(t, "the gateway knows the services", func() bool { return s.ask(t, http.MethodPost, "/witness/seen", "").status == http.StatusOK })
	r = s.ask(t, http.MethodPost, "/witness/seen", "", "Svc-User: root", "Svc-Data-User: root", "Nats-Msg-Id: root", "X-Tenant: acme")
	if r.body != `{"tenant":"acme"}` {
		t.Errorf("the method was told %v, want what the configuration allows", r)
	}
}

// open is what the allow-list lets through; it is no attack.
var open = regexp.MustCompile(`^(http://open)?/open(/[A-Za-z0-9_-]{1,64})*$`)

func TestGatewayPublishesNothingElse(t *testing.T) {
	w := newWorld(t)
	w.site()
	s, heard := w.gateway(), w.tap()
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "*", ">"}
	s.endures(t, func() {
		for _, beginning := range []string{
			"/", "//", "/open/", "/open/a/", "/open", "/open.door/", "/Open/", "/open%2f", "/closed/", "/witness/", "/witness/seen/", "/svc/", "/svc/rpc/witness/",
			"/$SYS/REQ/SERVER/", "/$JS/API/STREAM/DELETE/", "/_INBOX/", "/%24SYS/", "/>/", "/*/", "/open/*/", "/open/>/", "", "http://open/open/",
		} {
			t.Run(beginning, func(t *testing.T) {
				for i, path := range paths {
					path, _, _ = strings.Cut(beginning+path, "?")
					if open.MatchString(path) {
						continue
					}
					line := methods[i%len(methods)] + " " + path + "?key=" + poison
					body := ""
					if i%len(methods) > 0 && i%len(methods) < 5 {
						body = `{"key":"` + poison + `"}`
					}
					for _, r := range s.tell(t, request(line, body)) {
						r.wantLocal(t, line)
						if r.status < http.StatusMultipleChoices && methods[i%len(methods)] != http.MethodOptions || r.status >= http.StatusInternalServerError {
							t.Errorf("%.80q: have %v, want it refused", line, r)
						}
					}
					heard.wantNothing(t, line)
				}
			})
		}
	})
}

func TestGatewayRefusesBombs(t *testing.T) {
	w := newWorld(t)
	w.site()
	s, heard := w.gateway(), w.tap()
	await.Until(t, "the gateway knows the services", func() bool { return s.ask(t, http.MethodPost, "/witness/seen", "").status == http.StatusOK })
	const nearly = 1 << 19
	for _, tt := range []struct{ name, kind, body string }{
		{"10 MiB", "application/json", `"` + poison + strings.Repeat("a", 10<<20)},
		{"lists in lists", "application/json", `["` + poison + `",` + strings.Repeat("[", nearly)},
		{"lists in lists, closed", "application/json", `["` + poison + `",` + strings.Repeat("[", nearly/2) + strings.Repeat("]", nearly/2) + "]"},
		{"objects in objects", "application/json", `{"` + poison + `":` + strings.Repeat(`{"a":`, nearly/5)},
		{"msgpack", "application/msgpack", "\xdd\xff\xff\xff\xff" + poison},
		{"msgpack: lists in lists", "application/msgpack", strings.Repeat("\x91", nearly) + poison},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.endures(t, func() {
				for _, path := range []string{"/open/door", "/witness/seen"} {
					r := s.answer(t, request("POST "+path, tt.body, "Content-Type: "+tt.kind))
					r.wantStatus(t, path, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
					heard.wantNothing(t, path)
				}
			})
		})
	}
}
