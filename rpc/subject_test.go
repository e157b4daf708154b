package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Mill works on subjects.
type Mill struct {
	_ service.Name `name:"mill" version:"1.2.0"`
	_ rpc.Subject  `method:"Reverse" subject:"foo.get" queue:"worker" args:"data"`
	_ rpc.Subject  `method:"Pair" subject:"foo.pair" args:"text,number"`
	_ rpc.Subject  `method:"Where" subject:"at.*.of.>"`
	_ rpc.Subject  `method:"Told" subject:"foo.told"`
	_ rpc.Subject  `method:"Fail" subject:"foo.fail" args:"how"`
	_ rpc.Subject  `method:"Nothing" subject:"foo.nothing"`
	_ rpc.Subject  `method:"Large" subject:"foo.large"`

	worked chan string
}

func (m *Mill) Reverse(data []string) string {
	text := []byte(data[0])
	slices.Reverse(text)
	if m.worked != nil {
		m.worked <- string(text)
	}
	return string(text)
}

func (*Mill) Pair(text string, number *int) Pair {
	if number == nil {
		return Pair{text, -1}
	}
	return Pair{text, *number}
}

func (*Mill) Where(ctx context.Context) string { return rpc.SubjectOf(ctx) }

// Told is what a call carries.
func (*Mill) Told(ctx context.Context) map[string]string {
	c, told := entrypoint.FromContext(ctx), map[string]string{"subject": ""}
	maps.Copy(told, entrypoint.Data(ctx))
	end, _ := ctx.Deadline()
	told["left"] = time.Until(end).Round(time.Second).String()
	told["stack"], told["kind"], told["name"] = strings.Join(c.Stack(), ","), c.Kind, c.Name
	return told
}

func (*Mill) Fail(how string) error {
	switch how {
	case "declared":
		return fault.New(fault.Conflict, "sold out")
	case "code":
		return fault.New("odd", "strange")
	case "long":
		return fault.New(fault.Invalid, strings.Repeat("x", 2<<20))
	case "panic":
		panic("deep")
	}
	return errors.New("disk on fire")
}

func (*Mill) Nothing()      {}
func (*Mill) Large() []byte { return make([]byte, 2<<20) }

// mill starts a Mill and returns a client that knows nothing of us.
func mill(t *testing.T, m *Mill) (*svctest.World, *nats.Conn) {
	t.Helper()
	w := svctest.New(t, m)
	return w, plain.Conn(t, w.Broker().URL())
}

func wantAnswer(t *testing.T, m *nats.Msg, want string) {
	t.Helper()
	if string(m.Data) != want {
		t.Errorf("have %.300s, want %s", m.Data, want)
	}
}

func TestSubjectIsReachedByAPlainRequest(t *testing.T) {
	_, nc := mill(t, &Mill{})
	for _, tt := range []struct{ subject, body, want string }{
		{"foo.get", `{"data":["asdf"]}`, `{"code":200,"data":"fdsa"}`},
		{"foo.get", `["asdf"]`, `{"code":200,"data":"fdsa"}`},
		{"foo.pair", `{"text":"a"}`, `{"code":200,"data":{"text":"a","number":-1}}`},
		{"foo.pair", `["a",2]`, `{"code":200,"data":{"text":"a","number":2}}`},
		{"foo.nothing", ``, `{"code":200,"data":null}`},
		{"at.home.of.ann.lee", ``, `{"code":200,"data":"at.home.of.ann.lee"}`},
	} {
		answer := request(t, nc, tt.subject, tt.body)
		wantAnswer(t, answer, tt.want)
		if len(answer.Header) > 0 {
			t.Errorf("%s: have headers %v, want none", tt.subject, answer.Header)
		}
	}
}

func TestSubjectTakesMsgpackAndAnswersInJSON(t *testing.T) {
	_, nc := mill(t, &Mill{})
	body, err := codec.Msgpack.Append(nil, map[string]any{"data": []string{"asdf"}})
	if err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, request(t, nc, "foo.get", string(body)), `{"code":200,"data":"fdsa"}`)
	wantAnswer(t, request(t, nc, "foo.get", string(body), "Content-Type", "application/msgpack"), `{"code":200,"data":"fdsa"}`)
}

func TestErrorOfASubjectIsItsStatusAndItsMessage(t *testing.T) {
	_, nc := mill(t, &Mill{})
	for _, tt := range []struct{ subject, body, want, class string }{
		{"foo.fail", `"declared"`, `{"code":409,"data":"sold out"}`, ""},
		{"foo.fail", `"code"`, `{"code":500,"data":"strange"}`, "internal"},
		{"foo.fail", `"undeclared"`, `{"code":500,"data":"disk on fire"}`, "*errors.errorString"},
		{"foo.fail", `"panic"`, `{"code":500,"data":"panic: deep"}`, "*service.PanicError"},
		{"foo.fail", `{"hwo":"x"}`, `{"code":400,"data":"call of mill.fail(how string): have unknown argument \"hwo\", want how"}`, ""},
		{"foo.get", `{`, `{"code":400,"data":"call of mill.reverse: malformed message at byte 1: the message is cut off"}`, ""},
	} {
		answer := request(t, nc, tt.subject, tt.body)
		wantAnswer(t, answer, tt.want)
		code, class := answer.Header.Get("Nats-Service-Error-Code"), answer.Header.Get("Svc-Class")
		if !strings.Contains(tt.want, `"code":`+code+`,`) || class != tt.class {
			t.Errorf("%s: have the headers %q and %q, want the code of the body and class %q", tt.body, code, class, tt.class)
		}
	}
	answer := request(t, nc, "foo.get", `a: 1`, "Content-Type", "text/yaml")
	if !strings.Contains(string(answer.Data), `{"code":400,`) || !strings.Contains(string(answer.Data), "text/yaml") {
		t.Errorf("have %s, want 400 and the content type", answer.Data)
	}
}

func TestAnswerThatCannotBeSentIsReplacedByWhatIsWrong(t *testing.T) {
	w, nc := mill(t, &Mill{})
	answer := string(request(t, nc, "foo.large", "").Data)
	if !strings.Contains(answer, `{"code":500,"data":"result of mill.large: message of`) || !strings.Contains(w.Log(), "result cannot be sent") {
		t.Errorf("have %.300s, want 500 that says why, and a line in the log", answer)
	}
	if long := request(t, nc, "foo.fail", `"long"`); !strings.Contains(string(long.Data), `{"code":400,"data":"xxx`) || len(long.Data) > 1000 {
		t.Errorf("have %d bytes %.100s, want the error, cut", len(long.Data), long.Data)
	}
}

func TestSubjectReadsWhatCallsCarry(t *testing.T) {
	_, nc := mill(t, &Mill{})
	answer := request(t, nc, "foo.told", "", "Svc-Id", "7", "Svc-Stack", "5,6", "Svc-Data-tenant", "a%20b", "Svc-Left-Ms", "9000")
	wantAnswer(t, answer, `{"code":200,"data":{"kind":"subject","left":"9s","name":"told","stack":"5,6,7","subject":"","tenant":"a b"}}`)
	for _, header := range [][]string{{"Svc-Left-Ms", "soon"}, {"Svc-Id", "a,b"}, {"Svc-Data-user.id", "x"}, {"Svc-Stack", strings.Repeat("x", 3000)}} {
		if got := string(request(t, nc, "foo.told", "", header...).Data); !strings.HasPrefix(got, `{"code":400,`) {
			t.Errorf("%s: have %.200s, want 400", header[0], got)
		}
	}
	wantAnswer(t, request(t, nc, "foo.told", "", "Svc-Left-Ms", "0"), `{"code":504,"data":"the time of the call was up before a worker was free"}`)
}

func TestSubjectHasTheConfiguredTimeWhereNobodySays(t *testing.T) {
	w := svctest.New(t, svctest.Config("rpc: {timeout: 7s}"), &Mill{})
	answer := request(t, plain.Conn(t, w.Broker().URL()), "foo.told", "")
	var got struct{ Data map[string]string }
	if err := json.Unmarshal(answer.Data, &got); err != nil || got.Data["left"] != "7s" || !strings.HasPrefix(got.Data["stack"], "mill-") {
		t.Errorf("have %s, %v, want 7s left and an id of its own", answer.Data, err)
	}
}

func TestMessageWithoutReplyIsWorkedOnAndNotAnswered(t *testing.T) {
	m := &Mill{worked: make(chan string, 1)}
	w, nc := mill(t, m)
	heard := hearAll(t, nc, ">")
	if err := nc.Publish("foo.get", []byte(`{"data":["asdf"]}`)); err != nil {
		t.Fatal(err)
	}
	if got := await.Take(t, m.worked); got != "fdsa" {
		t.Errorf("have %q", got)
	}
	if err := nc.Publish("foo.fail", []byte(`"declared"`)); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the failure is logged", func() bool { return strings.Contains(w.Log(), "message without a reply subject failed") })
	wantAnswer(t, request(t, nc, "foo.nothing", ""), `{"code":200,"data":null}`)
	for len(heard) > 0 {
		if s := (<-heard).Subject; !strings.HasPrefix(s, "foo.") && !strings.HasPrefix(s, "_INBOX.") && !strings.HasPrefix(s, "$") {
			t.Errorf("have a message on %s, want none", s)
		}
	}
}

func TestSubjectDoesNotAnswerWhereNobodyWaits(t *testing.T) {
	m := &Mill{worked: make(chan string, 1)}
	w, nc := mill(t, m)
	heard := hearAll(t, nc, "elsewhere.>")
	if err := nc.PublishRequest("foo.get", "elsewhere.x", []byte(`{"data":["asdf"]}`)); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "it is logged", func() bool { return strings.Contains(w.Log(), "its reply subject is not an inbox") })
	wantAnswer(t, request(t, nc, "foo.nothing", ""), `{"code":200,"data":null}`)
	if len(heard) > 0 || len(m.worked) > 0 {
		t.Errorf("have %d answers and %d runs, want none", len(heard), len(m.worked))
	}
}

func TestSubjectIsAnnounced(t *testing.T) {
	w, _ := mill(t, &Mill{})
	info := discover[broker.Info](t, w, "$SRV.INFO.mill")
	i := slices.IndexFunc(info.Endpoints, func(e broker.Endpoint) bool { return e.Name == "reverse" })
	if i < 0 || info.Version != "1.2.0" {
		t.Fatalf("have %+v, want an endpoint reverse", info)
	}
	e := info.Endpoints[i]
	if e.Subject != "foo.get" || e.QueueGroup != "worker" || e.Metadata["kind"] != "subject" || e.Metadata["params"] != `["data"]` ||
		!json.Valid([]byte(e.Metadata["input"])) {
		t.Errorf("have %+v", e)
	}
	if got := info.Endpoints[len(info.Endpoints)-1]; got.QueueGroup != "mill" {
		t.Errorf("have queue group %q, want that of the service", got.QueueGroup)
	}
}

func TestSubjectIsInTheManifest(t *testing.T) {
	w, _ := mill(t, &Mill{})
	text, err := json.Marshal(w.App().Manifest())
	for _, want := range []string{`"foo.get"`, `"queue":"worker"`, `"kind":"subject"`} {
		if err != nil || !strings.Contains(strings.ReplaceAll(string(text), ": ", ":"), want) {
			t.Errorf("have %s, %v, want %s", text, err, want)
		}
	}
}

// Two instances of one queue group share the messages; another group has them, too.
func TestQueueGroupDecidesWhoGetsAMessage(t *testing.T) {
	b := svctest.NewBroker(t)
	worked := make(chan string, 100)
	svctest.New(t, b, &Mill{worked: worked})
	svctest.New(t, b, &Mill{worked: worked})
	nc := plain.Conn(t, b.URL())
	for range 20 {
		wantAnswer(t, request(t, nc, "foo.get", `{"data":["ab"]}`), `{"code":200,"data":"ba"}`)
	}
	if diff := cmp.Diff(20, len(worked)); diff != "" {
		t.Errorf("runs: -want +have\n%s", diff)
	}
}
