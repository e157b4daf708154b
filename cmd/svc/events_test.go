package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// Critic is a service whose handler takes nothing.
type Critic struct {
	_ events.Handler `method:"Take" source:"rude" event:"said" attempts:"1"`
	_ events.Handler `method:"Read" source:"rude" event:"written" attempts:"1"`
}

func (*Critic) Take(events.Raw) error { return errors.New(rudeness) }
func (*Critic) Read(map[string]int)   {}

func TestEventsThatWantToBeSeenAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Critic{}).Broker()
	for _, args := range [][]string{
		{"emit", "rude.said", `"\u001b[2J"`, "--id", "a\x1bb", "--key", "k\x1b"},
		{"emit", "rude.written", `"\u001b[2J"`},
	} {
		if code, _, stderr := svc(b, args...); code != 0 {
			t.Fatalf("%q: have %d, %s", args, code, stderr)
		}
	}
	var stdout string
	await.Until(t, "both are dead", func() bool {
		_, stdout, _ = svc(b, "dlq", "ls")
		return strings.Count(stdout, "\n") == 3
	})
	for _, args := range [][]string{{"ls"}, {"ls", "--json"}, {"show", "1"}, {"show", "1", "--json"}, {"show", "2"}, {"replay", "--all", "--dry-run"}} {
		code, stdout, _ := svc(b, append([]string{"dlq"}, args...)...)
		if code != 0 || strings.ContainsAny(stdout, "\x1b\u009b\x7f") || strings.Contains(stdout, "\nsvc: all is well") {
			t.Errorf("%q: have %d, %q", args, code, stdout)
		}
	}
}

func TestPayloadThatCannotBeReadIsShownAsItCame(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Critic{}).Broker()
	client, err := events.Dial(b.URL(), "rude")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Dispatcher()(t.Context(), "written", events.Raw{ContentType: "text/csv", Body: []byte("a,\x1b")}); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "it is dead", func() bool { code, _, _ := svc(b, "dlq", "show", "1"); return code == 0 })
	if _, stdout, _ := svc(b, "dlq", "show", "1"); !strings.HasSuffix(stdout, "\n(3 bytes of \"text/csv\" that cannot be read)\na,\\x1b\n") {
		t.Errorf("have %s", stdout)
	}
	if _, stdout, _ := svc(b, "dlq", "show", "1", "--json"); !strings.Contains(stdout, `"payload":null,"content_type":"text/csv","body":"YSwb"`) {
		t.Errorf("have %s", stdout)
	}
}

func TestVerbsOfEventsSayThatNothingIsStored(t *testing.T) {
	t.Parallel()
	s := plain.Server(t)
	for _, args := range [][]string{
		{"emit", "payments.paid", "1"},
		{"dlq", "ls"},
		{"dlq", "show", "1"},
		{"dlq", "replay", "1"},
		{"dlq", "drop", "--all"},
	} {
		var out, told strings.Builder
		code := run(append(args, "--broker", s.ClientURL()), &out, &told)
		if code != exitNotFound || !strings.Contains(told.String(), "the broker stores nothing: JetStream is off; start nats-server with -js") {
			t.Errorf("%q: have %d, %s, want %d", args, code, told.String(), exitNotFound)
		}
	}
	var out, told strings.Builder
	if code := run([]string{"emit", "payments.paid", "1", "--unreliable", "--broker", s.ClientURL()}, &out, &told); code != 0 {
		t.Errorf("have %d, %s: what is unreliable needs no storage", code, told.String())
	}
}

// A pipe that nobody reads any more ends it.
func TestListeningEndsWithItsOutput(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = read.Close()
	t.Cleanup(func() { _ = write.Close() })
	h := &hearing{out: write, done: make(chan struct{})}
	var f listenFlags
	f.broker = b.URL()
	conn, end, err := f.connect(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	listening, ended := make(chan string, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { ended <- h.listen(ctx, conn, ">", func(text string) { listening <- text }) }()
	await.Take(t, listening)
	if code, _, stderr := svc(b, "emit", "payments.paid", "1"); code != 0 {
		t.Fatal(stderr)
	}
	if err := await.Take(t, ended); !errors.Is(err, os.ErrClosed) && !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("have %v, want that nobody reads", err)
	}
}
