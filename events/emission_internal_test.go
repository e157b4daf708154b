package events

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestContentTypeIsSentOnlyWhereItDoesNotShow(t *testing.T) {
	const pack = "application/msgpack"
	for _, tt := range []struct {
		name    string
		payload any
		sent    []string // values of the header
		read    string
	}{
		{"a struct", struct{ Order string }{"o1"}, nil, pack},
		{"a number that looks like text", 5, []string{pack}, pack},
		{"JSON", json.RawMessage(`{}`), []string{"application/json"}, "application/json"},
		{"bytes", Raw{"application/octet-stream", []byte{0x81}}, []string{"application/octet-stream"}, "application/octet-stream"},
		{"text of no type", Raw{"", []byte("{}")}, nil, ""},
		{"nothing", nil, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := emission{source: "payments", event: "paid"}
			m, err := e.message(t.Context(), "svc", tt.payload)
			if err != nil {
				t.Fatal(err)
			}
			if sent := m.Header[headerType]; !slices.Equal(sent, tt.sent) {
				t.Errorf("have %q sent, want %q", sent, tt.sent)
			}
			if raw := rawOf(m); raw.ContentType != tt.read {
				t.Errorf("have %q read, want %q", raw.ContentType, tt.read)
			}
		})
	}
}

func TestOptionsAreJoinedWithoutChangingEither(t *testing.T) {
	fixed := make([]EmitOption, 1, 4)
	fixed[0] = ID("a")
	first, second := joined(fixed, []EmitOption{Key("k1")}), joined(fixed, []EmitOption{Key("k2")})
	var e emission
	for _, option := range first {
		option(&e)
	}
	if e.id != "a" || e.key != "k1" || len(second) != 2 || len(joined(nil, nil)) != 0 {
		t.Errorf("have id %q and key %q, want those of both", e.id, e.key)
	}
}
