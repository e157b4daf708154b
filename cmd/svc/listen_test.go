package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// listening runs svc listen --json until the test ends, and returns the lines that it
// prints. It has begun.
func listening(t *testing.T, b *svctest.Broker, args ...string) <-chan string {
	t.Helper()
	out, stdout := io.Pipe()
	told, stderr := io.Pipe()
	lines, ended := make(chan string, 1000), make(chan int, 1)
	go func() { // ended by the cleanup
		ended <- run(append([]string{"listen", "--json", "--broker", b.URL()}, args...), stdout, stderr)
		_, _ = stdout.Close(), stderr.Close()
	}()
	t.Cleanup(func() {
		_, _ = out.Close(), told.Close()
		await.Until(t, "svc listen ends, as nobody reads it", func() bool {
			svc(b, "emit", "any.thing", "--unreliable")
			return len(ended) > 0
		})
	})
	first, err := bufio.NewReader(told).ReadString('\n')
	if err != nil || !strings.HasPrefix(first, "svc: listening for ") {
		t.Fatalf("have %q, %v, want that it listens", first, err)
	}
	go func() { // ended by the cleanup
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// hears emits an event with a card and returns what svc listen shows of it.
func hears(t *testing.T, b *svctest.Broker, lines <-chan string) string {
	t.Helper()
	if code, _, stderr := svc(b, "emit", "bank.paid", "card=4711", "order=o1", "--unreliable"); code != 0 {
		t.Fatal(stderr)
	}
	return await.Take(t, lines)
}

const (
	vaultSays  = `{"name":"vault","id":"1","version":"1.0.0","endpoints":[{"name":"on_paid","subject":"x","metadata":{"source":"bank","event":"paid","sensitive":"card"}}]}`
	openPaid   = `"payload":{"card":4711,"order":"o1"}}`
	hiddenPaid = `"payload":{"card":"[redacted]","order":"o1"}}`
)

// vault has a handler of bank.paid answer those of the questions what there is that
// answers says, from 1. It returns how many there were.
func vault(t *testing.T, b *svctest.Broker, answers func(question int64) bool) *atomic.Int64 {
	t.Helper()
	asked := new(atomic.Int64)
	nc := plain.Conn(t, b.URL())
	_, err := nc.Subscribe("$SRV.INFO", func(m *nats.Msg) {
		if answers(asked.Add(1)) {
			_ = m.Respond([]byte(vaultSays))
		}
	})
	if err := errors.Join(err, nc.Flush()); err != nil {
		t.Fatal(err)
	}
	return asked
}

// What was asked for once had counted for the whole session: of a handler that was
// deployed later, or answered too late, nothing was hidden.
func TestWhatHandlersDeclareLaterIsHidden(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	vault(t, b, func(question int64) bool { return question > 1 })
	lines := listening(t, b)
	if have := hears(t, b, lines); !strings.HasSuffix(have, openPaid) {
		t.Fatalf("have %s, want %s: no handler has said anything", have, openPaid)
	}
	await.Until(t, "the card is hidden", func() bool { return strings.HasSuffix(hears(t, b, lines), hiddenPaid) }, patience)
}

func TestWhatHandlersHaveDeclaredStaysHidden(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	asked := vault(t, b, func(question int64) bool { return question == 1 })
	lines := listening(t, b)
	await.Until(t, "it has asked thrice", func() bool {
		if have := hears(t, b, lines); !strings.HasSuffix(have, hiddenPaid) {
			t.Fatalf("have %s, want %s", have, hiddenPaid)
		}
		return asked.Load() > 2
	}, patience)
}

// Until handlers have been asked, anything may be secret.
func TestNothingIsShownBeforeHandlersAreAsked(t *testing.T) {
	t.Parallel()
	if have := new(sensitivity).of("bank.paid"); len(have) != 1 || have[0] != "*" {
		t.Errorf("have %q, want all of it", have)
	}
}

// Vault takes cards, which nobody is to see.
type Vault struct {
	_ events.Handler `method:"OnPaid" source:"bank" event:"paid" attempts:"1" sensitive:"card"`
}

// Card is a payment by card.
type Card struct {
	Card  string `json:"card"`
	Order string `json:"order"`
}

func (*Vault) OnPaid(Card) error { return errors.New("no") }

// shownKey is what svc listen and svc dlq show say of the key of an event.
func shownKey(t *testing.T, text string) string {
	t.Helper()
	var shown struct {
		Key     string          `json:"key"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal([]byte(text), &shown); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return shown.Key
}

func TestKeyThatIsASecretIsNotShown(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Vault{}).Broker()
	lines, all := listening(t, b), listening(t, b, "--reveal")
	client, err := events.Dial(b.URL(), "bank")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	for i, tt := range []struct {
		by         string
		want, real string
	}{
		{"card", "[redacted]", "4711"},
		{"order", "o1", "o1"},
	} {
		if err := client.Dispatcher()(t.Context(), "paid", Card{"4711", "o1"}, events.KeyBy(tt.by)); err != nil {
			t.Fatal(err)
		}
		number := string(rune('1' + i))
		await.Until(t, "it is dead", func() bool { code, _, _ := svc(b, "dlq", "show", number); return code == 0 })
		_, letter, _ := svc(b, "dlq", "show", number, "--json")
		_, revealed, _ := svc(b, "dlq", "show", number, "--json", "--reveal")
		for text, want := range map[string]string{await.Take(t, lines): tt.want, letter: tt.want, await.Take(t, all): tt.real, revealed: tt.real} {
			if have := shownKey(t, text); have != want {
				t.Errorf("by %s: have key %q, want %q\n%s", tt.by, have, want, text)
			}
		}
		if _, table, _ := svc(b, "dlq", "show", number); strings.Contains(table, "4711") || !strings.Contains(table, "key       "+tt.want+"\n") {
			t.Errorf("by %s: have\n%s\nwant key %s", tt.by, table, tt.want)
		}
	}
}
