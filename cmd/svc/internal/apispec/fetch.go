package apispec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/enoki-go/enoki/config"
)

const (
	// fetching is how long a server may take to answer.
	fetching = 5 * time.Second
	// largest is how many bytes a document may have.
	largest = 16 << 20
	// servedAt is where services, and svc gateway, serve the document.
	servedAt = "/openapi.json"
)

// CheckURL refuses what Fetch cannot ask.
func CheckURL(address string) error {
	_, err := locate(address)
	return err
}

// Fetch asks a server that runs for its document: at the address where it ends in .json,
// else below it.
func Fetch(ctx context.Context, address string) (json.RawMessage, error) {
	at, err := locate(address)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, fetching)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, unreachable(ctx, at, err)
	}
	defer response.Body.Close() //nolint:errcheck // it is read
	if response.StatusCode != http.StatusOK {
		return nil, &NoneError{fmt.Sprintf("%s answers %s, want the document: is it a program of services or svc gateway, with web.docs: true?", config.Redact(at.String()), response.Status)}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, largest+1))
	if err != nil {
		return nil, unreachable(ctx, at, err)
	}
	return text, check(config.Redact(at.String()), text)
}

// locate returns where the document of an address is.
func locate(address string) (*url.URL, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return nil, fmt.Errorf("have URL %q, want one such as http://127.0.0.1:8000", config.Redact(address))
	}
	if !strings.HasSuffix(at.Path, ".json") {
		at = at.JoinPath(servedAt)
	}
	return at, nil
}

// unreachable says why there is no answer.
func unreachable(ctx context.Context, at *url.URL, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	where := config.Redact(at.String())
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s has not answered within %v", where, fetching)
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return &NoneError{fmt.Sprintf("nobody listens at %s; start the services with svc run, or svc gateway", where)}
	}
	return fmt.Errorf("ask %s: %w", where, errors.Unwrap(err))
}

// check refuses what is no OpenAPI document.
func check(where string, text []byte) error {
	if len(text) > largest {
		return fmt.Errorf("%s: the document has more than %d MiB", where, largest>>20)
	}
	var document struct {
		OpenAPI string `json:"openapi"`
	}
	if err := json.Unmarshal(text, &document); err != nil || !strings.HasPrefix(document.OpenAPI, "3.") {
		return fmt.Errorf("%s answers with something else than an OpenAPI document of version 3", where)
	}
	return nil
}
