package plain

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/vmihailenco/msgpack/v5"
)

// Serve is the service words, whose method count tells how many words a text has, until
// it is stopped. Its instances share a queue group with the name of the service, so that
// one of them gets each call. The service protocol of NATS, which micro speaks, makes it
// known to svc ls and to the gateway.
func Serve(nc *nats.Conn) (micro.Service, error) {
	words, err := micro.AddService(nc, micro.Config{
		Name: "words", Version: "1.0.0", QueueGroup: "words",
		Metadata: map[string]string{"namespace": "svc"},
	})
	if err != nil {
		return nil, err
	}
	err = words.AddEndpoint("count", micro.HandlerFunc(count), micro.WithEndpointSubject("svc.rpc.words.count"),
		micro.WithEndpointMetadata(map[string]string{
			"params": `["text"]`,
			"input":  `{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`,
			"output": `{"type":"integer"}`,
		}))
	return words, errors.Join(err, nc.Flush()) // now calls come
}

func count(r micro.Request) {
	text, encode, err := read(r)
	if err != nil {
		body, _ := encode(map[string]string{"code": "invalid", "message": err.Error()}) // texts can always be written
		_ = r.Error("400", err.Error(), body)                                           // who waits is told by its deadline
		return
	}
	body, _ := encode(len(strings.Fields(text))) // so can numbers
	_ = r.Respond(body)
}

// read finds the text in a request, and how to answer it: as it was asked.
func read(r micro.Request) (text string, encode func(any) ([]byte, error), err error) {
	body, form := r.Data(), r.Headers().Get("Content-Type")
	encode, decode := json.Marshal, json.Unmarshal
	if form == "application/msgpack" || form == "" && len(body) > 0 && body[0] >= 0x80 {
		encode, decode = msgpack.Marshal, msgpack.Unmarshal
	}
	if body, err = behindPreface(body); err != nil {
		return "", encode, err
	}
	var argument any
	if err := decode(body, &argument); err != nil {
		return "", encode, err
	}
	switch a := argument.(type) { // the text itself, an array of all arguments, or all by name
	case []any:
		if len(a) == 1 {
			argument = a[0]
		}
	case map[string]any:
		argument = a["text"]
	}
	if text, is := argument.(string); is {
		return text, encode, nil
	}
	return "", encode, errors.New("want a text")
}

// behindPreface skips what Enoki callers put in front of a body of msgpack: the byte 0xc1,
// fields (a letter, a length, that many bytes) and a zero. Letter l has the time that is
// left, s and d what a service would hand on with calls of its own.
func behindPreface(body []byte) ([]byte, error) {
	if len(body) == 0 || body[0] != 0xc1 {
		return body, nil
	}
	for rest := body[1:]; len(rest) > 0; {
		if rest[0] == 0 {
			return rest[1:], nil
		}
		length, n := binary.Uvarint(rest[1:])
		if n <= 0 || length > uint64(len(rest)-1-n) {
			break
		}
		rest = rest[1+n+int(length):]
	}
	return nil, errors.New("the preface is cut short")
}
