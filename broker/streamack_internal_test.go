package broker

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestAckIsRead(t *testing.T) {
	for _, tt := range []struct {
		ack  string
		want Stored
	}{
		{`{"stream":"S","seq":1}`, Stored{1, false}},
		{`{"stream":"S", "seq":12345}`, Stored{12345, false}},
		{`{"stream":"S","seq":7,"duplicate": true}`, Stored{7, true}},
		{`{"stream":"S","domain":"d","seq":8}`, Stored{8, false}},
		{`{"seq":9,"stream":"S"}`, Stored{9, false}},
	} {
		if have, err := storedOf(&nats.Msg{Data: []byte(tt.ack)}); have != tt.want || err != nil {
			t.Errorf("%s: have %+v, %v, want %+v", tt.ack, have, err, tt.want)
		}
	}
}

func TestRefusedAckIsAnError(t *testing.T) {
	for _, ack := range []string{``, `{}`, `x`, `{"stream":"S","seq":}`, `{"stream":"S","seq":-1}`, `{"stream":"","seq":1}`, `{"stream":"S","seq":1`} {
		if have, err := storedOf(&nats.Msg{Data: []byte(ack)}); !errors.Is(err, jetstream.ErrInvalidJSAck) {
			t.Errorf("%s: have %+v, %v, want ErrInvalidJSAck", ack, have, err)
		}
	}
	_, err := storedOf(&nats.Msg{Data: []byte(`{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"S","seq":0}`)})
	if api, ok := errors.AsType[*jetstream.APIError](err); !ok || !isFull(api) {
		t.Errorf("have %v, want the stream full", err)
	}
}

func FuzzUsualAck(f *testing.F) {
	for _, seed := range []string{`{"stream":"S","seq":1}`, `{"stream":"S", "seq":18446744073709551615}`, `{"stream":"S","seq":1,"duplicate":true}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if sequence, ok := usualAck(data); ok && sequence == 0 {
			t.Errorf("%q: have sequence 0", data)
		}
	})
}
