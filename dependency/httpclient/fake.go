package httpclient

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
)

// Fake returns a client whose API is a handler, without a socket, for tests:
//
//	o := &Orders{Payments: httpclient.Fake(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//		fmt.Fprint(w, `{"id":"ch_1"}`)
//	}))}
//
// It is a client with the settings of [Defaults], without retries, whose API is at
// http://fake. The handler runs in a goroutine of its own; a request whose context ends
// does not wait for it. A panic of the handler is an API that is not available.
func Fake(h http.Handler) *Client {
	c := Defaults()
	c.Retries = 0
	return newClient("fake", c, &url.URL{Scheme: "http", Host: "fake", Path: "/"}, nil, handled{h})
}

// handled lets a handler stand for a network.
type handled struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	rec, over := newRecorder(), make(chan error, 1)
	go func() { over <- h.serve(rec, r) }() // ends with the handler
	select {
	case err := <-over:
		if err != nil {
			return nil, err
		}
		return rec.answer(r), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// serve gives the handler a request as a server does.
func (h handled) serve(rec *recorder, r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", v, debug.Stack())
		}
	}()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr, in.Host = r.URL.RequestURI(), "fake", r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	h.ServeHTTP(rec, in)
	return in.Body.Close()
}

// recorder is an answer in the making.
type recorder struct {
	header, sent http.Header
	status       int // 0 until it is written
	body         bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: make(http.Header)} }

// Header returns the headers to be sent.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader sends the status, once.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status, r.sent = status, r.header.Clone()
	}
}

// Write sends a part of the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recorder) answer(to *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: fmt.Sprint(r.status, " ", http.StatusText(r.status)), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.sent, Request: to,
		Body: io.NopCloser(&r.body), ContentLength: int64(r.body.Len()),
	}
}
