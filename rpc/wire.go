package rpc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// The direct protocol, as docs/protocol.md describes it.
const (
	headerKind    = "Svc-Kind"    // what a message to a caller is, where it is not the answer
	headerInst    = "Svc-Inst"    // instance that sent it
	headerAttempt = "Svc-Attempt" // how often the call was sent before
	headerBegun   = "Svc-Begun"   // "1": an earlier attempt may have begun to run
	headerOnce    = "Svc-Once"    // "1": the call is never to run twice

	callKind   = "call"   // of the reply subject of a call: who sends from it takes part
	lineKind   = "line"   // … of a ticket
	queryKind  = "query"  // … of a probe
	resultKind = "result" // … of a durable call

	ticketVerb = "ticket" // n calls of a method wait for workers
	whereVerb  = "where"  // who has these calls
	goneVerb   = "gone"   // nobody waits for these calls any more
	probeVerb  = "probe"  // which of these calls do you not know
	cancelVerb = "cancel" // like gone, to one instance
)

// Values of headerKind.
const (
	kindAccept   = "accept"
	kindBusy     = "busy"
	kindHandback = "handback"
	kindOffer    = "offer"
	kindDecline  = "decline"
)

// controlSubject returns the subject of one instance for a verb or the number of
// an offer.
func controlSubject(namespace, service, instance, last string) string {
	return namespace + ".rpci." + service + "." + instance + "." + last
}

// broadcastSubject returns the subject of all instances of a service.
func broadcastSubject(namespace, service, verb string) string {
	return namespace + ".rpcw." + service + "." + verb
}

// takesPart reports whether a reply subject is that of one call of a caller that
// speaks the direct protocol.
func takesPart(reply string) bool {
	last := strings.LastIndexByte(reply, '.')
	return last > 0 && strings.HasSuffix(reply[:last], "."+callKind)
}

// first returns the first value of a header, "" where it is absent.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// tokenOf returns the last token of a subject.
func tokenOf(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }

// read returns what a message to the address of a call says.
func read(m *broker.Msg) heard {
	if m.Header == nil {
		return heard{word: result, msg: m}
	}
	h := heard{instance: m.Header.Get(headerInst)}
	switch kind := m.Header.Get(headerKind); kind {
	case kindAccept:
		h.word, h.once = accept, m.Header.Get(headerOnce) != ""
	case kindBusy:
		h.word = busy
	case kindHandback:
		h.word = handback
	case "":
		if broker.NoResponders(m) {
			return heard{word: nobody}
		}
		return heard{word: result, msg: m}
	default:
		h.word = unknown // of a later version
	}
	return h
}

// ticket is the body of a ticket.
type ticket struct {
	Method  string `json:"method"`
	Waiting int    `json:"waiting"` // calls of the caller that wait; 0 takes the ticket back
}

// encode returns the body of a control message, which is JSON.
func encode(v any) []byte {
	data, _ := json.Marshal(v) //nolint:errchkjson // strings and numbers can always be written
	return data
}

// keysOf reads a body that lists calls by their reply subjects.
func keysOf(m *broker.Msg) (keys []string, err error) {
	if err = codec.JSON.Decode(m.Data, &keys); err == nil && len(keys) > maxKeys {
		err = fmt.Errorf("have %d calls, want at most %d", len(keys), maxKeys)
	}
	slices.Sort(keys)
	return slices.Compact(keys), err
}

// maxKeys is how many calls one message lists.
const maxKeys = 1000
