package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Rude is a service that wants to be seen.
type Rude struct {
	_ rpc.Method `method:"Say"`
	_ rpc.Method `method:"Fail"`
	_ rpc.Method `method:"Refuse" args:"code"`
}

const rudeness = "\x1b[2J\u009b31m\nsvc: all is well"

func (*Rude) Say() string                  { return rudeness + "\x7f\u202e" }
func (*Rude) Fail() error                  { return errors.New(rudeness) }
func (*Rude) Refuse(code fault.Code) error { return fault.New(code, "no") }

// svc runs the command against a broker and returns what it says.
func svc(b *svctest.Broker, args ...string) (code int, stdout, stderr string) {
	var out, told strings.Builder
	code = run(append(args, "--broker", b.URL()), &out, &told)
	return code, out.String(), told.String()
}

func TestWhatOthersSayIsShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	code, _, stderr := svc(b, "call", "rude.fail", "[]")
	if want := `svc: call rude.fail: \x1b[2J\x9b31m\nsvc: all is well (internal)` + "\n"; code != 6 || stderr != want {
		t.Errorf("have %d, %q, want 6, %q", code, stderr, want)
	}
	code, stdout, _ := svc(b, "call", "rude.say", "[]")
	if want := `"\u001b[2J\u009b31m\nsvc: all is well\u007f\u202e"` + "\n"; code != 0 || stdout != want {
		t.Errorf("have %d, %q, want %q", code, stdout, want)
	}
	var text string
	if err := json.Unmarshal([]byte(stdout), &text); err != nil || text != (*Rude)(nil).Say() {
		t.Errorf("have %q, %v, want the same text in other words", text, err)
	}
}

func TestWhatAMethodAnsweredIsRemoteWhateverItsCode(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	for _, c := range []fault.Code{fault.Invalid, fault.NotFound, fault.Denied, fault.Unauthenticated, fault.Timeout, fault.Unavailable, fault.Canceled} {
		if code, _, stderr := svc(b, "call", "rude.refuse", "code="+string(c)); code != 6 || stderr != "svc: call rude.refuse: no ("+string(c)+")\n" {
			t.Errorf("%s: have %d, %s, want 6", c, code, stderr)
		}
	}
}

func TestNamesThatAreNoneAreRefusedBeforeAnythingIsDialled(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	for _, args := range [][]string{
		{"call", "a b.c", "[]"},
		{"call", "a.*", "[]"},
		{"call", "a.b.c", "[]"},
		{"call", ".b", "[]"},
		{"call", "a." + strings.Repeat("x", 65), "[]"},
		{"call", "a.b", "[]", "--data", "a b=c"},
		{"call", "a.b", "[]", "--data", "=c"},
		{"shell", "-c", "1", "--data", "a.b=c"},
	} {
		if code, _, stderr := svc(b, args...); code != 2 || !strings.Contains(stderr, "1 to 64 letters") {
			t.Errorf("%q: have %d, %s, want 2", args, code, stderr)
		}
	}
}

// announce makes an instance findable.
func announce(t *testing.T, b *svctest.Broker, name, version string, endpoints ...broker.Endpoint) {
	t.Helper()
	settings := broker.Defaults()
	settings.URL = b.URL()
	conn, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Stop(context.Background()) })
	a := conn.Announce(broker.Info{Identity: broker.Identity{Name: name, ID: "x", Version: version}, Endpoints: endpoints})
	if err := a.Publish(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestListHasNoRowsThatOthersMadeUp(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	announce(
		t, b, "orders", "1\x1b[2J\nbank",
		broker.Endpoint{Name: "x\ny", Subject: "svc.rpc.orders.x"},
		broker.Endpoint{Name: "buy", Subject: "svc.rpc.orders.buy", Metadata: map[string]string{"params": `["\u001b[2J", "n)\nbank\t1.0.0"]`}},
	)
	code, stdout, _ := svc(b, "ls")
	want := "SERVICE  VERSION  INSTANCES  METHODS\norders   -        1          buy(\\x1b[2J, n)\\nbank\\t1.0.0)\n"
	if code != 0 || stdout != want {
		t.Errorf("have %d\n%s\nwant\n%s", code, stdout, want)
	}
}

func TestListIsOfOneNamespace(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	announce(t, b, "here", "1.0.0", broker.Endpoint{Name: "a", Subject: "svc.rpc.here.a"}, broker.Endpoint{Name: "b", Subject: "other.rpc.here.b"})
	announce(t, b, "there", "1.0.0", broker.Endpoint{Name: "c", Subject: "other.rpc.there.c"})
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "here     1.0.0    1          a()\n"},
		{[]string{"--namespace", "other"}, "here     1.0.0    1          b()\nthere    1.0.0    1          c()\n"},
	} {
		code, stdout, _ := svc(b, append([]string{"ls"}, tt.args...)...)
		if _, rows, _ := strings.Cut(stdout, "\n"); code != 0 || rows != tt.want {
			t.Errorf("%q: have %d\n%s\nwant\n%s", tt.args, code, rows, tt.want)
		}
	}
	code, _, stderr := svc(b, "ls", "--namespace", "third")
	if want := "svc: no services are running on " + b.URL() + ", namespace third\n"; code != 3 || stderr != want {
		t.Errorf("have %d, %s, want 3, %s", code, stderr, want)
	}
}

func TestListOfAServiceThatIsNotRunningNamesIt(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	for service, want := range map[string]string{
		"rud":    "service rud is not running on " + b.URL() + `, namespace svc; did you mean "rude"?`,
		"nosuch": "service nosuch is not running on " + b.URL() + ", namespace svc; running are rude",
	} {
		if code, _, stderr := svc(b, "ls", service); code != 3 || stderr != "svc: "+want+"\n" {
			t.Errorf("have %d, %s, want 3, %s", code, stderr, want)
		}
	}
	if code, stdout, _ := svc(b, "ls", "nosuch", "--json"); code != 0 || stdout != "[]\n" {
		t.Errorf("have %d, %s, want an empty list", code, stdout)
	}
}
