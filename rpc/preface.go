package rpc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// preface is what travels beside the arguments of a call. It stands in headers or,
// which costs a third, in front of a msgpack body: a mark that msgpack never
// begins with, then fields of a letter, a length and a text, then a zero.
type preface struct {
	left  string // as in Svc-Left-Ms
	stack string // as in Svc-Stack
	form  string // as in Svc-Args
	data  map[string]string
}

// Marks of a preface in front of a body, and of its fields.
const (
	prefaceMark = 0xc1
	prefaceEnd  = 0x00
	markLeft    = 'l'
	markStack   = 's'
	markForm    = 'a'
	markData    = 'd' // key=value
)

// maxPreface bounds what stands in front of a body.
const maxPreface = 64 << 10

var errPreface = errors.New("preface of the body: it is cut short, too long or has an unknown field")

// prefaceOf reads what travels beside the arguments, and returns the rest of the
// body. Headers count more than what stands in front of the body.
func prefaceOf(m *broker.Msg) (p preface, body []byte, prefaced bool, err error) {
	body = m.Data
	if len(body) > 0 && body[0] == prefaceMark {
		prefaced = true
		if body, err = p.read(body); err != nil {
			return p, body, prefaced, err
		}
	}
	if len(m.Header) > 0 {
		err = p.readHeaders(m.Header)
	}
	return p, body, prefaced, err
}

func (p *preface) readHeaders(h broker.Header) error {
	data, err := broker.DataOf(h)
	if data != nil {
		p.data = data
	}
	overrule(&p.left, h[headerLeft])
	overrule(&p.stack, h[headerStack])
	overrule(&p.form, h[headerArgs])
	return err
}

func overrule(place *string, values []string) {
	if len(values) > 0 {
		*place = values[0]
	}
}

// read reads a preface in front of a body and returns the rest.
func (p *preface) read(body []byte) ([]byte, error) {
	rest := string(body[1:min(len(body), maxPreface)]) // once; fields are parts of it
	for rest != "" {
		mark := rest[0]
		if rest = rest[1:]; mark == prefaceEnd {
			return body[min(len(body), maxPreface)-len(rest):], nil
		}
		text, after, ok := cutField(rest)
		if !ok {
			return nil, errPreface
		}
		if err := p.set(mark, text); err != nil {
			return nil, err
		}
		rest = after
	}
	return nil, errPreface
}

// cutField cuts a text off that stands behind its length.
func cutField(s string) (text, after string, ok bool) {
	var size uint64
	for i := 0; i < len(s) && i < 3; i++ {
		size |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			s = s[i+1:]
			if size > uint64(len(s)) {
				return "", "", false
			}
			return s[:size], s[size:], true
		}
	}
	return "", "", false
}

func (p *preface) set(mark byte, text string) error {
	switch mark {
	case markLeft:
		p.left = text
	case markStack:
		p.stack = text
	case markForm:
		p.form = text
	case markData:
		key, value, _ := strings.Cut(text, "=")
		if !broker.ValidName(key) {
			return fmt.Errorf("preface of the body: have key %.64q of context data, want 1 to 64 letters, digits, - or _", key)
		}
		if p.data == nil {
			p.data = make(map[string]string)
		}
		p.data[key] = value
	default:
		return errPreface
	}
	return nil
}

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

func appendField[T string | []byte](b []byte, mark byte, text T) []byte {
	return append(binary.AppendUvarint(append(b, mark), uint64(len(text))), text...)
}
