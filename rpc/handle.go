package rpc

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
)

// Handle names a durable call, in whatever process. It is a small comparable
// value: keep it, or its text, and ask for the result with it later, from
// anywhere. It holds no secret: who may read the results of a service can ask for
// any.
type Handle struct {
	service, method string
	id              string
	sequence        uint64 // in the queue
}

// ParseHandle reads what Handle.String wrote.
func ParseHandle(text string) (Handle, error) {
	parts := strings.SplitN(text, ".", 4)
	if len(parts) == 4 {
		sequence, err := strconv.ParseUint(parts[2], 10, 64)
		if err == nil && broker.ValidName(parts[0]) && broker.ValidName(parts[1]) && validID(parts[3]) {
			return Handle{service: parts[0], method: parts[1], id: parts[3], sequence: sequence}, nil
		}
	}
	return Handle{}, fault.Newf(fault.Invalid, "handle: have %.200q, want \"service.method.number.id\"", text)
}

// String returns the handle as text, "" for the zero Handle.
func (h Handle) String() string {
	if h == (Handle{}) {
		return ""
	}
	return h.service + "." + h.method + "." + strconv.FormatUint(h.sequence, 10) + "." + h.id
}

// MarshalText returns String.
func (h Handle) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Handle) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*h = Handle{}
		return nil
	}
	*h, err = ParseHandle(string(text))
	return err
}

// ID returns the id of the call, which logs name as call_id.
func (h Handle) ID() string { return h.id }

func (h Handle) target() target { return target{service: h.service, method: h.method} }

// maxKey bounds a key, so that with a name of a method it is an id.
const maxKey = maxID - 64 - 1

type keyKey struct{}

// WithKey returns a context in which durable calls are submitted under a key of
// the caller's own, at most 63 bytes without a comma, a space or what cannot be
// printed. A method runs once for a key: who submits it again, because it does not
// know whether it has, gets the handle of the first. The broker knows a key for
// two minutes after it was submitted, and its result for a day; in between, only a
// call that takes longer than two minutes can run twice. Set it for one call: a
// context that is handed on would give the key to the next call of the same method.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

// newID returns the id of a call that is submitted under ctx, and whether its key
// made it.
func newID(ctx context.Context, method string) (id string, keyed bool, err error) {
	key, keyed := ctx.Value(keyKey{}).(string)
	if !keyed {
		return strings.ToLower(rand.Text()), false, nil
	}
	if key == "" || len(key) > maxKey || !validID(key) {
		return "", true, fault.Newf(fault.Invalid, "key: have %.100q, want 1 to %d bytes without a comma or a space", key, maxKey)
	}
	return method + "/" + key, true, nil
}

// validID reports whether an id can be a header and a part of a handle.
func validID(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool {
		return r == ',' || r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
}

// resultSubject returns where the result of a call is kept. An id that cannot be a
// token of a subject stands there by its hash.
func resultSubject(namespace, service, id string) string {
	token := id
	if !broker.ValidName(id) {
		sum := sha256.Sum256([]byte(id))
		token = "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return fmt.Sprintf("%s.rpcr.%s.%s", namespace, service, token)
}
