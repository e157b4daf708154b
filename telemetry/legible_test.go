package telemetry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Crier sends what it is told, where it is told.
type Crier struct {
	_ service.Name `name:"crier"`
	_ rpc.Method   `method:"Cry" args:"subject"`

	Any rpc.Proxy
}

var errHoarse = fault.Declare("crier.\xff", fault.Conflict, "hoarse")

// Cry asks a subject, none is an error.
func (c *Crier) Cry(ctx context.Context, subject string) error {
	if subject == "" {
		return errHoarse
	}
	_, err := c.Any.Ask(ctx, subject, nil)
	return err
}

// wantLegible refuses spans that OTLP would not take, with all that are sent beside them.
func wantLegible(t *testing.T, spans *recorder, n int) {
	t.Helper()
	for _, s := range spans.wait(n) {
		if !utf8.ValidString(s.Name) {
			t.Errorf("have a span %q, want UTF-8", s.Name)
		}
		for key, value := range attributes(s) {
			if !utf8.ValidString(value) {
				t.Errorf("span %q: have %s %q, want UTF-8", s.Name, key, value)
			}
		}
	}
}

func TestTargetThatIsNoTextIsCountedLikeAnother(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Crier{}, &Ward{}, options)
	_, err := w.Hook(await.Within(t), "crier", "Cry", "town.\xff")
	if p, ok := errors.AsType[*service.PanicError](err); ok || err == nil {
		t.Fatalf("have %v, want an error of the call: %v", err, p)
	}
	wantLegible(t, spans, 2)
	if text := scrape(t, w.URL()); !strings.Contains(text, `kind="subject",target="town.`+"\uFFFD"+`"} 1`) {
		t.Errorf("have no count of the subject in\n%s", text)
	}
}

func TestWhatOthersSendIsTextInSpans(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Crier{}, options)
	m := nats.NewMsg("svc.rpc.crier.cry")
	m.Header, m.Data = nats.Header{"Svc-Id": {"id\xff"}}, []byte(`[""]`)
	if _, err := plain.Conn(t, w.Broker().URL()).RequestMsgWithContext(await.Within(t), m); err != nil {
		t.Fatal(err)
	}
	wantLegible(t, spans, 1)
	if have := attributes(spans.one("crier.cry")); have["svc.call_id"] != "id\uFFFD" || have["error.type"] != "crier.\uFFFD" {
		t.Errorf("have %v, want the id and the error with what can be read of them", have)
	}
}
