package rpc_test

import (
	"bytes"
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

const helloSubject = "svc.rpc.greeting_service.hello"

func TestPlainClientIsAnsweredInJSONWithoutHeaders(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &hello.GreetingService{}).Broker().URL())
	answer, err := nc.RequestWithContext(await.Within(t), helloSubject, []byte(`"world"`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(answer.Data), `"Hello, world!"`; got != want || len(answer.Header) > 0 {
		t.Errorf("have %s with headers %v, want %s and none", got, answer.Header, want)
	}
}

func TestAnswerComesInTheEncodingOfTheCall(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &hello.GreetingService{}).Broker().URL())
	for contentType, c := range map[string]codec.Codec{
		"application/json":                codec.JSON,
		"application/json; charset=utf-8": codec.JSON,
		"application/msgpack":             codec.Msgpack,
		"application/x-msgpack":           codec.Msgpack,
	} {
		body, err := c.Append(nil, "world")
		if err != nil {
			t.Fatal(err)
		}
		var got string
		answer := request(t, nc, helloSubject, string(body), "Content-Type", contentType)
		if err := c.Decode(answer.Data, &got); err != nil || got != "Hello, world!" {
			t.Errorf("%s: have %q, %v in %q", contentType, got, err, answer.Data)
		}
	}
}

func TestJSONCallOfAServiceThatCallsInMsgpack(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Stock{}, &Shop{}).Broker().URL())
	answer := request(t, nc, "svc.rpc.shop.fail", `"type"`)
	got := failureOf(t, answer)
	want := failure{Code: "conflict", Name: "stock.short", Message: "short of 3", Details: map[string]any{"missing": 3.0, "skus": []any{"a", "b"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

func failureOf(t *testing.T, answer *nats.Msg) failure {
	t.Helper()
	var f failure
	if err := json.Unmarshal(answer.Data, &f); err != nil {
		t.Fatalf("have answer %q, want an error in JSON: %v", answer.Data, err)
	}
	return f
}

func TestErrorCarriesTheHeadersOfADR32(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Stock{}).Broker().URL())
	for how, want := range map[string]nats.Header{
		"value":      {"Nats-Service-Error-Code": {"409"}, "Nats-Service-Error": {"sold out"}, "Svc-Error": {"stock.sold_out"}, "Content-Type": {"application/json"}},
		"undeclared": {"Nats-Service-Error-Code": {"500"}, "Nats-Service-Error": {"deep: disk on fire"}, "Content-Type": {"application/json"}},
		"pointer":    {"Nats-Service-Error-Code": {"403"}, "Nats-Service-Error": {"locked by ann"}, "Svc-Error": {"stock.locked"}, "Content-Type": {"application/json"}},
		"lines":      {"Nats-Service-Error-Code": {"409"}, "Nats-Service-Error": {"one Svc-Error: forged \x00two"}, "Content-Type": {"application/json"}},
	} {
		answer := request(t, nc, "svc.rpc.stock.fail", `"`+how+`"`)
		if diff := cmp.Diff(want, answer.Header); diff != "" {
			t.Errorf("%s: -want +have\n%s", how, diff)
		}
	}
}

func TestErrorMessageIsCutInTheHeaderOnly(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Stock{}).Broker().URL())
	answer := request(t, nc, "svc.rpc.stock.fail", `"long"`)
	header := answer.Header.Get("Nats-Service-Error")
	if len(header) > 300 || !strings.HasSuffix(header, "…") || strings.ContainsRune(header, '\uFFFD') {
		t.Errorf("have %d bytes %q, want at most 256 and an ellipsis", len(header), header)
	}
	if f := failureOf(t, answer); f.Message != strings.Repeat("☃", 300) {
		t.Errorf("have %+v, want all of the message in the body", f)
	}
}

var badRequests = []struct {
	name    string
	headers []string
	body    string
	want    string // name of the error
	text    string // in its message
}{
	{"content type unknown", []string{"Content-Type", "text/yaml"}, `a: 1`, "svc.bad_request", "text/yaml"},
	{"malformed JSON", nil, `{"n":`, "svc.malformed", "malformed message at byte"},
	{"two JSON values", nil, `1 2`, "svc.malformed", "malformed message at byte"},
	{"JSON too deep", nil, strings.Repeat("[", 100) + strings.Repeat("]", 100), "svc.malformed", "malformed"},
	{"no time left", []string{"Svc-Left-Ms", "0"}, `1`, "svc.expired", "time of the call was up"},
	{"negative time", []string{"Svc-Left-Ms", "-5"}, `1`, "svc.bad_request", `"-5"`},
	{"time that is no number", []string{"Svc-Left-Ms", "soon"}, `1`, "svc.bad_request", `"soon"`},
	{"time without end", []string{"Svc-Left-Ms", "9223372036854775807"}, `1`, "svc.bad_request", "whole milliseconds up to"},
	{"key of context data", []string{"Svc-Data-user.id", "x"}, `1`, "svc.bad_request", "user.id"},
	{"call id too long", []string{"Svc-Id", strings.Repeat("x", 10_000)}, `1`, "svc.bad_request", "Svc-Id"},
	{"stack too long", []string{"Svc-Stack", strings.Repeat("x", 10_000)}, `1`, "svc.bad_request", "Svc-Stack"},
}

func TestBadRequestIsRefusedWithItsReason(t *testing.T) {
	g := newGate()
	nc := plain.Conn(t, svctest.New(t, g).Broker().URL())
	for _, tt := range badRequests {
		t.Run(tt.name, func(t *testing.T) {
			f := failureOf(t, request(t, nc, "svc.rpc.gate.pass", tt.body, tt.headers...))
			if f.Name != tt.want || !strings.Contains(f.Message, tt.text) || len(f.Message) > 1000 {
				t.Errorf("have %+v, want %s with %q", f, tt.want, tt.text)
			}
		})
	}
	if len(g.entered) > 0 {
		t.Errorf("have %d runs of the method, want none", len(g.entered))
	}
}

func TestMsgpackBombIsRefused(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Shapes{}).Broker().URL())
	for _, bomb := range []string{"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", strings.Repeat("\x91", 900_000), "\xc6\xff\xff\xff\xff"} {
		answer := request(t, nc, "svc.rpc.shapes.any", bomb, "Content-Type", "application/msgpack")
		var f failure
		if err := codec.Msgpack.Decode(answer.Data, &f); err != nil || f.Name != "svc.malformed" {
			t.Errorf("have %+v, %v, want svc.malformed", f, err)
		}
	}
}

func TestReplySubjectThatIsNoInboxIsDroppedAndLogged(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	nc := plain.Conn(t, w.Broker().URL())
	heard := make(chan *nats.Msg, 10)
	for _, subject := range []string{"svc.evt.>", "svc.rpc.payments.>", "elsewhere", "_INBOXED.x"} {
		if _, err := nc.ChanSubscribe(subject, heard); err != nil {
			t.Fatal(err)
		}
	}
	for _, reply := range []string{"svc.evt.payments.x", "svc.rpc.payments.refund", "elsewhere", "_INBOXED.x"} {
		if err := nc.PublishRequest(helloSubject, reply, []byte(`"world"`)); err != nil {
			t.Fatal(err)
		}
	}
	// The answer to a later call shows that those before it were dealt with.
	request(t, nc, helloSubject, `"world"`)
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if len(heard) > 0 {
		t.Errorf("the service published to %s", (<-heard).Subject)
	}
	if got := strings.Count(w.Log(), "its reply subject is not an inbox"); got != 4 {
		t.Errorf("have %d lines of log, want 4:\n%s", got, w.Log())
	}
}

// raw speaks the protocol of NATS by hand, as an attacker would: nats.go refuses
// some of what it can say.
func raw(t *testing.T, w *svctest.World, lines string) {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(await.Within(t), "tcp", strings.TrimPrefix(w.Broker().URL(), "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("CONNECT {\"verbose\":false,\"headers\":true}\r\n" + lines + "PING\r\n")); err != nil {
		t.Fatal(err)
	}
	if end, ok := t.Deadline(); ok {
		_ = conn.SetReadDeadline(end)
	}
	var all []byte
	for buffer := make([]byte, 4096); !bytes.Contains(all, []byte("PONG")) && !bytes.Contains(all, []byte("-ERR")); {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		all = append(all, buffer[:n]...)
	}
}

func TestAbuseOfSubjectsDoesNotHurt(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	for _, subject := range []string{
		"svc.rpc.greeting_service.", "svc.rpc..hello", "svc.rpc.greeting_service.hello.x", "svc.rpc.greeting_service.*",
		"svc.rpc.greeting_service.>", "svc.rpc.greeting_service.\x00", "svc.rpc.greeting_service." + strings.Repeat("x", 3000),
		"svc.rpc.greeting_service." + strings.Repeat("x", 5000),
	} {
		raw(t, w, "PUB "+subject+" _INBOX.x.y 7\r\n\"world\"\r\n")
		raw(t, w, "PUB svc.rpc.greeting_service.hello _INBOX..y. 7\r\n\"world\"\r\n")
	}
	if got := svctest.Call[string](w, "greeting_service.hello", "world"); got != "Hello, world!" {
		t.Errorf("have %q", got)
	}
}
