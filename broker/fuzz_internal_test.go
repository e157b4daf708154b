package broker

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats-server/v2/server/gsl"
	"github.com/nats-io/nats.go"
)

// headerOf makes headers of lines, as a client of NATS would read them.
func headerOf(lines string) Header {
	h := Header{}
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h[name] = append(h[name], strings.TrimSpace(value))
		}
	}
	return h
}

// Whatever is in the headers: what is read has names that can be sent, and comes back
// the same through headers of our own.
func FuzzDataOf(f *testing.F) {
	for _, seed := range []string{
		"Svc-Data-tenant: acme", "Svc-Data-tenant: 100%", "Svc-Data-a: %0d%0ab", "Svc-Data-: x", "Svc-Data-a.b: x", "Svc-Data->: x",
		"Traceparent: 00-1-1-01\ntraceparent: other", "TRACESTATE: a=b", "Svc-Data-traceparent: forged\ntraceparent: real",
		"Svc-Data-traceparent: alone", "svc-data-a: lower", "Svc-Data-a: 1\nSvc-Data-a: 2", "Svc-Data-" + strings.Repeat("a", 65) + ": x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		data, err := DataOf(headerOf(lines))
		if err != nil {
			return
		}
		for name := range data {
			if !ValidName(name) {
				t.Errorf("%q: have the key %q", lines, name)
			}
		}
		h := Header{}
		PutData(h, data)
		for name, values := range h {
			if strings.ContainsAny(name+values[0], "\r\n") {
				t.Errorf("%q: have the header %q with %q, which is two lines", lines, name, values)
			}
		}
		again, err := DataOf(h)
		for _, name := range traceFields { // has no escapes: what is no line becomes one
			if value, ok := data[name]; ok {
				data[name] = oneLine.Replace(value)
			}
		}
		if diff := cmp.Diff(data, again); diff != "" || err != nil {
			t.Errorf("%q: have it differently after a journey, %v (-first +second):\n%s", lines, err, diff)
		}
	})
}

func FuzzEscapedHeader(f *testing.F) {
	for _, seed := range []string{"", " a ", "a\r\nNats-Rollup: all", "100%", "%2", "%zz", "\x00\xff", "ö", "a+b", "/?#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := EscapeHeader(text)
		if have := UnescapeHeader(value); have != text {
			t.Errorf("%q: have %q after %q", text, have, value)
		}
		if strings.TrimSpace(value) != value || strings.ContainsAny(value, "\r\n\x00") {
			t.Errorf("%q: have %q, which is no value of a header", text, value)
		}
	})
}

// The broker's own word on what a subject is counts.
func FuzzIsInbox(f *testing.F) {
	for _, seed := range []string{
		"_INBOX.a.b", "_INBOX.", "_INBOX", "_INBOX..a", "_INBOX.a.", "_INBOX.*", "_INBOX.>", "_INBOX.a b", "_INBOX.a\r\nPUB x 1",
		"_INBOX.a\x00", "_INBOX.a\tb", "_inbox.a", "P.evt.payments.x", "$SYS.a", "_INBOX." + strings.Repeat("a", 600), "_INBOXES.a", "_INBOX.\xff", "_INBOX.a\vb",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		if !IsInbox(reply) {
			return
		}
		if !server.IsValidLiteralSubject(reply) || !server.SubjectsCollide(reply, nats.InboxPrefix+">") || len(reply) > 512 {
			t.Errorf("%q is taken for an inbox", reply)
		}
		if strings.ContainsAny(reply, " \t\r\n\x00") {
			t.Errorf("%q is taken for an inbox, and is more than one word of the protocol", reply)
		}
	})
}

// The broker matches subjects, and its word counts.
func FuzzMatches(f *testing.F) {
	for _, seed := range [][2]string{{"a.b", "a.b"}, {"a.*", "a.b.c"}, {"a.>", "a"}, {">", "a"}, {"*.b", "a.b"}, {"a.*.>", "a.b.c"}, {"a", "a.b"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		if !server.IsValidSubject(pattern) || !server.IsValidLiteralSubject(subject) {
			_ = Matches(pattern, subject)
			return
		}
		list := gsl.NewSimpleSublist() // SubjectsCollide takes each token that begins with * for one
		if err := list.Insert(pattern, struct{}{}); err != nil {
			t.Fatal(err)
		}
		want := list.HasInterest(subject)
		if have := Matches(pattern, subject); have != want {
			t.Errorf("%q takes in %q: have %v, and the broker says %v", pattern, subject, have, want)
		}
	})
}

// Whoever is on the bus answers INFO: what is read has names that are some, and can be
// read again.
func FuzzReadInfo(f *testing.F) {
	for _, seed := range []string{
		`{"name":"shop","id":"a","version":"1.0.0","metadata":{"namespace":"svc"},"endpoints":[{"name":"buy","subject":"svc.rpc.shop.buy","metadata":{"input":"{}"}}]}`,
		`{"name":"shop","version":"1.0\n\u001b[31m","endpoints":[{"name":"a.b"},{"name":">"},{"name":"ok"}]}`,
		`{"name":">"}`, `{"name":""}`, `{"endpoints":null}`, `[]`, `{"name":"a","endpoints":[null]}`, `{"name":"a","metadata":{"a":1}}`, strings.Repeat("[", 20_000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := readInfo(data)
		if err != nil {
			return
		}
		if !ValidName(info.Name) || info.Version != "" && !versionPattern.MatchString(info.Version) {
			t.Errorf("%q: have the service %q, version %q", data, info.Name, info.Version)
		}
		for _, e := range info.Endpoints {
			if !ValidName(e.Name) {
				t.Errorf("%q: have the endpoint %q", data, e.Name)
			}
		}
		wantSame(t, info, readInfo)
	})
}

func FuzzReadStats(f *testing.F) {
	for _, seed := range []string{
		`{"name":"shop","id":"a","version":"1.0.0","started":"2026-01-01T00:00:00Z","endpoints":[{"name":"buy","num_requests":1}],"data":{"svc_workers":1},` +
			`"svc_entrypoints":[{"kind":"rpc","name":"buy","requests":-1}],"svc_targets":[{"kind":"rpc","target":"a.b"}]}`,
		`{"name":"shop","data":["of others"]}`, `{"name":"shop","data":{"a":1e999}}`, `{"name":"shop","svc_entrypoints":[{"name":"a b"}]}`,
		`{"name":"shop","svc_targets":[{"kind":"` + strings.Repeat("k", 600) + `"}]}`, `{"name":"shop","started":"never"}`, `{"name":"shop","endpoints":[{"name":"a","num_errors":9e99}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := readStats(data)
		if err != nil {
			return
		}
		if !ValidName(s.Name) {
			t.Errorf("%q: have the service %q", data, s.Name)
		}
		for _, e := range s.Entrypoints {
			if !ValidName(e.Name) || len(e.Kind)+len(e.Address) > 2*longestText {
				t.Errorf("%q: have the entrypoint %+v", data, e)
			}
		}
		for _, target := range s.Targets {
			if len(target.Kind)+len(target.Target) > 2*longestText {
				t.Errorf("%q: have the target %+v", data, target)
			}
		}
		wantSame(t, s, readStats)
	})
}

// wantSame checks that what was read is read again as it is written.
func wantSame[T any](t *testing.T, first T, read func([]byte) (T, error)) {
	t.Helper()
	text, err := json.Marshal(first)
	if err != nil {
		t.Errorf("%+v cannot be written: %v", first, err)
		return
	}
	second, err := read(text)
	again, _ := json.Marshal(second)
	if err != nil || string(again) != string(text) {
		t.Errorf("have %s, %v, want %s", again, err, text)
	}
}

// An ack is the broker's, or an error: never a message that is taken for stored.
func FuzzAck(f *testing.F) {
	for _, seed := range []string{
		`{"stream":"S","seq":1}`, `{"stream":"S","seq":1,"duplicate":true}`, `{"error":{"code":503,"err_code":1,"description":"x"}}`, `{"stream":""}`,
		`{"stream":"S","seq":-1}`, `{"stream":"S"}`, `{}`, ``, `{"stream":"S", "seq":18446744073709551616}`, `{"error":{},"stream":"S","seq":1}`,
	} {
		f.Add([]byte(seed), "")
	}
	f.Add([]byte{}, strconv.Itoa(http.StatusServiceUnavailable))
	f.Fuzz(func(t *testing.T, data []byte, status string) {
		m := &Msg{Data: data}
		if status != "" {
			m.Header = Header{"Status": {status}}
		}
		stored, err := storedOf(m)
		var plain struct {
			Stream    string          `json:"stream"`
			Sequence  uint64          `json:"seq"`
			Duplicate bool            `json:"duplicate"`
			Error     json.RawMessage `json:"error"`
		}
		bad := json.Unmarshal(data, &plain)
		if err == nil && (bad != nil || plain.Stream == "" || plain.Sequence != stored.Sequence || plain.Duplicate != stored.Duplicate) {
			t.Errorf("%q: have %+v, want %+v, %v", data, stored, plain, bad)
		}
	})
}

// The subject of a message that the broker did not let pass stands in its words alone.
func FuzzForbidden(f *testing.F) {
	f.Add(`nats: permissions violation: Permissions Violation for Publish to "svc.rpc.a.b"`)
	f.Add(`Permissions Violation for Subscription to "a"`)
	f.Add(`Permissions Violation for Publish to svc.rpc.a.b`)
	f.Add(`Violation for Publish to "`)
	f.Fuzz(func(t *testing.T, text string) {
		subject, ok := forbiddenSubject(text)
		if ok && (strings.Contains(subject, `"`) || !strings.Contains(text, "Violation for Publish to ")) {
			t.Errorf("%q: have the subject %q", text, subject)
		}
		quoted := `Permissions Violation for Publish to "` + text + `"`
		if have, _ := forbiddenSubject(quoted); !strings.Contains(text, `"`) && have != text {
			t.Errorf("%q: have %q", quoted, have)
		}
	})
}
