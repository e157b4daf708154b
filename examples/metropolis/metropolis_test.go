package metropolis_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/examples/metropolis"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestTextIsReversedThroughTheGateway(t *testing.T) {
	w := svctest.New(t, &metropolis.Worker{}, &metropolis.Gateway{})
	if status, body := get(t, w.URL()+"/foo?data=asdf"); status != http.StatusOK || body != `"fdsa"` {
		t.Errorf("have %d %s, want 200 \"fdsa\"", status, body)
	}
	if status, body := get(t, w.URL()+"/foo"); status != http.StatusBadRequest {
		t.Errorf("have %d %s, want 400: nothing is to be reversed", status, body)
	}
	if status, body := get(t, w.URL()+"/bar?data=asdf"); status != http.StatusNotFound {
		t.Errorf("have %d %s, want 404: nobody works on that", status, body)
	}
}

// A worker in another language needs a NATS client and nothing of ours.
func TestWorkerWithoutEnokiIsReached(t *testing.T) {
	b := svctest.NewBroker(t)
	w := svctest.New(t, b, &metropolis.Gateway{})
	conn := plain.Conn(t, b.URL())
	_, err := conn.QueueSubscribe("foo.bar.get", "worker", func(m *nats.Msg) {
		_ = m.Respond([]byte(`{"code":201,"data":` + string(m.Data) + `}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, w.URL()+"/foo/bar?data=x&data=y"); status != http.StatusCreated || body != `{"data":["x","y"]}` {
		t.Errorf("have %d %s, want 201 with what was sent", status, body)
	}
}
