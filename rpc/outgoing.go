package rpc

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
)

// body is an argument list, and what it is.
type body struct {
	value any    // what is encoded, where json and empty are false
	raw   []byte // a JSON document that is sent as it is, where json is true
	json  bool
	form  string // Svc-Args
	empty bool   // no arguments
}

// codec returns what the body is written in; the answer is in the same.
func (b body) codec() codec.Codec {
	if b.json {
		return codec.JSON
	}
	return codec.Msgpack
}

// append writes the body behind buffer.
func (b body) append(buffer []byte) ([]byte, error) {
	switch {
	case b.empty:
		return buffer, nil
	case b.json:
		return append(buffer, b.raw...), nil
	}
	data, err := codec.Msgpack.Append(buffer, b.value)
	if err != nil {
		return nil, ErrBadArguments.Explain("%v", err)
	}
	return data, nil
}

// outgoing is the message of a call. It is used again once the call has ended:
// sending copies it, and its parts would else be a dozen allocations a call.
type outgoing struct {
	address broker.Address
	msg     broker.Msg
	header  broker.Header
	buffer  []byte

	kind, left, stack, form [1]string // values in header
}

var outgoings = sync.Pool{New: func() any { return &outgoing{header: make(broker.Header, 8)} }}

func newOutgoing(a broker.Address) *outgoing {
	o := outgoings.Get().(*outgoing)
	o.address = a
	return o
}

func (o *outgoing) recycle() {
	clear(o.header)
	o.msg = broker.Msg{}
	if cap(o.buffer) > maxKept {
		o.buffer = nil
	}
	outgoings.Put(o)
}

// maxKept bounds the buffers that are kept for the next message.
const maxKept = 64 << 10

// write fills the message.
func (o *outgoing) write(ctx context.Context, c *caller, t target, args body, left time.Duration) error {
	o.put(headerType, &o.kind, args.codec().ContentType())
	o.put(headerLeft, &o.left, strconv.FormatInt(max(1, left.Milliseconds()), 10))
	if args.form != "" {
		o.put(headerArgs, &o.form, args.form)
	}
	if current := entrypoint.FromContext(ctx); current != nil {
		o.put(headerStack, &o.stack, strings.Join(current.Stack(), ","))
	}
	if err := putData(o.header, entrypoint.Data(ctx)); err != nil {
		return err
	}
	data, err := args.append(o.buffer[:0])
	if err != nil {
		return err
	}
	o.buffer = data
	o.msg = broker.Msg{Subject: c.subject(t), Header: o.header, Data: data}
	return nil
}

func (o *outgoing) put(key string, place *[1]string, value string) {
	place[0] = value
	o.header[key] = place[:]
}
