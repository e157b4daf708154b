package events_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// dial returns a program that emits as a source.
func dial(t *testing.T, b *svctest.Broker, source string, opts ...events.DialOption) *events.Standalone {
	t.Helper()
	s, err := events.Dial(b.URL(), source, append([]events.DialOption{events.WithLogger(slog.New(slog.DiscardHandler))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// emit emits an event, which has to succeed.
func emit(t *testing.T, d events.Dispatcher, event string, payload any, options ...events.EmitOption) {
	t.Helper()
	if err := d(t.Context(), event, payload, options...); err != nil {
		t.Fatal(err)
	}
}

func wantText(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("have error %v, want one with %q", err, part)
		}
	}
}

// Payment is what most events carry.
type Payment struct {
	Order  string `json:"order"`
	Amount int    `json:"amount"`
}

var paid = events.Define[Payment]("payments", "paid")

// got is what a handler was given.
type got struct {
	by      string
	payment Payment
	info    events.Info
}

// book takes down what handlers are given.
type book chan got

func newBook() book { return make(book, 1000) }

func (b book) write(ctx context.Context, by string, p Payment) {
	info, _ := events.FromContext(ctx)
	b <- got{by, p, info}
}
