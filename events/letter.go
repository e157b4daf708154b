package events

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Letter is a dead letter: an event with one handler that could not handle it.
type Letter struct {
	Number   uint64 // by which it is shown, replayed and dropped
	Handler  string // "service.method"
	Event    string // "source.type"
	ID       string // of the event
	Key      string // of the event, "" for none
	Reason   string // "failed", "unreadable" or "lost" with the processes that handled it
	Error    string // the last
	Name     string // of that error, where it is declared
	Attempts int    // that ended with an error
	Emitted  time.Time
	First    time.Time // error
	Last     time.Time // error
	Stack    []string  // ids of the calls that led to the event, oldest first
	Data     map[string]string
	Payload  Raw

	// Sensitive are paths of fields of the payload that are not to be shown, "*" for all
	// of it: those that the handler declared.
	Sensitive []string

	consumer string // that has delivered the event
	msg      *broker.Msg
}

// letterOf reads a dead letter. What it does not say is empty.
func letterOf(namespace string, e broker.Entry) Letter {
	h := e.Msg.Header
	event := *e.Msg
	event.Subject = h.Get(headerDeadSubject)
	info := infoOf(namespace, &event)
	l := Letter{
		Number: e.Sequence, Handler: strings.TrimPrefix(e.Msg.Subject, deadSubject(namespace, "")), Event: info.Source + "." + info.Type,
		ID: h.Get(headerID), Key: info.Key, Emitted: info.Emitted, Stack: info.Stack,
		Reason: h.Get(headerDeadReason), Error: h.Get(headerDeadError), Name: h.Get(headerDeadName),
		Payload: rawOf(e.Msg), consumer: h.Get(headerDeadConsumer), msg: e.Msg,
	}
	if paths := h.Get(headerDeadSensitive); paths != "" {
		l.Sensitive = strings.Split(paths, ",")
	}
	l.Data, _ = broker.DataOf(h) // unreadable data may be what it died of
	l.Attempts, _ = strconv.Atoi(h.Get(headerDeadAttempts))
	l.First, _ = time.Parse(time.RFC3339Nano, h.Get(headerDeadFirst))
	l.Last, _ = time.Parse(time.RFC3339Nano, h.Get(headerDeadLast))
	return l
}

// LetterFilter says which dead letters are meant; what is empty leaves all.
type LetterFilter struct {
	Handler string // "service.method", or "service.*"
	Event   string // "source.type", or a pattern of it
	Error   string // name of the last error, or a part of its text
	Reason  string // "failed", "unreadable" or "lost"
}

// Check refuses what no dead letter can match. All does so, too.
func (f LetterFilter) Check() error {
	service, method, _ := strings.Cut(f.Handler, ".")
	named := broker.ValidName(service) && (method == "*" || broker.ValidName(method))
	switch {
	case f.Handler != "" && !named:
		return fmt.Errorf("have handler %.200q, want \"service.method\", or \"service.*\" for all of a service", f.Handler)
	case f.Reason != "" && f.Reason != reasonFailed && f.Reason != reasonUnreadable && f.Reason != reasonLost:
		return fmt.Errorf("have reason %.200q, want %s, %s or %s", f.Reason, reasonFailed, reasonUnreadable, reasonLost)
	case f.Event != "":
		return CheckPattern(f.Event)
	default:
		return nil
	}
}

func (f LetterFilter) matches(l Letter) bool {
	return (f.Event == "" || broker.Matches(f.Event, l.Event)) &&
		(f.Error == "" || f.Error == l.Name || strings.Contains(l.Error, f.Error)) &&
		(f.Reason == "" || f.Reason == l.Reason)
}
