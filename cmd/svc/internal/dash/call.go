package dash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
)

const (
	maxCalls       = 32 // under way at the same time
	usualTimeout   = 30 * time.Second
	longestTimeout = 10 * time.Minute
	maxContext     = 50 // entries of context data
)

// asked is a call as the page asks for it. Of Document, Positional and Named there is
// one at the most.
type asked struct {
	Service    string                     `json:"service"`
	Method     string                     `json:"method"`
	Document   json.RawMessage            `json:"document"`   // the argument itself, an array of all, or an object of all by name
	Positional []json.RawMessage          `json:"positional"` // by position
	Named      map[string]json.RawMessage `json:"named"`      // by name
	Data       map[string]string          `json:"data"`       // context data
	TimeoutMS  int64                      `json:"timeout_ms"`
}

// outcome is what became of a call.
type outcome struct {
	Result string   `json:"result,omitempty"` // JSON, indented; as text, for numbers that a browser would round
	Error  *problem `json:"error,omitempty"`
	TookMS float64  `json:"took_ms"`
}

// call makes one call. What the method answers, errors included, is an answer.
func (d *Dash) call(w http.ResponseWriter, r *http.Request) {
	var a asked
	if !read(w, r, &a) {
		return
	}
	args, err := a.arguments()
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	select {
	case d.calls <- struct{}{}:
		defer func() { <-d.calls }()
	default:
		refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("%d calls are under way already", maxCalls))
		return
	}
	ctx := r.Context() // ends with the page that asks
	for key, value := range a.Data {
		ctx = entrypoint.WithData(ctx, key, value) //nolint:fatcontext // one layer for each of a few
	}
	answer(w, d.ask(ctx, a, args))
}

// ask calls the method and says what became of it.
func (d *Dash) ask(ctx context.Context, a asked, args []any) outcome {
	timeout := a.timeout()
	proxy := d.client.Proxy("").WithTimeout(timeout, "the timeout of the form")
	began := time.Now()
	result, err := proxy.Call(ctx, a.Service+"."+a.Method, args...)
	o := outcome{TookMS: float64(time.Since(began)) / float64(time.Millisecond)}
	var text []byte
	if err == nil {
		text, err = result.JSON()
	}
	if err != nil {
		o.Error = problemOf(err)
		return o
	}
	o.Result = bounded(pretty(text))
	return o
}

// maxResult is how many bytes of a result a browser shows without becoming slow.
const maxResult = 256 << 10

// bounded returns the beginning of a result that is too long for a page, and says so.
func bounded(text string) string {
	if len(text) <= maxResult {
		return text
	}
	return fmt.Sprintf("%s\n%d bytes more: svc call prints all of it", clip(text, maxResult), len(text)-maxResult)
}

// pretty returns a document for people.
func pretty(text []byte) string {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return "null"
	}
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return present.SafeLines(string(text))
	}
	return string(present.SafeJSON(b.Bytes()))
}

func (a *asked) timeout() time.Duration {
	if a.TimeoutMS == 0 {
		return usualTimeout
	}
	return time.Duration(a.TimeoutMS) * time.Millisecond
}

// arguments returns what to call with, or what is wrong with what was asked.
func (a *asked) arguments() ([]any, error) {
	if !broker.ValidName(a.Service) || !broker.ValidName(a.Method) {
		return nil, fmt.Errorf("have method %q of service %q, want names of 1 to 64 letters, digits, - or _", clip(a.Method, maxWord), clip(a.Service, maxWord))
	}
	if a.TimeoutMS < 0 || a.TimeoutMS > longestTimeout.Milliseconds() {
		return nil, fmt.Errorf("have a timeout of %d ms, want more than 0 and at most %v", a.TimeoutMS, longestTimeout)
	}
	if len(a.Data) > maxContext {
		return nil, fmt.Errorf("have %d entries of context data, want at most %d", len(a.Data), maxContext)
	}
	for key := range a.Data {
		if !broker.ValidName(key) {
			return nil, fmt.Errorf("context data: have key %q, want 1 to 64 letters, digits, - or _", clip(key, maxWord))
		}
	}
	return a.given()
}

// given returns the arguments as they are given.
func (a *asked) given() ([]any, error) {
	switch {
	case a.Document != nil && (a.Positional != nil || a.Named != nil), a.Positional != nil && a.Named != nil:
		return nil, errors.New("have arguments in two ways, want one of document, positional and named")
	case a.Document != nil:
		return []any{rpc.JSON(a.Document)}, nil
	case a.Named != nil:
		named := make(rpc.Named, len(a.Named))
		for name, value := range a.Named {
			named[name] = value
		}
		return []any{named}, nil
	}
	args := make([]any, len(a.Positional))
	for i, value := range a.Positional {
		args[i] = value
	}
	return args, nil
}
