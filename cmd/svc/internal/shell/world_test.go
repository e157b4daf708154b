package shell_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// patience bounds every wait of these tests.
const patience = 10 * time.Second

var errSoldOut = fault.Declare("desk.sold_out", fault.Conflict, "sold out")

// Desk does whatever the tests ask for.
type Desk struct {
	_ rpc.Method `method:"Hello" args:"name"`
	_ rpc.Method `method:"Echo"`
	_ rpc.Method `method:"Register" args:"name"`
	_ rpc.Method `method:"Nothing"`
	_ rpc.Method `method:"Language"`
	_ rpc.Method `method:"Buy" args:"n"`
	_ rpc.Method `method:"Crash"`
	_ rpc.Method `method:"Fail" args:"text"`
	_ rpc.Method `method:"Meet" args:"n"`
	_ rpc.Method `method:"Stuck"`
	_ rpc.Method `method:"Move" args:"from,to"`

	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
	_ events.Handler `method:"OnRefund" source:"payments" event:"refund.begun"`
	_ events.Handler `method:"OnStock" source:"stock" event:">"`

	meeting *sync.WaitGroup
	entered chan struct{}
	release chan struct{}
	paid    chan Paid
}

// Paid is the payload of an event.
type Paid struct {
	Order    string
	Language string `json:"-"` // from the context data
}

// Move has parameters with names.
func (*Desk) Move(from, to string) string { return from + "-" + to }

// OnPaid notes what arrives.
func (d *Desk) OnPaid(ctx context.Context, p Paid) {
	p.Language = entrypoint.Data(ctx)["language"]
	d.paid <- p
}

// OnRefund notes what arrives.
func (d *Desk) OnRefund(p Paid) { d.paid <- p }

// OnStock takes all events of a source.
func (*Desk) OnStock(events.Raw) {}

func (*Desk) Hello(name string) string                       { return "Hello, " + name + "!" }
func (*Desk) Echo(v any) any                                 { return v }
func (*Desk) Register(name string) (ok bool, message string) { return true, "welcome, " + name }
func (*Desk) Nothing()                                       {}
func (*Desk) Language(ctx context.Context) string            { return entrypoint.Data(ctx)["language"] }
func (*Desk) Crash() error                                   { return errors.New("boom") }

func (*Desk) Fail(text string) error { return errors.New(text) }

func (*Desk) Buy(n int) (int, error) {
	if n > 3 {
		return 0, errSoldOut.With(map[string]any{"left": 3})
	}
	return n, nil
}

// Meet returns n once all that are expected are there.
func (d *Desk) Meet(n int) int {
	d.meeting.Done()
	d.meeting.Wait()
	return n
}

// Stuck runs until the end of the test.
func (d *Desk) Stuck() {
	d.entered <- struct{}{}
	<-d.release
}

// Odd has a name that is no identifier.
type Odd struct {
	_ service.Name `name:"odd-one"`
	_ rpc.Method   `method:"Get" name:"get-it"`
}

func (*Odd) Get() string { return "got it" }

// setup is a session beside services.
type setup struct {
	*shell.Session

	t      *testing.T
	desk   *Desk
	broker *svctest.Broker
	client *rpc.Standalone
	stdout bytes.Buffer
	stderr bytes.Buffer
}

func newSetup(t *testing.T, with ...func(*shell.Config)) *setup {
	t.Helper()
	s := &setup{t: t, desk: &Desk{meeting: new(sync.WaitGroup), entered: make(chan struct{}, 9), release: make(chan struct{}), paid: make(chan Paid, 9)}}
	w := svctest.New(t, s.desk, &Odd{}, svctest.Config("workers: 10"))
	t.Cleanup(func() { close(s.desk.release) }) // before the services stop
	s.broker = w.Broker()
	client, err := rpc.Dial(w.Broker().URL(), rpc.WithTimeout(patience), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s.client = client
	if err := client.Connection().Await(s.within()); err != nil { // as svc shell does
		t.Fatal(err)
	}
	config := shell.Config{Client: client, Stdout: &s.stdout, Stderr: &s.stderr, Events: s.events}
	for _, change := range with {
		change(&config)
	}
	if s.Session, err = shell.New(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *setup) events(context.Context) (*events.Standalone, error) {
	return events.Dial(s.broker.URL(), "tool", events.WithTimeout(patience), events.WithLogger(slog.New(slog.DiscardHandler)))
}

// awaitAway returns once the session knows that the broker is away.
func (s *setup) awaitAway() {
	s.t.Helper()
	await.Until(s.t, "the broker is away", func() bool { return !s.client.Connection().Connected() })
}

func (s *setup) within() context.Context {
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

// prints runs code as -c does, and compares what it prints.
func (s *setup) prints(code, want string) {
	s.t.Helper()
	s.stdout.Reset()
	if err := s.Exec(s.within(), "-c", code, true); err != nil {
		s.t.Errorf("%s: %v", code, err)
	}
	if have := s.stdout.String(); have != want {
		s.t.Errorf("%s\nhave %s\nwant %s", code, have, want)
	}
}

// fails runs code, whose error has to contain all parts.
func (s *setup) fails(code string, parts ...string) {
	s.t.Helper()
	_ = s.failure(code, parts...)
}

// failure runs code and returns its error, which has to contain all parts.
func (s *setup) failure(code string, parts ...string) error {
	s.t.Helper()
	err := s.Exec(s.within(), "-c", code, true)
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			s.t.Errorf("%s\nhave error %v\nwant one with %s", code, err, part)
		}
	}
	return err
}
