package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// watchful is a ResponseWriter that knows whether the answer has begun.
type watchful struct {
	http.ResponseWriter
	begun    bool
	hijacked bool
	status   int // that was written; 0 for none
}

// Hijack hands the connection over.
func (w *watchful) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.hijacked = err == nil
	return conn, buffers, err
}

// WriteHeader begins the answer.
func (w *watchful) WriteHeader(status int) {
	if final := status >= http.StatusOK || status == http.StatusSwitchingProtocols; final && !w.begun {
		w.begun, w.status = true, status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the answer and goes on with it.
func (w *watchful) Write(b []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(b)
}

// WriteString is Write without a copy.
func (w *watchful) WriteString(s string) (int, error) {
	w.begin()
	return io.WriteString(w.ResponseWriter, s)
}

// ReadFrom is Write of all that src has, by the quickest way there is.
func (w *watchful) ReadFrom(src io.Reader) (int64, error) {
	w.begin()
	return io.Copy(w.ResponseWriter, src)
}

// Flush sends what was written.
func (w *watchful) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // what cannot flush sends at the end
}

// begin notes that the answer has begun, which it does with 200 where nobody says more.
func (w *watchful) begin() {
	if !w.begun {
		w.begun, w.status = true, http.StatusOK
	}
}

// Unwrap is for http.ResponseController.
func (w *watchful) Unwrap() http.ResponseWriter { return w.ResponseWriter }
