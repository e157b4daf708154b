package httpclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/fault"
)

// StatusError is returned by JSON where the API answers with another status than 2xx.
type StatusError struct {
	Status int
	Body   []byte // its first 4 KiB, for the method to read: it is in no error text

	what string
}

// Error says what was asked and how it was answered.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: have status %d, want 2xx", e.what, e.Status)
}

const mostOfError = 4 << 10 // bytes of a body that are kept for StatusError

// JSON sends in as JSON, nothing where it is nil, and decodes the answer into out, which
// may be nil, and stays as it is where the status is 204 or 205: there is no content
// then. Another status than 2xx is a *StatusError; it has the code unavailable
// where the status is 429, 502, 503 or 504, and internal otherwise: what the API thinks
// of us is not what our caller is to be told.
func (c *Client) JSON(ctx context.Context, method, path string, in, out any) error {
	r, err := newJSON(ctx, method, path, in)
	if err != nil {
		return fmt.Errorf("http client %s: %w", c.api.name, err)
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	what := fmt.Sprintf("http client %s: %s %s", c.api.name, method, answer.Request.URL.Path)
	if answer.StatusCode/100 != 2 {
		return refused(what, answer)
	}
	if answer.StatusCode == http.StatusNoContent || answer.StatusCode == http.StatusResetContent {
		return nil
	}
	return decode(what, answer.Body, out)
}

func newJSON(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	r, err := newRequest(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// refused returns the error for a status.
func refused(what string, answer *http.Response) error {
	e := &StatusError{Status: answer.StatusCode, what: what}
	e.Body, _ = io.ReadAll(io.LimitReader(answer.Body, mostOfError)) // as much as there is
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fault.New(fault.Unavailable, e.Error()).Because(e)
	}
	return e
}

func decode(what string, body io.Reader, out any) error {
	text, err := io.ReadAll(body) // within its bound
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s: decode the answer: %w", what, err)
	}
	return nil
}
