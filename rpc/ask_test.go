package rpc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestAskReachesASubjectWithWhatItsContextCarries(t *testing.T) {
	w, _ := mill(t, &Mill{})
	p := w.Client().Proxy("")
	a, err := p.Ask(await.Within(t), "foo.get", rpc.JSON(`{"data":["asdf"]}`))
	if err != nil || a.Code != 200 || string(a.Data) != `"fdsa"` || a.Class != "" {
		t.Errorf("have %+v %s, %v", a, a.Data, err)
	}
	if a, err = p.Ask(await.Within(t), "foo.fail", rpc.JSON(`"undeclared"`)); err != nil || a.Code != 500 || a.Class != "*errors.errorString" {
		t.Errorf("have %+v %s, %v", a, a.Data, err)
	}
	call := &entrypoint.Call{ID: "me", Deadline: time.Now().Add(5*time.Second + time.Millisecond), Data: map[string]string{"tenant": "a b"}}
	defer call.Cancel()
	a, err = p.Ask(call.Context(), "foo.told", nil)
	if want := `"left":"5s","name":"told","stack":"me,mill-`; err != nil || a.Code != 200 {
		t.Errorf("have %+v %s, %v, want %s", a, a.Data, err, want)
	}
	wantText(t, errors.New(string(a.Data)), `"tenant":"a b"`, `"left":"5s"`, `"stack":"me,mill-`)
	if _, err := p.Ask(entrypoint.WithData(await.Within(t), "a b", "x"), "foo.get", nil); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("have %v, want a key of context data refused", err)
	}
}

func TestAskSaysWhyThereIsNoAnswer(t *testing.T) {
	s := strictSubject(t)
	nc := plain.Conn(t, s)
	for subject, body := range map[string]string{"odd.text": `so what`, "odd.bare": `{"data":1}`, "odd.code": `{"code":7,"data":1}`, "odd.beyond": `{"code":999}`} {
		if _, err := nc.Subscribe(subject, func(m *nats.Msg) { _ = m.Respond([]byte(body)) }); err != nil {
			t.Fatal(err)
		}
	}
	silent, err := nc.SubscribeSync("odd.silent")
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := rpc.Dial(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	p := client.Proxy("")
	for subject, want := range map[string]error{
		"nobody.there": broker.ErrNoResponders, "odd.text": rpc.ErrBadResult, "odd.bare": rpc.ErrBadResult, "odd.code": rpc.ErrBadResult,
		"odd.beyond": rpc.ErrBadResult, "secret.x": broker.ErrForbidden,
	} {
		if _, err := p.Ask(await.Within(t), subject, nil); !errors.Is(err, want) {
			t.Errorf("%s: have %v, want %v", subject, err, want)
		}
	}
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := p.Ask(short, "odd.silent", nil); !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	if _, err := p.WithTimeout(30*time.Millisecond, "setting patience").Ask(t.Context(), "odd.silent", nil); !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	} else {
		wantText(t, err, "no answer within 30ms (setting patience)")
	}
	gone, leave := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { _, err := p.Ask(gone, "odd.silent", nil); asked <- err }() // the test waits for it
	for range 3 {
		if _, err := silent.NextMsgWithContext(await.Within(t)); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	if err := await.Take(t, asked); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want that the asker left", err)
	}
	if _, err := (rpc.Proxy{}).Ask(t.Context(), "odd.text", nil); err == nil {
		t.Error("a proxy that was not filled: have no error")
	}
}

// strictSubject is a broker that lets nobody publish below secret.
func strictSubject(t *testing.T) string {
	t.Helper()
	anybody := &server.User{Username: "anybody", Password: "x", Permissions: &server.Permissions{
		Publish: &server.SubjectPermission{Deny: []string{"secret.>"}},
	}}
	s := plain.Server(t, func(o *server.Options) { o.Users = []*server.User{anybody} })
	return "nats://anybody:x@" + s.Addr().String()
}

func TestAskUnderstandsWorkersThatAnswerErrorsInHeaders(t *testing.T) {
	s := plain.Server(t)
	nc := plain.Conn(t, s.ClientURL())
	if _, err := nc.Subscribe("micro", func(m *nats.Msg) {
		_ = m.RespondMsg(&nats.Msg{Header: nats.Header{"Nats-Service-Error-Code": {"409"}, "Nats-Service-Error": {"sold out"}}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	client, err := rpc.Dial(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if a, err := client.Proxy("").Ask(await.Within(t), "micro", nil); err != nil || a.Code != 409 || string(a.Data) != `"sold out"` {
		t.Errorf("have %+v %s, %v", a, a.Data, err)
	}
}

func TestCallOfAProxyWaitsAsLongAsItIsTold(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	defer close(g.open)
	_, err := w.Client().Proxy("gate").WithTimeout(30*time.Millisecond, "setting patience").Call(t.Context(), "hold", 1)
	wantText(t, err, "no answer within 30ms (setting patience)")
	wantCode(t, err, fault.Timeout)
}

// Red without AtOnce: a service that is known is waited for.
func TestCallAtOnceDoesNotWaitForAServiceThatIsDown(t *testing.T) {
	b := svctest.NewBroker(t)
	w := svctest.New(t, b, newGate())
	client, err := rpc.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	p := client.Proxy("").AtOnce()
	await.Until(t, "gate is known", func() bool { return len(p.Known(await.Within(t))) == 1 })
	if _, err := p.Call(await.Within(t), "gate.echo", 1); err != nil {
		t.Fatal(err)
	}
	w.Stop()
	began := time.Now()
	_, err = p.Call(await.Within(t), "gate.echo", 1)
	if !errors.Is(err, rpc.ErrUnknownService) || time.Since(began) > await.Patience/2 {
		t.Errorf("have %v after %v, want ErrUnknownService at once", err, time.Since(began))
	}
	wantText(t, err, "no instance of gate is running")
	if got := p.Known(await.Within(t)); len(got) != 1 || got[0] != "gate" {
		t.Errorf("have %v, want that gate stays known", got)
	}
	if got := (rpc.Proxy{}).Known(t.Context()); got != nil {
		t.Errorf("a proxy that was not filled: have %v", got)
	}
}
