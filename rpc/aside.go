package rpc

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// aside is what a caller has to say beside the arguments of a call.
type aside struct {
	left time.Duration
	call *entrypoint.Call // that makes it, nil for none
	form string
	data map[string]string
}

func asideOf(ctx context.Context, args body, left time.Duration) (aside, error) {
	a := aside{left: left, call: entrypoint.FromContext(ctx), form: args.form, data: entrypoint.Data(ctx)}
	for key := range a.data {
		if !broker.ValidName(key) {
			return a, fault.Newf(fault.Invalid, "context data: have key %q, want 1 to 64 letters, digits, - or _", key)
		}
	}
	return a, nil
}

// silent reports whether nothing is to be said: what holds without it does.
func (a aside) silent() bool {
	return a.left == defaultTimeout && a.call == nil && a.form == "" && len(a.data) == 0
}

// append writes the preface behind b. ok is false where it does not fit.
func (a aside) append(b []byte) (_ []byte, ok bool) {
	start := len(b)
	b = append(b, prefaceMark)
	if a.left != defaultTimeout {
		var digits [20]byte
		b = appendField(b, markLeft, strconv.AppendInt(digits[:0], max(1, a.left.Milliseconds()), 10))
	}
	if a.call != nil {
		b = appendField(b, markStack, strings.Join(a.call.Stack(), ","))
	}
	if a.form != "" {
		b = appendField(b, markForm, a.form)
	}
	for key, value := range a.data {
		b = append(binary.AppendUvarint(append(b, markData), uint64(len(key)+1+len(value))), key...)
		b = append(append(b, '='), value...)
	}
	b = append(b, prefaceEnd)
	return b, len(b)-start <= maxPreface
}

// headers returns them as the headers of a message that says all, and has no preface.
func (a aside) headers() broker.Header {
	h := broker.Header{headerLeft: {strconv.FormatInt(max(1, a.left.Milliseconds()), 10)}}
	if a.call != nil {
		h[headerStack] = []string{strings.Join(a.call.Stack(), ",")}
	}
	broker.PutData(h, a.data)
	return h
}

func appendField[T string | []byte](b []byte, mark byte, text T) []byte {
	return append(binary.AppendUvarint(append(b, mark), uint64(len(text))), text...)
}
