package rpc

import (
	"cmp"
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

// fill sets what travels beside the arguments of a call whose id is set already; usual
// is the time of one that does not say how long its caller waits.
func (p *preface) fill(c *entrypoint.Call, received time.Time, usual time.Duration) *fault.Error {
	left, err := leftOf(p.left, usual)
	if err = cmp.Or(err, checkIDs(c.ID, p.stack)); err != nil {
		return ErrBadRequest.Explain("%v", err)
	}
	if left == 0 {
		return ErrExpired
	}
	c.Deadline, c.Data, c.Parents = received.Add(left), p.data, parentsOf(p.stack)
	return nil
}

// maxLeft bounds what a caller can ask for.
const maxLeft = 30 * 24 * time.Hour

// leftOf reads the header Svc-Left-Ms; usual is what holds without it.
func leftOf(value string, usual time.Duration) (time.Duration, error) {
	if value == "" {
		return usual, nil
	}
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil || ms < 0 || ms > int64(maxLeft/time.Millisecond) {
		return 0, fmt.Errorf("header %s: have %.100q, want whole milliseconds up to %d", headerLeft, value, maxLeft/time.Millisecond)
	}
	return time.Duration(ms) * time.Millisecond, nil
}
