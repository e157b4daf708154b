package discreet_test

import (
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/events"
)

func TestKeyIsShownWhereThePayloadShowsIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		key, payload string
		paths        []string
		want         string
	}{
		{"4711", `{"card":"4711"}`, nil, "4711"},
		{"", `{"card":"4711"}`, []string{"card"}, ""},
		{"4711", `{"card":"4711","order":"o1"}`, []string{"card"}, "[redacted]"},
		{"4711", `{"CARD":4711,"order":"o1"}`, []string{"card"}, "[redacted]"},
		{"4711", `{"card":4711,"amount":4711}`, []string{"card"}, "[redacted]"}, // which of the two?
		{"4711", `{"card":{"number":"4711"}}`, []string{"card.number"}, "[redacted]"},
		{"{4711 5}", `{"card":{"number":"4711","cvc":5}}`, []string{"card.number"}, "[redacted]"},
		{"4711", `{"cards":[{"number":4711},{"number":5}]}`, []string{"cards.number"}, "[redacted]"},
		{"4711", `{"cards":{"ann":{"number":4711}}}`, []string{"cards.*.number"}, "[redacted]"},
		{"o1", `{"card":"4711","order":"o1"}`, []string{"card"}, "o1"},
		{"o1", `{"card":"4711","orders":[{"id":"o1"}]}`, []string{"card"}, "o1"},
		{"17", `{"card":"4711","order":17}`, []string{"card"}, "17"},
		{"true", `{"card":"4711","new":true}`, []string{"card"}, "true"},
		{"<nil>", `{"card":null,"order":null}`, []string{"card"}, "[redacted]"},
		{"o1", `{"card":"4711","order":"o1"}`, []string{"*"}, "[redacted]"},
		{"o1", `{"card":`, []string{"card"}, "[redacted]"}, // who knows what it is
		{"o1", ``, []string{"card"}, "[redacted]"},
		{"given", `{"card":"4711"}`, []string{"card"}, "[redacted]"},
	} {
		r := events.Raw{ContentType: "application/json", Body: []byte(tt.payload)}
		if have := discreet.Key(tt.key, r, discreet.Hide(r, tt.paths), tt.paths); have != tt.want {
			t.Errorf("key %s of %s without %q: have %s, want %s", tt.key, tt.payload, tt.paths, have, tt.want)
		}
	}
}
