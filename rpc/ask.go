package rpc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// Answer is what a worker on a subject answered.
type Answer struct {
	Code  int             // a status of HTTP; 200 where all went well
	Data  json.RawMessage // the result, or the message of an error
	Class string          // Go type of an error that was not meant for the public, else ""
}

// Ask sends a JSON body to a subject as Subject serves them, and returns what one worker
// there answers. It waits as calls do. The errors are broker.ErrNoResponders where
// nobody is there, ErrTimeout, ErrBadResult for what is no answer, and those of the
// connection.
func (p Proxy) Ask(ctx context.Context, subject string, body JSON) (Answer, error) {
	if p.caller == nil {
		return Answer{}, fmt.Errorf("ask %s: %w", subject, errUnfilled)
	}
	ctx, end := p.caller.watch(ctx, subjectKind, subject)
	a, err := p.caller.ask(ctx, target{timeout: p.timeout, setting: cmp.Or(p.setting, p.field)}, subject, body)
	end(err)
	if err != nil {
		return a, fmt.Errorf("ask %s: %w", subject, err)
	}
	return a, nil
}

// question is one request to a subject of the user's choice.
type question struct {
	subject string
	answer  chan *broker.Msg // the first; nil where the broker did not let the request pass
}

// Receive takes the answer; more than one, of several queue groups, are no use.
func (q *question) Receive(m *broker.Msg) {
	select {
	case q.answer <- m:
	default:
	}
}

// barred ends the question if it was sent to a subject.
func (q *question) barred(subject string) {
	if q.subject == subject {
		q.Receive(nil)
	}
}

func (c *caller) ask(ctx context.Context, t target, subject string, args JSON) (Answer, error) {
	left, setting := c.budget(ctx, t)
	if left <= 0 {
		return Answer{}, lateAnswer(left, setting)
	}
	beside, err := asideOf(ctx, body{}, left)
	if err != nil {
		return Answer{}, err
	}
	limit := time.NewTimer(left)
	defer limit.Stop()
	q, address := &question{subject, make(chan *broker.Msg, 1)}, c.inbox.Address(questionKind)
	c.inbox.Open(address, q)
	defer c.inbox.Close(address)
	m := &broker.Msg{Subject: subject, Reply: address.Subject, Header: beside.headers(), Data: args}
	if err := c.conn.SendWhenUp(ctx, m, limit.C); err != nil {
		return Answer{}, err
	}
	select {
	case m := <-q.answer:
		return answerOf(m)
	case <-limit.C:
		return Answer{}, lateAnswer(left, setting)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return Answer{}, lateAnswer(left, setting)
		}
		return Answer{}, context.Cause(ctx)
	case <-c.conn.Closed():
		return Answer{}, broker.ErrClosed
	}
}

// questionKind is in the reply subject of a question.
const questionKind = "ask"

func lateAnswer(left time.Duration, setting string) error {
	return ErrTimeout.Explain("%s (%s)", lateness(left), setting)
}

// maxStatus is the last status that HTTP has room for.
const maxStatus = 599

// answerOf reads an answer. Of a worker that is not ours an error may be in the headers
// alone.
func answerOf(m *broker.Msg) (a Answer, err error) {
	switch {
	case m == nil:
		return a, broker.ErrForbidden
	case broker.NoResponders(m):
		return a, broker.ErrNoResponders
	}
	var reply struct {
		Code *int            `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	a.Class = first(m.Header[headerClass])
	if err := codec.JSON.Decode(m.Data, &reply); err == nil && reply.Code != nil && *reply.Code >= http.StatusOK && *reply.Code <= maxStatus {
		a.Code, a.Data = *reply.Code, append(json.RawMessage{}, reply.Data...)
		return a, nil
	}
	if status, _ := strconv.Atoi(first(m.Header[headerCode])); status >= http.StatusBadRequest && status <= maxStatus {
		a.Code = status
		a.Data, err = json.Marshal(first(m.Header[headerMessage]))
		return a, err
	}
	return a, ErrBadResult.Explain("have answer %.100q, want {\"code\":200,\"data\":…}", m.Data)
}
