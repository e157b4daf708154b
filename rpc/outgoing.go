package rpc

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
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
	msg    broker.Msg
	header broker.Header
	buffer []byte

	kind, left, stack, form, attempt, begun [1]string // values in header
}

func newOutgoing() outgoing { return outgoing{header: make(broker.Header, 8)} }

// reset makes it ready for the next call.
func (o *outgoing) reset() {
	clear(o.header)
	o.msg = broker.Msg{}
	if cap(o.buffer) > maxKept {
		o.buffer = nil
	}
}

// maxKept bounds the buffers that are kept for the next message.
const maxKept = 64 << 10

// write fills the message of a direct call. What is to be said beside the
// arguments stands in front of them, where they are msgpack.
func (o *outgoing) write(ctx context.Context, c *caller, t target, args body, left time.Duration) error {
	a, err := asideOf(ctx, args, left)
	if err != nil {
		return err
	}
	if args.json {
		return o.spell(c, t, args, a)
	}
	front := o.buffer[:0]
	if !a.silent() {
		var fits bool
		if front, fits = a.append(front); !fits {
			return o.spell(c, t, args, a)
		}
	}
	data, err := args.append(front)
	if err != nil {
		return err
	}
	if !codec.LooksLikeMsgpack(data) {
		data = slices.Insert(data, 0, prefaceMark, prefaceEnd) // an empty one says that it is
	}
	o.fill(c, t, data)
	return nil
}

// spell fills the message with headers. One that would say what holds without it
// is left out: the first costs several allocations on either side.
func (o *outgoing) spell(c *caller, t target, args body, a aside) error {
	data, err := args.append(o.buffer[:0])
	if err != nil {
		return err
	}
	if !args.json && !codec.LooksLikeMsgpack(data) {
		o.put(headerType, &o.kind, codec.Msgpack.ContentType())
	}
	if a.left != defaultTimeout {
		o.putLeft(a.left)
	}
	if a.form != "" {
		o.put(headerArgs, &o.form, a.form)
	}
	if a.call != nil {
		o.put(headerStack, &o.stack, strings.Join(a.call.Stack(), ","))
	}
	broker.PutData(o.header, a.data)
	o.fill(c, t, data)
	return nil
}

func (o *outgoing) fill(c *caller, t target, data []byte) {
	o.buffer = data
	o.msg.Subject, o.msg.Header, o.msg.Data = c.subject(t), o.header, data
}

// again prepares the message for a worker that was offered.
func (o *outgoing) again(subject string, left time.Duration, j journey) {
	o.msg.Subject = subject
	o.putLeft(left)
	o.put(headerAttempt, &o.attempt, strconv.Itoa(j.attempt))
	if j.begun {
		o.put(headerBegun, &o.begun, "1")
	}
}

func (o *outgoing) putLeft(left time.Duration) {
	o.put(headerLeft, &o.left, strconv.FormatInt(max(1, left.Milliseconds()), 10))
}

func (o *outgoing) put(key string, place *[1]string, value string) {
	place[0] = value
	o.header[key] = place[:]
}
