package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// bind lets nobody wait longer for the client than the call may take: a worker that reads
// what does not come, or writes what nobody takes, would not be free again. What the
// server does for every request is enough where the route has its usual time. A writer
// that knows no deadlines has none.
func (x *exchange) bind(w http.ResponseWriter) {
	deadline := x.call.Deadline
	if x.request.Body != http.NoBody && !deadline.IsZero() && x.route.timeout < readTimeout {
		_ = http.NewResponseController(w).SetReadDeadline(deadline) // net/http ends it with the request
	}
	if !x.route.usual {
		_ = http.NewResponseController(w).SetWriteDeadline(deadline) // as above
	}
}

// unbind lets what is left of the answer be written after the call.
func (x *exchange) unbind(w http.ResponseWriter) {
	if !x.route.usual && !x.writer.hijacked {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	}
}

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
