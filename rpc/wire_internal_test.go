package rpc

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
)

func TestMessagesToACallAreRead(t *testing.T) {
	t.Parallel()
	said := func(kind string) broker.Header { return broker.Header{headerKind: {kind}, headerInst: {"a"}} }
	for name, tt := range map[string]struct {
		msg  broker.Msg
		want heard
	}{
		"answer":              {broker.Msg{Data: []byte("1")}, heard{word: result}},
		"answer with headers": {broker.Msg{Header: broker.Header{headerCode: {"500"}}}, heard{word: result}},
		"accept":              {broker.Msg{Header: said(kindAccept)}, heard{word: accept, instance: "a"}},
		"busy":                {broker.Msg{Header: said(kindBusy)}, heard{word: busy, instance: "a"}},
		"handback":            {broker.Msg{Header: said(kindHandback)}, heard{word: handback, instance: "a"}},
		"no responders":       {broker.Msg{Header: broker.Header{"Status": {"503"}}}, heard{word: nobody}},
		"answer of 503":       {broker.Msg{Header: broker.Header{"Status": {"503"}}, Data: []byte("1")}, heard{word: result}},
	} {
		if tt.want.word == result {
			tt.want.msg = &tt.msg
		}
		if have := read(&tt.msg); have != tt.want {
			t.Errorf("%s: have %+v, want %+v", name, have, tt.want)
		}
	}
}

func TestOnlyTheAddressOfACallTakesPart(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]bool{
		"_INBOX.shop.conn.call.1":  true,
		"_INBOX.call.1":            true,
		"_INBOX.shop.conn.line.1":  false,
		"_INBOX.shop.conn.query.1": false,
		"_INBOX.recall.1":          false,
		"_INBOX.call":              false,
		"_INBOX.call.":             true,
		"call.1":                   false,
		"":                         false,
		".":                        false,
	} {
		if have := takesPart(reply); have != want {
			t.Errorf("%q: have %v, want %v", reply, have, want)
		}
	}
}

// The subjects and bodies that docs/protocol.md promises to others.
func TestSubjectsAndBodiesAreThoseOfTheProtocol(t *testing.T) {
	t.Parallel()
	for want, have := range map[string]string{
		"svc.rpc.shop.buy":             subjectOf("svc", "shop", "buy"),
		"svc.rpcw.shop.ticket":         broadcastSubject("svc", "shop", ticketVerb),
		"svc.rpcw.shop.where":          broadcastSubject("svc", "shop", whereVerb),
		"svc.rpcw.shop.gone":           broadcastSubject("svc", "shop", goneVerb),
		"svc.rpci.shop.a.probe":        controlSubject("svc", "shop", "a", probeVerb),
		"svc.rpci.shop.a.cancel":       controlSubject("svc", "shop", "a", cancelVerb),
		`{"method":"buy","waiting":3}`: string(encode(ticket{"buy", 3})),
		`["x","y"]`:                    string(encode([]string{"x", "y"})),
		`[]`:                           string(encode([]string{})),
		"buy":                          tokenOf("svc.rpc.shop.buy"),
		"alone":                        tokenOf("alone"),
	} {
		if have != want {
			t.Errorf("have %s, want %s", have, want)
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{`["x","y"]`, `[]`, `null`, `{}`, `[1]`, "", "\x93\xa1x", `["` + strings.Repeat("x", 100) + `"]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := keysOf(&broker.Msg{Data: data})
		if err != nil {
			return
		}
		again, err := keysOf(&broker.Msg{Data: encode(keys)})
		if err != nil || len(keys) > 0 && !cmp.Equal(keys, again) {
			t.Errorf("%q: have %q, then %q, %v", data, keys, again, err)
		}
	})
}

// Red where only the sender keeps to the limit: one message of repeated calls would
// be answered with gigabytes.
func TestListsOfCallsAreBounded(t *testing.T) {
	t.Parallel()
	list := func(n int) *broker.Msg {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = "_INBOX.x.y.call." + strconv.Itoa(i%2)
		}
		return &broker.Msg{Data: encode(keys)}
	}
	if keys, err := keysOf(list(maxKeys)); len(keys) != 2 || err != nil {
		t.Errorf("have %d calls, %v, want each once", len(keys), err)
	}
	if _, err := keysOf(list(maxKeys + 1)); err == nil {
		t.Error("have no error for too many, want one")
	}
}

func TestJourneyIgnoresAWordFromBeforeItsRefusal(t *testing.T) {
	t.Parallel()
	j := journey{state: held, instance: "a"}
	if have := j.hear(heard{word: handback, instance: "a"}); have != queue {
		t.Errorf("handback: have move %d, want queue", have)
	}
	if have := j.hear(heard{word: accept, instance: "a"}); have != stay || j.state != waiting {
		t.Errorf("accept of the same: have move %d in state %d, want it to wait on", have, j.state)
	}
	if have := j.hear(heard{word: accept, instance: "b"}); have != leave || j.instance != "b" {
		t.Errorf("accept of another: have move %d, want leave", have)
	}
}
