package events_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// Wrong has methods that no event can call.
type Wrong struct {
	binding entrypoint.Binding
}

// Entrypoints returns the binding of the test.
func (w *Wrong) Entrypoints() []entrypoint.Binding { return []entrypoint.Binding{w.binding} }

// Take is right.
func (*Wrong) Take(context.Context, Payment) error { return nil }

// Two takes too much.
func (*Wrong) Two(Payment, int) error { return nil }

// Result returns what nobody waits for.
func (*Wrong) Result(Payment) (int, error) { return 0, nil }

func TestMistakesOfHandlersAreFoundBeforeAnythingStarts(t *testing.T) {
	h := events.Handler{}
	for _, tt := range []struct {
		name    string
		binding entrypoint.Binding
		want    []string
	}{
		{"no source", entrypoint.Bind(h, (*Wrong).Take, `event:"paid"`), []string{`tag key "source" is missing`}},
		{"no event", entrypoint.Bind(h, (*Wrong).Take, `source:"payments"`), []string{`tag key "event" is missing`}},
		{"a source that is no name", entrypoint.Bind(h, (*Wrong).Take, `source:"pay.ments" event:"paid"`), []string{`tag key source: have "pay.ments"`}},
		{"an event that is no name", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"pa id"`), []string{`tag key event: have event "pa id"`}},
		{"a star within a word", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"pa*"`), []string{`tag key event: have event "pa*"`}},
		{"an unknown key", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" retries:"3"`), []string{`unknown tag key "retries"`, "attempts"}},
		{"an unknown mode", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" mode:"brodcast"`), []string{"brodcast", "broadcast"}},
		{"no attempt", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" attempts:"0"`), []string{"attempts"}},
		{"two payloads", entrypoint.Bind(h, (*Wrong).Two, `source:"payments" event:"paid"`), []string{"want at most one parameter"}},
		{"a result", entrypoint.Bind(h, (*Wrong).Result, `source:"payments" event:"paid"`), []string{"want no result but an error"}},
		{"order by what is not there", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" ordered:"customer"`), []string{`no field "customer"`}},
		{"order of broadcasts", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" ordered:"order" mode:"broadcast"`), []string{"tag key ordered", "service_pool"}},
		{"order without storage", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" ordered:"order" reliable:"false"`), []string{"tag key reliable"}},
		{"longer than events are kept", entrypoint.Bind(h, (*Wrong).Take, `source:"payments" event:"paid" attempts:"8" backoff:"24h"`), []string{"events.max_age", "168h"}},
		{"another event than declared", events.On(paid, (*Wrong).Take, `event:"sent"`), []string{"have payments.sent", "payments.paid"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantText(t, mistake(t, "", &Wrong{tt.binding}), append(tt.want, "declare_test.go:")...)
		})
	}
}

// Twice handles an event twice.
type Twice struct {
	_ events.Handler `method:"Take" source:"payments" event:"paid"`
	_ events.Handler `method:"Take" source:"payments" event:"paid" mode:"broadcast"`
}

// Take does nothing.
func (*Twice) Take() {}

// BadFields emits what cannot be emitted.
type BadFields struct {
	_ rpc.Method `method:"Do"`

	NoEvent events.Publisher[Payment]
	NoName  events.Publisher[Payment] `event:"order.*"`
	NoKey   events.Publisher[Payment] `event:"paid" key:"customer"`
	Both    events.Publisher[Payment] `event:"paid" outbox:"orders" reliable:"false"`
	Unknown events.Dispatcher         `event:"paid"`
}

// Do does nothing.
func (*BadFields) Do() {}

func TestMistakesOfFieldsAreFoundBeforeAnythingStarts(t *testing.T) {
	wantText(t, mistake(t, "", &Twice{}), "method Take handles payments.paid already", "declare_test.go:")
	wantText(t, mistake(t, "", &BadFields{}),
		`tag key "event" is missing`, `have event "order.*"`, `Payment has no field "customer"`, `have outbox:"orders" and reliable:"false"`, `unknown tag key "event"`)
}

func TestMistakesOfTheConfigurationAreFoundBeforeAnythingStarts(t *testing.T) {
	for yaml, want := range map[string]string{
		"events: {timeout: 0s}":        "configuration key events.timeout: have 0s",
		"events: {max_bytes: 5}":       "configuration key events.max_bytes: have 5",
		"events: {max_age: 1s}":        "configuration key events.max_age: have 1s",
		"events: {identity: a.b}":      `configuration key events.identity: have "a.b"`,
		"events: {retention: forever}": "retention",
	} {
		wantText(t, mistake(t, yaml, probe(``, nil)), want)
	}
}
