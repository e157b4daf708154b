package role

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
)

// arms are what an attacker draws hostile messages from.
type arms struct{ rng *rand.Rand }

// target is a subject of services.
type target struct {
	subject  string
	answered bool // whoever is asked there answers
}

var targets = []target{
	{"svc.rpc.prey.swallow", true},
	{"svc.rpc.prey.swallow", true},
	{"svc.rpc.prey.chew", true},
	{"svc.rpc.prey.spit", true}, // there is none
	{"svc.rpcw.prey.ticket", false},
	{"svc.rpcw.prey.where", false},
	{"svc.rpcw.prey.gone", false},
	{"svc.rpcw.chaos.where", false},
	{"svc.rpcq.prey.keep", false},
	{"svc.evt.attacker.-.bait", false},
}

// next draws a message, says what it is, and whether there will be an answer to it.
func (a arms) next() (m *nats.Msg, what string, answered bool) {
	t := targets[a.rng.IntN(len(targets))]
	what, body := a.body()
	m = &nats.Msg{Subject: t.subject, Data: body}
	if a.rng.IntN(3) == 0 {
		m.Header = a.headers()
		what += " with headers"
	}
	if !t.answered && a.rng.IntN(2) == 0 {
		m.Reply = "_INBOX." + a.text(a.rng.IntN(40))
	}
	return m, what + " to " + t.subject, t.answered
}

// Sizes of bodies; the broker takes a MiB.
const (
	room  = 1000 << 10
	small = 2000
)

func (a arms) body() (what string, body []byte) {
	switch a.rng.IntN(3) {
	case 0:
		return "random bytes", a.noise(a.rng.IntN(small))
	case 1:
		return "a mutated frame", a.mutated()
	default:
		b := bombs[a.rng.IntN(len(bombs))]
		return b.what, b.body()
	}
}

func (a arms) noise(n int) []byte {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(a.rng.Uint32())
	}
	return body
}

// text is printable, so that it can stand in subjects and headers.
func (a arms) text(n int) string {
	var b strings.Builder
	for range n + 1 {
		b.WriteByte("abcdefghijklmnopqrstuvwxyz0123456789-_.,%/"[a.rng.IntN(42)])
	}
	return strings.Trim(strings.ReplaceAll(b.String(), "..", "."), ".") + "x"
}

// frames are right, or nearly.
var frames = [][]byte{
	[]byte(`{"name":"n","numbers":[1,2,3],"parts":{"a":[{"value":1,"next":[]}]},"any":{"x":[null,true]},"at":"2026-01-02T03:04:05Z","bytes":"AAEC","rate":1.5}`),
	[]byte(`["a",[{"name":"b"}],3]`),
	[]byte(`{"first":"a","second":[],"third":3}`),
	[]byte("\x83\xa4name\xa1n\xa7numbers\x93\x01\x02\x03\xa2at\xd6\xff\x65\x00\x00\x00"),
	[]byte("\xc1l\x031000s\x03a,ba\x0apositionald\x05k=v%x\x00\x91\xa1n"),
	[]byte("\x93\xa1a\x91\x81\xa4name\xa1b\x03"),
	[]byte(`["_INBOX.a.b.call.c","_INBOX.a.b.call.d"]`),
	[]byte(`{"method":"swallow","waiting":3}`),
}

// mutated changes, cuts, doubles and joins parts of frames.
func (a arms) mutated() []byte {
	body := slices.Clone(frames[a.rng.IntN(len(frames))])
	for range a.rng.IntN(8) + 1 {
		if len(body) == 0 {
			break
		}
		at, n := a.rng.IntN(len(body)), a.rng.IntN(16)
		end := min(len(body), at+n)
		switch a.rng.IntN(5) {
		case 0:
			body[at] = byte(a.rng.Uint32())
		case 1:
			body[at] ^= 1 << a.rng.IntN(8)
		case 2:
			body = slices.Delete(body, at, end)
		case 3:
			body = slices.Insert(body, at, slices.Clone(body[at:end])...)
		default:
			body = slices.Insert(body, at, a.noise(n)...)
		}
	}
	return body
}

// bombs are small in what they are and large in what they want.
var bombs = []struct {
	what string
	body func() []byte
}{
	{"a MB of [", func() []byte { return bytes.Repeat([]byte("["), room) }},
	{"a MB of {\"a\":", func() []byte { return bytes.Repeat([]byte(`{"a":`), room/5) }},
	{"a MB of 0x91", func() []byte { return bytes.Repeat([]byte{0x91}, room) }},
	{"a MB of 0x81 0xa0", func() []byte { return bytes.Repeat([]byte{0x81, 0xa0}, room/2) }},
	{"an array of 4 G values in five bytes", func() []byte { return []byte{0xdd, 0xff, 0xff, 0xff, 0xff} }},
	{"a map of 4 G entries in five bytes", func() []byte { return []byte{0xdf, 0xff, 0xff, 0xff, 0xff} }},
	{"a text of 4 GB in five bytes", func() []byte { return []byte{0xdb, 0xff, 0xff, 0xff, 0xff} }},
	{"bytes of 4 GB in a field", func() []byte { return []byte("\x81\xa5bytes\xc6\xff\xff\xff\xff") }},
	{"an extension of 4 GB", func() []byte { return []byte("\x81\xa2at\xc9\xff\xff\xff\xff\xff") }},
	{"a MB of numbers", func() []byte { return []byte(`{"numbers":[` + strings.Repeat("1,", room/2) + `1]}`) }},
	{"65 000 empty objects", func() []byte { return []byte(`{"any":[` + strings.Repeat("{},", 64_990) + `{}]}`) }},
	{"32 000 empty maps of msgpack", packedMaps},
	{"a number of a MB", func() []byte { return []byte(`{"rate":` + strings.Repeat("9", room) + `}`) }},
	{"a text of a MB", func() []byte { return []byte(`{"name":"` + strings.Repeat("x", room) + `"}`) }},
	{"a name of a MB", func() []byte { return []byte(`{"` + strings.Repeat("x", room) + `":1}`) }},
	{"a preface of a MB", func() []byte {
		return append(binary.AppendUvarint([]byte{0xc1, 's'}, room), bytes.Repeat([]byte("a,"), room/2)...)
	}},
	{"a preface of many fields", func() []byte { return append([]byte{0xc1}, bytes.Repeat([]byte("d\x03k=v"), 12_000)...) }},
	{"a thousand calls to ask for", func() []byte {
		return []byte(`["` + strings.Repeat(`_INBOX.a.b.call.c","`, 49_000) + `"]`)
	}},
}

func packedMaps() []byte {
	body := binary.BigEndian.AppendUint32([]byte("\x81\xa3any\xdd"), 32_000)
	return append(body, bytes.Repeat([]byte{0x80}, 32_000)...)
}

// headers are those of the protocol with values that are none.
func (a arms) headers() nats.Header {
	h := nats.Header{}
	names := []string{
		"Content-Type", "Svc-Id", "Svc-Left-Ms", "Svc-Stack", "Svc-Args", "Svc-Data-k", "traceparent", "Svc-Attempt",
		"Svc-Begun", "Svc-Kind", "Svc-Inst", "Svc-Reply", "Svc-Due", "Svc-Dead-First",
	}
	values := []string{
		"", "-1", "99999999999999999999", "application/json", "application/msgpack", "text/html; charset=\"", "positional",
		"named", strings.Repeat("a,", 4000), strings.Repeat("%", 3000), "%zz", "\x00\x01\xff", a.text(200),
	}
	for range a.rng.IntN(5) + 1 {
		h.Add(names[a.rng.IntN(len(names))], values[a.rng.IntN(len(values))])
	}
	return h
}
