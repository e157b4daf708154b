package rpc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestErrorsOfServicesThatAreNotOursAreUnderstood(t *testing.T) {
	w := svctest.New(t, &Echo{})
	nc := plain.Conn(t, w.Broker().URL())
	replies := make(chan *nats.Msg, 1)
	_, err := nc.Subscribe("svc.rpc.foreign.*", func(m *nats.Msg) { _ = m.RespondMsg(<-replies) })
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		status, contentType, body string
		want                      fault.Code
	}{
		{"404", "", "", fault.NotFound},
		{"503", "", "", fault.Unavailable},
		{"504", "", `{}`, fault.Timeout},
		{"418", "", `"a teapot"`, fault.Internal},
		{"not a number", "", "", fault.Internal},
		{"409", "text/plain", "sold out", fault.Conflict},
		{"409", "application/json", `{"code":"sold_out"}`, fault.Conflict},
		{"409", "application/msgpack", "\xdd\xff\xff\xff\xff", fault.Conflict},
		{"409", "application/json", `{"code":"denied","message":"sold out"}`, fault.Denied},
	} {
		reply := &nats.Msg{Data: []byte(tt.body), Header: nats.Header{"Nats-Service-Error-Code": {tt.status}, "Nats-Service-Error": {"sold out"}}}
		if tt.contentType != "" {
			reply.Header["Content-Type"] = []string{tt.contentType}
		}
		replies <- reply
		err := callErr(t, w.Client(), "foreign.buy", 1)
		wantCode(t, err, tt.want)
		wantText(t, err, "call foreign.buy: sold out")
	}
}

func TestJSONDocumentTravelsAsItIs(t *testing.T) {
	w := svctest.New(t, &Echo{})
	for document, want := range map[string]string{
		`{"text":"x","number":1}`: `{"text":"x","number":1}`,
		`["x", 1]`:                `{"text":"x","number":1}`,
	} {
		result, err := w.Client().Proxy("echo").Call(await.Within(t), "pair", rpc.JSON(document))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := result.JSON(); string(got) != want || err != nil {
			t.Errorf("%s: have %s, %v, want %s", document, got, err, want)
		}
	}
	if err := callErr(t, w.Client(), "echo.pair", rpc.JSON(`{"text":`)); !errors.Is(err, rpc.ErrMalformed) {
		t.Errorf("have %v, want ErrMalformed", err)
	}
}

func TestResultIsShownAsJSON(t *testing.T) {
	w := svctest.New(t, &Echo{})
	result, err := w.Client().Proxy("echo").Call(await.Within(t), "several", "a")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := result.JSON(); string(got) != `[true,"a",1]` || err != nil {
		t.Errorf("have %s, %v", got, err)
	}
	if _, err := new(rpc.Result).JSON(); err == nil {
		t.Error("have no error for a call that did not return, want one")
	}
}

func TestTimeoutOfAProgramNamesASettingOfItsOwn(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	defer close(g.open)
	s := dial(t, w, rpc.WithTimeoutFrom("flag --timeout", 20*time.Millisecond))
	_, err := s.Proxy("gate").Call(t.Context(), "hold", 1)
	wantText(t, err, "no answer within 20ms (flag --timeout)")
}

// Red where "nobody is there" to a question is taken for the loss of a call: a
// service that is not ours does not know the question.
func TestSlowServiceThatIsNotOursIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Echo{})
	nc := plain.Conn(t, w.Broker().URL())
	slow := time.NewTimer(1300 * time.Millisecond) // longer than a call may go unheard of
	_, err := nc.Subscribe("svc.rpc.theirs.slow", func(m *nats.Msg) {
		<-slow.C
		_ = m.Respond([]byte("\xa4done"))
	})
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decoded[string](dial(t, w).Proxy("theirs").Call(await.Within(t), "slow")); got != "done" || err != nil {
		t.Errorf("have %q, %v, want done", got, err)
	}
}
