package httpclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/enoki-go/enoki/fault"
)

// body is that of an answer, within its size and the time of its request.
type body struct {
	io.ReadCloser

	left      int64 // bytes that may be read
	request   *http.Request
	transport *transport
	cancel    context.CancelFunc
}

// Read reads what the API sends.
func (b *body) Read(p []byte) (int, error) {
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, b.tooLarge()
	}
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.transport.explain(b.request, err)
	}
	return n, err
}

func (b *body) tooLarge() error {
	t := b.transport
	return fault.Newf(fault.Exhausted, "http client %s: %s %s: the answer has more than %d bytes (configuration key http.%s.body)",
		t.name, b.request.Method, b.request.URL.Path, t.config.Body, t.name)
}

// Close ends the request.
func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}

// isTimeout reports whether the time of a request was over.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}
