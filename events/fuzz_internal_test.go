package events

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// deadHeaders are those that a dead letter is read from.
var deadHeaders = []string{
	headerDeadSubject, headerDeadError, headerDeadAttempts, headerDeadFirst, headerDeadSensitive, headerID, headerStack, headerKey, "Svc-Data-tenant",
}

// Whatever is stored as a dead letter can be shown, and says no more than its headers do.
func FuzzLetter(f *testing.F) {
	good := "svc.evt.payments.-.paid\nno money\n3\n2026-01-01T00:00:00Z\nuser.password,*\nid\na,b\no%201\nacme"
	f.Add(good, "application/json", []byte(`{"order":"o1"}`))
	f.Add("svc.rpc.payments.pay\n\x1b[31m\n-1\nnever\n,,", "", []byte("\xdd\xff\xff\xff\xff"))
	f.Add(strings.Repeat("a", 600)+"\n\n99999999999999999999\n\n\n"+strings.Repeat("i", 200)+"\n"+strings.Repeat("a,", 900)+"\n100%\n%zz", "text/plain", []byte(`[`))
	f.Add("", "application/msgpack", []byte(strings.Repeat("\x91", 9000)))
	f.Fuzz(func(t *testing.T, headers, contentType string, body []byte) {
		h := broker.Header{headerType: {contentType}}
		for i, value := range strings.SplitN(headers, "\n", len(deadHeaders)) {
			h[deadHeaders[i]] = []string{value}
		}
		l := letterOf("svc", broker.Entry{Sequence: 7, Msg: &broker.Msg{Subject: "svc.dlq.shop.on_paid", Header: h, Data: body}})
		if l.Number != 7 || l.Handler != "shop.on_paid" {
			t.Errorf("have %d of %q", l.Number, l.Handler)
		}
		if whole := strings.Join(l.Stack, ","); len(l.Stack) > entrypoint.MaxParents || !strings.HasSuffix(h.Get(headerStack), whole) {
			t.Errorf("have the stack %q of %q", l.Stack, h.Get(headerStack))
		}
		for name := range l.Data {
			if !broker.ValidName(name) {
				t.Errorf("have the key %q of context data", name)
			}
		}
		if text, err := l.Payload.JSON(); err == nil && !json.Valid(text) {
			t.Errorf("%q: have the payload %q, which is no JSON", body, text)
		}
		for _, filter := range []LetterFilter{{Handler: l.Handler}, {Event: l.Event}, {Error: l.Error}, {Reason: l.Reason}} {
			if filter.Check() == nil && server.IsValidSubject(l.Event) && !filter.matches(l) {
				t.Errorf("%+v leaves out the letter that it was made of", filter)
			}
		}
	})
}

// What is remembered of an event comes back, and however often its handler has failed,
// it does not wait for longer than it may.
func FuzzTries(f *testing.F) {
	for _, seed := range []string{
		`{"errors":1,"lost":2,"open":true,"delivery":3,"due":"2026-01-01T00:00:00Z","error":"x","name":"shop.x"}`, `{"errors":-1}`, `{"errors":9223372036854775807}`,
		`{"errors":1e400}`, `{"due":"never"}`, `[]`, ``, `{"due":"9999-12-31T23:59:59.999999999Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second tries
		if json.Unmarshal(data, &first) != nil {
			return
		}
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q: cannot be written again: %v", data, err)
		}
		if err := json.Unmarshal(text, &second); err != nil || !second.Due.Equal(first.Due) || second.Errors != first.Errors || second.Open != first.Open {
			t.Errorf("%q: have %+v, then %+v, %v", data, first, second, err)
		}
		if wait := jitter(backoff(time.Second, first.Errors)); wait < 0 || wait > 2*maxBackoff {
			t.Errorf("%q: waits for %v", data, wait)
		}
	})
}

// The broker's word on what is a subject counts.
func FuzzTypesAndPatterns(f *testing.F) {
	for _, seed := range []string{"order.paid", "order.*", "order.>", ">", "*", "a..b", ".", "a b", "a\x00", "$SYS", "_INBOX.a", "a.>.b", strings.Repeat("a.", 150) + "a", strings.Repeat("a", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		subject := subjectOf("svc", "shop", keyless, text)
		if checkType(text) == nil {
			if !server.IsValidLiteralSubject(subject) || len(subject) > 512 || checkPattern(text) != nil {
				t.Errorf("%q is a type, and %q no subject of one event", text, subject)
			}
			if _, _, event, ok := splitSubject("svc", subject); !ok || event != text {
				t.Errorf("%q is read as %q", text, event)
			}
		}
		if checkPattern(text) == nil && !server.IsValidSubject(subject) {
			t.Errorf("%q is a pattern, and %q no subject", text, subject)
		}
		if _, event, err := splitPattern(text); err == nil && checkPattern(event) != nil {
			t.Errorf("%q is taken for events, and %q is no pattern", text, event)
		}
	})
}

// Later versions win: no two win over one another, unless they are the same.
func FuzzVersions(f *testing.F) {
	f.Add("1.10.0", "1.9.0")
	f.Add("1.0.0-rc.1", "1.0.0+build")
	f.Add("99999999999999999999.0", "-1.0.0")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := compareVersions(a, b), compareVersions(b, a)
		if x != -y {
			t.Errorf("%q and %q: have %d, and %d the other way round", a, b, x, y)
		}
	})
}
